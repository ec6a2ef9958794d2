//! Artifacts as objects of a bucket.

mod address;
mod bucket;
mod driver;
mod failure;
mod layout;
mod listing;
mod reading;
#[cfg(any(
    feature = "object-store-aws",
    feature = "object-store-azure",
    feature = "object-store-gcp",
    feature = "object-store-http"
))]
mod remote;
mod removal;
mod spool;
mod upload;

use std::fmt;
use std::future::{Future, ready};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use address::ObjectAddress;
use bucket::Bucket;
use bytes::Bytes;
use driver::{Driver, Task};
use failure::Place;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use layout::Layout;
use mlops_core::{Clock, Digest, SystemClock};
use object_store::ObjectStore;
use object_store::path::Path;
use reading::{Object, Reader};
use spool::Spool;

use super::{Blob, BlobSource, BlobStore, Reclaimed, Space, Sweep, content, unavailable};
use crate::{Error, Result};

/// Bytes of a part of a large object, unless told otherwise.
const PART: usize = 8 << 20;

/// What the large clouds take as a part that is not the last.
const PARTS: std::ops::RangeInclusive<usize> = 5 << 20..=1 << 30;

/// How long one waits for an answer, unless told otherwise.
const PATIENCE: Duration = Duration::from_mins(5);

/// The longest that one waits for an answer.
const LONGEST_PATIENCE: Duration = Duration::from_mins(10);

/// How many objects are written at once.
const AT_ONCE: usize = 8;

#[doc = include_str!("guide.md")]
#[derive(Clone)]
pub struct ObjectArtifacts {
    bucket: Arc<Bucket>,
    driver: Arc<Driver>,
    clock: Arc<dyn Clock>,
    spool: Spool,
    part: usize,
    patience: Duration,
}

impl ObjectArtifacts {
    /// The store at an address, which is asked once whether it is there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] that says what is wrong: no answer, no such bucket, or credentials
    /// that it does not know or that may not list.
    pub fn open(address: &ObjectAddress) -> Result<Self> {
        let (bucket, patience) = address.bucket()?;
        let artifacts = Self::of(bucket)?.patience(patience);
        artifacts.wait("open the store", |bucket| async move { bucket.probe().await })?;
        Ok(artifacts)
    }

    /// The objects below `prefix` of a store that was set up elsewhere. Nothing is asked of it yet.
    ///
    /// What it says when it fails is passed on as it is: it must not tell secrets.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the prefix is none, [`Error::Unavailable`] if there can be no threads.
    pub fn over(store: Arc<dyn ObjectStore>, prefix: &str) -> Result<Self> {
        let prefix = Path::parse(prefix).map_err(|error| Error::Invalid {
            field: "prefix of objects",
            value: prefix.to_owned(),
            expected: format!("parts with `/` between them, such as `models/registry`, and not: {error}"),
        })?;
        let place = Place { name: format!("{store}/{prefix}"), secrets: Vec::new() };
        Self::of(Bucket { store, layout: Layout::new(prefix), place, in_order: false })
    }

    fn of(bucket: Bucket) -> Result<Self> {
        let driver = Driver::new().map_err(|error| unavailable("threads for an object store", error))?;
        Ok(Self {
            bucket: Arc::new(bucket),
            driver: Arc::new(driver),
            clock: Arc::new(SystemClock),
            spool: Spool::default(),
            part: PART,
            patience: PATIENCE,
        })
    }

    /// With another clock than the machine's. It only tells what can't be old, and what a dry
    /// run would remove: what is removed is decided by the clock of the store.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// With another folder than the system's for temporary files, for artifacts of more than a
    /// part on their way in. It needs as much room as those that are put at once.
    #[must_use]
    pub fn spool_in(self, folder: impl Into<PathBuf>) -> Self {
        Self { spool: Spool { folder: Some(folder.into()) }, ..self }
    }

    /// With parts of so many bytes instead of 8 MiB. Up to four of them are in memory for each
    /// artifact on its way in; an object of more than 10,000 gets larger ones.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not 5 MiB to 1 GiB.
    pub fn parts_of(self, bytes: usize) -> Result<Self> {
        if !PARTS.contains(&bytes) {
            return Err(Error::Invalid {
                field: "size of a part",
                value: format!("{bytes} bytes"),
                expected: format!("{} to {} bytes", PARTS.start(), PARTS.end()),
            });
        }
        Ok(Self { part: bytes, ..self })
    }

    /// How long one waits for an answer, with all that the client tries again for it; five
    /// minutes without it, and ten at most.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience: patience.min(LONGEST_PATIENCE), ..self }
    }

    /// For a store that lists objects in the order of their names, as S3 (but for its directory
    /// buckets), Google's and Azure's do: pages of a list then cost what they hold. Of stores at
    /// an [address](ObjectAddress) it is known.
    #[must_use]
    pub fn lists_in_order(self) -> Self {
        let Bucket { store, layout, place, .. } = &*self.bucket;
        let (store, layout, place) = (Arc::clone(store), layout.clone(), place.clone());
        Self { bucket: Arc::new(Bucket { store, layout, place, in_order: true }), ..self }
    }

    /// Begins work about the bucket.
    fn start<T, W>(&self, what: &'static str, work: impl FnOnce(Arc<Bucket>) -> W) -> Task<Result<T>>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let (bucket, patience) = (Arc::clone(&self.bucket), self.patience);
        let work = work(Arc::clone(&bucket));
        self.driver.start(async move {
            tokio::time::timeout(patience, work).await.unwrap_or_else(|_| {
                let words = format!("{what}: no answer for {} ms: try again", patience.as_millis());
                Err(bucket.place.unavailable(true, words))
            })
        })
    }

    fn outcome<T>(&self, task: Task<Result<T>>) -> Result<T> {
        task.wait().unwrap_or_else(|| {
            Err(self.bucket.place.unavailable(false, "its client has panicked: report it".to_owned()))
        })
    }

    /// Does work about the bucket, and waits for it.
    fn wait<T, W>(&self, what: &'static str, work: impl FnOnce(Arc<Bucket>) -> W) -> Result<T>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        self.outcome(self.start(what, work))
    }

    /// Those of `blobs`, which were written just now, that somebody has removed meanwhile.
    fn lost(&self, blobs: Vec<Blob>) -> Result<Vec<Blob>> {
        self.wait("see that blobs stay", |bucket| async move { bucket.lost(&blobs).await })
    }

    fn is_old(&self, blob: Blob, age: Duration) -> Result<bool> {
        let now = self.clock.now();
        let needed = self.wait("ask for an object", |bucket| async move { bucket.needed(&blob).await })?;
        Ok(needed.is_some_and(|needed| now.saturating_since(needed) >= age))
    }
}

impl fmt::Debug for ObjectArtifacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectArtifacts").field("name", &self.bucket.place.name).finish_non_exhaustive()
    }
}

impl BlobStore for ObjectArtifacts {
    fn put_blob(&self, source: &mut dyn BlobSource) -> Result<Blob> {
        let (blob, spooled) = self.spool.fill(source, self.part)?;
        let object = self.bucket.layout.blob(&blob);
        loop {
            upload::upload(self, &object, &spooled)?;
            if self.lost(vec![blob])?.is_empty() {
                return Ok(blob);
            }
        }
    }

    fn put_blobs(&self, blobs: &[(Blob, &[u8])]) -> Result<()> {
        let mut left: Vec<(Blob, Bytes)> =
            blobs.iter().map(|(blob, bytes)| (*blob, Bytes::copy_from_slice(bytes))).collect();
        while !left.is_empty() {
            let (written, names) = (left.clone(), left.iter().map(|(blob, _)| *blob).collect());
            self.wait("put objects", |bucket| async move {
                let bucket = &bucket;
                let writes = written.into_iter().map(|(blob, bytes)| async move {
                    bucket.write(&bucket.layout.blob(&blob), bytes).await
                });
                stream::iter(writes).buffer_unordered(AT_ONCE).try_for_each(|()| ready(Ok(()))).await
            })?;
            let lost = self.lost(names)?;
            left.retain(|(blob, _)| lost.contains(blob));
        }
        Ok(())
    }

    fn open_blob(&self, blob: &Blob) -> Result<Option<Box<dyn Read + Send>>> {
        let object = self.bucket.layout.blob(blob);
        let open = |bucket: Arc<Bucket>| async move { Object::open(&bucket, &object).await };
        let opened = self.wait("open an object", open)?;
        Ok(opened.map(|object| Box::new(Reader::new(self.clone(), object)) as _))
    }

    fn blob_size(&self, blob: &Blob) -> Result<Option<u64>> {
        let object = self.bucket.layout.blob(blob);
        let meta = self.wait("ask for an object", |bucket| async move { bucket.meta(&object).await })?;
        Ok(meta.map(|meta| meta.size))
    }

    fn list_blobs(&self, space: Space, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let after = after.copied();
        self.wait("list objects", |bucket| async move { bucket.page(space, after, limit).await })
    }

    fn touch_blob(&self, blob: &Blob) -> Result<bool> {
        let blob = *blob;
        self.wait("mark a blob", |bucket| async move { bucket.mark(&blob).await })
    }

    fn remove_blob(&self, blob: &Blob, age: Duration, sweep: Sweep) -> Result<bool> {
        let blob = *blob;
        if age.is_zero() && sweep == Sweep::Remove {
            return self.wait("remove a blob", |bucket| async move { bucket.remove(&blob).await });
        }
        // Of what is new by the clock here no claim is written.
        let old = self.is_old(blob, age)?;
        if !old || sweep == Sweep::DryRun {
            return Ok(old);
        }
        self.wait("remove a blob", |bucket| async move { bucket.remove_old(&blob, age).await })
    }

    fn reclaim_parts(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        let here = self.clock.now();
        self.wait("reclaim", |bucket| async move { bucket.reclaim(age, sweep, here).await })
    }
}

content::artifacts_of_blobs!(ObjectArtifacts);
