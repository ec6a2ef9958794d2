use std::collections::BTreeMap;

use mlops_core::ExperimentName;
use serde::{Deserialize, Serialize};

use super::RunId;
use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// A remark on a run, which the next one of that name replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tag {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Document for Tag {
    const KIND: Kind = Kind::Tag;
    fn key(&self) -> Key {
        self.run.key().and(self.name.as_str())
    }
}

/// A remark on an experiment, which the next one of that name replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExperimentTag {
    /// The experiment.
    pub experiment: ExperimentName,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Document for ExperimentTag {
    const KIND: Kind = Kind::ExperimentTag;
    fn key(&self) -> Key {
        Key::from([self.experiment.as_str(), self.name.as_str()])
    }
}

impl Registry {
    /// The tags of an experiment, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn experiment_tags(&self, name: &ExperimentName) -> Result<BTreeMap<String, String>> {
        let tags: Vec<ExperimentTag> = self.values(&Key::from([name.as_str()]))?;
        Ok(tags.into_iter().map(|tag| (tag.name, tag.value)).collect())
    }
}
