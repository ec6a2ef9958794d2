use mlops_core::Severity;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What counts as drift. The defaults alarm when a difference is both more than chance,
/// over all columns together, and large enough to matter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// The share of false alarms among the alarms that is accepted; 0.05. If nothing has
    /// changed at all, it is the chance that a report alarms.
    pub alpha: f64,
    /// From how many standard deviations of the reference on a shift of a number matters; 0.2.
    pub shift: f64,
    /// From which Jensen–Shannon distance on a change of a mix of categories matters; 0.1.
    pub mix: f64,
    /// From which change on the share of missing values matters; 0.05.
    pub missing: f64,
    /// Columns with fewer values on a side are inconclusive; 30.
    pub min_values: u64,
    /// How much a drift matters; `warning`.
    pub severity: Severity,
}

impl Default for Settings {
    fn default() -> Self {
        Self { alpha: 0.05, shift: 0.2, mix: 0.1, missing: 0.05, min_values: 30, severity: Severity::Warning }
    }
}

impl Settings {
    /// Refuses what is outside its range.
    pub(super) fn check(&self) -> Result<()> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return refuse("alpha", self.alpha, "between 0 and 1");
        }
        if self.shift.is_nan() || self.shift < 0.0 {
            return refuse("shift", self.shift, "at least 0");
        }
        for (setting, value) in [("mix", self.mix), ("missing", self.missing)] {
            if !(0.0..=1.0).contains(&value) {
                return refuse(setting, value, "between 0 and 1");
            }
        }
        Ok(())
    }
}
