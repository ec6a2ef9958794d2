//! Artifacts in chunks, so that large ones that differ by a little share what they have in common.

mod cut;
mod manifest;
mod putting;
mod reading;

use std::collections::HashSet;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub use cut::ChunkSizes;
pub use manifest::{Chunk, Manifest};
use mlops_core::Digest;
use putting::Window;

use super::{
    ArtifactStore, ArtifactStoreExt as _, Blob, BlobStore, Reclaimed, Space, Sweep, VerifiedReader, content,
    not_found,
};
use crate::Result;

/// How many names are listed at a time.
const PAGE: usize = 1000;

/// Artifacts in chunks over a store of blobs: a folder, a bucket, an encrypted one of these.
///
/// An artifact of more than one [largest chunk](ChunkSizes::max) is cut where its content says,
/// and each chunk is kept once, whoever has it: a model that was trained on costs the chunks
/// that have changed. Smaller ones are kept as they are, and what was kept as it is before is
/// read as before. What chunks an artifact is made of says its [`Manifest`].
///
/// A put hashes and writes on three threads and holds some 40 MiB, whatever the size; chunks
/// that are there already are compared, and not written. A reader checks each chunk before it
/// hands out any of it, one chunk ahead on a thread of its own, and the whole at its end.
///
/// [`remove`](ArtifactStore::remove) takes the list away; chunks that nobody needs any more go
/// with [`reclaim`](ArtifactStore::reclaim). A put must not take longer than the age that is
/// asked for there.
///
/// ```
/// use mlops_registry::artifact::{ArtifactStore as _, ArtifactStoreExt as _, ChunkedArtifacts, MemoryArtifacts};
///
/// let store = ChunkedArtifacts::new(MemoryArtifacts::default());
/// let model = vec![7; 10 << 20];
/// let digest = store.put_bytes(&model)?;
/// assert_eq!(digest, mlops_core::Digest::of(&model));
/// assert!(store.manifest(&digest)?.is_some_and(|manifest| manifest.chunks().len() > 1));
/// assert_eq!(store.check(&digest)?, 10 << 20);
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ChunkedArtifacts {
    blobs: Arc<dyn BlobStore>,
    sizes: ChunkSizes,
}

impl ChunkedArtifacts {
    /// Artifacts in chunks of the usual sizes.
    pub fn new(blobs: impl BlobStore + 'static) -> Self {
        Self::with_sizes(blobs, ChunkSizes::default())
    }

    /// The same with chunks of other sizes. What was cut otherwise is read all the same, but
    /// shares no chunks.
    pub fn with_sizes(blobs: impl BlobStore + 'static, sizes: ChunkSizes) -> Self {
        Self { blobs: Arc::new(blobs), sizes }
    }

    /// The list of the chunks of an artifact; `None` if it is kept as it is, or not at all.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) if it is damaged; those of the store.
    pub fn manifest(&self, artifact: &Digest) -> Result<Option<Manifest>> {
        let bytes = self.blobs.open_blob(&manifest(artifact))?;
        bytes.map(|bytes| Manifest::read(artifact, bytes)).transpose()
    }

    /// Checks the chunks of an artifact on `threads` threads, against a list whose
    /// [digest](Manifest::digest) is known from elsewhere; returns how many bytes there are.
    ///
    /// Who only knows the address of the artifact uses
    /// [`check`](super::ArtifactStoreExt::check): whoever can write to the store could have
    /// replaced the list, and only the hash of the whole would tell.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no list, [`Error::Corrupt`](crate::Error::Corrupt) if it is another one, or a
    /// chunk is missing or has changed; those of the store.
    pub fn check_chunks(&self, artifact: &Digest, list: &Digest, threads: usize) -> Result<u64> {
        let manifest = self.manifest(artifact)?.ok_or_else(|| not_found(artifact))?;
        if manifest.digest() != list {
            let reason = format!("it is {}, not {list}", manifest.digest());
            return Err(manifest::corrupt(artifact, reason));
        }
        let next = AtomicUsize::new(0);
        let check = || -> Result<()> {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= manifest.chunks().len() {
                    return Ok(());
                }
                reading::chunk(&*self.blobs, &manifest, number)?;
            }
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads.min(64)).map(|_| scope.spawn(check)).collect();
            others.into_iter().fold(check(), |result, other| {
                let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                result.and(other)
            })
        })?;
        Ok(manifest.size())
    }

    /// The chunks that artifacts are made of.
    fn needed(&self) -> Result<HashSet<Digest>> {
        let mut needed = HashSet::new();
        let mut after = None;
        loop {
            let artifacts = self.blobs.list_blobs(Space::Manifests, after.as_ref(), PAGE)?;
            let Some(last) = artifacts.last() else { return Ok(needed) };
            after = Some(*last);
            for artifact in &artifacts {
                // `None` of one that was removed meanwhile.
                if let Some(manifest) = self.manifest(artifact)? {
                    needed.extend(manifest.chunks().iter().map(|chunk| chunk.digest));
                }
            }
        }
    }
}

const fn manifest(artifact: &Digest) -> Blob {
    Blob::new(Space::Manifests, *artifact)
}

impl ArtifactStore for ChunkedArtifacts {
    fn put(&self, source: &mut dyn Read) -> Result<Digest> {
        let mut window = Window::new(source, self.sizes);
        if let Some(bytes) = window.only()? {
            return content::put(&*self.blobs, &mut { bytes });
        }
        putting::put(&*self.blobs, &mut window)
    }

    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
        match self.manifest(digest)? {
            Some(manifest) => {
                let chunks = reading::Chunks::open(Arc::clone(&self.blobs), manifest)?;
                Ok(Box::new(VerifiedReader::new(chunks, *digest)))
            }
            None => content::open(&*self.blobs, digest),
        }
    }

    fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        match self.manifest(digest)? {
            Some(manifest) => Ok(Some(manifest.size())),
            None => self.blobs.blob_size(&content::artifact(digest)),
        }
    }

    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let mut found = self.blobs.list_blobs(Space::Artifacts, after, limit)?;
        found.extend(self.blobs.list_blobs(Space::Manifests, after, limit)?);
        found.sort_unstable();
        found.dedup();
        found.truncate(limit);
        Ok(found)
    }

    fn remove(&self, digest: &Digest) -> Result<bool> {
        self.remove_older(digest, Duration::ZERO, Sweep::Remove)
    }

    fn touch(&self, digest: &Digest) -> Result<bool> {
        let whole = self.blobs.touch_blob(&content::artifact(digest))?;
        Ok(self.blobs.touch_blob(&manifest(digest))? || whole)
    }

    fn remove_older(&self, digest: &Digest, age: Duration, sweep: Sweep) -> Result<bool> {
        // One that was kept as it is, and later in chunks, is there both ways.
        let forms = [manifest(digest), content::artifact(digest)];
        if !(age.is_zero() && sweep == Sweep::Remove) {
            let mut there = false;
            for form in &forms {
                if self.blobs.blob_size(form)?.is_some() {
                    if !self.blobs.remove_blob(form, age, Sweep::DryRun)? {
                        return Ok(false);
                    }
                    there = true;
                }
            }
            if !there || sweep == Sweep::DryRun {
                return Ok(there);
            }
        }
        let [list, whole] = forms.map(|form| self.blobs.remove_blob(&form, age, sweep));
        let (list, whole) = (list?, whole?);
        Ok((list || whole) && !self.contains(digest)?)
    }

    fn reclaim(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        let since = Instant::now();
        let needed = self.needed()?;
        let mut reclaimed = self.blobs.reclaim_parts(age, sweep)?;
        let mut after = None;
        loop {
            let chunks = self.blobs.list_blobs(Space::Chunks, after.as_ref(), PAGE)?;
            let Some(last) = chunks.last() else { return Ok(reclaimed) };
            after = Some(*last);
            for digest in chunks.iter().filter(|digest| !needed.contains(*digest)) {
                let chunk = Blob::new(Space::Chunks, *digest);
                let size = self.blobs.blob_size(&chunk)?;
                // What was needed since the lists were read is not among what they need.
                let age = if age.is_zero() { age } else { age + since.elapsed() };
                if self.blobs.remove_blob(&chunk, age, sweep)? {
                    reclaimed = reclaimed.part(size.unwrap_or(0));
                } else {
                    reclaimed.young += u64::from(size.is_some());
                }
            }
        }
    }
}
