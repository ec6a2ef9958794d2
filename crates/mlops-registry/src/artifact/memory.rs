use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Clock, Digest, SystemClock, Timestamp};
use parking_lot::RwLock;

use super::{Blob, BlobSource, BlobStore, Reclaimed, Space, Sweep, content, pour};
use crate::Result;

/// Artifacts in memory, gone with the last clone of the handle. For tests.
#[derive(Clone)]
pub struct MemoryArtifacts {
    kept: Arc<RwLock<BTreeMap<Blob, Kept>>>,
    clock: Arc<dyn Clock>,
}

struct Kept {
    bytes: Arc<[u8]>,
    /// When it was last put or touched.
    needed: Timestamp,
}

impl MemoryArtifacts {
    /// A new store that takes the time from `clock`.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { kept: Arc::default(), clock }
    }
}

impl Default for MemoryArtifacts {
    fn default() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }
}

impl fmt::Debug for MemoryArtifacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryArtifacts").field("blobs", &self.kept.read().len()).finish_non_exhaustive()
    }
}

impl BlobStore for MemoryArtifacts {
    fn put_blob(&self, source: &mut dyn BlobSource) -> Result<Blob> {
        let mut bytes = Vec::new();
        let (blob, _) = pour(source, |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })?;
        self.put_blobs(&[(blob, &bytes)])?;
        Ok(blob)
    }

    fn put_blobs(&self, blobs: &[(Blob, &[u8])]) -> Result<()> {
        let mut kept = self.kept.write();
        for (blob, bytes) in blobs {
            kept.insert(*blob, Kept { bytes: (*bytes).into(), needed: self.clock.now() });
        }
        Ok(())
    }

    fn open_blob(&self, blob: &Blob) -> Result<Option<Box<dyn Read + Send>>> {
        let bytes = self.kept.read().get(blob).map(|kept| Arc::clone(&kept.bytes));
        Ok(bytes.map(|bytes| Box::new(Cursor::new(bytes)) as _))
    }

    fn blob_size(&self, blob: &Blob) -> Result<Option<u64>> {
        Ok(self.kept.read().get(blob).map(|kept| kept.bytes.len() as u64))
    }

    fn list_blobs(&self, space: Space, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let first = Blob::new(space, Digest::from_bytes([0; 32]));
        let start = after.map_or(Bound::Included(first), |digest| Bound::Excluded(Blob::new(space, *digest)));
        let kept = self.kept.read();
        let names = kept.range((start, Bound::Unbounded)).map(|(blob, _)| blob);
        Ok(names.take_while(|blob| blob.space == space).take(limit).map(|blob| blob.digest).collect())
    }

    fn touch_blob(&self, blob: &Blob) -> Result<bool> {
        let mut kept = self.kept.write();
        let Some(kept) = kept.get_mut(blob) else { return Ok(false) };
        kept.needed = self.clock.now();
        Ok(true)
    }

    fn remove_blob(&self, blob: &Blob, age: Duration, sweep: Sweep) -> Result<bool> {
        let mut kept = self.kept.write();
        let now = self.clock.now();
        let old = kept.get(blob).is_some_and(|kept| now.saturating_since(kept.needed) >= age);
        if old && sweep == Sweep::Remove {
            kept.remove(blob);
        }
        Ok(old)
    }

    fn reclaim_parts(&self, _: Duration, _: Sweep) -> Result<Reclaimed> {
        // Of a put that fails nothing is kept.
        Ok(Reclaimed::default())
    }
}

content::artifacts_of_blobs!(MemoryArtifacts);
