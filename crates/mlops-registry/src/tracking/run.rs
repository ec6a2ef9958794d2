use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use mlops_core::{Digest, ExperimentName, Principal, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};
use crate::{Error, Result};

/// Which run: its experiment and its number there, from 1; written `flight-delay/1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a run is identified by this and no more")]
pub struct RunId {
    /// The experiment.
    pub experiment: ExperimentName,
    /// The number of the run, from 1.
    pub number: u32,
}

impl RunId {
    pub(crate) fn key(&self) -> Key {
        Key::from([self.experiment.as_str()]).and(i64::from(self.number))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.experiment, self.number)
    }
}

impl FromStr for RunId {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        let invalid = || Error::Invalid {
            field: "run",
            value: value.to_owned(),
            expected: "`experiment/number`, such as flight-delay/1".to_owned(),
        };
        let (experiment, number) = value.rsplit_once('/').ok_or_else(invalid)?;
        let id = Self { experiment: experiment.parse()?, number: number.parse().map_err(|_| invalid())? };
        // `+1` and `01` are numbers too, but not how a run is written.
        if id.number > 0 && id.to_string() == value { Ok(id) } else { Err(invalid()) }
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RunStatus {
    /// It takes what is logged.
    Running,
    /// It came to its end; nothing more is logged.
    Finished,
    /// It broke off; nothing more is logged.
    Failed,
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Failed => "failed",
        })
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
    /// When it ended; `None` while it is running.
    pub ended_at: Option<Timestamp>,
}

impl Document for Run {
    const KIND: Kind = Kind::Run;
    fn key(&self) -> Key {
        self.id.key()
    }
}

/// An input of a run that never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Param {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// Its value as text.
    pub value: String,
}

impl Document for Param {
    const KIND: Kind = Kind::Param;
    fn key(&self) -> Key {
        self.run.key().and(self.name.as_str())
    }
}

/// A remark on a run, which the next one of that name replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tag {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Document for Tag {
    const KIND: Kind = Kind::Tag;
    fn key(&self) -> Key {
        self.run.key().and(self.name.as_str())
    }
}

/// A number of a run, at a step and a time. All are kept; the latest is the one with the
/// highest step, then time, then value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metric {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub name: String,
    /// The value; NaN and infinities are kept, but there is one NaN and one zero.
    #[serde(with = "mlops_core::number")]
    pub value: f64,
    /// The step, in a unit of the caller's.
    pub step: i64,
    /// When.
    pub at: Timestamp,
}

impl Metric {
    /// All points of one metric of a run.
    pub(crate) fn group(run: &RunId, name: &str) -> Key {
        run.key().and(name)
    }
}

impl Document for Metric {
    const KIND: Kind = Kind::Metric;
    fn key(&self) -> Key {
        // The value is part of what a point is: two at one step and time are two points,
        // and the same one logged again is no other. Ordered as total order has them.
        // JSON knows one NaN and one zero, so that is what there is.
        let value = if self.value.is_nan() { f64::NAN } else { self.value + 0.0 };
        let bits = value.to_bits();
        let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
        Self::group(&self.run, &self.name)
            .and(self.step)
            .and(self.at.as_micros())
            .and(format!("{ordered:016x}"))
    }
}

/// A data set that a run has read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataInput {
    /// The run.
    pub run: RunId,
    /// Its name, such as `flights.parquet`.
    pub name: String,
    /// The digest of its bytes.
    pub digest: Digest,
}

impl Document for DataInput {
    const KIND: Kind = Kind::Input;
    fn key(&self) -> Key {
        self.run.key().and(self.name.as_str()).and(self.digest.to_string())
    }
}

/// What a run took and gave, by name.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct RunData {
    /// Its parameters.
    pub params: BTreeMap<String, String>,
    /// The latest value of each metric.
    pub metrics: BTreeMap<String, f64>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The data sets that it has read, by name and digest.
    pub inputs: Vec<(String, Digest)>,
}

impl Registry {
    /// A run.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such run.
    pub fn run(&self, id: &RunId) -> Result<Run> {
        Ok(self.get("run", id.key())?.value)
    }

    /// The runs of an experiment, by number; none if there is no such experiment.
    ///
    /// # Errors
    /// Those of the store.
    pub fn runs(&self, experiment: &ExperimentName) -> Result<Vec<Run>> {
        self.values(&Key::from([experiment.as_str()]))
    }

    /// What a run took and gave.
    ///
    /// # Errors
    /// Those of the store.
    pub fn run_data(&self, id: &RunId) -> Result<RunData> {
        let group = id.key();
        let mut data = RunData::default();
        data.params.extend(self.values::<Param>(&group)?.into_iter().map(|param| (param.name, param.value)));
        data.tags.extend(self.values::<Tag>(&group)?.into_iter().map(|tag| (tag.name, tag.value)));
        data.inputs
            .extend(self.values::<DataInput>(&group)?.into_iter().map(|input| (input.name, input.digest)));
        // In the order of step, time and value: the latest comes last.
        data.metrics
            .extend(self.values::<Metric>(&group)?.into_iter().map(|metric| (metric.name, metric.value)));
        Ok(data)
    }

    /// Every point of a metric, by step, time and value.
    ///
    /// # Errors
    /// Those of the store.
    pub fn metric_history(&self, id: &RunId, name: &str) -> Result<Vec<Metric>> {
        self.values(&Metric::group(id, name))
    }
}
