//! Artifacts as they are, over blobs that are named by the digest of their bytes.

use std::io::{self, Read};

use mlops_core::{Digest, DigestWriter};

use super::{Blob, BlobSource, BlobStore, Space, VerifiedReader, not_found, read_some};
use crate::Result;

/// A source that is named by the digest of what it has yielded.
struct Hashed<'a> {
    source: &'a mut dyn Read,
    digest: DigestWriter,
}

impl Read for Hashed<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = read_some(self.source, into)?;
        self.digest.update(&into[..read]);
        Ok(read)
    }
}

impl BlobSource for Hashed<'_> {
    fn name(&mut self) -> Result<Blob> {
        Ok(artifact(&std::mem::take(&mut self.digest).finish()))
    }
}

/// The blob of an artifact that is kept as it is.
pub(super) const fn artifact(digest: &Digest) -> Blob {
    Blob::new(Space::Artifacts, *digest)
}

pub(super) fn put(blobs: &dyn BlobStore, source: &mut dyn Read) -> Result<Digest> {
    // Over what is there already, too: it may be damaged, and this is not.
    Ok(blobs.put_blob(&mut Hashed { source, digest: DigestWriter::new() })?.digest)
}

pub(super) fn open(blobs: &dyn BlobStore, digest: &Digest) -> Result<Box<dyn Read + Send>> {
    match blobs.open_blob(&artifact(digest))? {
        Some(bytes) => Ok(Box::new(VerifiedReader::new(bytes, *digest))),
        None => Err(not_found(digest)),
    }
}

/// [`ArtifactStore`](super::ArtifactStore) of a store of blobs that keeps artifacts as they are.
/// A blanket implementation would stand in the way of the one for `Arc`.
macro_rules! artifacts_of_blobs {
    ($store:ty) => {
        impl $crate::artifact::ArtifactStore for $store {
            fn put(&self, source: &mut dyn std::io::Read) -> $crate::Result<mlops_core::Digest> {
                $crate::artifact::content::put(self, source)
            }

            fn open(&self, digest: &mlops_core::Digest) -> $crate::Result<Box<dyn std::io::Read + Send>> {
                $crate::artifact::content::open(self, digest)
            }

            fn size(&self, digest: &mlops_core::Digest) -> $crate::Result<Option<u64>> {
                self.blob_size(&$crate::artifact::content::artifact(digest))
            }

            fn list(
                &self,
                after: Option<&mlops_core::Digest>,
                limit: usize,
            ) -> $crate::Result<Vec<mlops_core::Digest>> {
                self.list_blobs($crate::artifact::Space::Artifacts, after, limit)
            }

            fn remove(&self, digest: &mlops_core::Digest) -> $crate::Result<bool> {
                self.remove_older(digest, std::time::Duration::ZERO, $crate::artifact::Sweep::Remove)
            }

            fn touch(&self, digest: &mlops_core::Digest) -> $crate::Result<bool> {
                self.touch_blob(&$crate::artifact::content::artifact(digest))
            }

            fn remove_older(
                &self,
                digest: &mlops_core::Digest,
                age: std::time::Duration,
                sweep: $crate::artifact::Sweep,
            ) -> $crate::Result<bool> {
                self.remove_blob(&$crate::artifact::content::artifact(digest), age, sweep)
            }

            fn reclaim(
                &self,
                age: std::time::Duration,
                sweep: $crate::artifact::Sweep,
            ) -> $crate::Result<$crate::artifact::Reclaimed> {
                self.reclaim_parts(age, sweep)
            }
        }
    };
}
pub(super) use artifacts_of_blobs;
