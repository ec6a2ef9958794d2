//! Over every object store the contracts of artifacts and of blobs are kept.

use std::cell::RefCell;
use std::sync::Arc;

use mlops_registry::artifact::object_store::ObjectStore;
use mlops_registry::artifact::object_store::local::LocalFileSystem;
use mlops_registry::artifact::object_store::memory::InMemory;
use mlops_registry::artifact::{
    BlobStore, ChunkSizes, ChunkedArtifacts, EncryptedArtifacts, ObjectAddress, ObjectArtifacts,
};
use mlops_registry::secret::MemorySecrets;
use mlops_registry::{artifact_store_suite, blob_store_suite};
use tempfile::TempDir;

use crate::meddled::Meddled;

thread_local! {
    /// Folders of the test that runs in this thread; gone when it ends.
    static FOLDERS: RefCell<Vec<TempDir>> = const { RefCell::new(Vec::new()) };
}

fn folder() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    path
}

fn over(store: impl ObjectStore) -> ObjectArtifacts {
    ObjectArtifacts::over(Arc::new(store), "models/registry").unwrap()
}

fn files() -> ObjectArtifacts {
    over(LocalFileSystem::new_with_prefix(folder()).unwrap())
}

fn at(address: &str) -> ObjectArtifacts {
    ObjectArtifacts::open(&ObjectAddress::new(address).unwrap()).unwrap()
}

/// Of a few kilobytes, so that what the suite puts is in many of them.
pub(crate) fn small_chunks(blobs: impl BlobStore + 'static) -> ChunkedArtifacts {
    ChunkedArtifacts::with_sizes(blobs, ChunkSizes::new(1 << 10, 4 << 10, 16 << 10).unwrap())
}

pub(crate) fn encrypted(blobs: impl BlobStore + 'static) -> EncryptedArtifacts {
    let secrets = MemorySecrets::default().with("key-1", [7; 32]).unwrap();
    EncryptedArtifacts::open(blobs, Arc::new(secrets), "key-1").unwrap()
}

artifact_store_suite!(in_memory, over(InMemory::new()));
artifact_store_suite!(in_order, over(InMemory::new()).lists_in_order());
artifact_store_suite!(in_files, files());
artifact_store_suite!(at_an_address, at(&format!("file://{}/deep", folder())));
artifact_store_suite!(chunks, ChunkedArtifacts::new(over(InMemory::new())));
artifact_store_suite!(chunks_encrypted, small_chunks(encrypted(over(InMemory::new()))));

mod blobs {
    use super::*;

    blob_store_suite!(in_memory, over(InMemory::new()));
    blob_store_suite!(in_order, over(InMemory::new()).lists_in_order());
    blob_store_suite!(in_no_order, over(Meddled::new()));
    blob_store_suite!(in_files, files());
    blob_store_suite!(at_an_address, at("memory:///models"));
}
