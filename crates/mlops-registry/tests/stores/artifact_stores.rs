//! Every store of ours keeps the contract of the port.

use std::cell::RefCell;
use std::sync::Arc;

use mlops_registry::artifact::{ArtifactStore, FolderArtifacts, MemoryArtifacts};
use mlops_registry::artifact_store_suite;
use tempfile::TempDir;

thread_local! {
    /// Folders of the test that runs in this thread; gone when it ends.
    static FOLDERS: RefCell<Vec<TempDir>> = const { RefCell::new(Vec::new()) };
}

fn folder() -> FolderArtifacts {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = FolderArtifacts::open(folder.path().join("deep/artifacts")).expect("a store");
    FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    store
}

artifact_store_suite!(memory, MemoryArtifacts::default());
artifact_store_suite!(folder_of_files, folder());
artifact_store_suite!(shared, Arc::new(MemoryArtifacts::default()) as Arc<dyn ArtifactStore>);
