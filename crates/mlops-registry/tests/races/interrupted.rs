//! A store in which someone else comes between two calls.

use std::fmt;
use std::ops::Range;
use std::sync::Mutex;

use mlops_core::Digest;
use mlops_registry::Result;
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, MemoryStore, MetadataStore, Query, Record};

type Deed = Box<dyn FnOnce() + Send>;

/// A store in which someone does something just before the call whose turn it is.
#[derive(Default)]
pub(super) struct Interrupted {
    pub(super) store: MemoryStore,
    pub(super) commits: Mutex<Vec<Commit>>,
    deed: Mutex<Option<(usize, Deed)>>,
}

impl Interrupted {
    /// `deed` comes before call number `turn` from now, counted from 0.
    pub(super) fn at(&self, turn: usize, deed: impl FnOnce() + Send + 'static) {
        *self.deed.lock().unwrap() = Some((turn, Box::new(deed)));
    }

    /// Whether it has happened; if not, it never will.
    pub(super) fn is_over(&self) -> bool {
        self.deed.lock().unwrap().take().is_none()
    }

    fn tick(&self) {
        let mut deed = self.deed.lock().unwrap();
        match deed.take() {
            Some((0, act)) => {
                drop(deed);
                act();
            }
            Some((turn, act)) => *deed = Some((turn - 1, act)),
            None => {}
        }
    }
}

impl fmt::Debug for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Interrupted")
    }
}

impl NodeSource for Interrupted {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.store.nodes(ids)
    }
}

impl MetadataStore for Interrupted {
    fn search(&self, search: &Search) -> Result<Matches> {
        self.store.search(search)
    }
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.tick();
        self.store.read(query)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.tick();
        let sequence = self.store.commit(commit)?;
        self.commits.lock().unwrap().push(commit.clone());
        Ok(sequence)
    }
    fn size(&self) -> Result<u64> {
        self.store.size()
    }
    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        self.store.leaves(range)
    }
    fn damage(&self) -> Result<Vec<String>> {
        self.store.damage()
    }
}
