use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use mlops_core::Digest;

use super::{ArtifactStore, unavailable};
use crate::{Error, Result};

/// What every [`ArtifactStore`] can do besides: conveniences over its methods.
pub trait ArtifactStoreExt: ArtifactStore {
    /// Keeps `bytes`.
    ///
    /// # Errors
    /// As [`put`](ArtifactStore::put).
    fn put_bytes(&self, bytes: &[u8]) -> Result<Digest> {
        self.put(&mut { bytes })
    }

    /// Keeps what is in the file at `path`.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file; [`Error::Unavailable`] that names it
    /// if it can't be opened; as [`put`](ArtifactStore::put).
    fn put_file(&self, path: &Path) -> Result<Digest> {
        let mut file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::NotFound { what: "file", key: path.display().to_string() },
            _ => unavailable(path.display().to_string(), error),
        })?;
        self.put(&mut file)
    }

    /// Whether something is at `digest`. Does not look whether it is whole: see [`check`](Self::check).
    ///
    /// # Errors
    /// As [`size`](ArtifactStore::size).
    fn contains(&self, digest: &Digest) -> Result<bool> {
        self.size(digest).map(|size| size.is_some())
    }

    /// All bytes at `digest`, checked, if they are at most `limit`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there are more, before they are read; [`Error::NotFound`] if
    /// nothing is there, [`Error::Corrupt`] if it has changed.
    fn read(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>> {
        let too_large = |size: u64| Error::Invalid {
            field: "size of the artifact",
            value: size.to_string(),
            expected: format!("at most {limit} bytes"),
        };
        if let Some(size) = self.size(digest)?.filter(|size| *size > limit) {
            return Err(too_large(size));
        }
        let mut bytes = Vec::new();
        // The size is what the store says; the limit holds even if it is wrong.
        self.open(digest)?
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| unwrap(digest, error))?;
        let size = bytes.len() as u64;
        if size > limit { Err(too_large(size)) } else { Ok(bytes) }
    }

    /// Writes the bytes at `digest` to `sink`, and returns how many.
    ///
    /// After an error `sink` holds bytes that nobody has vouched for.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing is there, [`Error::Corrupt`] if it has changed,
    /// [`Error::Unavailable`] if `sink` does not take them.
    fn copy_to(&self, digest: &Digest, sink: &mut dyn Write) -> Result<u64> {
        io::copy(&mut self.open(digest)?, sink).map_err(|error| unwrap(digest, error))
    }

    /// Reads all bytes at `digest` to see that they are those that were put; returns how many.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing is there, [`Error::Corrupt`] if it has changed.
    fn check(&self, digest: &Digest) -> Result<u64> {
        self.copy_to(digest, &mut io::sink())
    }
}

impl<S: ArtifactStore + ?Sized> ArtifactStoreExt for S {}

/// The error of this crate that travels within one of a reader.
fn unwrap(digest: &Digest, error: io::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|error| unavailable(format!("artifact {digest}"), error))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::artifact::{MemoryArtifacts, Reclaimed, Sweep};

    /// Says of everything that it is one byte long.
    #[derive(Debug, Default)]
    struct Understating(MemoryArtifacts);

    impl ArtifactStore for Understating {
        fn put(&self, source: &mut dyn Read) -> Result<Digest> {
            self.0.put(source)
        }

        fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
            self.0.open(digest)
        }

        fn size(&self, digest: &Digest) -> Result<Option<u64>> {
            Ok(self.0.size(digest)?.map(|_| 1))
        }

        fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
            self.0.list(after, limit)
        }

        fn remove(&self, digest: &Digest) -> Result<bool> {
            self.0.remove(digest)
        }

        fn touch(&self, digest: &Digest) -> Result<bool> {
            self.0.touch(digest)
        }

        fn remove_older(&self, digest: &Digest, age: Duration, sweep: Sweep) -> Result<bool> {
            self.0.remove_older(digest, age, sweep)
        }

        fn reclaim(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
            self.0.reclaim(age, sweep)
        }
    }

    #[test]
    fn the_limit_holds_whatever_the_store_says() {
        let store = Understating::default();
        let digest = store.put_bytes(b"model").unwrap();
        assert_eq!(store.read(&digest, 5).unwrap(), b"model");
        for limit in 0..5 {
            assert!(matches!(store.read(&digest, limit), Err(Error::Invalid { .. })), "{limit}");
        }
    }
}
