//! The files of this crate: 52 bytes that say what follows, then the body.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | what it is, such as `mlopsprf` |
//! | 4 | the version of the format, little-endian |
//! | 8 | the length of the body, little-endian |
//! | 32 | the SHA-256 of the body |
//! | … | the body |

use mlops_core::Digest;

use crate::{Error, Result};

const HEADER: usize = 8 + 4 + 8 + 32;

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    pub(crate) magic: &'static [u8; 8],
    pub(crate) version: u32,
    /// What errors call it, such as `the profile`.
    pub(crate) what: &'static str,
}

impl Format {
    /// The body with its header. The same body gives the same bytes.
    pub(crate) fn seal(&self, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend_from_slice(self.magic);
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        bytes.extend_from_slice(Digest::of(body).as_bytes());
        bytes.extend_from_slice(body);
        bytes
    }

    /// The body, if it is whole and of this version.
    ///
    /// # Errors
    /// [`Error::Version`] if it was written in another version of the format,
    /// [`Error::Damaged`] if it is something else, ends early, or was changed.
    pub(crate) fn open<'a>(&self, bytes: &'a [u8]) -> Result<&'a [u8]> {
        let early = || self.damaged(format!("it ends after {} bytes", bytes.len()));
        let rest =
            bytes.strip_prefix(self.magic).ok_or_else(|| self.damaged("it does not begin as one does"))?;
        let (version, rest) = rest.split_first_chunk::<4>().ok_or_else(early)?;
        let found = u32::from_le_bytes(*version);
        if found != self.version {
            return Err(Error::Version { what: self.what, found, expected: self.version });
        }
        let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(early)?;
        let length = u64::from_le_bytes(*length);
        let (digest, body) = rest.split_first_chunk::<32>().ok_or_else(early)?;
        if body.len() as u64 != length {
            return Err(self.damaged(format!("{} bytes follow the header, expected {length}", body.len())));
        }
        if Digest::of(body).as_bytes() != digest {
            return Err(self.damaged("its checksum is another"));
        }
        Ok(body)
    }

    /// Says what is wrong with it.
    pub(crate) fn damaged(&self, reason: impl Into<String>) -> Error {
        Error::Damaged { what: self.what.to_owned(), reason: reason.into() }
    }
}
