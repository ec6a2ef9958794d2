//! Artifacts that are encrypted where they are kept.

mod cipher;
mod data_key;
mod header;
mod rotation;
mod sealing;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Cursor, Read};
use std::sync::Arc;
use std::time::Duration;

use data_key::{DataKey, Wrapped, random};
use header::Header;
use mlops_core::Digest;
use parking_lot::Mutex;
pub use rotation::{KeyUse, NotRotated, Rotation};
use sealing::{Opening, Sealing};

use super::{Blob, BlobSource, BlobStore, Reclaimed, Space, Sweep, content, unavailable};
use crate::secret::SecretSource;
use crate::{Error, Result};

/// How many names are listed at a time.
const PAGE: usize = 1000;

/// Artifacts over a store of blobs, which sees none of their bytes: encrypted on their way in,
/// decrypted and checked on their way out. Below [`ChunkedArtifacts`](super::ChunkedArtifacts)
/// it encrypts chunks and lists of them.
///
/// Addresses are digests of the plain bytes, as without it, and name what is kept: whoever can
/// read the store sees how many artifacts there are and how long, and whether one is a file
/// that they have themselves. They read none, and change none unnoticed: bytes that were
/// changed, cut, extended, moved within an artifact or put in the place of another one are
/// refused as [`Error::Corrupt`] with the address.
///
/// Each blob has a key of its own, which follows from a random salt and a *data key*. Data keys
/// are random and lie in the store, wrapped in the *key* that the [`SecretSource`] has under
/// the name that is given here. [`rotate`](Self::rotate) wraps them in another key, which
/// rewrites none of the artifacts: what was sealed before is read with the key of now. Until
/// then they are opened with the key whose name they say, if the source still has it.
///
/// ```
/// use std::sync::Arc;
/// use mlops_registry::artifact::{ArtifactStoreExt as _, EncryptedArtifacts, MemoryArtifacts};
/// use mlops_registry::secret::MemorySecrets;
///
/// let secrets = MemorySecrets::default().with("key-1", [1; 32])?.with("key-2", [2; 32])?;
/// let store = EncryptedArtifacts::open(MemoryArtifacts::default(), Arc::new(secrets), "key-1")?;
/// let digest = store.put_bytes(b"the model file")?;
/// assert_eq!(digest, mlops_core::Digest::of("the model file"));
/// let rotation = store.rotate("key-2")?;
/// assert_eq!((rotation.rewrapped, rotation.is_complete()), (1, true));
/// assert_eq!(store.read(&digest, 100)?, b"the model file");
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone)]
pub struct EncryptedArtifacts {
    blobs: Arc<dyn BlobStore>,
    secrets: Arc<dyn SecretSource>,
    keys: Arc<Mutex<Keys>>,
}

struct Keys {
    /// The name of the key that new data keys are wrapped in.
    name: String,
    /// What is put is sealed with; `None` before the first.
    current: Option<Arc<DataKey>>,
    known: BTreeMap<Digest, Arc<DataKey>>,
}

impl fmt::Debug for EncryptedArtifacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedArtifacts")
            .field("blobs", &self.blobs)
            .field("key", &self.keys.lock().name)
            .finish_non_exhaustive()
    }
}

impl EncryptedArtifacts {
    /// Artifacts in `blobs`, encrypted with the secret called `key`: 32 random bytes, or 64
    /// hexadecimal digits. What `blobs` holds unencrypted is not among them.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such secret, [`Error::Invalid`] if it is no key, or
    /// another one than the one of this name that was used here before.
    pub fn open(blobs: impl BlobStore + 'static, secrets: Arc<dyn SecretSource>, key: &str) -> Result<Self> {
        data_key::key(&*secrets, key)?;
        let keys = Keys { name: key.to_owned(), current: None, known: BTreeMap::new() };
        let store = Self { blobs: Arc::new(blobs), secrets, keys: Arc::new(Mutex::new(keys)) };
        let latest = store.latest(key)?;
        store.keys.lock().current = latest;
        Ok(store)
    }

    /// Wraps all data keys in the secret called `key`, and has what is put from now on sealed
    /// with a new one. No artifact is rewritten; one that fails stays as it was. Others that
    /// have the store open go on as before: let them open it with the new key, then rotate
    /// once more. When that is [complete](Rotation::is_complete), the keys of before can go.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such secret, [`Error::Invalid`] if it is no key; then
    /// nothing is changed. Those of the store.
    pub fn rotate(&self, key: &str) -> Result<Rotation> {
        let new = data_key::key(&*self.secrets, key)?;
        let mut rotation = Rotation::default();
        for id in self.all(Space::Keys)? {
            match self.data_key(&id).and_then(|found| {
                let same = found.wrapped_by == key;
                if !same {
                    self.keep(&found.wrap(&new, key)?, &id)?;
                }
                Ok(same)
            }) {
                Ok(true) => rotation.already += 1,
                Ok(false) => rotation.rewrapped += 1,
                Err(error @ Error::Unavailable { .. }) => return Err(error),
                Err(error) => {
                    rotation.failed.push(NotRotated { data_key: id, reason: error.to_string() });
                }
            }
        }
        let mut keys = self.keys.lock();
        key.clone_into(&mut keys.name);
        keys.known.clear();
        keys.current = None;
        drop(keys);
        let current = if rotation.rewrapped > 0 { Some(self.generate(key)?) } else { self.latest(key)? };
        self.keys.lock().current = current;
        Ok(rotation)
    }

    /// The data keys, and what depends on each. Reads the header of every blob.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if a data key or a header is damaged; those of the store.
    pub fn keys(&self) -> Result<Vec<KeyUse>> {
        let mut uses = BTreeMap::new();
        for id in self.all(Space::Keys)? {
            let Some(wrapped) = self.wrapped(&id)? else { continue };
            let Wrapped { generation, by: wrapped_by, .. } = wrapped;
            uses.insert(id, KeyUse { data_key: id, generation, wrapped_by, blobs: 0, bytes: 0 });
        }
        for space in [Space::SealedArtifacts, Space::SealedChunks, Space::SealedManifests] {
            for digest in self.all(space)? {
                let blob = Blob::new(space, digest);
                let Some((_, header)) = self.header(&blob)? else { continue };
                let used = uses.get_mut(&header.key).ok_or_else(|| no_data_key(&blob, &header.key))?;
                used.blobs += 1;
                used.bytes += self.blobs.blob_size(&blob)?.unwrap_or(0);
            }
        }
        let mut uses: Vec<_> = uses.into_values().collect();
        uses.sort_by_key(|used| used.generation);
        Ok(uses)
    }

    fn all(&self, space: Space) -> Result<Vec<Digest>> {
        let mut all: Vec<Digest> = Vec::new();
        loop {
            let page = self.blobs.list_blobs(space, all.last(), PAGE)?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }

    /// The latest data key that is wrapped in `key`.
    fn latest(&self, key: &str) -> Result<Option<Arc<DataKey>>> {
        // What depends on a damaged one says so when it is read.
        let mut found = Vec::new();
        for id in self.all(Space::Keys)? {
            match self.wrapped(&id) {
                Ok(Some(wrapped)) if wrapped.by == key => found.push((wrapped.generation, id)),
                Ok(_) | Err(Error::Corrupt { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        found.sort_unstable();
        for (_, id) in found.into_iter().rev() {
            match self.data_key(&id) {
                Ok(data_key) => return Ok(Some(data_key)),
                Err(Error::Corrupt { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    fn generate(&self, key: &str) -> Result<Arc<DataKey>> {
        let mut generation = 0;
        for id in self.all(Space::Keys)? {
            if let Ok(Some(wrapped)) = self.wrapped(&id) {
                generation = generation.max(wrapped.generation);
            }
        }
        let data_key = DataKey::generate(generation.saturating_add(1), key)?;
        self.keep(&data_key.wrap(&data_key::key(&*self.secrets, key)?, key)?, &data_key.id)?;
        Ok(Arc::new(data_key))
    }

    fn keep(&self, wrapped: &Wrapped, id: &Digest) -> Result<()> {
        self.blobs.put_blobs(&[(Blob::new(Space::Keys, *id), &wrapped.to_bytes())])
    }

    fn wrapped(&self, id: &Digest) -> Result<Option<Wrapped>> {
        let bytes = self.blobs.open_blob(&Blob::new(Space::Keys, *id))?;
        bytes.map(|bytes| Wrapped::read(*id, bytes)).transpose()
    }

    /// What is put is sealed with. The first put makes one.
    fn current(&self) -> Result<Arc<DataKey>> {
        // Held while it is made, so that threads that begin at once make one.
        let mut keys = self.keys.lock();
        if let Some(current) = &keys.current {
            return Ok(Arc::clone(current));
        }
        let current = self.generate(&keys.name)?;
        keys.current = Some(Arc::clone(&current));
        Ok(current)
    }

    fn data_key(&self, id: &Digest) -> Result<Arc<DataKey>> {
        let wrapped = self.wrapped(id)?.ok_or_else(|| data_key::corrupt(id, "it is missing".to_owned()))?;
        let key = data_key::key(&*self.secrets, &wrapped.by)?;
        Ok(Arc::new(wrapped.unwrap(&key)?))
    }

    /// The data key that a blob is sealed with.
    fn data_key_of(&self, blob: &Blob, id: &Digest) -> Result<Arc<DataKey>> {
        {
            let keys = self.keys.lock();
            let current = keys.current.as_ref().filter(|current| current.id == *id);
            if let Some(known) = current.or_else(|| keys.known.get(id)) {
                return Ok(Arc::clone(known));
            }
        }
        let found = self.data_key(id).map_err(|error| match error {
            Error::NotFound { what, key } => Error::NotFound { what, key: format!("{key} of {blob}") },
            Error::Invalid { field, value, expected } => {
                Error::Invalid { field, value, expected: format!("{expected}, as {blob} needs it") }
            }
            Error::Corrupt { what, reason } => {
                Error::Corrupt { what: blob.to_string(), reason: format!("its {what} is damaged: {reason}") }
            }
            error => error,
        })?;
        self.keys.lock().known.insert(*id, Arc::clone(&found));
        Ok(found)
    }

    /// The header of a sealed blob, and what follows it.
    fn header(&self, blob: &Blob) -> Result<Option<(Box<dyn Read + Send>, Header)>> {
        let Some(mut bytes) = self.blobs.open_blob(blob)? else { return Ok(None) };
        let header = Header::read(&mut bytes).map_err(|error| unavailable(blob.to_string(), error))?;
        match header {
            Ok(header) => Ok(Some((bytes, header))),
            Err(reason) => Err(Error::Corrupt { what: blob.to_string(), reason }),
        }
    }
}

fn no_data_key(blob: &Blob, id: &Digest) -> Error {
    Error::Corrupt { what: blob.to_string(), reason: format!("its data key {} is missing", id.short()) }
}

/// What a blob is called where it is sealed.
fn sealed(blob: &Blob) -> Result<Blob> {
    let space = match blob.space {
        Space::Artifacts => Space::SealedArtifacts,
        Space::Chunks => Space::SealedChunks,
        Space::Manifests => Space::SealedManifests,
        other => {
            return Err(Error::Invalid {
                field: "space of a blob",
                value: other.to_string(),
                expected: "one of those that are encrypted, and once".to_owned(),
            });
        }
    };
    Ok(Blob::new(space, blob.digest))
}

/// Bytes in memory, as a source.
struct Known<'a>(Cursor<&'a [u8]>, Blob);

impl Read for Known<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(into)
    }
}

impl BlobSource for Known<'_> {
    fn name(&mut self) -> Result<Blob> {
        Ok(self.1)
    }
}

impl BlobStore for EncryptedArtifacts {
    fn put_blob(&self, source: &mut dyn BlobSource) -> Result<Blob> {
        let data_key = self.current()?;
        let header = Header { key: data_key.id, salt: random()? };
        let kept = self.blobs.put_blob(&mut Sealing::new(source, &data_key.key, header, sealed))?;
        let space = match kept.space {
            Space::SealedArtifacts => Space::Artifacts,
            Space::SealedChunks => Space::Chunks,
            Space::SealedManifests => Space::Manifests,
            other => other,
        };
        Ok(Blob::new(space, kept.digest))
    }

    fn put_blobs(&self, blobs: &[(Blob, &[u8])]) -> Result<()> {
        let data_key = self.current()?;
        let all = blobs.iter().map(|(blob, bytes)| {
            let header = Header { key: data_key.id, salt: random()? };
            let mut source = Known(Cursor::new(bytes), *blob);
            let mut all = Vec::with_capacity(bytes.len() + bytes.len() / 1024 + 256);
            Sealing::new(&mut source, &data_key.key, header, sealed)
                .read_to_end(&mut all)
                .map_err(super::of_source)?;
            Ok((sealed(blob)?, all))
        });
        let all = all.collect::<Result<Vec<_>>>()?;
        let together: Vec<_> = all.iter().map(|(blob, bytes)| (*blob, bytes.as_slice())).collect();
        self.blobs.put_blobs(&together)
    }

    fn open_blob(&self, blob: &Blob) -> Result<Option<Box<dyn Read + Send>>> {
        let blob = sealed(blob)?;
        let Some((bytes, header)) = self.header(&blob)? else { return Ok(None) };
        let data_key = self.data_key_of(&blob, &header.key)?;
        Ok(Some(Box::new(Opening::new(bytes, blob, &data_key.key, &header))))
    }

    fn blob_size(&self, blob: &Blob) -> Result<Option<u64>> {
        let blob = sealed(blob)?;
        let Some(size) = self.blobs.blob_size(&blob)? else { return Ok(None) };
        let size = header::plain_size(size);
        size.map(Some).map_err(|reason| Error::Corrupt { what: blob.to_string(), reason })
    }

    fn list_blobs(&self, space: Space, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let Blob { space, .. } = sealed(&Blob::new(space, Digest::from_bytes([0; 32])))?;
        self.blobs.list_blobs(space, after, limit)
    }

    fn touch_blob(&self, blob: &Blob) -> Result<bool> {
        self.blobs.touch_blob(&sealed(blob)?)
    }

    fn remove_blob(&self, blob: &Blob, age: Duration, sweep: Sweep) -> Result<bool> {
        self.blobs.remove_blob(&sealed(blob)?, age, sweep)
    }

    fn reclaim_parts(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        self.blobs.reclaim_parts(age, sweep)
    }
}

content::artifacts_of_blobs!(EncryptedArtifacts);
