use std::collections::BTreeSet;
use std::fmt;

use mlops_core::{ExperimentName, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Deletion, Lifecycle, RunId, View};
use crate::Result;
use crate::provenance::Imported;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// Where a run stands: MLflow's five states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RunStatus {
    /// It was told of, and has not begun. It takes what is logged.
    Scheduled,
    /// It takes what is logged.
    Running,
    /// It came to its end; it takes tags, and nothing else unless it is resumed.
    Finished,
    /// It broke off; it takes tags, and nothing else unless it is resumed.
    Failed,
    /// Someone stopped it; it takes tags, and nothing else unless it is resumed.
    Killed,
}

impl RunStatus {
    /// As it is written here: MLflow's word in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::Killed => "killed",
        }
    }

    /// Whether the run is over.
    pub const fn is_end(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Killed)
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One attempt at a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Run {
    /// Which run.
    pub id: RunId,
    /// What a person calls it.
    pub name: String,
    /// Where it stands.
    pub status: RunStatus,
    /// Who started it: the author of what comes of it.
    pub started_by: Principal,
    /// When.
    pub started_at: Timestamp,
    /// When it ended, never before it started; `None` while it is running.
    pub ended_at: Option<Timestamp>,
    /// The run that it was started within, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunId>,
    /// What a person should know of it; Markdown, by custom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// That it was deleted, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted: Option<Deletion>,
    /// Who has logged to it or resumed it, beside who started it. Who only tagged it is none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub contributors: BTreeSet<Principal>,
    /// That it was taken over from another system, and what that said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Box<Imported>>,
}

impl Run {
    /// The same with `principal` among the contributors; `None` if nothing is to be said of them.
    pub(super) fn contributed_to_by(&self, principal: &Principal) -> Option<Self> {
        if *principal == self.started_by || self.contributors.contains(principal) {
            return None;
        }
        let mut run = self.clone();
        run.contributors.insert(principal.clone());
        Some(run)
    }

    /// Whether it is there. The runs of a deleted experiment are hidden with it.
    pub const fn lifecycle(&self) -> Lifecycle {
        if self.deleted.is_some() { Lifecycle::Deleted } else { Lifecycle::Active }
    }
}

impl Document for Run {
    const KIND: Kind = Kind::Run;
    fn key(&self) -> Key {
        self.id.key()
    }
}

/// That a run was started within another one: what lists the children of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NestedRun {
    pub(crate) parent: RunId,
    pub(crate) run: RunId,
}

impl Document for NestedRun {
    const KIND: Kind = Kind::Nested;
    fn key(&self) -> Key {
        let child = i64::from(self.run.number);
        self.parent.key().and(self.run.experiment.as_str()).and(child)
    }
}

impl Registry {
    /// A run, be it deleted or not.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if there is no such run.
    pub fn run(&self, id: &RunId) -> Result<Run> {
        Ok(self.get("run", id.key())?.value)
    }

    /// The runs of an experiment that are there, by number; none if there is no such
    /// experiment, or if it is deleted.
    ///
    /// # Errors
    /// Those of the store.
    pub fn runs(&self, experiment: &ExperimentName) -> Result<Vec<Run>> {
        self.runs_in(experiment, View::Active)
    }

    /// The runs of an experiment that `view` shows, by number. All runs of a deleted
    /// experiment count as deleted.
    ///
    /// # Errors
    /// Those of the store.
    pub fn runs_in(&self, experiment: &ExperimentName, view: View) -> Result<Vec<Run>> {
        let group = self.find::<super::Experiment>(Key::from([experiment.as_str()]))?;
        let hidden = group.is_some_and(|group| group.value.deleted.is_some());
        let mut all: Vec<Run> = self.values(&Key::from([experiment.as_str()]))?;
        all.retain(|run| view.shows(if hidden { Lifecycle::Deleted } else { run.lifecycle() }));
        Ok(all)
    }

    /// The runs that were started within a run, by experiment and number; deleted ones too.
    ///
    /// # Errors
    /// Those of the store.
    pub fn children(&self, parent: &RunId) -> Result<Vec<Run>> {
        let nested: Vec<NestedRun> = self.values(&parent.key())?;
        nested.iter().map(|nested| self.run(&nested.run)).collect()
    }
}
