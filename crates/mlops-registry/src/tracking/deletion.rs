use mlops_core::ExperimentName;

use super::{Deletion, Experiment, Lifecycle, Run, RunId};
use crate::access::Action;
use crate::registry::Session;
use crate::store::Commit;
use crate::{Error, Result};

impl Session {
    /// Deletes an experiment: it and its runs are hidden and take nothing more, until it is
    /// restored. Nothing is lost.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment, [`Error::Conflict`] if it is deleted already.
    pub fn delete_experiment(&self, name: &ExperimentName) -> Result<Experiment> {
        self.transact(|| {
            let own = self.allowed_to(Action::DeleteExperiment, None, name)?;
            let there = self.registry().active_experiment(name)?;
            let act = self.act(Action::DeleteExperiment, name);
            let deleted = Some(Deletion { at: act.at, by: self.principal().clone(), purged: false });
            let updated_at = Some(act.at);
            let experiment = Experiment { updated_at, deleted, ..there.value.clone() };
            Ok((Some(Commit::new(act, vec![own], vec![there.replace(&experiment)?])?), experiment))
        })
    }

    /// Takes the deletion of an experiment back. Its runs are as they were: one that was
    /// deleted on its own stays so.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment, also once it is being purged; [`Error::Conflict`] if it is not deleted.
    pub fn restore_experiment(&self, name: &ExperimentName) -> Result<Experiment> {
        self.transact(|| {
            let own = self.allowed_to(Action::RestoreExperiment, None, name)?;
            let there = self.registry().kept_experiment(name)?;
            if there.value.deleted.is_none() {
                return Err(not_deleted("experiment", name.to_string()));
            }
            let act = self.act(Action::RestoreExperiment, name);
            let updated_at = Some(act.at);
            let experiment = Experiment { deleted: None, updated_at, ..there.value.clone() };
            Ok((Some(Commit::new(act, vec![own], vec![there.replace(&experiment)?])?), experiment))
        })
    }

    /// Deletes a run: it is hidden and takes nothing more, until it is restored. Its nested
    /// runs stay as they are.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it or its experiment is deleted already.
    pub fn delete_run(&self, run: &RunId) -> Result<Run> {
        self.transact(|| {
            let own = self.allowed_to(Action::DeleteRun, None, run)?;
            let (there, experiment) = self.registry().active_run(run)?;
            let act = self.act(Action::DeleteRun, run);
            let deleted = Some(Deletion { at: act.at, by: self.principal().clone(), purged: false });
            let run = Run { deleted, ..there.value.clone() };
            Ok((Some(Commit::new(act, vec![own, experiment], vec![there.replace(&run)?])?), run))
        })
    }

    /// Takes the deletion of a run back.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it is not deleted, is being purged, or its experiment is deleted.
    pub fn restore_run(&self, run: &RunId) -> Result<Run> {
        self.transact(|| {
            let own = self.allowed_to(Action::RestoreRun, None, run)?;
            let there = self.registry().get::<Run>("run", run.key())?;
            let experiment = self.registry().active_experiment(&run.experiment)?.expected();
            match &there.value.deleted {
                None => return Err(not_deleted("run", run.to_string())),
                Some(deletion) if deletion.purged => {
                    return Err(Error::Conflict {
                        what: "run",
                        key: run.to_string(),
                        expected: Lifecycle::Deleted.to_string(),
                        current: deletion.to_string(),
                    });
                }
                Some(_) => {}
            }
            let act = self.act(Action::RestoreRun, run);
            let run = Run { deleted: None, ..there.value.clone() };
            Ok((Some(Commit::new(act, vec![own, experiment], vec![there.replace(&run)?])?), run))
        })
    }
}

fn not_deleted(what: &'static str, key: String) -> Error {
    Error::Conflict {
        what,
        key,
        expected: Lifecycle::Deleted.to_string(),
        current: Lifecycle::Active.to_string(),
    }
}
