//! The suite of the metadata store fails for stores that break its contract: one for each way.

use std::ops::Range;
use std::sync::Barrier;

use mlops_core::Digest;
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::search::{Filter, Matches, Search};
use mlops_registry::store::{Commit, Key, MemoryStore, MetadataStore, Query, Record};
use mlops_registry::testing::metadata_store as suite;
use mlops_registry::{Error, Result};

/// How a store goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// Says that it has committed what is a conflict.
    Deaf,
    /// Commits each change by itself.
    Piecemeal,
    /// Looks only at the changes and not at what else is expected.
    Careless,
    /// Reads with the wrong end first.
    Backwards,
    /// Begins each page where it should end the one before.
    Repeating,
    /// Takes a group for a prefix of the text.
    Prefix,
    /// Keeps another account than the commit's.
    Embellishing,
    /// Forgets the nodes above the leaves.
    Shallow,
    /// Ignores the range.
    Unranged,
    /// Counts one leaf too many.
    Boasting,
    /// Keeps what it is to forget.
    Hoarding,
    /// Finds things whatever the filter.
    Lavish,
    /// Finds things in another order.
    Unsorted,
    /// Begins each page of a search anew.
    Restarting,
    /// Finds things as they were before the last commit.
    Lagging,
    /// Checks first and writes later, with room for others in between.
    Racy,
}

#[derive(Debug)]
struct Faulty {
    inner: MemoryStore,
    fault: Fault,
    /// Of the racy: where the threads of the suite meet after their check.
    checked: Barrier,
}

fn faulty(fault: Fault) -> Faulty {
    Faulty { inner: MemoryStore::default(), fault, checked: Barrier::new(8) }
}

impl NodeSource for Faulty {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        let mut nodes = self.inner.nodes(ids)?;
        if self.fault == Fault::Shallow {
            for (id, node) in ids.iter().zip(&mut nodes) {
                if id.level > 0 {
                    *node = Digest::of(b"");
                }
            }
        }
        Ok(nodes)
    }
}

impl MetadataStore for Faulty {
    fn search(&self, search: &Search) -> Result<Matches> {
        let mut search = search.clone();
        match self.fault {
            Fault::Lavish => search.filter = Filter::default(),
            Fault::Unsorted => search.sort(vec![])?,
            Fault::Restarting => search.after = None,
            Fault::Lagging => {
                let mut matches = self.inner.search(&search)?;
                let last = self.inner.size()?.saturating_sub(1);
                if last > 0 {
                    matches.found.retain(|found| found.record.revision.0 != last);
                    matches.found.extend(matches.found.last().cloned());
                }
                return Ok(matches);
            }
            _ => {}
        }
        self.inner.search(&search)
    }
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        match self.fault {
            Fault::Backwards => {
                let mut records = self.inner.read(query)?;
                records.reverse();
                Ok(records)
            }
            Fault::Repeating => {
                let mut wider = query.clone();
                wider.after = None;
                wider.limit = usize::MAX;
                query.check()?;
                let records = self.inner.read(&wider)?.into_iter();
                let from = |record: &Record| query.after.as_ref().is_some_and(|after| record.key < *after);
                Ok(records.skip_while(from).take(query.limit).collect())
            }
            Fault::Prefix if !query.under.is_empty() => {
                let mut wider = query.clone();
                wider.under = Key::all();
                wider.limit = usize::MAX;
                let prefix = query.under.to_string();
                let mut records = self.inner.read(&wider)?;
                records.retain(|record| record.key.to_string().starts_with(&prefix));
                records.truncate(query.limit);
                Ok(records)
            }
            _ => self.inner.read(query),
        }
    }

    fn commit(&self, commit: &Commit) -> Result<u64> {
        let act = || serde_json::from_slice(&commit.leaf(1 << 40)?.into_bytes()).map_err(|_| unreachable());
        let entry: mlops_registry::audit::Entry = act()?;
        match self.fault {
            Fault::Deaf => match self.inner.commit(commit) {
                Err(Error::Conflict { .. }) => self.inner.size(),
                other => other,
            },
            Fault::Hoarding => self.inner.commit(&Commit::new(
                entry.act,
                commit.expected().to_vec(),
                commit.changes().to_vec(),
            )?),
            Fault::Careless => self.inner.commit(&Commit::new(entry.act, vec![], commit.changes().to_vec())?),
            Fault::Embellishing => {
                let mut act = entry.act;
                act.subject.push('!');
                self.inner.commit(&Commit::new(act, commit.expected().to_vec(), commit.changes().to_vec())?)
            }
            Fault::Piecemeal => {
                let mut last = 0;
                for change in commit.changes() {
                    last = self.inner.commit(&Commit::new(
                        entry.act.clone(),
                        commit.expected().to_vec(),
                        vec![change.clone()],
                    )?)?;
                }
                Ok(last)
            }
            Fault::Racy => {
                for expected in commit.conditions() {
                    let there = self.inner.read(&Query::one(expected.kind, expected.key.clone()))?;
                    expected.check(there.first().map(|record| record.revision))?;
                }
                self.checked.wait();
                match self.inner.commit(commit) {
                    Err(Error::Conflict { .. }) => self.inner.size().map(|size| size - 1),
                    other => other,
                }
            }
            _ => self.inner.commit(commit),
        }
    }

    fn size(&self) -> Result<u64> {
        self.inner.size().map(|size| size + u64::from(self.fault == Fault::Boasting))
    }

    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        if self.fault == Fault::Unranged { self.inner.leaves(0..u64::MAX) } else { self.inner.leaves(range) }
    }

    fn damage(&self) -> Result<Vec<String>> {
        self.inner.damage()
    }
}

fn unreachable() -> Error {
    Error::Corrupt { what: "leaf".to_owned(), reason: "a commit wrote no entry".to_owned() }
}

macro_rules! caught {
    ($($fault:ident by $case:ident: $says:literal)*) => {
        $(
            #[test]
            #[should_panic = $says]
            #[expect(non_snake_case, reason = "named after the fault")]
            fn $fault() {
                suite::$case(&faulty(Fault::$fault));
            }
        )*
    };
}

caught! {
    Deaf by a_stale_change_is_a_conflict: "expected a conflict"
    Piecemeal by a_conflict_at_the_end_undoes_the_beginning: "half a commit"
    Careless by a_condition_alone_can_be_a_conflict: "expected a conflict"
    Backwards by records_come_in_the_order_of_their_keys: "out of order"
    Repeating by pages_skip_and_repeat_nothing: "pages repeat themselves"
    Prefix by a_group_does_not_leak_into_its_neighbour: "a group leaks"
    Embellishing by the_leaf_is_the_account_of_the_commit: "another account"
    Shallow by nodes_are_those_of_the_tree: "another root"
    Hoarding by what_is_forgotten_leaves_its_hash: "expected a conflict"
    Unranged by leaves_come_by_range: "out of range"
    Boasting by a_new_store_is_empty: "has no leaf"
    Lavish by a_search_finds_what_passes: "than the records tell of"
    Unsorted by a_search_goes_by_its_order: "than the records tell of"
    Restarting by the_pages_of_a_search_skip_and_repeat_nothing: "than the records tell of"
    Lagging by a_search_follows_the_changes: "than the records tell of"
    Racy by one_of_many_racing_threads_wins: "has one winner"
}

/// A store that acknowledges first and writes later.
#[cfg(feature = "sqlite")]
mod hasty {
    use std::path::Path;

    use mlops_registry::search::{Matches, Search};
    use mlops_registry::store::SqliteStore;
    use mlops_registry::testing::durable_store;
    use parking_lot::Mutex;

    use super::{
        Commit, Digest, MemoryStore, MetadataStore, NodeId, NodeSource, Query, Range, Record, Result,
    };

    #[derive(Debug)]
    struct Hasty {
        memory: MemoryStore,
        disk: SqliteStore,
        waiting: Mutex<Vec<Commit>>,
    }

    impl NodeSource for Hasty {
        fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
            self.memory.nodes(ids)
        }
    }

    impl MetadataStore for Hasty {
        fn search(&self, search: &Search) -> Result<Matches> {
            self.disk.search(search)
        }
        fn read(&self, query: &Query) -> Result<Vec<Record>> {
            self.memory.read(query)
        }
        fn commit(&self, commit: &Commit) -> Result<u64> {
            let sequence = self.memory.commit(commit)?;
            let mut waiting = self.waiting.lock();
            waiting.push(commit.clone());
            if waiting.len() == 5 {
                for commit in waiting.drain(..) {
                    self.disk.commit(&commit)?;
                }
            }
            Ok(sequence)
        }
        fn size(&self) -> Result<u64> {
            self.memory.size()
        }
        fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
            self.memory.leaves(range)
        }
        fn damage(&self) -> Result<Vec<String>> {
            self.disk.damage()
        }
    }

    /// Reads what is on the disk by doing it all again.
    fn open(folder: &Path) -> Result<Hasty> {
        let disk = SqliteStore::open(folder.join("registry.db"))?;
        let memory = MemoryStore::default();
        for (_, leaf) in disk.leaves(0..u64::MAX)? {
            let entry: mlops_registry::audit::Entry = serde_json::from_slice(&leaf).expect("an entry");
            let mut changes = Vec::new();
            for change in entry.changes {
                let text = match change.key.parts() {
                    [_] => (entry.sequence + 1).to_string(),
                    _ => "write".to_owned(),
                };
                let note = serde_json::json!({ "text": text });
                changes.push(mlops_registry::store::Change::put(change.kind, change.key, change.was, &note)?);
            }
            memory.commit(&Commit::new(entry.act, vec![], changes)?)?;
        }
        Ok(Hasty { memory, disk, waiting: Mutex::default() })
    }

    const CHILD: &str = concat!(module_path!(), "::child");

    #[test]
    fn child() {
        durable_store::child(open);
    }

    #[test]
    #[should_panic = "commits were acknowledged"]
    fn is_caught() {
        durable_store::a_kill_loses_nothing_that_was_acknowledged(
            tempfile::tempdir().unwrap().path(),
            open,
            CHILD,
        );
    }
}
