//! Every store of ours keeps the contract of its port.

use std::cell::RefCell;
use std::sync::Arc;

use mlops_registry::artifact::{
    ArtifactStore, BlobStore, ChunkSizes, ChunkedArtifacts, FolderArtifacts, MemoryArtifacts,
};
use mlops_registry::{artifact_store_suite, blob_store_suite};
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
artifact_store_suite!(chunks_in_memory, small_chunks(MemoryArtifacts::default()));
artifact_store_suite!(chunks_in_a_folder, ChunkedArtifacts::new(folder()));

mod blobs {
    use super::*;

    blob_store_suite!(memory, MemoryArtifacts::default());
    blob_store_suite!(folder_of_files, folder());
    blob_store_suite!(shared, Arc::new(MemoryArtifacts::default()) as Arc<dyn BlobStore>);
}

/// Of a few kilobytes, so that what the suite puts is in many of them.
fn small_chunks(blobs: impl BlobStore + 'static) -> ChunkedArtifacts {
    ChunkedArtifacts::with_sizes(blobs, ChunkSizes::new(1 << 10, 4 << 10, 16 << 10).expect("sizes of chunks"))
}

#[cfg(feature = "encryption")]
mod encrypted {
    use mlops_registry::artifact::EncryptedArtifacts;
    use mlops_registry::secret::MemorySecrets;

    use super::*;

    fn encrypted(blobs: impl BlobStore + 'static) -> EncryptedArtifacts {
        let secrets = MemorySecrets::default().with("key-1", [7; 32]).expect("a secret");
        EncryptedArtifacts::open(blobs, Arc::new(secrets), "key-1").expect("a store")
    }

    artifact_store_suite!(in_memory, encrypted(MemoryArtifacts::default()));
    artifact_store_suite!(in_a_folder, encrypted(folder()));
    artifact_store_suite!(chunks_in_memory, small_chunks(encrypted(MemoryArtifacts::default())));
    artifact_store_suite!(chunks_in_a_folder, ChunkedArtifacts::new(encrypted(folder())));
}
