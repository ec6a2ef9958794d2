use mlops_core::{Digest, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::Envelope;
use crate::Result;
use crate::merkle::PublicKey;
use crate::model::ModelVersion;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// A signature of a version, as it is kept beside it: one of each key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VersionSignature {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// The key that it was made with.
    pub key: PublicKey,
    /// What was signed, and the signature.
    pub envelope: Envelope,
    /// Who has put it here.
    pub recorded_by: Principal,
    /// When.
    pub recorded_at: Timestamp,
}

impl VersionSignature {
    pub(super) fn key_of(model: &ModelName, version: &Version, key: &Digest) -> Key {
        ModelVersion::key_of(model, version).and(key.to_string())
    }
}

impl Document for VersionSignature {
    const KIND: Kind = Kind::VersionSignature;
    fn key(&self) -> Key {
        Self::key_of(&self.model, &self.version, &self.key.id())
    }
}

impl Registry {
    /// The signatures of a version, by the ids of their keys. What they are worth,
    /// [`check_signatures`](Self::check_signatures) says.
    ///
    /// # Errors
    /// Those of the store.
    pub fn signatures(&self, model: &ModelName, version: &Version) -> Result<Vec<VersionSignature>> {
        self.values(&ModelVersion::key_of(model, version))
    }
}
