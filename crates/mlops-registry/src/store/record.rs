use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Key, Kind};
use crate::{Error, Result};

/// Which state of a record: the sequence of the audit entry that wrote it.
///
/// So it never repeats, not even for a record that was removed and made again, and it
/// leads from any record to the entry that accounts for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "it is a number with a meaning")]
pub struct Revision(pub u64);

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A record as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "adapters make it, and it is all that they keep")]
pub struct Record {
    /// What it is about.
    pub kind: Kind,
    /// Which one.
    pub key: Key,
    /// The audit entry that wrote it.
    pub revision: Revision,
    /// Its canonical JSON; whatever bytes are there if someone has changed them.
    pub body: Vec<u8>,
}

impl Record {
    /// The document that the body is.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is not.
    pub fn document<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| Error::Corrupt {
            what: format!("{} {}", self.kind, self.key),
            reason: error.to_string(),
        })
    }
}

/// Which records to read: those of one kind under a key, in the order of their keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Query {
    /// The kind.
    pub kind: Kind,
    /// The first parts of the keys: all of them for one record, none for every record.
    pub under: Key,
    /// Only keys after this one, which must lie under [`under`](Self::under): the last of the page before.
    pub after: Option<Key>,
    /// How many records at most.
    pub limit: usize,
}

impl Query {
    /// The one record with this key.
    pub const fn one(kind: Kind, key: Key) -> Self {
        Self { kind, under: key, after: None, limit: 1 }
    }

    /// The first `limit` records under `group`.
    pub const fn under(kind: Kind, group: Key, limit: usize) -> Self {
        Self { kind, under: group, after: None, limit }
    }

    /// The same from behind `key` on.
    #[must_use]
    pub fn after(mut self, key: Key) -> Self {
        self.after = Some(key);
        self
    }

    /// Whether the keys fit the kind. Adapters ask this first.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they do not.
    pub fn check(&self) -> Result<()> {
        self.kind.check(&self.under, false)?;
        let Some(after) = &self.after else { return Ok(()) };
        self.kind.check(after, true)?;
        if after.is_under(&self.under) {
            Ok(())
        } else {
            Err(Error::Invalid {
                field: "page",
                value: after.to_string(),
                expected: format!("a key under {:?}", self.under.to_string()),
            })
        }
    }
}
