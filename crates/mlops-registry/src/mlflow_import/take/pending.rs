//! What is still to be written to a run.

use std::collections::{BTreeSet, HashSet};

use mlops_core::{Principal, Timestamp};

use super::experiments::NOTE;
use super::order::Parent;
use super::{BYTES, Placed, Plan, RECORDS, Taking};
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::{Point, SourceRun, moment};
use crate::name::{Rule, check};
use crate::provenance::Imported;
use crate::registry::Document as _;
use crate::store::{Change, Key};
use crate::tracking::{Dataset, Deletion, Experiment, Metric, NestedRun, Param, Run, RunId, Tag, limits};
use crate::{Error, Result};

/// Things that belong to a run, before they are written: as many as one transaction takes.
#[derive(Debug, Default)]
pub(super) struct Pending {
    pub(super) params: Vec<(String, String)>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) inputs: Vec<Dataset>,
    points: Vec<(String, Vec<Point>)>,
    records: usize,
    bytes: usize,
}

impl Pending {
    /// Counts what was added.
    pub(super) const fn added(&mut self, bytes: usize) {
        self.records += 1;
        self.bytes += bytes;
    }

    pub(super) const fn is_full(&self) -> bool {
        self.records >= RECORDS || self.bytes >= BYTES
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.records == 0
    }

    /// Adds points of a metric, as many as there is room for; gives the rest.
    pub(super) fn points<'p>(&mut self, name: &str, points: &'p [Point]) -> &'p [Point] {
        let (now, rest) = points.split_at(points.len().min(RECORDS.saturating_sub(self.records)));
        if !now.is_empty() {
            self.points.push((name.to_owned(), now.to_vec()));
            self.records += now.len();
        }
        rest
    }

    /// The records, as those of `run`.
    fn changes(&self, run: &RunId) -> Result<Vec<Change>> {
        let mut changes = Vec::with_capacity(self.records + 2);
        for (name, value) in &self.params {
            changes.push(Param { run: run.clone(), name: name.clone(), value: value.clone() }.create()?);
        }
        for (name, value) in &self.tags {
            changes.push(Tag { run: run.clone(), name: name.clone(), value: value.clone() }.create()?);
        }
        for dataset in &self.inputs {
            changes.push(dataset.input(run)?.0.create()?);
        }
        for (name, points) in &self.points {
            for point in points {
                changes.push(record(run, name, point)?.create()?);
            }
        }
        Ok(changes)
    }

    fn counted(&self, taking: &Taking<'_>) {
        let mut tally = taking.tally.borrow_mut();
        tally.taken(Matter::Params, self.params.len());
        tally.taken(Matter::Tags, self.tags.len());
        tally.taken(Matter::DataSets, self.inputs.len());
        tally.taken(Matter::Points, self.points.iter().map(|(_, points)| points.len()).sum());
    }
}

/// A point as it is kept here, if its time is one.
pub(super) fn record(run: &RunId, name: &str, point: &Point) -> Result<Metric> {
    let at = moment(point.at_ms).ok_or_else(|| Error::Invalid {
        field: "time",
        value: format!("{} ms of {name}", point.at_ms),
        expected: "a moment within 2^53 µs of 1970, years 1684 to 2255".to_owned(),
    })?;
    Ok(Metric { run: run.clone(), name: name.to_owned(), value: point.value, step: point.step, at })
}

/// A run on its way: not here yet, or here with what was written so far.
pub(super) struct Growing<'t, 'a> {
    pub(super) taking: &'t Taking<'a>,
    pub(super) source: &'t SourceRun,
    pub(super) parent: &'t Parent,
    pub(super) note: Option<String>,
    pub(super) named: Option<String>,
    pub(super) id: Option<RunId>,
    pub(super) pending: Pending,
}

impl Growing<'_, '_> {
    /// Writes what is pending; the run itself too, if it is not here yet.
    pub(super) fn flush(&mut self) -> Result<RunId> {
        let taking = self.taking;
        let id = match &self.id {
            Some(id) if self.pending.is_empty() => return Ok(id.clone()),
            Some(id) => {
                let subject = format!("run {id}: {} records", self.pending.records);
                taking.write(&subject, |act| {
                    let run = taking.registry().get::<Run>("run", id.key())?;
                    let changes = self.pending.changes(id)?;
                    Ok((Some(Plan { act, expected: vec![run.expected()], changes }), ()))
                })?;
                id.clone()
            }
            None => {
                let run = self.create()?;
                taking.tally.borrow_mut().taken(Matter::Runs, 1);
                if run.parent.is_some() {
                    taking.tally.borrow_mut().taken(Matter::Nested, 1);
                }
                run.id
            }
        };
        self.pending.counted(taking);
        self.pending = Pending::default();
        self.id = Some(id.clone());
        Ok(id)
    }

    fn create(&self) -> Result<Run> {
        let (taking, source) = (self.taking, self.source);
        let registry = taking.registry();
        let name = match taking.experiments.borrow().get(&source.experiment) {
            Some(Placed::Here { name, .. }) => name.clone(),
            _ => return Err(Error::NotFound { what: "experiment", key: source.experiment.clone() }),
        };
        let parent = match self.parent {
            Parent::Run(id) => taking.runs.borrow().get(id).cloned(),
            Parent::None | Parent::Lost(_) => None,
        };
        let mut again = false;
        taking.write(&format!("run {} of MLflow in {name}", source.id), |act| {
            let group = registry.get::<Experiment>("experiment", Key::from([name.as_str()]))?;
            let mut expected = vec![group.expected()];
            let id = registry.next_run(&name, group.value.counted, again)?;
            again = true;
            if let Some(parent) = &parent {
                expected.push(registry.get::<Run>("run", parent.key())?.expected());
            }
            let run = self.run(id, parent.clone(), act.at);
            let mut changes = vec![run.create()?];
            if let Some(parent) = &parent {
                changes.push(NestedRun { parent: parent.clone(), run: run.id.clone() }.create()?);
            }
            changes.extend(self.pending.changes(&run.id)?);
            Ok((Some(Plan { act, expected, changes }), run))
        })
    }

    fn run(&self, id: RunId, parent: Option<RunId>, at: Timestamp) -> Run {
        let (taking, source) = (self.taking, self.source);
        let by = taking.session.principal().clone();
        let started_at = source.started_at.unwrap_or(Timestamp::from_micros(0));
        let mut more = source.more.clone();
        let name = self.named.clone().unwrap_or_else(|| source.id.clone());
        if name != source.name && !source.name.is_empty() {
            more.insert("name".to_owned(), source.name.clone());
        }
        let note = self.note.clone().filter(|note| note.len() <= limits::DESCRIPTION);
        let user = source.user.as_ref().and_then(|user| user.parse::<Principal>().ok());
        Run {
            id,
            name,
            status: source.status,
            started_at,
            // What has ended has a time; it never ended before it started.
            ended_at: match (source.status.is_end(), source.ended_at) {
                (true, ended) => Some(ended.unwrap_or(started_at).max(started_at)),
                (false, _) => None,
            },
            parent,
            description: note.unwrap_or_default(),
            deleted: source.deleted.then(|| Deletion { at, by: by.clone(), purged: false }),
            // Whom MLflow names had a hand in it, and is not to approve what came of it.
            contributors: user.into_iter().filter(|user| *user != by).collect::<BTreeSet<_>>(),
            imported: Some(Box::new(Imported {
                user: source.user.clone(),
                created_at: source.started_at,
                updated_at: source.deleted_at.or(source.ended_at),
                place: source.place.clone(),
                more,
                ..taking.imported(&source.id, at)
            })),
            started_by: by,
        }
    }
}

/// What a run may be called here: what it is called there, or what its tag says; `None` if
/// neither may be a name here.
pub(super) fn named(source: &SourceRun, tag: Option<&String>) -> Option<String> {
    let fits = |name: &str| check("run name", name, limits::TITLE, Rule::Title).is_ok();
    let names = [Some(&source.name), tag].into_iter().flatten();
    names.filter(|name| !name.is_empty()).find(|name| fits(name)).cloned()
}

/// The tag that has what MLflow shows as a description of a run.
pub(super) fn note(tags: &std::collections::BTreeMap<String, String>) -> Option<String> {
    tags.get(NOTE).cloned()
}

/// What a point is, among those of one metric: here are one NaN and one zero.
pub(super) type PointKey = (i64, i64, u64);

pub(super) fn key(step: i64, at: Timestamp, value: f64) -> PointKey {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    (step, at.as_micros(), value.to_bits())
}

/// The points of a metric of a run that are here.
pub(super) fn points_here(taking: &Taking<'_>, run: &RunId, name: &str) -> Result<HashSet<PointKey>> {
    let history = taking.registry().metric_history(run, name)?;
    Ok(history.iter().map(|point| key(point.step, point.at, point.value)).collect())
}

/// Whether a run stands here as it does there.
pub(super) fn stands(run: &Run, source: &SourceRun) -> Vec<(&'static str, String, String)> {
    let mut differ = Vec::new();
    let mut same = |what: &'static str, there: String, here: String| {
        if there != here {
            differ.push((what, there, here));
        }
    };
    let time = |time: Option<Timestamp>| time.map_or_else(|| "none".to_owned(), |time| time.to_string());
    same("status", source.status.to_string(), run.status.to_string());
    same("started", time(source.started_at), time(Some(run.started_at)));
    same("ended", time(source.ended_at), time(run.ended_at));
    let word = |deleted: bool| if deleted { "deleted" } else { "active" };
    same("lifecycle", word(source.deleted).to_owned(), word(run.deleted.is_some()).to_owned());
    differ
}

/// Whether what happened to a run since keeps it from taking more.
pub(super) fn is_closed(run: &Run, source: &SourceRun) -> bool {
    run.deleted.is_some() && !source.deleted
}
