//! Serde of floating-point numbers that keeps what JSON can't hold: a number that is
//! not finite is written as `"NaN"`, `"Infinity"` or `"-Infinity"` instead of `null`.
//!
//! ```
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Reading {
//!     #[serde(with = "mlops_core::number")]
//!     value: f64,
//!     #[serde(with = "mlops_core::number::option")]
//!     limit: Option<f64>,
//! }
//! let json = serde_json::to_string(&Reading { value: f64::NAN, limit: Some(0.5) })?;
//! assert_eq!(json, r#"{"value":"NaN","limit":0.5}"#);
//! assert!(serde_json::from_str::<Reading>(&json)?.value.is_nan());
//! # Ok::<(), serde_json::Error>(())
//! ```

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number, or the name of one that is not finite.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Name(String),
}

impl Written {
    fn read<E: serde::de::Error>(self) -> Result<f64, E> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Name(name) => match name.as_str() {
                "NaN" => Ok(f64::NAN),
                "Infinity" => Ok(f64::INFINITY),
                "-Infinity" => Ok(f64::NEG_INFINITY),
                _ => Err(E::custom(format!(
                    "{name:?} is not a number: expected a number, \"NaN\", \"Infinity\" or \"-Infinity\""
                ))),
            },
        }
    }
}

/// The name of a number that JSON can't hold, or nothing if it can.
pub fn name(number: f64) -> Option<&'static str> {
    if number.is_nan() {
        Some("NaN")
    } else if number == f64::INFINITY {
        Some("Infinity")
    } else if number == f64::NEG_INFINITY {
        Some("-Infinity")
    } else {
        None
    }
}

/// For `#[serde(with)]`.
///
/// # Errors
/// Whatever the serializer gives.
pub fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match name(*number) {
        Some(name) => serializer.serialize_str(name),
        None => serializer.serialize_f64(*number),
    }
}

/// For `#[serde(with)]`.
///
/// # Errors
/// If what is there is neither a number nor the name of one.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Written::deserialize(deserializer)?.read()
}

/// The same for `Option<f64>`; `None` is `null`.
pub mod option {
    use super::{Deserialize, Deserializer, Serialize, Serializer, Written, name};

    /// For `#[serde(with)]`.
    ///
    /// # Errors
    /// Whatever the serializer gives.
    pub fn serialize<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
        match number.map(|number| (number, name(number))) {
            None => serializer.serialize_none(),
            Some((_, Some(name))) => name.serialize(serializer),
            Some((number, None)) => number.serialize(serializer),
        }
    }

    /// For `#[serde(with)]`; add `default` if the field may be absent.
    ///
    /// # Errors
    /// If what is there is neither `null`, a number nor the name of one.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
        Option::<Written>::deserialize(deserializer)?.map(Written::read).transpose()
    }
}
