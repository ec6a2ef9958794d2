use std::collections::BTreeMap;

use mlops_core::{ModelName, Version};

use super::card::RecordedCard;
use super::tag::about;
use super::{Description, ModelTag, ModelVersion};
use crate::Result;
use crate::registry::{Document, Registry, Stored};
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
}

impl Remarks {
    pub(super) fn read(registry: &Registry, model: &ModelName, version: Option<&Version>) -> Result<Self> {
        let about = about(model, version);
        let card = version.map(|version| registry.find(ModelVersion::key_of(model, version))).transpose()?;
        Ok(Self { tags: registry.list(&about)?, descriptions: registry.list(&about)?, card: card.flatten() })
    }

    /// Takes all of it away.
    pub(super) fn removed(&self) -> Result<Vec<Change>> {
        fn removed<T: Document>(stored: &Stored<T>) -> Result<Change> {
            Change::remove(T::KIND, stored.value.key(), stored.revision)
        }
        let tags = self.tags.iter().map(removed);
        tags.chain(self.descriptions.iter().map(removed)).chain(self.card.iter().map(removed)).collect()
    }

    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        self.tags.iter().map(|tag| (tag.value.name.clone(), tag.value.value.clone())).collect()
    }

    pub(super) fn descriptions(&self) -> Vec<Description> {
        self.descriptions.iter().map(|description| description.value.clone()).collect()
    }

    pub(super) fn card(&self) -> Option<RecordedCard> {
        self.card.as_ref().map(|card| card.value.clone())
    }
}
