use std::collections::BTreeMap;

use mlops_core::ExperimentName;

use super::{DataInput, Experiment, Metric, Param, Run, RunBatch, RunId, RunStatus, Tag};
use crate::access::Action;
use crate::registry::{Document, Registry, Session, Stored, StoredExt as _};
use crate::store::{Change, Commit, Key};
use crate::{Error, Result};

/// Longest name of a parameter, metric, tag or data set, in bytes.
const MAX_NAME: usize = 256;

impl Session {
    /// Begins an experiment.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::Conflict`] if there is
    /// one of this name.
    pub fn create_experiment(&self, name: &ExperimentName) -> Result<Experiment> {
        self.transact(|| {
            let own = self.allowed(Action::CreateExperiment, None)?;
            if let Some(there) = self.registry().find::<Experiment>(Key::from([name.as_str()]))? {
                return Err(Error::Conflict {
                    what: "experiment",
                    key: name.to_string(),
                    expected: "absent".to_owned(),
                    current: format!("begun by {} at {}", there.value.created_by, there.value.created_at),
                });
            }
            let act = self.act(Action::CreateExperiment, name);
            let experiment = Experiment {
                name: name.clone(),
                created_by: self.principal().clone(),
                created_at: act.at,
                counted: 0,
                title: None,
                description: String::new(),
                deleted: None,
            };
            Ok((Some(Commit::new(act, vec![own], vec![experiment.create()?])?), experiment))
        })
    }

    /// Begins a run; the principal is its author.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment, [`Error::Invalid`] for a name that is none.
    pub fn start_run(&self, experiment: &ExperimentName, name: &str) -> Result<Run> {
        check_name("run name", name)?;
        let mut again = false;
        self.transact(|| {
            let own = self.presumed(Action::StartRun, None)?;
            let key = Key::from([experiment.as_str()]);
            let group = self.registry().get::<Experiment>("experiment", key)?;
            let id = self.registry().next_run(experiment, group.value.counted, again)?;
            again = true;
            let act = self.act(Action::StartRun, &id);
            let run = Run {
                id,
                name: name.to_owned(),
                status: RunStatus::Running,
                started_by: self.principal().clone(),
                started_at: act.at,
                ended_at: None,
                parent: None,
                description: String::new(),
                deleted: None,
            };
            let expected = vec![own, group.expected()];
            Ok((Some(Commit::new(act, expected, vec![run.create()?])?), run))
        })
    }

    /// Adds to a run, all or nothing. What is there already in the same words is left as it is.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it has ended or a parameter has another value,
    /// [`Error::Invalid`] for a name that is none, or two values of one parameter or tag.
    pub fn log(&self, run: &RunId, batch: &RunBatch) -> Result<()> {
        let params = unique("param", &batch.params)?;
        let tags = unique("tag", &batch.tags)?;
        for name in batch.metrics.iter().map(|point| &point.name) {
            check_name("metric name", name)?;
        }
        for (name, _) in &batch.inputs {
            check_name("data set name", name)?;
        }
        // Hardly anything that is logged is there already. So that is not looked up; where it
        // turns out otherwise, the commit is a conflict that leaves nothing, and then it is.
        let mut look = false;
        self.transact(|| {
            let own = self.presumed(Action::LogRun, None)?;
            let record = self.running(run)?;
            let act = self.act(Action::LogRun, run);
            let mut changes = Changes { registry: self.registry(), look, made: BTreeMap::new() };
            look = true;
            for (name, value) in &params {
                let param = Param { run: run.clone(), name: name.to_string(), value: value.to_string() };
                changes.once(&param, |there| Error::Conflict {
                    what: "param",
                    key: format!("{run} {name}"),
                    expected: format!("{value:?}"),
                    current: format!("{:?}", there.value),
                })?;
            }
            for point in &batch.metrics {
                changes.same(&Metric {
                    run: run.clone(),
                    name: point.name.clone(),
                    value: point.value,
                    step: point.step,
                    at: point.at.unwrap_or(act.at),
                })?;
            }
            for (name, value) in &tags {
                let tag = Tag { run: run.clone(), name: name.to_string(), value: value.to_string() };
                changes.latest(&tag)?;
            }
            for (name, digest) in &batch.inputs {
                changes.same(&DataInput::new(run.clone(), name.clone(), *digest))?;
            }
            let changes: Vec<_> = changes.made.into_values().collect();
            if changes.is_empty() {
                return Ok((None, ()));
            }
            Ok((Some(Commit::new(act, vec![own, record.expected()], changes)?), ()))
        })
    }

    /// Ends a run.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it has ended, [`Error::Invalid`] for the end
    /// [`RunStatus::Running`].
    pub fn end_run(&self, run: &RunId, status: RunStatus) -> Result<Run> {
        if !status.is_end() {
            return Err(Error::Invalid {
                field: "status",
                value: status.to_string(),
                expected: "finished, failed or killed".to_owned(),
            });
        }
        self.transact(|| {
            let own = self.presumed(Action::EndRun, None)?;
            let record = self.running(run)?;
            let act = self.act(Action::EndRun, format!("{run} as {status}"));
            let ended = Run { status, ended_at: Some(act.at), ..record.value.clone() };
            Ok((Some(Commit::new(act, vec![own], vec![record.replace(&ended)?])?), ended))
        })
    }

    fn running(&self, run: &RunId) -> Result<Stored<Run>> {
        let record = self.registry().get::<Run>("run", run.key())?;
        if record.value.status == RunStatus::Running {
            return Ok(record);
        }
        Err(Error::Conflict {
            what: "run",
            key: run.to_string(),
            expected: RunStatus::Running.to_string(),
            current: record.value.status.to_string(),
        })
    }
}

/// The changes of one batch: each record once.
struct Changes<'a> {
    registry: &'a Registry,
    /// Whether it is looked up what is there already.
    look: bool,
    made: BTreeMap<(crate::store::Kind, Key), Change>,
}

impl Changes<'_> {
    /// A record that may be written again only with the same content.
    fn once<T: Document + PartialEq>(&mut self, value: &T, conflict: impl FnOnce(T) -> Error) -> Result<()> {
        match self.found::<T>(value.key())? {
            None => self.add(value, value.create()?),
            Some(there) if there.value == *value => {}
            Some(there) => return Err(conflict(there.value)),
        }
        Ok(())
    }

    /// A record that its key says everything of.
    fn same<T: Document>(&mut self, value: &T) -> Result<()> {
        if self.found::<T>(value.key())?.is_none() {
            self.add(value, value.create()?);
        }
        Ok(())
    }

    /// A record in place of the one before.
    fn latest<T: Document + PartialEq>(&mut self, value: &T) -> Result<()> {
        let there = self.registry.find::<T>(value.key())?;
        if there.as_ref().is_none_or(|there| there.value != *value) {
            self.add(value, there.put(value)?);
        }
        Ok(())
    }

    fn found<T: Document>(&self, key: Key) -> Result<Option<Stored<T>>> {
        if self.look { self.registry.find(key) } else { Ok(None) }
    }

    fn add<T: Document>(&mut self, value: &T, change: Change) {
        self.made.insert((T::KIND, value.key()), change);
    }
}

/// By name; two different values of one name are a mistake of the caller's.
fn unique<'a>(field: &'static str, pairs: &'a [(String, String)]) -> Result<BTreeMap<&'a str, &'a str>> {
    let mut map = BTreeMap::new();
    for (name, value) in pairs {
        check_name(field, name)?;
        if let Some(other) = map.insert(name.as_str(), value.as_str()).filter(|other| other != value) {
            return Err(Error::Invalid {
                field,
                value: format!("{name} = {value:?}"),
                expected: format!("one value in one batch, which has {other:?} too"),
            });
        }
    }
    Ok(map)
}

fn check_name(field: &'static str, name: &str) -> Result<()> {
    if !name.is_empty()
        && name.len() <= MAX_NAME
        && name.trim() == name
        && !name.chars().any(char::is_control)
    {
        return Ok(());
    }
    Err(Error::Invalid {
        field,
        value: name.chars().take(MAX_NAME).collect(),
        expected: format!("1 to {MAX_NAME} bytes without control characters or white space at the ends"),
    })
}
