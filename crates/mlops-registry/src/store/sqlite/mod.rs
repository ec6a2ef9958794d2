mod connection;
mod schema;
mod sql;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use mlops_core::Digest;
use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params, params_from_iter};

use super::{Commit, Key, Kind, MetadataStore, Query, Record, Revision};
use crate::merkle::{Frontier, NodeId, NodeSource, leaf_hash};
use crate::{Error, Result};

/// How many idle connections are kept for readers.
const READERS: usize = 4;

/// Keeps everything in one SQLite file, which any number of processes may share.
///
/// Each kind of record is a table with real key columns, so that any SQL tool can look
/// into it; writing with one is found by an [audit](crate::audit). The write-ahead
/// log is flushed at each commit (`synchronous = FULL`): what was acknowledged survives a
/// power cut. Readers never wait for the writer, nor the writer for them; writers of all
/// processes take turns, and one that waits longer than ten seconds gets
/// [`Error::Unavailable`] that is transient.
///
/// The folder must be on a local disk: SQLite's locks do not work over a network.
pub struct SqliteStore {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    /// Opens the file, makes it if it is not there, and brings an older schema up to date.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] if a later version of this library wrote it, [`Error::Corrupt`]
    /// if it is no store of this library, [`Error::Unavailable`] if it can't be opened.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        connection::check_length(&path)?;
        let mut writer = connection::create(&path)?;
        schema::prepare(&path, &mut writer)?;
        Ok(Self { path, writer: Mutex::new(writer), readers: Mutex::default() })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn reading<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let idle = self.readers.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::open(&self.path)?,
        };
        let result = read(&connection).map_err(|error| self.error(error));
        let mut readers = self.readers.lock();
        if readers.len() < READERS {
            readers.push(connection);
        }
        result
    }

    fn error(&self, error: rusqlite::Error) -> Error {
        connection::error(&self.path, error)
    }

    fn write(&self, connection: &Connection, commit: &Commit) -> Result<u64> {
        for expected in commit.conditions() {
            let found = revision(connection, expected.kind, &expected.key);
            expected.check(found.map_err(|error| self.error(error))?)?;
        }
        let sequence = size(connection).map_err(|error| self.error(error))?;
        let leaf = commit.leaf(sequence)?;
        let mut frontier = Frontier::load(&Nodes { path: &self.path, connection }, sequence)?;
        let mut nodes = Vec::new();
        frontier.append_with(leaf_hash(leaf.as_bytes()), |node, hash| nodes.push((node, hash)));
        (|| {
            for change in commit.changes() {
                let expected = change.expected();
                match change.body() {
                    Some(body) => put(connection, expected.kind, &expected.key, sequence, body)?,
                    None => remove(connection, expected.kind, &expected.key)?,
                }
            }
            connection
                .prepare_cached("INSERT INTO leaf (sequence, body) VALUES (?1, ?2)")?
                .execute(params![sql::integer(sequence)?, leaf])?;
            let mut insert =
                connection.prepare_cached("INSERT INTO node (level, position, hash) VALUES (?1, ?2, ?3)")?;
            for (node, hash) in nodes {
                insert.execute(params![node.level, sql::integer(node.index)?, hash.as_bytes()])?;
            }
            Ok(())
        })()
        .map_err(|error| self.error(error))?;
        Ok(sequence)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl MetadataStore for SqliteStore {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        query.check()?;
        self.reading(|connection| {
            let (text, values) = sql::select(query);
            let mut statement = connection.prepare_cached(&text)?;
            let rows = statement.query_map(params_from_iter(values), |row| sql::record(query.kind, row))?;
            rows.collect()
        })
    }

    fn commit(&self, commit: &Commit) -> Result<u64> {
        let mut writer = self.writer.lock();
        // Immediate: the state is read under the lock of the writer, so that it still holds when it is changed.
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| self.error(error))?;
        let sequence = self.write(&transaction, commit)?;
        transaction.commit().map_err(|error| self.error(error))?;
        Ok(sequence)
    }

    fn size(&self) -> Result<u64> {
        self.reading(size)
    }

    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        let bound = |sequence| i64::try_from(sequence).unwrap_or(i64::MAX);
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT sequence, body FROM leaf WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence",
            )?;
            let rows = statement.query_map([bound(range.start), bound(range.end)], |row| {
                Ok((sql::sequence(row, 0)?, sql::bytes(row, 1)?))
            })?;
            rows.collect()
        })
    }

    fn damage(&self) -> Result<Vec<String>> {
        let found = self.reading(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(100)")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        });
        match found {
            Ok(lines) => Ok(lines.into_iter().filter(|line| line != "ok").collect()),
            Err(Error::Corrupt { reason, .. }) => Ok(vec![reason]),
            Err(error) => Err(error),
        }
    }
}

impl NodeSource for SqliteStore {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        let hashes = self.reading(|connection| nodes(connection, ids))?;
        complete(&self.path, ids, hashes)
    }
}

/// The nodes as a transaction sees them.
struct Nodes<'a> {
    path: &'a Path,
    connection: &'a Connection,
}

impl NodeSource for Nodes<'_> {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        let hashes = nodes(self.connection, ids).map_err(|error| connection::error(self.path, error))?;
        complete(self.path, ids, hashes)
    }
}

fn nodes(connection: &Connection, ids: &[NodeId]) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
    let mut statement =
        connection.prepare_cached("SELECT hash FROM node WHERE level = ?1 AND position = ?2")?;
    ids.iter()
        .map(|id| {
            statement
                .query_row(params![id.level, sql::integer(id.index)?], |row| sql::bytes(row, 0))
                .optional()
        })
        .collect()
}

fn complete(path: &Path, ids: &[NodeId], hashes: Vec<Option<Vec<u8>>>) -> Result<Vec<Digest>> {
    let digest = |(id, hash): (&NodeId, Option<Vec<u8>>)| {
        let hash = hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok());
        hash.map(Digest::from_bytes).ok_or_else(|| Error::Corrupt {
            what: path.display().to_string(),
            reason: format!(
                "no hash of 32 bytes at node {} of level {} of the audit tree",
                id.index, id.level
            ),
        })
    };
    ids.iter().zip(hashes).map(digest).collect()
}

fn size(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT coalesce(max(sequence) + 1, 0) FROM leaf")?
        .query_row([], |row| sql::sequence(row, 0))
}

fn revision(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<Option<Revision>> {
    connection
        .prepare_cached(&sql::revision(kind))?
        .query_row(params_from_iter(sql::values(key)), |row| sql::sequence(row, 0).map(Revision))
        .optional()
}

fn put(connection: &Connection, kind: Kind, key: &Key, sequence: u64, body: &str) -> rusqlite::Result<()> {
    let written = [sql::integer(sequence)?.into(), body.to_owned().into()];
    let values = sql::values(key).chain(written);
    connection.prepare_cached(&sql::put(kind))?.execute(params_from_iter(values))?;
    Ok(())
}

fn remove(connection: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<()> {
    connection.prepare_cached(&sql::remove(kind))?.execute(params_from_iter(sql::values(key)))?;
    Ok(())
}

#[cfg(test)]
mod tests;
