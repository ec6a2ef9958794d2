use mlops_core::{ExperimentName, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// A group of runs that try the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Experiment {
    /// Its name.
    pub name: ExperimentName,
    /// Who began it.
    pub created_by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// How many runs it had when they were counted here, as they are no more: two who start
    /// runs at once would change the same record. No run gets a number up to this one.
    #[serde(default, rename = "runs")]
    pub(super) counted: u32,
}

impl Document for Experiment {
    const KIND: Kind = Kind::Experiment;
    fn key(&self) -> Key {
        Key::from([self.name.as_str()])
    }
}

impl Registry {
    /// An experiment.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is none of this name.
    pub fn experiment(&self, name: &ExperimentName) -> Result<Experiment> {
        Ok(self.get("experiment", Key::from([name.as_str()]))?.value)
    }

    /// All experiments, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn experiments(&self) -> Result<Vec<Experiment>> {
        self.values(&Key::all())
    }
}
