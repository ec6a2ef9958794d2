use std::collections::BTreeSet;

use mlops_core::{Digest, ModelName, Principal, Subject, Timestamp, Version, Window};
use serde::{Deserialize, Serialize};

use super::{Framework, Lineage, Signature};
use crate::Result;
use crate::provenance::Imported;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};
use crate::tracking::RunId;

/// A version to be registered: what came of a run.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct NewVersion {
    pub(super) model: ModelName,
    /// The least that is allowed, if `None`.
    pub(super) version: Option<Version>,
    pub(super) run: RunId,
    pub(super) artifact: Digest,
    pub(super) flavour: String,
    pub(super) framework: Option<Framework>,
    pub(super) signature: Option<Signature>,
    pub(super) description: String,
    pub(super) window: Option<Window>,
}

impl NewVersion {
    /// The version of `model` that `run` gave, whose file is `artifact` in the store of artifacts.
    pub fn new(model: ModelName, version: Version, run: RunId, artifact: Digest) -> Self {
        Self { version: Some(version), ..Self::next(model, run, artifact) }
    }

    /// The same with whatever version comes next: the least that its signature allows, as
    /// [`suggest_version`](Registry::suggest_version) gives it at the moment of registration.
    pub const fn next(model: ModelName, run: RunId, artifact: Digest) -> Self {
        Self {
            model,
            version: None,
            run,
            artifact,
            flavour: String::new(),
            framework: None,
            signature: None,
            description: String::new(),
            window: None,
        }
    }

    /// What the model takes and gives. It is checked against the version before, and asks
    /// for a [bump](super::signature).
    pub fn signature(mut self, signature: Signature) -> Self {
        self.signature = Some(signature);
        self
    }

    /// What made it and loads it, such as `lightgbm` 4.5.0.
    pub fn framework(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.framework = Some(Framework { name: name.into(), version: version.into() });
        self
    }

    /// The time that the training data comes from.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// What the file is, such as `lightgbm-text`.
    pub fn flavour(mut self, flavour: impl Into<String>) -> Self {
        self.flavour = flavour.into();
        self
    }

    /// What a person should know of it.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }
}

/// A version of a model. It never changes; where it stands is kept beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelVersion {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// Its place among the versions of the model in the order of their registration, from 1.
    pub number: u32,
    /// The digest of the model file.
    pub artifact: Digest,
    /// What the file is, such as `lightgbm-text`.
    pub flavour: String,
    /// What made it and loads it, if it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub framework: Option<Framework>,
    /// What it takes and gives, if it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// What a person should know of it, as it was registered. Later words are
    /// [`descriptions`](Registry::descriptions).
    pub description: String,
    /// The run that it came from.
    pub run: RunId,
    /// Who started that run.
    pub made_by: Principal,
    /// Who else has logged to that run or resumed it, by the time of registration.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub contributors: BTreeSet<Principal>,
    /// What it was made from.
    pub lineage: Lineage,
    /// Who registered it.
    pub registered_by: Principal,
    /// When.
    pub registered_at: Timestamp,
    /// That it was taken over from another system, and what that said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Box<Imported>>,
}

impl ModelVersion {
    /// What a verdict on this version must name.
    pub fn subject(&self) -> Subject {
        Subject { model: self.model.clone(), version: self.version.clone(), artifact: self.artifact }
    }

    /// Whether `principal` has a hand in it, and so can't approve it.
    pub fn is_by(&self, principal: &Principal) -> bool {
        *principal == self.made_by
            || *principal == self.registered_by
            || self.contributors.contains(principal)
    }

    pub(crate) fn key_of(model: &ModelName, version: &Version) -> Key {
        Key::from([model.as_str()]).and(version.to_string())
    }
}

impl Document for ModelVersion {
    const KIND: Kind = Kind::Version;
    fn key(&self) -> Key {
        Self::key_of(&self.model, &self.version)
    }
}

impl Registry {
    /// A version of a model by its place in the order of registration, from 1: MLflow's
    /// version number. Reads all versions of the model.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is none, or it was deleted.
    pub fn version_numbered(&self, model: &ModelName, number: u32) -> Result<ModelVersion> {
        let version = self.versions(model)?.into_iter().find(|version| version.number == number);
        version.ok_or_else(|| crate::Error::NotFound {
            what: "version",
            key: format!("{model} number {number}"),
        })
    }

    /// A version of a model.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if it is not registered.
    pub fn version(&self, model: &ModelName, version: &Version) -> Result<ModelVersion> {
        Ok(self.get("version", ModelVersion::key_of(model, version))?.value)
    }

    /// The versions of a model in the order of their registration.
    ///
    /// # Errors
    /// Those of the store.
    pub fn versions(&self, model: &ModelName) -> Result<Vec<ModelVersion>> {
        let mut versions: Vec<ModelVersion> = self.values(&Key::from([model.as_str()]))?;
        versions.sort_by_key(|version| version.number);
        Ok(versions)
    }
}
