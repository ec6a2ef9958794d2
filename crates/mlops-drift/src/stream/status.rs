use std::fmt;

use serde::{Deserialize, Serialize};

/// What a detector says of a stream after a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a detector has no fourth answer")]
pub enum Status {
    /// Nothing of note.
    #[default]
    Stable,
    /// It may be about to change: a time to collect rows for a new model.
    Warning,
    /// It has changed. With the next value the detector begins anew.
    Drift,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stable => "stable",
            Self::Warning => "warning",
            Self::Drift => "drift",
        })
    }
}

/// What a detector looks at, beside the limits that it compares it with: what a chart draws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reading {
    /// The statistic after the latest value; `None` as long as there is too little to say.
    pub value: Option<f64>,
    /// From where on it is a warning.
    pub warning: Option<f64>,
    /// From where on it is a drift.
    pub drift: Option<f64>,
}

impl Reading {
    /// A statistic without limits, so far.
    pub const fn new(value: Option<f64>) -> Self {
        Self { value, warning: None, drift: None }
    }

    /// With the limit of a warning.
    #[must_use]
    pub const fn warning(self, limit: f64) -> Self {
        Self { warning: Some(limit), ..self }
    }

    /// With the limit of a drift.
    #[must_use]
    pub const fn drift(self, limit: f64) -> Self {
        Self { drift: Some(limit), ..self }
    }
}
