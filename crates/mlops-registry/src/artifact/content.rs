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
