use std::collections::BTreeMap;

use mlops_core::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The time that training data comes from: `from` included, `until` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Window {
    from: Timestamp,
    until: Timestamp,
}

#[derive(Deserialize)]
struct Written {
    from: Timestamp,
    until: Timestamp,
}

impl Window {
    /// The time from `from` until just before `until`.
    ///
    /// # Errors
    /// [`Error::Invalid`] unless `from` is before `until`.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self> {
        if from < until {
            Ok(Self { from, until })
        } else {
            Err(Error::Invalid {
                field: "training window",
                value: format!("{from} to {until}"),
                expected: "a start before the end".to_owned(),
            })
        }
    }

    /// The first moment.
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// The first moment that is no longer part of it.
    pub const fn until(&self) -> Timestamp {
        self.until
    }
}

impl TryFrom<Written> for Window {
    type Error = Error;
    fn try_from(Written { from, until }: Written) -> Result<Self> {
        Self::new(from, until)
    }
}

/// What a version was made from, as its run said when the version was registered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lineage {
    /// The data sets, by name and digest.
    pub data: Vec<(String, Digest)>,
    /// The parameters.
    pub params: BTreeMap<String, String>,
    /// The latest value of each metric.
    #[serde(with = "numbers")]
    pub metrics: BTreeMap<String, f64>,
    /// The time that the training data comes from.
    pub window: Option<Window>,
}

/// Numbers by name, also those that JSON can't hold.
mod numbers {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Number(#[serde(with = "mlops_core::number")] f64);

    pub(super) fn serialize<S: Serializer>(
        numbers: &BTreeMap<String, f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(numbers.iter().map(|(name, number)| (name, Number(*number))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, f64>, D::Error> {
        let numbers = BTreeMap::<String, Number>::deserialize(deserializer)?;
        Ok(numbers.into_iter().map(|(name, Number(number))| (name, number)).collect())
    }
}
