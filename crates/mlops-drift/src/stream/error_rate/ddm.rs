use serde::{Deserialize, Serialize};

use super::mean::RunningMean;
use crate::stream::{Reading, Sound, Status, StreamDetector, bit};
use crate::{Error, Result};

/// What a [`Ddm`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DdmSettings {
    /// How many predictions it takes before it judges.
    pub warm_start: u64,
    /// How many standard deviations above its best the error rate is a warning.
    pub warning_threshold: f64,
    /// How many are a drift.
    pub drift_threshold: f64,
}

impl Default for DdmSettings {
    fn default() -> Self {
        Self { warm_start: 30, warning_threshold: 2.0, drift_threshold: 3.0 }
    }
}

/// The drift detection method: is the error rate, in standard deviations, far above the best
/// it has had?
///
/// Takes 1 for a wrong prediction and 0 for a right one. Memory and cost of an update are
/// constant. It sees an abrupt change soon and a slow one late, as the mean goes back to
/// where it began. There is no guarantee on false alarms: the best rate is the luckiest of
/// many looks. A model without an error so far has a best rate of 0 ± 0, and its first error
/// is a drift.
///
/// # Source
/// Gama, Medas, Castillo and Rodrigues, *Learning with Drift Detection* (2004); equal to
/// `drift.binary.DDM` of River 0.26, and to that of Frouros 0.9, whose `min_num_instances` is
/// one more than the warm start.
///
/// ```
/// use mlops_drift::stream::{Ddm, Status, StreamDetector};
/// let mut errors = Ddm::default();
/// let wrong = |row: u64| if row < 1000 { row % 10 == 0 } else { row % 2 == 0 };
/// let found = (0..2000).find(|row| errors.update_error(wrong(*row)) == Ok(Status::Drift));
/// assert_eq!(found, Some(1048));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ddm {
    settings: DdmSettings,
    n: u64,
    /// The error rate so far.
    p: f64,
    /// The rate and its deviation where their sum was least; None before it judges.
    p_min: Option<f64>,
    s_min: Option<f64>,
    status: Status,
}

impl Ddm {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if a threshold is negative or not finite.
    pub fn new(settings: DdmSettings) -> Result<Self> {
        let thresholds = [
            ("warning_threshold", settings.warning_threshold),
            ("drift_threshold", settings.drift_threshold),
        ];
        for (setting, value) in thresholds {
            if !(value.is_finite() && value >= 0.0) {
                return Err(Error::Setting { setting, value, expected: "a finite number of at least 0" });
            }
        }
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &DdmSettings {
        &self.settings
    }

    /// The error rate since it began anew; 0 before the first prediction.
    pub const fn error_rate(&self) -> f64 {
        self.p
    }

    const fn begin(settings: DdmSettings) -> Self {
        Self { settings, n: 0, p: 0.0, p_min: None, s_min: None, status: Status::Stable }
    }

    /// The error rate and one standard deviation of it.
    fn reach(&self) -> (f64, f64) {
        (self.p, (self.p * (1.0 - self.p) / self.n.max(1) as f64).max(0.0).sqrt())
    }
}

impl Default for Ddm {
    fn default() -> Self {
        Self::begin(DdmSettings::default())
    }
}

impl StreamDetector for Ddm {
    fn name(&self) -> &'static str {
        "DDM"
    }

    fn admits(&self, value: f64) -> Result<()> {
        bit(self.n, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            self.reset();
        }
        let mut rate = RunningMean { mean: self.p, n: self.n };
        rate.add(value);
        (self.p, self.n) = (rate.mean, rate.n);
        if self.n <= self.settings.warm_start {
            return Ok(self.status);
        }
        let (p, s) = self.reach();
        let (p_min, s_min) = match (self.p_min, self.s_min) {
            (Some(p_min), Some(s_min)) if p + s > p_min + s_min => (p_min, s_min),
            _ => (p, s),
        };
        (self.p_min, self.s_min) = (Some(p_min), Some(s_min));
        let beyond = |threshold: f64| p + s > p_min + threshold * s_min;
        self.status = if beyond(self.settings.drift_threshold) {
            Status::Drift
        } else if beyond(self.settings.warning_threshold) {
            Status::Warning
        } else {
            Status::Stable
        };
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    /// The error rate and one standard deviation of it.
    fn reading(&self) -> Reading {
        let (Some(p_min), Some(s_min)) = (self.p_min, self.s_min) else { return Reading::default() };
        let (p, s) = self.reach();
        Reading::new(Some(p + s))
            .warning(p_min + self.settings.warning_threshold * s_min)
            .drift(p_min + self.settings.drift_threshold * s_min)
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        *self = Self::begin(self.settings);
    }
}

impl Sound for Ddm {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::new(self.settings) {
            return Some(error.to_string());
        }
        let is_share = |value: f64| (0.0..=1.0).contains(&value);
        let rate = RunningMean { mean: self.p, n: self.n };
        if !rate.is_sound(self.n) {
            return Some(format!("the error rate of {} predictions is {}", self.n, self.p));
        }
        match (self.p_min, self.s_min) {
            (None, None) => None,
            (Some(p_min), Some(s_min)) if is_share(p_min) && is_share(s_min) => None,
            (p_min, s_min) => Some(format!("the best error rate is {p_min:?} ± {s_min:?}")),
        }
    }
}
