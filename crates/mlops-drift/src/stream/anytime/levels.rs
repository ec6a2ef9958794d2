use crate::stream::{Reading, Status};
use crate::{Error, Result};

/// With what chance a course may ever alarm, and ever warn, while nothing has changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Levels {
    pub(super) alpha: f64,
    pub(super) warning: f64,
}

impl Levels {
    pub(super) fn check(self) -> Result<()> {
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            let (setting, value) = ("alpha", self.alpha);
            return Err(Error::Setting { setting, value, expected: "between 0 and 1" });
        }
        if !(self.warning >= self.alpha && self.warning < 1.0) {
            let (setting, value) = ("warning", self.warning);
            return Err(Error::Setting { setting, value, expected: "at least alpha and below 1" });
        }
        Ok(())
    }

    /// What an e-value says, by its logarithm and the highest that it has had.
    pub(super) fn judge(self, log_value: f64, highest: f64) -> Status {
        if highest >= -self.alpha.ln() {
            Status::Drift
        } else if log_value >= -self.warning.ln() {
            Status::Warning
        } else {
            Status::Stable
        }
    }

    pub(super) fn reading(self, log_value: Option<f64>) -> Reading {
        Reading::new(log_value).warning(-self.warning.ln()).drift(-self.alpha.ln())
    }
}

/// What the numerics refuse in settings.
pub(super) fn setting(error: mlops_stats::Error) -> Error {
    match error {
        mlops_stats::Error::Parameter { what, value, expected } => {
            Error::Setting { setting: what, value, expected }
        }
        other => Error::input("the settings", other.to_string(), "settings that fit together"),
    }
}

/// What the numerics refuse in a stream.
pub(super) fn input(place: u64, error: &mlops_stats::Error) -> Error {
    Error::input(format!("value {place} of the stream"), error.to_string(), "a value that fits the settings")
}
