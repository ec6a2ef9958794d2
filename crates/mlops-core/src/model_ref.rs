use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Alias, Error, ModelName, Result, Version};

/// Which version of a model is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a version is pinned or it moves: there is no third way")]
pub enum Selector {
    /// This version and no other.
    Version(Version),
    /// Whatever version the alias points at when asked.
    Alias(Alias),
}

/// A model and which of its versions: `flight-delay/1.4.0` or `flight-delay@production`.
///
/// ```
/// use mlops_core::{ModelRef, Selector, Version};
/// let pinned: ModelRef = "flight-delay/1.4.0".parse()?;
/// assert_eq!(pinned.selector, Selector::Version(Version::new(1, 4, 0)));
/// assert_eq!(pinned.to_string(), "flight-delay/1.4.0");
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModelRef {
    /// The model.
    pub name: ModelName,
    /// Which version of it.
    pub selector: Selector,
}

impl ModelRef {
    /// One version of a model.
    pub fn version(name: ModelName, version: Version) -> Self {
        Self { name, selector: Selector::Version(version) }
    }

    /// The version that an alias points at.
    pub fn alias(name: ModelName, alias: Alias) -> Self {
        Self { name, selector: Selector::Alias(alias) }
    }
}

impl FromStr for ModelRef {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        if let Some((name, version)) = value.split_once('/') {
            Ok(Self::version(name.parse()?, version.parse()?))
        } else if let Some((name, alias)) = value.split_once('@') {
            Ok(Self::alias(name.parse()?, alias.parse()?))
        } else {
            Err(Error::invalid("model reference", value, "`name/version` or `name@alias`"))
        }
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.selector {
            Selector::Version(version) => write!(f, "{}/{version}", self.name),
            Selector::Alias(alias) => write!(f, "{}@{alias}", self.name),
        }
    }
}

impl Serialize for ModelRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_back_as_written() {
        for text in ["flight-delay/1.4.0", "flight-delay@production", "m/2.0.0-rc.1"] {
            assert_eq!(text.parse::<ModelRef>().unwrap().to_string(), text);
        }
        for bad in ["flight-delay", "flight-delay/", "/1.0.0", "a/1", "a@", "a@b@c", "a/1.0.0@b"] {
            assert!(bad.parse::<ModelRef>().is_err(), "{bad}");
        }
    }
}
