//! A store in which something happens in the moment before it is asked.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use mlops_core::Digest;
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, Kind, MemoryStore, MetadataStore, Query, Record};
use mlops_registry::{Error, Result};
use tempfile::TempDir;

use super::World;

/// What the store is about to do.
pub(crate) enum Call<'a> {
    Read(&'a Query),
    Commit(&'a Commit),
}

impl Call<'_> {
    pub(crate) fn reads(&self, kind: Kind) -> bool {
        matches!(self, Call::Read(query) if query.kind == kind)
    }

    pub(crate) const fn commits(&self) -> bool {
        matches!(self, Call::Commit(_))
    }
}

type Deed = Box<dyn FnMut(&Call<'_>) -> Result<()> + Send>;

pub(crate) struct Meddled {
    store: Arc<dyn MetadataStore>,
    deed: Mutex<Option<Deed>>,
}

impl Meddled {
    /// Does this before each call, but for those that it makes itself, until it is changed;
    /// its error is that of the call.
    pub(crate) fn meddle(&self, deed: impl FnMut(&Call<'_>) -> Result<()> + Send + 'static) {
        *self.deed.lock().unwrap() = Some(Box::new(deed));
    }

    pub(crate) fn rest(&self) {
        *self.deed.lock().unwrap() = None;
    }

    fn before(&self, call: &Call<'_>) -> Result<()> {
        let Some(mut deed) = self.deed.lock().unwrap().take() else { return Ok(()) };
        let done = deed(call);
        self.deed.lock().unwrap().get_or_insert(deed);
        done
    }
}

/// A world over each store of ours, to be meddled with.
pub(crate) fn meddled() -> Vec<(World, Arc<Meddled>)> {
    let over = |name, folder: TempDir, store: Arc<dyn MetadataStore>| {
        let store = Arc::new(Meddled { store, deed: Mutex::default() });
        (World::over(name, folder, Arc::clone(&store) as _), store)
    };
    vec![
        over("memory", tempfile::tempdir().unwrap(), Arc::new(MemoryStore::default())),
        #[cfg(feature = "sqlite")]
        {
            let folder = tempfile::tempdir().unwrap();
            let store = mlops_registry::store::SqliteStore::open(folder.path().join("registry.db")).unwrap();
            over("sqlite", folder, Arc::new(store))
        },
    ]
}

/// A disk that is full.
pub(crate) fn full() -> Error {
    Error::Unavailable { store: "the disk".to_owned(), transient: false, source: "it is full".into() }
}

impl fmt::Debug for Meddled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meddled")
    }
}

impl NodeSource for Meddled {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.store.nodes(ids)
    }
}

impl MetadataStore for Meddled {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.before(&Call::Read(query))?;
        self.store.read(query)
    }
    fn search(&self, search: &Search) -> Result<Matches> {
        self.store.search(search)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.before(&Call::Commit(commit))?;
        self.store.commit(commit)
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
    fn index_damage(&self) -> Result<Vec<String>> {
        self.store.index_damage()
    }
}
