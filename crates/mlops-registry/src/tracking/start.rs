use std::collections::BTreeSet;

use mlops_core::ExperimentName;

use super::environment::Redaction;
use super::log::unique;
use super::run::NestedRun;
use super::{Run, RunId, RunStatus, Tag, limits};
use crate::access::Action;
use crate::name::{Rule, check, check_value};
use crate::registry::{Document as _, Session};
use crate::store::Commit;
use crate::{Error, Result};

/// A run to be started.
///
/// ```
/// # use mlops_registry::tracking::{NewRun, RunId};
/// # let sweep: RunId = "delays/1".parse()?;
/// let run = NewRun::new("delays".parse()?, "depth 7").within(sweep).tag("team", "pricing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct NewRun {
    experiment: ExperimentName,
    name: String,
    parent: Option<RunId>,
    description: String,
    status: RunStatus,
    tags: Vec<(String, String)>,
    pub(super) redaction: Redaction,
}

impl NewRun {
    /// A run of an experiment, and what a person calls it.
    pub fn new(experiment: ExperimentName, name: impl Into<String>) -> Self {
        Self {
            experiment,
            name: name.into(),
            parent: None,
            description: String::new(),
            status: RunStatus::Running,
            tags: Vec::new(),
            redaction: Redaction::default(),
        }
    }

    /// The run that it is a part of, such as a trial of a search; of any experiment. It is
    /// there before its parts, so that no run is within itself.
    pub fn within(mut self, parent: RunId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// What a person should know of it.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// It is told of now and begins later, with [`resume_run`](Session::resume_run).
    pub fn scheduled(mut self) -> Self {
        self.status = RunStatus::Scheduled;
        self
    }

    /// What must not be kept of it: its guard hides that in what it says of a failure, and
    /// in where data sets came from.
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.redaction = redaction;
        self
    }

    /// A remark on it.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }
}

impl Session {
    /// Begins a run; the principal is its author.
    ///
    /// # Errors
    /// As [`start_run_with`](Self::start_run_with).
    pub fn start_run(&self, experiment: &ExperimentName, name: &str) -> Result<Run> {
        self.start_run_with(&NewRun::new(experiment.clone(), name))
    }

    /// Begins a run with all that is known of it; the principal is its author.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment or the parent, [`Error::Conflict`] if one of them is deleted,
    /// [`Error::Invalid`] for a name that is none, or what is over the
    /// [limits](crate::tracking::limits).
    pub fn start_run_with(&self, new: &NewRun) -> Result<Run> {
        check("run name", &new.name, limits::TITLE, Rule::Title)?;
        check_value("description", &new.name, new.description.len(), limits::DESCRIPTION)?;
        if new.tags.len() > limits::BATCH_TAGS {
            return Err(Error::Invalid {
                field: "tags",
                value: format!("{} of a new run", new.tags.len()),
                expected: format!("at most {}", limits::BATCH_TAGS),
            });
        }
        let tags = unique("tag", &new.tags)?;
        for (name, value) in &tags {
            check_value("tag value", name, value.len(), limits::TAG_VALUE)?;
        }
        let mut again = false;
        self.transact_presuming(Action::StartRun, &new.experiment, |own| {
            let group = self.registry().active_experiment(&new.experiment)?;
            let mut expected = vec![own, group.expected()];
            if let Some(parent) = &new.parent {
                let (parent, experiment) = self.registry().active_run(parent)?;
                expected.extend([parent.expected(), experiment]);
            }
            let id = self.registry().next_run(&new.experiment, group.value.counted, again)?;
            again = true;
            let act = self.act(Action::StartRun, &id);
            let run = Run {
                id: id.clone(),
                name: new.name.clone(),
                status: new.status,
                started_by: self.principal().clone(),
                started_at: act.at,
                ended_at: None,
                parent: new.parent.clone(),
                description: new.description.clone(),
                deleted: None,
                contributors: BTreeSet::new(),
                imported: None,
            };
            let mut changes = vec![run.create()?];
            if let Some(parent) = &new.parent {
                changes.push(NestedRun { parent: parent.clone(), run: id.clone() }.create()?);
            }
            for (name, value) in &tags {
                let tag = Tag { run: id.clone(), name: name.to_string(), value: value.to_string() };
                changes.push(tag.create()?);
            }
            Ok((Some(Commit::new(act, expected, changes)?), run))
        })
    }
}
