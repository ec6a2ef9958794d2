use std::fmt::{self, Debug};
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use mlops_core::Digest;

use super::{Reclaimed, Sweep};
use crate::Result;

/// What a blob is for. Blobs of two spaces have nothing to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "adapters must have a place for each")]
pub enum Space {
    /// Artifacts as they are, by the digest of their bytes.
    Artifacts,
    /// Parts of artifacts, by the digest of their bytes.
    Chunks,
    /// Of which chunks an artifact is made, by the digest of its bytes.
    Manifests,
    /// Artifacts, encrypted; by the digest of their plain bytes.
    SealedArtifacts,
    /// Parts of artifacts, encrypted; by the digest of their plain bytes.
    SealedChunks,
    /// Of which chunks an artifact is made, encrypted; by the digest of its plain bytes.
    SealedManifests,
    /// Keys that blobs are encrypted with, themselves encrypted; by a random name.
    Keys,
}

impl Space {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Artifacts,
        Self::Chunks,
        Self::Manifests,
        Self::SealedArtifacts,
        Self::SealedChunks,
        Self::SealedManifests,
        Self::Keys,
    ];

    /// A word for it: the name of a folder, the prefix of an object.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Artifacts => "sha256",
            Self::Chunks => "chunks",
            Self::Manifests => "manifests",
            Self::SealedArtifacts => "sealed",
            Self::SealedChunks => "sealed-chunks",
            Self::SealedManifests => "sealed-manifests",
            Self::Keys => "keys",
        }
    }
}

impl fmt::Display for Space {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The name of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "that is all of a name")]
pub struct Blob {
    /// What it is for.
    pub space: Space,
    /// Which one; what it is the digest of, the space says.
    pub digest: Digest,
}

impl Blob {
    /// The blob of `space` that `digest` names.
    pub const fn new(space: Space, digest: Digest) -> Self {
        Self { space, digest }
    }
}

/// In words: `artifact sha256:…`, `chunk sha256:…`.
impl fmt::Display for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.space {
            Space::Artifacts | Space::SealedArtifacts => "artifact",
            Space::Chunks | Space::SealedChunks => "chunk",
            Space::Manifests | Space::SealedManifests => "list of chunks of artifact",
            // It is the digest of nothing.
            Space::Keys => return write!(f, "data key {}", self.digest.short()),
        };
        write!(f, "{what} {}", self.digest)
    }
}

/// Bytes on their way into a store. What they are to be called is known when they have all
/// been read.
pub trait BlobSource: Read {
    /// The name of the bytes; asked once, after their end.
    ///
    /// # Errors
    /// Whatever keeps them from being kept.
    fn name(&mut self) -> Result<Blob>;
}

/// A place that keeps bytes by name: what lies below artifacts that are not kept as they are,
/// but in chunks or encrypted.
///
/// Unlike an [`ArtifactStore`](super::ArtifactStore) it does not know what the bytes of a name
/// must be: who gives the name checks what comes back.
///
/// # Contract
/// - A put is atomic: readers see all the new bytes, or what was there before. What was there
///   is replaced. What a put has returned for is there for every later call of anyone; a
///   durable store keeps it through a crash from then on.
/// - A put that fails, or whose source panics, leaves nothing that can be seen.
/// - A store knows how long ago, by a clock of its own, each blob was last put or
///   [touched](Self::touch_blob). Of one that goes on at once with a [`remove_blob`](Self::remove_blob)
///   of an age above zero, one comes first: once a put or a touch has returned, the blob
///   counts as new.
/// - No call holds a whole blob in memory, but for stores that keep them there.
/// - A clone of a handle is the same store.
pub trait BlobStore: Debug + Send + Sync {
    /// Keeps what `source` yields up to its end under the name that it then tells.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the source can't be read or the
    /// store can't be written; an [`Error`](crate::Error) within one of the source's as it is.
    fn put_blob(&self, source: &mut dyn BlobSource) -> Result<Blob>;

    /// Keeps several at once, which is faster than one after the other. After an error some
    /// may be kept and others not.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store can't be written.
    fn put_blobs(&self, blobs: &[(Blob, &[u8])]) -> Result<()>;

    /// The bytes of a blob, as they are there; `None` if there is none.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store can't be asked.
    fn open_blob(&self, blob: &Blob) -> Result<Option<Box<dyn Read + Send>>>;

    /// How many bytes a blob has; `None` if there is none. Does not read them.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store can't be asked.
    fn blob_size(&self, blob: &Blob) -> Result<Option<u64>>;

    /// The first `limit` names of a space after `after` (from the start, if `None`), in order.
    ///
    /// What is put or removed meanwhile may or may not be among them.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store can't be asked.
    fn list_blobs(&self, space: Space, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>>;

    /// Says that a blob is needed: its age is that of one that was put now. Returns whether
    /// there is one.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store can't be written.
    fn touch_blob(&self, blob: &Blob) -> Result<bool>;

    /// Forgets a blob if it was last put or touched `age` ago or longer; returns whether there
    /// was such a one. In a dry run it stays.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store can't be written, or can't
    /// keep a put away meanwhile.
    fn remove_blob(&self, blob: &Blob, age: Duration, sweep: Sweep) -> Result<bool>;

    /// Removes what writers that died have left.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the store can't be written.
    fn reclaim_parts(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed>;
}

impl<S: BlobStore + ?Sized> BlobStore for Arc<S> {
    fn put_blob(&self, source: &mut dyn BlobSource) -> Result<Blob> {
        (**self).put_blob(source)
    }

    fn put_blobs(&self, blobs: &[(Blob, &[u8])]) -> Result<()> {
        (**self).put_blobs(blobs)
    }

    fn open_blob(&self, blob: &Blob) -> Result<Option<Box<dyn Read + Send>>> {
        (**self).open_blob(blob)
    }

    fn blob_size(&self, blob: &Blob) -> Result<Option<u64>> {
        (**self).blob_size(blob)
    }

    fn list_blobs(&self, space: Space, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        (**self).list_blobs(space, after, limit)
    }

    fn touch_blob(&self, blob: &Blob) -> Result<bool> {
        (**self).touch_blob(blob)
    }

    fn remove_blob(&self, blob: &Blob, age: Duration, sweep: Sweep) -> Result<bool> {
        (**self).remove_blob(blob, age, sweep)
    }

    fn reclaim_parts(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        (**self).reclaim_parts(age, sweep)
    }
}
