use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};
use std::ops::Bound;
use std::sync::Arc;

use mlops_core::Digest;
use parking_lot::RwLock;

use super::{ArtifactStore, drain, not_found};
use crate::Result;

/// Artifacts in memory, gone with the last clone of the handle. For tests.
#[derive(Clone, Default)]
pub struct MemoryArtifacts {
    kept: Arc<RwLock<BTreeMap<Digest, Arc<[u8]>>>>,
}

impl fmt::Debug for MemoryArtifacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryArtifacts").field("artifacts", &self.kept.read().len()).finish()
    }
}

impl ArtifactStore for MemoryArtifacts {
    fn put(&self, source: &mut dyn Read) -> Result<Digest> {
        let mut bytes = Vec::new();
        let digest = drain(source, |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })?;
        self.kept.write().entry(digest).or_insert_with(|| bytes.into());
        Ok(digest)
    }

    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
        // Nothing can change what is kept here: it need not be checked again.
        let bytes = self.kept.read().get(digest).map(Arc::clone).ok_or_else(|| not_found(digest))?;
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        Ok(self.kept.read().get(digest).map(|bytes| bytes.len() as u64))
    }

    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let kept = self.kept.read();
        Ok(kept.range((start, Bound::Unbounded)).take(limit).map(|(digest, _)| *digest).collect())
    }

    fn remove(&self, digest: &Digest) -> Result<bool> {
        Ok(self.kept.write().remove(digest).is_some())
    }
}
