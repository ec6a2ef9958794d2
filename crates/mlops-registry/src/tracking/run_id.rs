use std::fmt;
use std::str::FromStr;

use mlops_core::{Digest, ExperimentName};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::store::Key;
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
    /// The run's second name: 32 hexadecimal digits, as MLflow's clients expect of a run.
    ///
    /// The first half of the SHA-256 of `mlops run`, a line feed, and the id as it is
    /// written. So it is the same in every registry, everywhere and forever, and needs no
    /// record of its own. A search finds the run by it.
    ///
    /// ```
    /// let id: mlops_registry::tracking::RunId = "flight-delay/1".parse()?;
    /// assert_eq!(id.uid(), "8ed31c469dd8028ec7411ba397e52267");
    /// # Ok::<(), mlops_registry::Error>(())
    /// ```
    pub fn uid(&self) -> String {
        let mut hex = Digest::of(format!("mlops run\n{self}")).to_hex();
        hex.truncate(32);
        hex
    }

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
