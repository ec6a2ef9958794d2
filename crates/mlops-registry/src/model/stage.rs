use std::fmt;

use mlops_core::{Alias, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use crate::registry::Document;
use crate::store::{Key, Kind};

/// Where a version stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Stage {
    /// Registered, and never in production.
    None,
    /// In production: at most one version of a model is.
    Production,
    /// In production once; another version took its place.
    Archived,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Production => "production",
            Self::Archived => "archived",
        })
    }
}

/// Where a version stands, and since when. Kept beside the version, which never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VersionStage {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// Who put it there.
    pub by: Principal,
}

impl Document for VersionStage {
    const KIND: Kind = Kind::Stage;
    fn key(&self) -> Key {
        Key::from([self.model.as_str()]).and(self.version.to_string())
    }
}

/// What an alias points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AliasTarget {
    /// The model.
    pub model: ModelName,
    /// The alias.
    pub alias: Alias,
    /// The version that it points at.
    pub version: Version,
    /// Since when.
    pub since: Timestamp,
    /// Who moved it there.
    pub by: Principal,
}

impl AliasTarget {
    pub(crate) fn key_of(model: &ModelName, alias: &str) -> Key {
        Key::from([model.as_str(), alias])
    }
}

impl Document for AliasTarget {
    const KIND: Kind = Kind::Alias;
    fn key(&self) -> Key {
        Self::key_of(&self.model, self.alias.as_str())
    }
}
