//! Commits that come together are judged in memory and written in bulk, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::connection::{Connection, integer, sequence};
use super::failure::{Answer, Failure};
use super::log::{self, Grown};
use super::sql::{bound, key_arrays, place};
use super::{PostgresStore, search};
use crate::merkle::{Frontier, leaf_hash};
use crate::search::Pending;
use crate::store::group::{Batch, Prepared, again};
use crate::store::{Commit, Key, Kind, Revision};
use crate::{Error, Result};

impl PostgresStore {
    /// Writes who has joined the batch, and who joins while it waits for its turn. One that is
    /// a conflict leaves nothing; where the server refuses them together, each is tried by
    /// itself, and has its own error.
    pub(super) fn write(&self, batch: &mut Batch<'_, Prepared, Result<u64>>) {
        batch.gather();
        let mut count = 0;
        let together = self.writing(|connection| {
            count = batch.gather();
            let jobs: Vec<&Prepared> = (0..count).map(|index| batch.job(index)).collect();
            Writing::begin(self, connection)?.write_all(&jobs)
        });
        let count = if count == 0 { batch.gather() } else { count };
        let answers = match together {
            Ok(answers) => answers,
            Err((failure, confirming)) => {
                let error = self.told(failure);
                // Whether it is written, nobody knows who has lost the server meanwhile; and of a
                // server that is gone there is no sense in asking for each.
                let of_all = confirming || matches!(error, Error::Unavailable { transient: true, .. });
                match count {
                    1 => vec![Err(error)],
                    _ if of_all => (0..count).map(|_| Err(again(&error))).collect(),
                    _ => (0..count).map(|index| self.alone(batch.job(index))).collect(),
                }
            }
        };
        batch.answer(answers);
    }

    fn alone(&self, job: &Prepared) -> Result<u64> {
        let answers = self.writing(|connection| Writing::begin(self, connection)?.write_all(&[job]));
        match answers.map(|mut answers| answers.pop()) {
            Ok(Some(answer)) => answer,
            Ok(None) => unreachable!("one job has one answer"),
            Err((failure, _)) => Err(self.told(failure)),
        }
    }

    /// Does `work` while nobody else writes to this store. With an error it says whether the
    /// session was lost, so that the transaction may be written for all that is known.
    ///
    /// Each statement sees what was committed before it began: the lock is taken by the first,
    /// and so those behind it see all that those before have written.
    fn writing<T>(
        &self,
        mut work: impl FnMut(&mut Connection) -> Answer<T>,
    ) -> std::result::Result<T, (Failure, bool)> {
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '{}ms'; SELECT \
             pg_advisory_xact_lock({})",
            self.server.patience_ms(),
            self.schema.lock(),
        );
        loop {
            let mut lease = self.server.lease().map_err(|failure| (failure, false))?;
            let mut begun = false;
            let result = lease.within(&begin, |connection| {
                begun = true;
                work(connection)
            });
            match result {
                Ok(done) => return Ok(done),
                // It was dead before anything was written.
                Err(_) if !begun && lease.is_lost() && lease.was_idle() => {
                    drop(lease);
                    self.server.forget_idle();
                }
                Err(failure) => return Err((failure, begun && lease.is_lost())),
            }
        }
    }
}

/// What becomes of a record: its revision and body, or that it goes.
type Written<'a> = Option<(i64, &'a str)>;

/// A transaction in which commits are judged one after the other, and then written.
struct Writing<'a> {
    store: &'a PostgresStore,
    connection: &'a mut Connection,
    frontier: Frontier,
    /// The states of the records that the commits are about, as these leave them.
    states: HashMap<(Kind, &'a Key), Option<Revision>>,
    /// What is to be written.
    changes: BTreeMap<Kind, BTreeMap<&'a Key, Written<'a>>>,
    grown: Grown,
    /// What the records that were written say to search.
    index: Pending,
}

impl<'a> Writing<'a> {
    fn begin(store: &'a PostgresStore, connection: &'a mut Connection) -> Answer<Self> {
        let frontier = log::frontier(connection, &store.schema)?;
        Ok(Self {
            store,
            connection,
            frontier,
            states: HashMap::new(),
            changes: BTreeMap::new(),
            grown: Grown::default(),
            index: Pending::default(),
        })
    }

    fn write_all(mut self, jobs: &[&'a Prepared]) -> Answer<Vec<Result<u64>>> {
        self.read_states(jobs)?;
        let answers = jobs.iter().map(|job| self.take(job)).collect::<Answer<_>>()?;
        self.write_records()?;
        search::write(self.connection, &self.store.schema, &self.index)?;
        Ok(answers)
    }

    /// Reads the state of every record that any of the commits expects something of.
    fn read_states(&mut self, jobs: &[&'a Prepared]) -> Answer<()> {
        let mut keys: BTreeMap<Kind, BTreeSet<&'a Key>> = BTreeMap::new();
        for expected in jobs.iter().flat_map(|job| job.commit.conditions()) {
            keys.entry(expected.kind).or_default().insert(&expected.key);
        }
        for (kind, keys) in keys {
            let keys: Vec<&Key> = keys.into_iter().collect();
            let arrays = key_arrays(kind, &keys);
            let rows = self.connection.query(&self.store.texts.of(kind).revisions, &bound(&arrays))?;
            self.states.extend(keys.iter().map(|key| ((kind, *key), None)));
            for row in rows {
                if let Some(key) = keys.get(place(&row)?) {
                    self.states.insert((kind, *key), Some(Revision(sequence(&row, 1)?)));
                }
            }
        }
        Ok(())
    }

    /// Takes one in. The inner error is its own, and nothing of it is written; after the outer
    /// one the transaction is of no use.
    fn take(&mut self, Prepared { commit, account }: &'a Prepared) -> Answer<Result<u64>> {
        for expected in commit.conditions() {
            let found = self.states.get(&(expected.kind, &expected.key)).copied().flatten();
            if let Err(conflict) = expected.check(found) {
                return Ok(Err(conflict));
            }
        }
        let sequence = self.frontier.size();
        if let Err(conflict) = commit.check_place(sequence) {
            return Ok(Err(conflict));
        }
        if let Some(pruned) = commit.forgets() {
            // What it forgets may be of a commit before it.
            self.grown.write(self.connection, &self.store.schema)?;
            if !log::has_all(self.connection, &self.store.schema, pruned)? {
                return Ok(Err(commit.forgotten_before()));
            }
            log::forget(self.connection, &self.store.schema, pruned)?;
        }
        self.put(commit, account.leaf(sequence), sequence)?;
        Ok(Ok(sequence))
    }

    fn put(&mut self, commit: &'a Commit, leaf: String, sequence: u64) -> Answer<()> {
        let number = integer(sequence)?;
        for change in commit.changes() {
            let expected = change.expected();
            let body = change.body().map(|body| (number, body));
            self.states.insert((expected.kind, &expected.key), body.map(|_| Revision(sequence)));
            self.changes.entry(expected.kind).or_default().insert(&expected.key, body);
            if let Some(facets) = change.facets() {
                self.index.take(facets);
            }
        }
        let mut written = Ok(());
        let grown = &mut self.grown;
        self.frontier.append_with(leaf_hash(leaf.as_bytes()), |node, hash| match integer(node.index) {
            Ok(position) => grown.node(node, position, &hash),
            Err(failure) => written = Err(failure),
        });
        self.grown.leaf(number, leaf);
        written
    }

    fn write_records(&mut self) -> Answer<()> {
        for (kind, changes) in std::mem::take(&mut self.changes) {
            let texts = self.store.texts.of(kind);
            let (puts, removals): (Vec<_>, Vec<_>) =
                changes.into_iter().partition(|(_, body)| body.is_some());
            if !removals.is_empty() {
                let keys: Vec<&Key> = removals.into_iter().map(|(key, _)| key).collect();
                self.connection.execute(&texts.remove, &bound(&key_arrays(kind, &keys)))?;
            }
            if !puts.is_empty() {
                let keys: Vec<&Key> = puts.iter().map(|(key, _)| *key).collect();
                let (numbers, bodies): (Vec<i64>, Vec<&str>) =
                    puts.iter().filter_map(|(_, body)| *body).unzip();
                let mut values = key_arrays(kind, &keys);
                values.push(Box::new(numbers));
                values.push(Box::new(bodies));
                self.connection.execute(&texts.put, &bound(&values))?;
            }
        }
        self.grown.write(self.connection, &self.store.schema)
    }
}
