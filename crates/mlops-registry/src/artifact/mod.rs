//! Where model files, reports and other bytes are kept: by the digest of their content.
//!
//! An address is a promise about the bytes, so that nothing can be changed in place, the
//! same file is kept once, and whoever holds the digest of a model, from an approval or
//! from the audit log, can tell whether these are the bytes that were approved.
//!
//! ```
//! use mlops_registry::artifact::{ArtifactStore, ArtifactStoreExt as _, MemoryArtifacts};
//!
//! let store = MemoryArtifacts::default();
//! let digest = store.put(&mut "the model file".as_bytes())?;
//! assert_eq!(digest, mlops_core::Digest::of("the model file"));
//! assert_eq!(store.read(&digest, 1 << 20)?, b"the model file");
//! # Ok::<(), mlops_registry::Error>(())
//! ```
//!
//! Implementations: [`MemoryArtifacts`] for tests, [`FolderArtifacts`] for a disk,
//! `ObjectArtifacts` (feature `object-store`) for a bucket. The suites in `testing` (feature
//! `testing`) are the contracts as code, for adapters of your own; [`VerifiedReader`] does their
//! checking. Over any [`BlobStore`], as all of these are, [`ChunkedArtifacts`] keep in chunks what
//! large files have in common, and `EncryptedArtifacts` (feature `encryption`) keep them
//! encrypted; the one over the other does both.

mod blob;
mod chunk;
mod content;
mod extension;
mod folder;
mod memory;
#[cfg(feature = "object-store")]
mod object;
#[cfg(feature = "encryption")]
mod seal;
mod sweep;
mod verified;

use std::fmt::Debug;
use std::io::{self, ErrorKind, Read};
use std::sync::Arc;
use std::time::Duration;

pub use blob::{Blob, BlobSource, BlobStore, Space};
pub use chunk::{Chunk, ChunkSizes, ChunkedArtifacts, Manifest};
pub use extension::ArtifactStoreExt;
pub use folder::FolderArtifacts;
#[cfg(feature = "dvc")]
pub(crate) use folder::{Incoming, at, make_folder, sync_folder};
pub use memory::MemoryArtifacts;
use mlops_core::Digest;
#[cfg(feature = "object-store")]
pub use object::{ObjectAddress, ObjectArtifacts};
#[cfg(feature = "object-store")]
pub use object_store;
#[cfg(feature = "encryption")]
pub use seal::{EncryptedArtifacts, KeyUse, NotRotated, Rotation};
pub use sweep::{Reclaimed, Sweep};
pub use verified::VerifiedReader;

use crate::{Error, Result};

/// Bytes that are moved at a time.
pub(crate) const CHUNK: usize = 64 * 1024;

/// A place that keeps artifacts by content.
///
/// # Contract
/// - [`put`](Self::put) is atomic and idempotent: readers see all bytes or none, and what
///   it has returned for is there for every later call of anyone. A durable store keeps it
///   through a crash from then on.
/// - A `put` that fails, or whose source panics, leaves nothing that can be seen.
/// - [`open`](Self::open) gives bytes that hash to the digest asked for, or an error.
/// - No call holds a whole artifact in memory, but for stores that keep them there.
/// - A store knows how long ago, by a clock of its own, each artifact was last put or
///   [touched](Self::touch). Of one that goes on at once with [`remove_older`](Self::remove_older),
///   one comes first: once a put or a touch has returned, what it was about counts as new.
/// - A clone of a handle is the same store.
///
/// Of a [`remove`](Self::remove) that races with a `put` of the same bytes, either may be
/// the last: who collects what is no longer referred to uses [`remove_older`](Self::remove_older).
pub trait ArtifactStore: Debug + Send + Sync {
    /// Keeps what `source` yields up to its end, and returns its address.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the source can't be read or the store can't be written;
    /// safe to repeat with the source from its start.
    fn put(&self, source: &mut dyn Read) -> Result<Digest>;

    /// The bytes at `digest`, checked against it as they are read.
    ///
    /// The check comes at the end: if the bytes are not those that were put, the reader
    /// gives an error instead of the last of them. Who stops before the end has read
    /// bytes that nobody has vouched for.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing is there. The reader's error is an [`Error::Corrupt`]
    /// within an [`io::Error`] if the bytes have changed; [`ArtifactStoreExt`] unwraps it.
    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>>;

    /// How many bytes are at `digest`; `None` if nothing is there. Does not read them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be asked.
    fn size(&self, digest: &Digest) -> Result<Option<u64>>;

    /// The first `limit` addresses after `after` (from the start, if `None`), in their order.
    ///
    /// What is put or removed meanwhile may or may not be among them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be asked.
    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>>;

    /// Forgets the bytes at `digest`; returns whether there were any.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be written.
    fn remove(&self, digest: &Digest) -> Result<bool>;

    /// Says that the bytes at `digest` are needed: their age is that of bytes that were put
    /// now. Returns whether there are any. Does not read them.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be written.
    fn touch(&self, digest: &Digest) -> Result<bool>;

    /// Forgets the bytes at `digest` if they were last put or touched `age` ago or longer;
    /// returns whether there were such bytes. In a dry run they stay.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be written, or can't keep a put away meanwhile.
    fn remove_older(&self, digest: &Digest, age: Duration, sweep: Sweep) -> Result<bool>;

    /// Gives back the space of what no artifact needs any more and was last needed `age` ago
    /// or longer: parts that artifacts had in common, and what writers that died have left.
    /// In a dry run it only counts. Artifacts themselves stay as they are.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be written; [`Error::Corrupt`] if it can't be
    /// told what an artifact needs: then nothing goes.
    fn reclaim(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed>;
}

impl<S: ArtifactStore + ?Sized> ArtifactStore for Arc<S> {
    fn put(&self, source: &mut dyn Read) -> Result<Digest> {
        (**self).put(source)
    }

    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
        (**self).open(digest)
    }

    fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        (**self).size(digest)
    }

    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        (**self).list(after, limit)
    }

    fn remove(&self, digest: &Digest) -> Result<bool> {
        (**self).remove(digest)
    }

    fn touch(&self, digest: &Digest) -> Result<bool> {
        (**self).touch(digest)
    }

    fn remove_older(&self, digest: &Digest, age: Duration, sweep: Sweep) -> Result<bool> {
        (**self).remove_older(digest, age, sweep)
    }

    fn reclaim(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        (**self).reclaim(age, sweep)
    }
}

fn not_found(digest: &Digest) -> Error {
    Error::NotFound { what: "artifact", key: digest.to_string() }
}

/// What went wrong at `place`, a store or a source.
fn unavailable(place: impl Into<String>, error: io::Error) -> Error {
    let transient = matches!(
        error.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted | ErrorKind::ResourceBusy
    );
    Error::Unavailable { store: place.into(), transient, source: Box::new(error) }
}

/// One read of a source; an interrupted one is repeated.
pub(crate) fn read_some(source: &mut (impl Read + ?Sized), chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// Hands the bytes of a source to `sink` in chunks; gives their name, and how many they are.
fn pour(source: &mut dyn BlobSource, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<(Blob, u64)> {
    let mut chunk = vec![0; CHUNK];
    let mut size = 0;
    loop {
        let read = read_some(source, &mut chunk).map_err(of_source)?;
        if read == 0 {
            return Ok((source.name()?, size));
        }
        size += read as u64;
        sink(&chunk[..read])?;
    }
}

/// What went wrong with a source: its own error, or one of ours that has come through it.
fn of_source(error: io::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|error| unavailable("the source of the artifact", error))
}
