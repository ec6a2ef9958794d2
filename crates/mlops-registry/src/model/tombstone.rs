use std::collections::BTreeMap;

use mlops_core::{Alias, Digest, ModelName, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::card::RecordedCard;
use super::{Description, Model, ModelVersion, VersionGit, VersionStage};
use crate::Result;
use crate::compliance::Attestation;
use crate::registry::{Document, Registry};
use crate::signing::VersionSignature;
use crate::store::{Key, Kind};

/// What is left of a version or a model that was deleted: all that it was, so that whoever
/// asks later what served then still finds its source, its lineage and its file's digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tombstone {
    /// What was deleted.
    pub deleted: Deleted,
    /// Why.
    pub reason: String,
    /// Who deleted it.
    pub deleted_by: Principal,
    /// When.
    pub deleted_at: Timestamp,
    /// Its tags, which went with it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The descriptions of it that went with it; the one that a version was registered with
    /// is in the version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub descriptions: Vec<Description>,
    /// The card of a version, which went with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<RecordedCard>,
    /// The signatures of a version, which went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<VersionSignature>,
    /// The sources of a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<VersionGit>,
    /// What people answered for, of a version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attestations: Vec<Attestation>,
}

/// What was deleted, as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Deleted {
    /// A model; its versions have tombstones of their own.
    Model(Model),
    /// A version.
    Version(Box<DeletedVersion>),
}

/// A version and what stood beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeletedVersion {
    /// The version.
    pub version: ModelVersion,
    /// Where it stood.
    pub stage: VersionStage,
    /// The aliases that pointed at it, and went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Alias>,
}

impl Tombstone {
    /// The version, if it is of one.
    pub fn version(&self) -> Option<&ModelVersion> {
        match &self.deleted {
            Deleted::Version(deleted) => Some(&deleted.version),
            Deleted::Model(_) => None,
        }
    }

    /// The digest of the file, if it is of a version.
    pub fn artifact(&self) -> Option<Digest> {
        self.version().map(|version| version.artifact)
    }

    fn model(&self) -> Option<&Model> {
        match &self.deleted {
            Deleted::Model(model) => Some(model),
            Deleted::Version(_) => None,
        }
    }
}

impl Document for Tombstone {
    const KIND: Kind = Kind::Tombstone;
    /// With the number of the version, or of the last one: what is registered again and
    /// deleted again has another.
    fn key(&self) -> Key {
        match &self.deleted {
            Deleted::Model(model) => Key::from([model.name.as_str(), ""]).and(i64::from(model.versions)),
            Deleted::Version(deleted) => {
                let version = &deleted.version;
                ModelVersion::key_of(&version.model, &version.version).and(i64::from(version.number))
            }
        }
    }
}

impl Registry {
    /// What is left of the versions of a model that were deleted, in the order of their
    /// registration.
    ///
    /// # Errors
    /// Those of the store.
    pub fn deleted_versions(&self, model: &ModelName) -> Result<Vec<Tombstone>> {
        let mut deleted: Vec<Tombstone> = self.values(&Key::from([model.as_str()]))?;
        deleted.retain(|tombstone| tombstone.version().is_some());
        deleted.sort_by_key(|tombstone| tombstone.version().map(|version| version.number));
        Ok(deleted)
    }

    /// What is left of the models that were deleted, by name; one whose name was registered
    /// again since is among them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn deleted_models(&self) -> Result<Vec<Tombstone>> {
        let mut deleted: Vec<Tombstone> = self.values(&Key::all())?;
        deleted.retain(|tombstone| tombstone.model().is_some());
        Ok(deleted)
    }

    /// The record of a model that is registered for the first time, or again: then it counts
    /// on from where it was, so that no number ever means two things.
    pub(crate) fn model_before(&self, name: &ModelName, by: &Principal, at: Timestamp) -> Result<Model> {
        let again: Vec<Tombstone> = self.values(&Key::from([name.as_str(), ""]))?;
        let again = again.iter().filter_map(Tombstone::model).max_by_key(|model| model.versions);
        Ok(Model {
            name: name.clone(),
            created_by: by.clone(),
            created_at: at,
            versions: again.map_or(0, |model| model.versions),
            evidence: again.map_or(0, |model| model.evidence),
            requests: again.map_or(0, |model| model.requests),
            promotions: again.map_or(0, |model| model.promotions),
            trials: again.map_or(0, |model| model.trials),
            imported: None,
        })
    }
}
