//! The file of a profile: 52 bytes that say what follows, then JSON.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `mlopsprf` |
//! | 4 | the version of the format, little-endian |
//! | 8 | the length of the body, little-endian |
//! | 32 | the SHA-256 of the body |
//! | … | the body |
//!
//! JSON because it needs no length that is believed before it is there, keeps every digit,
//! and can be looked at with any tool after `tail -c +53`.

use mlops_core::Digest;

use super::{ColumnProfile, Profile};
use crate::window::{Found, MAX_ROWS, all_different};
use crate::{Error, Result};

const MAGIC: &[u8; 8] = b"mlopsprf";
const VERSION: u32 = 1;
const HEADER: usize = 8 + 4 + 8 + 32;

impl Profile {
    /// The profile as a file. The same profile gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = self.body();
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        bytes.extend_from_slice(Digest::of(&body).as_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// The profile that was written.
    ///
    /// Bytes from anywhere are safe to read: memory and depth are bounded by what is there,
    /// and only what a profile can be becomes one.
    ///
    /// # Errors
    /// [`Error::ProfileVersion`] if it was written in another version of the format,
    /// [`Error::Damaged`] if it is no profile, ends early, or was changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        if !bytes.starts_with(MAGIC) {
            return Err(damaged("it does not begin as one does"));
        }
        let early = || damaged(format!("it ends after {} bytes", bytes.len()));
        let (version, rest) = bytes[MAGIC.len()..].split_first_chunk::<4>().ok_or_else(early)?;
        let version = u32::from_le_bytes(*version);
        if version != VERSION {
            return Err(Error::ProfileVersion { found: version, expected: VERSION });
        }
        let (length, rest) = rest.split_first_chunk::<8>().ok_or_else(early)?;
        let length = u64::from_le_bytes(*length);
        let (digest, body) = rest.split_first_chunk::<32>().ok_or_else(early)?;
        if body.len() as u64 != length {
            return Err(damaged(format!("{} bytes follow the header, expected {length}", body.len())));
        }
        if Digest::of(body).as_bytes() != digest {
            return Err(damaged("its checksum is another"));
        }
        let profile: Self = serde_json::from_slice(body).map_err(|error| damaged(error.to_string()))?;
        profile.check()?;
        Ok(profile)
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names, counts and finite numbers are JSON")
    }

    /// Refuses what a profile can't be.
    fn check(&self) -> Result<()> {
        let found: Vec<Found<'_>> = self.columns.iter().map(ColumnProfile::found).collect();
        all_different(&found).map_err(|error| damaged(error.to_string()))?;
        if self.rows > MAX_ROWS {
            return Err(damaged(format!("{} rows are more than can be", self.rows)));
        }
        let damage = self.columns.iter().find_map(|column| column.damage(self.rows, &self.settings));
        damage.map_or(Ok(()), |damage| Err(damaged(damage)))
    }
}

fn damaged(reason: impl Into<String>) -> Error {
    Error::Damaged { what: "the profile".to_owned(), reason: reason.into() }
}
