//! The connection that writes: commits in one transaction, with one flush.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mlops_core::Digest;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{connection, forget, nodes, search, size, sql};
use crate::Result;
use crate::merkle::{Frontier, NodeId, NodeSource, leaf_hash};
use crate::search::Pending;
use crate::store::group::{Batch, Prepared, again};
use crate::store::{Commit, Key, Kind, Revision};

/// The one connection of this process that writes.
#[derive(Debug)]
pub(super) struct Writer {
    path: PathBuf,
    pub(super) connection: Connection,
    /// The end of the log as this connection left it, and how to see whether another has written since.
    known: Option<(i64, Frontier)>,
}

impl Writer {
    pub(super) const fn new(path: PathBuf, connection: Connection) -> Self {
        Self { path, connection, known: None }
    }

    pub(super) fn set_patience(&self, patience: Duration) -> Result<()> {
        self.connection.busy_timeout(patience).map_err(|error| connection::error(&self.path, error))
    }

    /// Writes who has joined the batch, and who joins while it does. One that is a conflict
    /// leaves nothing; where the store fails, each is tried by itself, and has its own error.
    pub(super) fn write(&mut self, batch: &mut Batch<'_, Prepared, Result<u64>>) {
        let mut count = batch.gather();
        let together = match self.begin() {
            Ok(transaction) => transaction.together(batch, &mut count),
            // There is no sense in waiting again for each.
            Err(error) => Ok((0..count).map(|_| Err(again(&error))).collect()),
        };
        let answers = together.unwrap_or_else(|error| match count {
            1 => vec![Err(error)],
            _ => (0..count).map(|index| self.alone(batch.job(index))).collect(),
        });
        batch.answer(answers);
    }

    fn alone(&mut self, job: &Prepared) -> Result<u64> {
        let mut open = self.begin()?;
        let sequence = open.write(job)??;
        open.commit()?;
        Ok(sequence)
    }

    /// Immediate: the state is read under the lock of the writer, so that it still holds when it is changed.
    fn begin(&mut self) -> Result<Open<'_>> {
        let Self { path, connection, known } = self;
        let failed = |error| connection::error(path, error);
        let transaction =
            connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let version = transaction
            .prepare_cached("PRAGMA data_version")
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .map_err(failed)?;
        // Taken out: it stays so if this transaction does not come to its end.
        let frontier = match known.take() {
            Some((then, frontier)) if then == version => frontier,
            _ => {
                let size = size(&transaction).map_err(failed)?;
                Frontier::load(&Nodes { path, connection: &transaction }, size)?
            }
        };
        let index = Pending::default();
        Ok(Open { path, transaction, version, frontier, index, known })
    }
}

/// A transaction in which commits are written one after the other.
struct Open<'a> {
    path: &'a Path,
    transaction: Transaction<'a>,
    version: i64,
    frontier: Frontier,
    /// What the records that were written say to search.
    index: Pending,
    known: &'a mut Option<(i64, Frontier)>,
}

impl Open<'_> {
    fn together(
        mut self,
        batch: &mut Batch<'_, Prepared, Result<u64>>,
        count: &mut usize,
    ) -> Result<Vec<Result<u64>>> {
        let mut answers: Vec<Result<u64>> = Vec::with_capacity(*count);
        while answers.len() < *count {
            for index in answers.len()..*count {
                answers.push(self.write(batch.job(index))?);
            }
            *count = batch.gather();
        }
        self.commit()?;
        Ok(answers)
    }

    /// Writes one. The inner error is its own, and nothing of it is written; after the
    /// outer one the transaction is of no use.
    fn write(&mut self, Prepared { commit, account }: &Prepared) -> Result<Result<u64>> {
        let failed = |error| connection::error(self.path, error);
        for expected in commit.conditions() {
            let found = revision(&self.transaction, expected.kind, &expected.key).map_err(failed)?;
            if let Err(conflict) = expected.check(found) {
                return Ok(Err(conflict));
            }
        }
        let sequence = self.frontier.size();
        if let Err(conflict) = commit.check_place(sequence) {
            return Ok(Err(conflict));
        }
        if let Some(pruned) = commit.forgets()
            && !forget::has_all(&self.transaction, pruned).map_err(failed)?
        {
            return Ok(Err(commit.forgotten_before()));
        }
        self.put(commit, &account.leaf(sequence), sequence).map_err(failed)?;
        Ok(Ok(sequence))
    }

    fn put(&mut self, commit: &Commit, leaf: &str, sequence: u64) -> rusqlite::Result<()> {
        let number = sql::integer(sequence)?;
        for change in commit.changes() {
            let expected = change.expected();
            match change.body() {
                Some(body) => put(&self.transaction, expected.kind, &expected.key, number, body)?,
                None => remove(&self.transaction, expected.kind, &expected.key)?,
            }
            if let Some(facets) = change.facets() {
                self.index.take(facets);
            }
        }
        if let Some(pruned) = commit.forgets() {
            forget::forget(&self.transaction, pruned)?;
        }
        self.transaction
            .prepare_cached("INSERT INTO leaf (sequence, body) VALUES (?1, ?2)")?
            .execute(params![number, leaf])?;
        let mut insert = self
            .transaction
            .prepare_cached("INSERT INTO node (level, position, hash) VALUES (?1, ?2, ?3)")?;
        let mut written = Ok(0);
        self.frontier.append_with(leaf_hash(leaf.as_bytes()), |node, hash| {
            if written.is_ok() {
                written = sql::integer(node.index)
                    .and_then(|index| insert.execute(params![node.level, index, hash.as_bytes()]));
            }
        });
        written.map(drop)
    }

    fn commit(self) -> Result<()> {
        let Self { path, transaction, version, frontier, index, known } = self;
        search::flush(index, &transaction).map_err(|error| connection::error(path, error))?;
        transaction.commit().map_err(|error| connection::error(path, error))?;
        *known = Some((version, frontier));
        Ok(())
    }
}

/// The nodes as a transaction sees them.
struct Nodes<'a> {
    path: &'a Path,
    connection: &'a Connection,
}

impl NodeSource for Nodes<'_> {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        let hashes =
            nodes::read(self.connection, ids).map_err(|error| connection::error(self.path, error))?;
        nodes::complete(self.path, ids, hashes)
    }
}

fn revision(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<Option<Revision>> {
    let mut statement = connection.prepare_cached(&sql::of(kind).revision)?;
    sql::bind(&mut statement, key)?;
    let mut rows = statement.raw_query();
    rows.next()?.map(|row| sql::sequence(row, 0).map(Revision)).transpose()
}

fn put(connection: &Connection, kind: Kind, key: &Key, number: i64, body: &str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&sql::of(kind).put)?;
    let next = sql::bind(&mut statement, key)?;
    statement.raw_bind_parameter(next, number)?;
    statement.raw_bind_parameter(next + 1, body)?;
    statement.raw_execute().map(drop)
}

fn remove(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(&sql::of(kind).remove)?;
    sql::bind(&mut statement, key)?;
    statement.raw_execute().map(drop)
}
