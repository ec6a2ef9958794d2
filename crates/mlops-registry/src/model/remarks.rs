use std::collections::BTreeMap;

use mlops_core::{ModelName, Version};

use super::card::RecordedCard;
use super::tag::about;
use super::{Description, ModelTag, ModelVersion, VersionGit};
use crate::Result;
use crate::compliance::Attestation;
use crate::registry::{Document, Registry, Stored};
use crate::signing::VersionSignature;
use crate::store::Change;

/// What people have said of a model, or of one of its versions, as it was read.
///
/// It goes when that is deleted, into the tombstone. Who says something in the same moment
/// may leave a word behind, which goes when that is registered again: until then nobody can
/// say more of it.
pub(super) struct Remarks {
    tags: Vec<Stored<ModelTag>>,
    descriptions: Vec<Stored<Description>>,
    card: Option<Stored<RecordedCard>>,
    signatures: Vec<Stored<VersionSignature>>,
    git: Option<Stored<VersionGit>>,
    attestations: Vec<Stored<Attestation>>,
}

impl Remarks {
    pub(super) fn read(registry: &Registry, model: &ModelName, version: Option<&Version>) -> Result<Self> {
        let about = about(model, version);
        let (tags, descriptions) = (registry.list(&about)?, registry.list(&about)?);
        let Some(version) = version else {
            let (card, git) = (None, None);
            return Ok(Self { tags, descriptions, card, signatures: vec![], git, attestations: vec![] });
        };
        let key = ModelVersion::key_of(model, version);
        Ok(Self {
            tags,
            descriptions,
            card: registry.find(key.clone())?,
            signatures: registry.list(&key)?,
            git: registry.find(key.clone())?,
            attestations: registry.list(&key)?,
        })
    }

    /// Takes all of it away.
    pub(super) fn removed(&self) -> Result<Vec<Change>> {
        fn removed<T: Document>(stored: &Stored<T>) -> Result<Change> {
            Change::remove(T::KIND, stored.value.key(), stored.revision)
        }
        let tags = self.tags.iter().map(removed);
        let said = tags.chain(self.descriptions.iter().map(removed)).chain(self.card.iter().map(removed));
        let signed = said.chain(self.signatures.iter().map(removed)).chain(self.git.iter().map(removed));
        signed.chain(self.attestations.iter().map(removed)).collect()
    }

    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        self.tags.iter().map(|tag| (tag.value.name.clone(), tag.value.value.clone())).collect()
    }

    pub(super) fn descriptions(&self) -> Vec<Description> {
        self.descriptions.iter().map(|description| description.value.clone()).collect()
    }

    pub(super) fn signatures(&self) -> Vec<VersionSignature> {
        self.signatures.iter().map(|signature| signature.value.clone()).collect()
    }

    pub(super) fn git(&self) -> Option<VersionGit> {
        self.git.as_ref().map(|git| git.value.clone())
    }

    pub(super) fn attestations(&self) -> Vec<Attestation> {
        self.attestations.iter().map(|attestation| attestation.value.clone()).collect()
    }

    pub(super) fn card(&self) -> Option<RecordedCard> {
        self.card.as_ref().map(|card| card.value.clone())
    }
}
