use std::collections::BTreeMap;

use mlops_core::{Digest, Window};
use serde::{Deserialize, Serialize};

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
