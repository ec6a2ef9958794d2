use std::fmt;

use mlops_core::{Alias, ModelName, ModelRef, Principal, Selector, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::{ModelVersion, PRODUCTION};
use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// Where a version stands; the words are MLflow's.
///
/// | from | to | by |
/// | --- | --- | --- |
/// | – | `None` | [`register`](crate::Session::register) |
/// | `None`, `Archived` | `Staging` | [`start_trial`](crate::Session::start_trial) |
/// | `Staging` | where it stood before | [`end_trial`](crate::Session::end_trial), or another version that went into production |
/// | `None`, `Staging`, `Archived` | `Production` | [`promote`](crate::Session::promote) |
/// | `Archived`, `Staging` | `Production` | [`rollback`](crate::Session::rollback), [`rollback_to`](crate::Session::rollback_to) |
/// | `Production` | `Archived` | another version that went into production |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Stage {
    /// Registered, not on trial, and never in production.
    None,
    /// On [trial](crate::trial) beside the one in production: at most one version of a model is.
    Staging,
    /// In production: at most one version of a model is.
    Production,
    /// In production once; another version took its place.
    Archived,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Staging => "staging",
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

impl Registry {
    /// Where a version stands.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if it is not registered.
    pub fn stage(&self, model: &ModelName, version: &Version) -> Result<VersionStage> {
        Ok(self.get("version", ModelVersion::key_of(model, version))?.value)
    }

    /// Where each version of a model stands, by the text of the version.
    ///
    /// # Errors
    /// Those of the store.
    pub fn stages(&self, model: &ModelName) -> Result<Vec<VersionStage>> {
        self.values(&Key::from([model.as_str()]))
    }

    /// The version in production, if there is one.
    ///
    /// # Errors
    /// Those of the store.
    pub fn production(&self, model: &ModelName) -> Result<Option<ModelVersion>> {
        let target = self.find::<AliasTarget>(AliasTarget::key_of(model, PRODUCTION))?;
        target.map(|target| self.version(model, &target.value.version)).transpose()
    }

    /// The version that a reference means now.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such version or alias.
    pub fn resolve(&self, reference: &ModelRef) -> Result<ModelVersion> {
        match &reference.selector {
            Selector::Version(version) => self.version(&reference.name, version),
            Selector::Alias(alias) => {
                let key = AliasTarget::key_of(&reference.name, alias.as_str());
                let target = self.get::<AliasTarget>("alias", key)?;
                self.version(&reference.name, &target.value.version)
            }
        }
    }
}
