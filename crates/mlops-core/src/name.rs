//! Names: strings that are known to be usable as names, from the moment that they exist.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Error, Result};

/// Longest name in bytes; what `SQLite`, `PostgreSQL` and file systems all take.
const MAX_BYTES: usize = 256;

/// 1–256 bytes, no control characters, nothing from `forbidden`, no white space at the
/// ends, and not a path component that means another place.
fn check(what: &'static str, expected: &'static str, forbidden: &[char], value: &str) -> Result<()> {
    let valid = !value.is_empty()
        && value.len() <= MAX_BYTES
        && value.trim() == value
        && !matches!(value, "." | "..")
        && !value.chars().any(|c| c.is_control() || forbidden.contains(&c));
    if valid { Ok(()) } else { Err(Error::invalid(what, value, expected)) }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal, $forbidden:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// The name, checked.
            ///
            /// # Errors
            /// [`Error::Invalid`] with the value and what was expected.
            pub fn new(value: impl Into<String>) -> Result<Self> {
                let value = value.into();
                check($what, $expected, $forbidden, &value)?;
                Ok(Self(value))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = Error;
            fn from_str(value: &str) -> Result<Self> {
                Self::new(value)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = Error;
            fn try_from(value: &str) -> Result<Self> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $type {
            type Error = Error;
            fn try_from(value: String) -> Result<Self> {
                Self::new(value)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = String::deserialize(deserializer)?;
                Self::new(value).map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Reserved in names, since references are written `name/version`, `name@alias`, `view:feature`.
const REFERENCE: &[char] = &['/', ':', '@'];

name!(
    /// The name of a registered model, such as `flight-delay`.
    ModelName, "model name", REFERENCE,
    "1 to 256 bytes without `/`, `:`, `@`, control characters or white space at the ends"
);
name!(
    /// A movable name of one version of a model, such as `production`.
    Alias, "alias", REFERENCE,
    "1 to 256 bytes without `/`, `:`, `@`, control characters or white space at the ends"
);
name!(
    /// The name of an experiment, a group of runs.
    ExperimentName, "experiment name", &[],
    "1 to 256 bytes without control characters or white space at the ends"
);
name!(
    /// The name of an entity, what features belong to, such as `carrier`.
    EntityName, "entity name", REFERENCE,
    "1 to 256 bytes without `/`, `:`, `@`, control characters or white space at the ends"
);
name!(
    /// The name of a feature view, such as `weather`.
    ViewName, "view name", REFERENCE,
    "1 to 256 bytes without `/`, `:`, `@`, control characters or white space at the ends"
);
name!(
    /// The name of a feature within its view, such as `wind_speed`.
    FeatureName, "feature name", REFERENCE,
    "1 to 256 bytes without `/`, `:`, `@`, control characters or white space at the ends"
);
name!(
    /// The name of a feature service, the inputs of a model in their order, such as `flight-delay`.
    ServiceName, "feature service name", REFERENCE,
    "1 to 256 bytes without `/`, `:`, `@`, control characters or white space at the ends"
);
name!(
    /// Who acts: the id of a person or a service. What they may do is a grant in the registry.
    Principal, "principal", &[],
    "1 to 256 bytes without control characters or white space at the ends"
);
name!(
    /// The id of one prediction, chosen by the caller; labels are joined on it.
    PredictionId, "prediction id", &[],
    "1 to 256 bytes without control characters or white space at the ends"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_valid_from_the_start() {
        assert_eq!(ModelName::new("flight-delay").unwrap().as_str(), "flight-delay");
        assert_eq!(ModelName::new("Preis (neu) ü").unwrap().as_str(), "Preis (neu) ü");
        let too_long = "x".repeat(257);
        for bad in ["", " a", "a ", "a/b", "a:b", "a@b", "a\nb", ".", "..", &too_long] {
            assert!(ModelName::new(bad).is_err(), "{bad:?}");
        }
        assert!(Principal::new("ana@bank.example").is_ok());
    }

    #[test]
    fn serde_can_not_smuggle_an_invalid_name() {
        let error = serde_json::from_str::<ModelName>("\"a/b\"").unwrap_err().to_string();
        assert!(error.contains("model name \"a/b\" is not valid"), "{error}");
    }
}
