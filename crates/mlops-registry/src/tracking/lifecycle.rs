use std::fmt;

use mlops_core::{ExperimentName, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Experiment, Run, RunId};
use crate::registry::{Registry, Stored};
use crate::store::{Expected, Key};
use crate::{Error, Result};

/// Whether an experiment or a run is there for everyone.
///
/// What is deleted is hidden, takes nothing more, and can be restored; what is purged is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Lifecycle {
    /// It is there.
    Active,
    /// It is hidden until it is restored.
    Deleted,
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Active => "active",
            Self::Deleted => "deleted",
        })
    }
}

/// That something was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Deletion {
    /// When: its retention is counted from here.
    pub at: Timestamp,
    /// Who did it.
    pub by: Principal,
    /// Whether its records are being removed. Then it can't be restored any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub purged: bool,
}

impl fmt::Display for Deletion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.purged { "deleted for good" } else { "deleted" };
        write!(f, "{word} by {} at {}", self.by, self.at)
    }
}

/// Which of the things that can be deleted to show: MLflow's `ViewType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum View {
    /// Those that are there.
    #[default]
    Active,
    /// Those that are deleted.
    Deleted,
    /// Both.
    All,
}

impl View {
    /// Whether it shows what stands so.
    pub const fn shows(self, lifecycle: Lifecycle) -> bool {
        match self {
            Self::Active => matches!(lifecycle, Lifecycle::Active),
            Self::Deleted => matches!(lifecycle, Lifecycle::Deleted),
            Self::All => true,
        }
    }
}

impl Registry {
    /// An experiment whose records are not gone, be it deleted or not.
    pub(super) fn kept_experiment(&self, name: &ExperimentName) -> Result<Stored<Experiment>> {
        let experiment = self.get::<Experiment>("experiment", Key::from([name.as_str()]))?;
        if experiment.value.is_purged() {
            return Err(Error::NotFound { what: "experiment", key: name.to_string() });
        }
        Ok(experiment)
    }

    /// An experiment that takes changes.
    pub(crate) fn active_experiment(&self, name: &ExperimentName) -> Result<Stored<Experiment>> {
        let experiment = self.kept_experiment(name)?;
        match &experiment.value.deleted {
            None => Ok(experiment),
            Some(deletion) => Err(not_active("experiment", name.to_string(), deletion)),
        }
    }

    /// A run that takes changes, and that its experiment still stands.
    pub(crate) fn active_run(&self, id: &RunId) -> Result<(Stored<Run>, Expected)> {
        let run = self.get::<Run>("run", id.key())?;
        if let Some(deletion) = &run.value.deleted {
            return Err(not_active("run", id.to_string(), deletion));
        }
        Ok((run, self.active_experiment(&id.experiment)?.expected()))
    }
}

fn not_active(what: &'static str, key: String, deletion: &Deletion) -> Error {
    Error::Conflict { what, key, expected: Lifecycle::Active.to_string(), current: deletion.to_string() }
}
