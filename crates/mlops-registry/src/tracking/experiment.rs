use mlops_core::{ExperimentName, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Deletion, Lifecycle, View};
use crate::Result;
use crate::provenance::Imported;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// A group of runs that try the same thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Experiment {
    /// Its name, which it keeps for good: runs and the audit log are told by it.
    pub name: ExperimentName,
    /// Who began it.
    pub created_by: Principal,
    /// When.
    pub created_at: Timestamp,
    /// How many runs it had when they were counted here, as they are no more: two who start
    /// runs at once would change the same record. No run gets a number up to this one.
    #[serde(default, rename = "runs")]
    pub(crate) counted: u32,
    /// What it is called; its name, if `None`. This is what renaming changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What a person should know of it; Markdown, by custom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// When it was renamed, described, deleted or restored last; `None` if it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
    /// That it was deleted, if it was; then its runs are hidden with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Deletion>,
    /// That it was taken over from another system, and what that said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Box<Imported>>,
}

impl Experiment {
    /// What it is called: its title, or its name.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(self.name.as_str())
    }

    /// Whether it is there.
    pub const fn lifecycle(&self) -> Lifecycle {
        if self.deleted.is_some() { Lifecycle::Deleted } else { Lifecycle::Active }
    }

    /// Whether its records are gone but for this one, which keeps the name from being taken again.
    pub(crate) fn is_purged(&self) -> bool {
        self.deleted.as_ref().is_some_and(|deletion| deletion.purged)
    }
}

impl Document for Experiment {
    const KIND: Kind = Kind::Experiment;
    fn key(&self) -> Key {
        Key::from([self.name.as_str()])
    }
}

impl Registry {
    /// An experiment, be it deleted or not.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is none of this name.
    pub fn experiment(&self, name: &ExperimentName) -> Result<Experiment> {
        Ok(self.kept_experiment(name)?.value)
    }

    /// The experiments that are there, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn experiments(&self) -> Result<Vec<Experiment>> {
        self.experiments_in(View::Active)
    }

    /// The experiments that `view` shows, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn experiments_in(&self, view: View) -> Result<Vec<Experiment>> {
        let mut all: Vec<Experiment> = self.values(&Key::all())?;
        all.retain(|experiment| !experiment.is_purged() && view.shows(experiment.lifecycle()));
        Ok(all)
    }
}
