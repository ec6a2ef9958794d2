use std::collections::BTreeMap;

use mlops_core::Timestamp;

use super::{DataInput, Metric, Param, Run, RunBatch, RunId, RunStatus, Tag, limits};
use crate::access::Action;
use crate::name::{Rule, check, check_value, cut};
use crate::registry::{Document, Registry, Session, Stored, StoredExt as _};
use crate::store::{Change, Commit, Key};
use crate::{Error, Result};

impl Session {
    /// Adds to a run, all or nothing. What is there already in the same words is left as it is.
    ///
    /// Who adds more than tags to the run of another is a
    /// [contributor](super::Run::contributors) from then on.
    ///
    /// A run that has ended takes tags alone, unless it is [resumed](Self::resume_run).
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it has ended or is deleted, or a parameter has another
    /// value, [`Error::Invalid`] for a name that is none, what is over the
    /// [limits](crate::tracking::limits), or two values of one parameter or tag.
    pub fn log(&self, run: &RunId, batch: &RunBatch) -> Result<()> {
        let checked = Checked::of(run, batch)?;
        // Hardly anything that is logged is there already. So that is not looked up; where it
        // turns out otherwise, the commit is a conflict that leaves nothing, and then it is.
        let mut look = false;
        self.transact_presuming(Action::LogRun, run, |own| {
            let (record, experiment) = self.registry().active_run(run)?;
            if !batch.is_remarks() {
                takes(&record)?;
            }
            let act = self.act(Action::LogRun, run);
            let mut changes = Changes::new(self.registry(), look);
            look = true;
            for (name, value) in &checked.params {
                let param = Param { run: run.clone(), name: name.to_string(), value: value.to_string() };
                changes.once(&param, |there| Error::Conflict {
                    what: "param",
                    key: format!("{run} {name}"),
                    expected: format!("{:?}", cut(value)),
                    current: format!("{:?}", cut(&there.value)),
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
            for (name, value) in &checked.tags {
                let tag = Tag { run: run.clone(), name: name.to_string(), value: value.to_string() };
                changes.latest(&tag)?;
            }
            for input in &checked.inputs {
                changes.input(input)?;
            }
            let mut changes = changes.each_once();
            if changes.is_empty() {
                return Ok((None, ()));
            }
            let mut expected = vec![own, experiment];
            // A remark is no hand in what comes of the run.
            match record.value.contributed_to_by(self.principal()).filter(|_| !batch.is_remarks()) {
                Some(run) => changes.push(record.replace(&run)?),
                None => expected.push(record.expected()),
            }
            Ok((Some(Commit::new(act, expected, changes)?), ()))
        })
    }

    /// Takes a tag from a run, ended or not.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the run
    /// or the tag, [`Error::Conflict`] if the run is deleted.
    pub fn untag_run(&self, run: &RunId, name: &str) -> Result<()> {
        self.transact_presuming(Action::LogRun, run, |own| {
            let (record, experiment) = self.registry().active_run(run)?;
            let tag = self.registry().get::<Tag>("tag", run.key().and(name))?;
            let act = self.act(Action::LogRun, format!("{run} without the tag {name}"));
            let change = Change::remove(Tag::KIND, tag.value.key(), tag.revision)?;
            Ok((Some(Commit::new(act, vec![own, record.expected(), experiment], vec![change])?), ()))
        })
    }
}

/// That the run takes what is logged.
pub(super) fn takes(record: &Stored<Run>) -> Result<()> {
    if !record.value.status.is_end() {
        return Ok(());
    }
    Err(Error::Conflict {
        what: "run",
        key: record.value.id.to_string(),
        expected: RunStatus::Running.to_string(),
        current: record.value.status.to_string(),
    })
}

/// A batch that may be written.
struct Checked<'a> {
    params: BTreeMap<&'a str, &'a str>,
    tags: BTreeMap<&'a str, &'a str>,
    inputs: Vec<DataInput>,
}

impl<'a> Checked<'a> {
    fn of(run: &RunId, batch: &'a RunBatch) -> Result<Self> {
        for (field, count, max) in [
            ("params", batch.params.len(), limits::BATCH_PARAMS),
            ("metrics", batch.metrics.len(), limits::BATCH_METRICS),
            ("tags", batch.tags.len(), limits::BATCH_TAGS),
            ("data sets", batch.inputs.len(), limits::BATCH_INPUTS),
        ] {
            if count > max {
                return Err(Error::Invalid {
                    field,
                    value: format!("{count} in one batch"),
                    expected: format!("at most {max}"),
                });
            }
        }
        let params = unique("param", &batch.params)?;
        let tags = unique("tag", &batch.tags)?;
        params.iter().try_for_each(|(name, value)| check_param(name, value))?;
        tags.iter().try_for_each(|(name, value)| check_tag(name, value))?;
        for point in &batch.metrics {
            check_point(&point.name, point.step, point.at)?;
        }
        let mut inputs = Vec::with_capacity(batch.inputs.len());
        let mut size = 0;
        for dataset in &batch.inputs {
            let (input, bytes) = dataset.input(run)?;
            size += bytes;
            check_value("schemas and profiles", "data sets", size, limits::BATCH_PROFILES)?;
            inputs.push(input);
        }
        Ok(Self { params, tags, inputs })
    }
}

/// That a parameter may be kept.
pub(crate) fn check_param(name: &str, value: &str) -> Result<()> {
    check("param", name, limits::KEY, Rule::Key)?;
    check_value("param value", name, value.len(), limits::PARAM_VALUE)
}

/// That a tag of a run may be kept.
pub(crate) fn check_tag(name: &str, value: &str) -> Result<()> {
    check("tag", name, limits::KEY, Rule::Key)?;
    check_value("tag value", name, value.len(), limits::TAG_VALUE)
}

/// That a point of a metric may be kept, whatever its value is.
pub(crate) fn check_point(name: &str, step: i64, at: Option<Timestamp>) -> Result<()> {
    check("metric", name, limits::KEY, Rule::Key)?;
    let within = |number: i64| number.unsigned_abs() <= 1 << 53;
    if !within(step) {
        return Err(Error::Invalid {
            field: "step",
            value: format!("{step} of {name}"),
            expected: "a number within ±2^53".to_owned(),
        });
    }
    if let Some(at) = at.filter(|at| !within(at.as_micros())) {
        return Err(Error::Invalid {
            field: "time",
            value: format!("{at} of {name}"),
            expected: "a moment within 2^53 µs of 1970, years 1684 to 2255".to_owned(),
        });
    }
    Ok(())
}

/// The changes of one batch: each record once.
struct Changes<'a> {
    registry: &'a Registry,
    /// Whether it is looked up what is there already.
    look: bool,
    made: Vec<Change>,
    /// The data sets of this batch so far.
    inputs: BTreeMap<Key, DataInput>,
}

impl<'a> Changes<'a> {
    const fn new(registry: &'a Registry, look: bool) -> Self {
        Self { registry, look, made: Vec::new(), inputs: BTreeMap::new() }
    }

    /// A record that may be written again only with the same content.
    fn once<T: Document + PartialEq>(&mut self, value: &T, conflict: impl FnOnce(T) -> Error) -> Result<()> {
        match self.found::<T>(value.key())? {
            None => self.made.push(value.create()?),
            Some(there) if there.value == *value => {}
            Some(there) => return Err(conflict(there.value)),
        }
        Ok(())
    }

    /// A record that its key says everything of.
    fn same<T: Document>(&mut self, value: &T) -> Result<()> {
        if self.found::<T>(value.key())?.is_none() {
            self.made.push(value.create()?);
        }
        Ok(())
    }

    /// A record in place of the one before.
    fn latest<T: Document + PartialEq>(&mut self, value: &T) -> Result<()> {
        let there = self.registry.find::<T>(value.key())?;
        if there.as_ref().is_none_or(|there| there.value != *value) {
            self.made.push(there.put(value)?);
        }
        Ok(())
    }

    /// A data set, with what was said of it before.
    fn input(&mut self, input: &DataInput) -> Result<()> {
        let there = self.registry.find::<DataInput>(input.key())?;
        let all = match &there {
            Some(there) => there.value.with(input)?,
            None => input.clone(),
        };
        // The same one may stand in the batch twice, for two things.
        let all = match self.inputs.get(&input.key()) {
            Some(before) => before.with(&all)?,
            None => all,
        };
        if there.as_ref().is_none_or(|there| there.value != all) {
            self.made.push(there.put(&all)?);
        }
        self.inputs.insert(input.key(), all);
        Ok(())
    }

    fn found<T: Document>(&self, key: Key) -> Result<Option<Stored<T>>> {
        if self.look { self.registry.find(key) } else { Ok(None) }
    }

    /// By record; of several changes of one, the last.
    fn each_once(mut self) -> Vec<Change> {
        self.made.sort_by(|one, other| one.record().cmp(&other.record()));
        self.made.dedup_by(|later, kept| {
            let same = later.record() == kept.record();
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        self.made
    }
}

/// By name; two different values of one name are a mistake of the caller's.
pub(super) fn unique<'a>(
    field: &'static str,
    pairs: &'a [(String, String)],
) -> Result<BTreeMap<&'a str, &'a str>> {
    let mut map = BTreeMap::new();
    for (name, value) in pairs {
        check(field, name, limits::KEY, Rule::Key)?;
        if let Some(other) = map.insert(name.as_str(), value.as_str()).filter(|other| other != value) {
            return Err(Error::Invalid {
                field,
                value: format!("{name} = {:?}", cut(value)),
                expected: format!("one value in one batch, which has {:?} too", cut(other)),
            });
        }
    }
    Ok(map)
}
