use std::time::Duration;

use mlops_core::ExperimentName;

use super::run::NestedRun;
use super::{Deletion, Experiment, Run, RunId};
use crate::access::Action;
use crate::model::{ModelVersion, Tombstone};
use crate::registry::{Document, Registry, Session};
use crate::store::{Change, Commit, Key, Kind, Query};
use crate::{Error, Result};

/// How many records one transaction removes.
const PAGE: usize = 1000;

/// The records that belong to a run, beside its own.
const OF_A_RUN: [Kind; 5] = [Kind::Param, Kind::Metric, Kind::Tag, Kind::Input, Kind::File];

/// What a purge has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Purged {
    /// Runs.
    pub runs: u64,
    /// Records: the runs themselves, and all that was logged to them.
    pub records: u64,
}

impl Session {
    /// Removes a deleted run for good, with all that was logged to it, once it has been
    /// deleted for as long as `retention`. Nothing of it can be read any more; the audit
    /// log keeps who did what to it when, and the digest of each record, not its content.
    ///
    /// The number of the run is never given again. The bytes of its files stay among the
    /// artifacts, where others may have the same ones: whoever runs the registry removes them
    /// once [`referenced_artifacts`](Registry::referenced_artifacts) no longer names them. A purge that was interrupted is
    /// finished by the next one; from its first moment the run can't be restored.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::NotFound`] without the run,
    /// [`Error::Conflict`] if it is not deleted or not for long enough, if a registered
    /// version came from it (its lineage is kept), or if runs are nested in it.
    pub fn purge_run(&self, run: &RunId, retention: Duration) -> Result<Purged> {
        self.transact_told(Action::PurgeRun, run, || {
            let own = self.allowed_to(Action::PurgeRun, None, run)?;
            let there = self.registry().get::<Run>("run", run.key())?;
            self.is_over("run", run.to_string(), there.value.deleted.as_ref(), retention)?;
            self.registry().is_no_origin(|origin| origin == run)?;
            self.has_no_children(run)?;
            if there.value.deleted.as_ref().is_some_and(|deletion| deletion.purged) {
                return Ok((None, ()));
            }
            let act = self.act(Action::PurgeRun, format!("{run}: begun"));
            let mut marked = there.value.clone();
            if let Some(deletion) = &mut marked.deleted {
                deletion.purged = true;
            }
            let mut changes = vec![there.replace(&marked)?];
            changes.extend(self.never_again(run)?);
            Ok((Some(Commit::new(act, vec![own], changes)?), ()))
        })?;
        self.remove_run(run, Action::PurgeRun)
    }

    /// Removes a deleted experiment for good with all its runs, once it has been deleted for
    /// as long as `retention`. Its name stays taken, since the audit log tells of it, and the
    /// bytes of files stay as with [`purge_run`](Self::purge_run).
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::NotFound`] without the
    /// experiment, [`Error::Conflict`] if it is not deleted or not for long enough, if a
    /// registered version came from one of its runs, or if runs of other experiments are
    /// nested in them; then nothing is removed.
    pub fn purge_experiment(&self, name: &ExperimentName, retention: Duration) -> Result<Purged> {
        let group = Key::from([name.as_str()]);
        self.transact_told(Action::PurgeExperiment, name, || {
            let own = self.allowed_to(Action::PurgeExperiment, None, name)?;
            let there = self.registry().get::<Experiment>("experiment", group.clone())?;
            self.is_over("experiment", name.to_string(), there.value.deleted.as_ref(), retention)?;
            self.registry().is_no_origin(|origin| origin.experiment == *name)?;
            let nested: Vec<NestedRun> = self.registry().values(&group)?;
            if let Some(stranger) = nested.iter().find(|nested| nested.run.experiment != *name) {
                return Err(Error::Conflict {
                    what: "experiment",
                    key: name.to_string(),
                    expected: "without nested runs of others".to_owned(),
                    current: format!("the parent of {}, within {}", stranger.run, stranger.parent),
                });
            }
            if there.value.is_purged() {
                return Ok((None, ()));
            }
            let runs: Vec<Run> = self.registry().values(&group)?;
            let last = runs.last().map_or(0, |run| run.id.number);
            let deleted = there.value.deleted.clone().map(|deletion| Deletion { purged: true, ..deletion });
            let marked = Experiment {
                deleted,
                title: None,
                description: String::new(),
                counted: there.value.counted.max(last),
                ..there.value.clone()
            };
            let act = self.act(Action::PurgeExperiment, format!("{name}: begun"));
            Ok((Some(Commit::new(act, vec![own], vec![there.replace(&marked)?])?), ()))
        })?;
        let mut purged = Purged::default();
        // The last first: what is nested has a greater number than what it is in.
        let runs: Vec<Run> = self.registry().values(&group)?;
        for run in runs.iter().rev() {
            let one = self.remove_run(&run.id, Action::PurgeExperiment)?;
            purged.runs += one.runs;
            purged.records += one.records;
        }
        purged.records += self.remove_all(&group, &[Kind::ExperimentTag], name, Action::PurgeExperiment)?;
        Ok(purged)
    }

    /// That it was deleted `retention` ago or before.
    fn is_over(
        &self,
        what: &'static str,
        key: String,
        deletion: Option<&Deletion>,
        retention: Duration,
    ) -> Result<()> {
        let conflict = |expected: String, current: String| Error::Conflict { what, key, expected, current };
        let Some(deletion) = deletion else {
            return Err(conflict("deleted".to_owned(), "active".to_owned()));
        };
        // A purge that was begun is finished, whatever the clock says.
        if deletion.purged || self.registry().now().saturating_since(deletion.at) >= retention {
            return Ok(());
        }
        Err(conflict(format!("deleted {} s ago", retention.as_secs()), deletion.to_string()))
    }

    fn has_no_children(&self, run: &RunId) -> Result<()> {
        let nested: Vec<NestedRun> = self.registry().values(&run.key())?;
        let Some(first) = nested.first() else { return Ok(()) };
        Err(Error::Conflict {
            what: "run",
            key: run.to_string(),
            expected: "without nested runs".to_owned(),
            current: format!("the parent of {}, such as {}", nested.len(), first.run),
        })
    }

    /// Keeps the number of a run that goes from being given again.
    fn never_again(&self, run: &RunId) -> Result<Option<Change>> {
        let key = Key::from([run.experiment.as_str()]);
        let experiment = self.registry().get::<Experiment>("experiment", key)?;
        if experiment.value.counted >= run.number {
            return Ok(None);
        }
        let counted = Experiment { counted: run.number, ..experiment.value.clone() };
        experiment.replace(&counted).map(Some)
    }

    /// Removes the records of a run that was marked, its own last.
    fn remove_run(&self, run: &RunId, action: Action) -> Result<Purged> {
        let records = self.remove_all(&run.key(), &OF_A_RUN, run, action)?;
        self.transact(|| {
            let own = self.allowed_to(action, None, run)?;
            // Someone else may have finished it.
            let Some(there) = self.registry().find::<Run>(run.key())? else {
                return Ok((None, Purged { runs: 0, records }));
            };
            let mut changes = vec![Change::remove(Kind::Run, run.key(), there.revision)?];
            if let Some(parent) = &there.value.parent {
                let nested = NestedRun { parent: parent.clone(), run: run.clone() };
                if let Some(nested) = self.registry().find::<NestedRun>(nested.key())? {
                    changes.push(Change::remove(Kind::Nested, nested.value.key(), nested.revision)?);
                }
            }
            let act = self.act(action, run);
            let purged = Purged { runs: 1, records: records + changes.len() as u64 };
            Ok((Some(Commit::new(act, vec![own], changes)?), purged))
        })
    }

    /// Removes what lies under a key, page by page; returns how many records there were.
    fn remove_all(
        &self,
        group: &Key,
        kinds: &[Kind],
        subject: &dyn std::fmt::Display,
        action: Action,
    ) -> Result<u64> {
        let mut removed = 0;
        loop {
            let page = self.transact(|| {
                let own = self.allowed_to(action, None, subject)?;
                let mut changes = Vec::new();
                for kind in kinds {
                    let room = PAGE - changes.len();
                    if room == 0 {
                        break;
                    }
                    let records = self.registry().store().read(&Query::under(*kind, group.clone(), room))?;
                    for record in records {
                        changes.push(Change::remove(*kind, record.key, record.revision)?);
                    }
                }
                if changes.is_empty() {
                    return Ok((None, 0));
                }
                let act = self.act(action, format!("{subject}: {} records", changes.len()));
                let page = changes.len() as u64;
                Ok((Some(Commit::new(act, vec![own], changes)?), page))
            })?;
            if page == 0 {
                return Ok(removed);
            }
            removed += page;
        }
    }
}

impl Registry {
    /// That no version came from a run that `is_one`, be it deleted since or not. Reads the
    /// versions of all models; who registers one expects a run that is not deleted, so that
    /// none comes in between.
    fn is_no_origin(&self, is_one: impl Fn(&RunId) -> bool) -> Result<()> {
        let check = |version: &ModelVersion| {
            if !is_one(&version.run) {
                return Ok(());
            }
            let of = format!("{}/{}", version.model, version.version);
            Err(Error::Conflict {
                what: "run",
                key: version.run.to_string(),
                expected: "the origin of no version".to_owned(),
                current: format!("what {of} came from, whose lineage is kept"),
            })
        };
        self.each::<ModelVersion>(check)?;
        self.each::<Tombstone>(|tombstone| tombstone.version().map_or(Ok(()), check))
    }

    /// Looks at all documents of a kind.
    fn each<T: Document>(&self, look: impl Fn(&T) -> Result<()>) -> Result<()> {
        self.each_record(T::KIND, &Key::all(), |record| look(&record.document()?))
    }
}
