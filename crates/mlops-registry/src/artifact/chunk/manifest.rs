use std::io::{self, Read};

use mlops_core::Digest;

use super::cut::MAX_CHUNK;
use crate::{Error, Result};

/// The most chunks of an artifact: a terabyte of such as are usual, and 36 MiB in memory.
pub(super) const MAX_CHUNKS: usize = 1 << 20;

const MAGIC: &[u8; 8] = b"mlopsMF1";
/// Magic, digest and size of the artifact, number of chunks.
const HEADER: usize = 8 + 32 + 8 + 4;
/// The size and the digest of a chunk.
const ENTRY: usize = 4 + 32;
/// The digest of all before it.
const TRAILER: usize = 32;
const LONGEST: usize = HEADER + MAX_CHUNKS * ENTRY + TRAILER;

/// One chunk of an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk {
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size: u32,
}

/// Of which chunks an artifact is made.
///
/// Of the two digests here, [`artifact`](Self::artifact) is the SHA-256 of the bytes of the
/// artifact, which is its address, and [`digest`](Self::digest) that of the list: whoever has the
/// latter from where nobody tampers with it, such as a signed statement, can have the chunks
/// [checked on several threads](super::ChunkedArtifacts::check_chunks). The former alone takes
/// one pass over all bytes, one after the other.
///
/// # Format
/// Numbers are big-endian. `mlopsMF1`, the artifact's digest (32 bytes) and size (8), the
/// number of chunks (4), for each its size (4) and digest (32); then the SHA-256 of all that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    artifact: Digest,
    size: u64,
    chunks: Vec<Chunk>,
    digest: Digest,
}

impl Manifest {
    pub(super) fn new(artifact: Digest, chunks: Vec<Chunk>) -> Self {
        let size = chunks.iter().map(|chunk| u64::from(chunk.size)).sum();
        let mut manifest = Self { artifact, size, chunks, digest: artifact };
        manifest.digest = Digest::of(manifest.body());
        manifest
    }

    /// The digest of the bytes of the artifact.
    pub const fn artifact(&self) -> &Digest {
        &self.artifact
    }

    /// How many bytes the artifact has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Its chunks, in order.
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// The digest of this list.
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    fn body(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.chunks.len() * ENTRY + TRAILER);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(self.artifact.as_bytes());
        bytes.extend_from_slice(&self.size.to_be_bytes());
        let count = u32::try_from(self.chunks.len()).expect("there are at most MAX_CHUNKS");
        bytes.extend_from_slice(&count.to_be_bytes());
        for Chunk { digest, size } in &self.chunks {
            bytes.extend_from_slice(&size.to_be_bytes());
            bytes.extend_from_slice(digest.as_bytes());
        }
        bytes
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.body();
        bytes.extend_from_slice(self.digest.as_bytes());
        bytes
    }

    /// Reads the list of the chunks of `artifact`. What it takes in memory is what is there,
    /// and not what it says of itself.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is none, or that of another artifact.
    pub(super) fn read(artifact: &Digest, source: impl Read) -> Result<Self> {
        let mut bytes = Vec::new();
        source.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(|error| of_list(artifact, error))?;
        Self::parse(artifact, &bytes).map_err(|reason| corrupt(artifact, reason))
    }

    fn parse(artifact: &Digest, bytes: &[u8]) -> Result<Self, String> {
        let length = bytes.len();
        if length < HEADER + TRAILER {
            return Err(format!("it has {length} bytes, and needs {} at least", HEADER + TRAILER));
        }
        let (body, trailer) = bytes.split_at(length - TRAILER);
        let digest = Digest::of(body);
        if trailer != digest.as_bytes() {
            return Err("it does not hash to its own digest: it was changed or cut".to_owned());
        }
        let (header, entries) = body.split_at(HEADER);
        let (magic, header) = header.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(format!("it begins with {magic:?}, not with {MAGIC:?}"));
        }
        let (of, header) = header.split_at(32);
        if of != artifact.as_bytes() {
            return Err("it is that of another artifact".to_owned());
        }
        let (size, count) = header.split_at(8);
        let size = u64::from_be_bytes(size.try_into().map_err(|_| "it has no size")?);
        let count = u32::from_be_bytes(count.try_into().map_err(|_| "it has no number of chunks")?);
        if entries.len() != count as usize * ENTRY || count as usize > MAX_CHUNKS {
            return Err(format!("it has {count} chunks, and {} bytes for them", entries.len()));
        }
        let mut chunks = Vec::with_capacity(entries.len() / ENTRY);
        let mut total = 0_u64;
        for entry in entries.chunks_exact(ENTRY) {
            let (size, digest) = entry.split_at(4);
            let size = u32::from_be_bytes(size.try_into().map_err(|_| "a chunk has no size")?);
            let digest = Digest::from_bytes(digest.try_into().map_err(|_| "a chunk has no digest")?);
            if !(1..=MAX_CHUNK).contains(&size) {
                return Err(format!(
                    "its chunk {} has {size} bytes: expected 1 to {MAX_CHUNK}",
                    chunks.len()
                ));
            }
            total += u64::from(size);
            chunks.push(Chunk { digest, size });
        }
        if total != size {
            return Err(format!("its chunks have {total} bytes, and the artifact {size}"));
        }
        Ok(Self { artifact: *artifact, size, chunks, digest })
    }
}

pub(super) fn corrupt(artifact: &Digest, reason: String) -> Error {
    Error::Corrupt { what: format!("the list of chunks of artifact {artifact}"), reason }
}

fn of_list(artifact: &Digest, error: io::Error) -> Error {
    error
        .downcast::<Error>()
        .unwrap_or_else(|error| super::super::unavailable(format!("artifact {artifact}"), error))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn manifest(sizes: &[u32]) -> Manifest {
        let chunks = sizes.iter().map(|size| Chunk { digest: Digest::of(size.to_be_bytes()), size: *size });
        Manifest::new(Digest::of("artifact"), chunks.collect())
    }

    /// With a digest that fits, so that what is wrong with the rest is found.
    fn resealed(mut body: Vec<u8>) -> Vec<u8> {
        let digest = Digest::of(&body);
        body.extend_from_slice(digest.as_bytes());
        body
    }

    fn refused(bytes: &[u8]) -> String {
        match Manifest::read(&Digest::of("artifact"), bytes) {
            Err(Error::Corrupt { what, reason }) => {
                assert!(what.ends_with(&Digest::of("artifact").to_string()), "{what}");
                reason
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn any_byte_and_any_length_counts() {
        let manifest = manifest(&[3, 100, 7]);
        let bytes = manifest.to_bytes();
        assert_eq!(Manifest::read(manifest.artifact(), bytes.as_slice()).unwrap(), manifest);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            refused(&changed);
            refused(&bytes[..at]);
        }
        refused(&[&bytes[..], b"x"].concat());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let whole = manifest(&[3, 100, 7]).body();
        let with = |at: usize, bytes: &[u8]| {
            let mut body = whole.clone();
            body[at..at + bytes.len()].copy_from_slice(bytes);
            refused(&resealed(body))
        };
        assert!(with(0, b"M").contains("begins with"));
        assert!(with(8, b"x").contains("another artifact"));
        assert_eq!(with(40, &9_u64.to_be_bytes()), "its chunks have 110 bytes, and the artifact 9");
        assert_eq!(
            with(40, &u64::MAX.to_be_bytes()),
            format!("its chunks have 110 bytes, and the artifact {}", u64::MAX)
        );
        assert_eq!(
            with(48, &u32::MAX.to_be_bytes()),
            format!("it has {} chunks, and 108 bytes for them", u32::MAX)
        );
        assert!(with(52, &0_u32.to_be_bytes()).starts_with("its chunk 0 has 0 bytes"));
        assert!(with(52, &u32::MAX.to_be_bytes()).contains("expected 1 to"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, sealed: bool) {
            let bytes = if sealed { resealed([MAGIC.as_slice(), &bytes].concat()) } else { bytes };
            let _ = Manifest::read(&Digest::of("artifact"), bytes.as_slice());
        }
    }
}
