use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Both ends included; an end that is not given is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Range {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<f64>,
}

impl Range {
    pub(crate) const fn new(min: f64, max: f64) -> Self {
        Self { min: Some(min), max: Some(max) }
    }

    /// Finite ends in their order.
    pub(crate) fn check(&self) -> Result<()> {
        let finite = |end: Option<f64>| end.is_none_or(f64::is_finite);
        let ordered = self.min.zip(self.max).is_none_or(|(min, max)| min <= max);
        if finite(self.min) && finite(self.max) && ordered {
            Ok(())
        } else {
            Err(Error::invalid_setting("range", self, "finite ends, the lower one first"))
        }
    }

    /// Whether the number is finite and within; NaN is not.
    pub(crate) fn contains(&self, number: f64) -> bool {
        number.is_finite()
            && self.min.is_none_or(|min| number >= min)
            && self.max.is_none_or(|max| number <= max)
    }

    /// The nearest number within; NaN stays, and so does an infinity on an open side.
    pub(crate) fn clamp(&self, number: f64) -> f64 {
        match (self.min, self.max) {
            (Some(min), _) if number < min => min,
            (_, Some(max)) if number > max => max,
            _ => number,
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, "{min} to {max}"),
            (Some(min), None) => write!(f, "at least {min}"),
            (None, Some(max)) => write!(f, "at most {max}"),
            (None, None) => f.write_str("a finite number"),
        }
    }
}
