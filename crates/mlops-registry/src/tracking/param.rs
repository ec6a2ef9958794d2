use serde::{Deserialize, Serialize};

use super::RunId;
use crate::registry::Document;
use crate::store::{Key, Kind};

/// An input of a run that never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Param {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

impl Document for Param {
    const KIND: Kind = Kind::Param;
    fn key(&self) -> Key {
        self.run.key().and(self.name.as_str())
    }
}
