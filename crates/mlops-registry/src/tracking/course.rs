use super::log::takes;
use super::{Run, RunId, RunStatus, limits};
use crate::access::Action;
use crate::name::{Rule, check, check_value};
use crate::registry::{Document as _, Session, StoredExt as _};
use crate::store::{Change, Commit};
use crate::tracking::Tag;
use crate::{Error, Result};

impl Session {
    /// Ends a run. It never ends before it has started: if the clock went back meanwhile,
    /// it ends at the moment at which it started.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it has ended or is deleted, [`Error::Invalid`] for a
    /// status that is no end.
    pub fn end_run(&self, run: &RunId, status: RunStatus) -> Result<Run> {
        self.end_run_saying(run, status, &[])
    }

    /// Ends a run, with tags that say how, in one transaction.
    pub(super) fn end_run_saying(
        &self,
        run: &RunId,
        status: RunStatus,
        tags: &[(&str, String)],
    ) -> Result<Run> {
        if !status.is_end() {
            return Err(Error::Invalid {
                field: "status",
                value: status.to_string(),
                expected: "finished, failed or killed".to_owned(),
            });
        }
        self.transact_presuming(Action::EndRun, run, |own| {
            let (record, experiment) = self.registry().active_run(run)?;
            takes(&record)?;
            let act = self.act(Action::EndRun, format!("{run} as {status}"));
            let ended_at = Some(act.at.max(record.value.started_at));
            let ended = Run { status, ended_at, ..record.value.clone() };
            let mut changes = vec![record.replace(&ended)?];
            for (name, value) in tags {
                let tag = Tag { run: run.clone(), name: (*name).to_owned(), value: value.clone() };
                changes.push(self.registry().find::<Tag>(tag.key())?.put(&tag)?);
            }
            Ok((Some(Commit::new(act, vec![own, experiment], changes)?), ended))
        })
    }

    /// Goes on with a run that has ended, or begins one that was scheduled: it is running
    /// again, keeps what was logged, and takes more. What MLflow's `start_run(run_id=…)` does.
    ///
    /// A scheduled run starts now; one that has ended started when it first did, and has not
    /// ended any more.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it is running or deleted.
    pub fn resume_run(&self, run: &RunId) -> Result<Run> {
        self.transact_presuming(Action::ResumeRun, run, |own| {
            let (record, experiment) = self.registry().active_run(run)?;
            let was = record.value.status;
            if was == RunStatus::Running {
                return Err(Error::Conflict {
                    what: "run",
                    key: run.to_string(),
                    expected: "scheduled or ended".to_owned(),
                    current: was.to_string(),
                });
            }
            let act = self.act(Action::ResumeRun, format!("{run} that was {was}"));
            let started_at = match was {
                RunStatus::Scheduled => act.at.max(record.value.started_at),
                _ => record.value.started_at,
            };
            let run = record.value.contributed_to_by(self.principal()).unwrap_or(record.value.clone());
            let running = Run { status: RunStatus::Running, started_at, ended_at: None, ..run };
            Ok((Some(Commit::new(act, vec![own, experiment], vec![record.replace(&running)?])?), running))
        })
    }

    /// Calls a run otherwise, ended or not.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it is deleted, [`Error::Invalid`] for a name that is none.
    pub fn rename_run(&self, run: &RunId, name: &str) -> Result<Run> {
        check("run name", name, limits::TITLE, Rule::Title)?;
        self.update_run(run, &format!("{run} to be called {name}"), |run| name.clone_into(&mut run.name))
    }

    /// Says what a person should know of a run, in place of what was said; ended or not.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it is deleted, [`Error::Invalid`] if it is too long.
    pub fn describe_run(&self, run: &RunId, description: &str) -> Result<Run> {
        check_value("description", &run.to_string(), description.len(), limits::DESCRIPTION)?;
        self.update_run(run, &format!("{run}: description"), |run| {
            description.clone_into(&mut run.description);
        })
    }

    fn update_run(&self, id: &RunId, subject: &str, update: impl Fn(&mut Run)) -> Result<Run> {
        self.transact_presuming(Action::UpdateRun, id, |own| {
            let (record, experiment) = self.registry().active_run(id)?;
            let mut run = record.value.clone();
            update(&mut run);
            if run == record.value {
                return Ok((None, run));
            }
            let act = self.act(Action::UpdateRun, subject);
            let changes: Vec<Change> = vec![record.replace(&run)?];
            Ok((Some(Commit::new(act, vec![own, experiment], changes)?), run))
        })
    }
}
