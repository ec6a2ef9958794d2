//! A profile as a file: [sealed](crate::sealed) JSON.
//!
//! JSON because it needs no length that is believed before it is there, keeps every digit,
//! and can be looked at with any tool after `tail -c +53`.

use super::{ColumnProfile, Profile};
use crate::sealed::Format;
use crate::window::{Found, MAX_ROWS, all_different};
use crate::{Error, Result};

const FORMAT: Format = Format { magic: b"mlopsprf", version: 1, what: "the profile" };

impl Profile {
    /// The profile as a file. The same profile gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        FORMAT.seal(&self.body())
    }

    /// The profile that was written.
    ///
    /// Bytes from anywhere are safe to read: memory and depth are bounded by what is there,
    /// and only what a profile can be becomes one.
    ///
    /// # Errors
    /// [`Error::Version`] if it was written in another version of the format,
    /// [`Error::Damaged`] if it is no profile, ends early, or was changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let body = FORMAT.open(bytes)?;
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
    FORMAT.damaged(reason)
}
