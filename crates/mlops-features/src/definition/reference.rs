use std::fmt;
use std::str::FromStr;

use mlops_core::{FeatureName, ViewName};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// One feature of one view, written `view:feature`.
///
/// ```
/// use mlops_features::FeatureRef;
/// let temp: FeatureRef = "weather:temp".parse()?;
/// assert_eq!(temp.feature.as_str(), "temp");
/// assert_eq!(temp.full_name(), "weather__temp");
/// # Ok::<(), mlops_features::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeatureRef {
    /// The view.
    pub view: ViewName,
    /// The feature in it.
    pub feature: FeatureName,
}

impl FeatureRef {
    /// The column name that tells features of different views apart: `view__feature`.
    pub fn full_name(&self) -> String {
        format!("{}__{}", self.view, self.feature)
    }
}

impl FromStr for FeatureRef {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        let (view, feature) = value.split_once(':').ok_or_else(|| Error::Definition {
            of: format!("feature reference {value:?}"),
            reason: "has no view: expected `view:feature`".to_owned(),
        })?;
        Ok(Self { view: ViewName::new(view)?, feature: FeatureName::new(feature)? })
    }
}

impl fmt::Display for FeatureRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}:{}", self.view, self.feature))
    }
}

impl Serialize for FeatureRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FeatureRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
