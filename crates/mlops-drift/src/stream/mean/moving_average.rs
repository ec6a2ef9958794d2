use serde::{Deserialize, Serialize};

use crate::Result;
use crate::stream::bounds::{at_least_0, outside, setting};
use crate::stream::{Reading, Sound, Status, StreamDetector, finite};

/// What a [`GeometricMovingAverage`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GeometricMovingAverageSettings {
    /// From how many values on it judges.
    pub min_instances: u64,
    /// What of the average is kept from one value to the next, within 0 to 1: with 0.99 a
    /// value has lost half of its weight after 69 more.
    pub alpha: f64,
    /// How far the recent values may lie above the mean of all, in the unit of the values.
    pub threshold: f64,
}

impl Default for GeometricMovingAverageSettings {
    fn default() -> Self {
        Self { min_instances: 30, alpha: 0.99, threshold: 1.0 }
    }
}

/// The geometric moving average: how far do the recent values lie above the mean of all?
///
/// It sees a mean that grows; for one that falls give it the values with their sign turned.
/// The threshold is in the unit of the values: the default of 1 is never reached by errors
/// of 0 and 1. Memory and cost of an update are constant. There is no guarantee on false
/// alarms: with alpha near 0 it judges single values.
///
/// # Source
/// Roberts, *Control chart tests based on geometric moving averages*, Technometrics 1 (1959);
/// equal to `GeometricMovingAverage` of Frouros 0.9.
///
/// ```
/// use mlops_drift::stream::{GeometricMovingAverage, GeometricMovingAverageSettings, Status, StreamDetector};
/// let mut settings = GeometricMovingAverageSettings::default();
/// (settings.alpha, settings.threshold) = (0.9, 0.6);
/// let mut load = GeometricMovingAverage::new(settings)?;
/// for hour in 0..100 {
///     load.update(f64::from(hour % 3))?;
/// }
/// let found = (0..100).find(|hour| load.update(f64::from(hour % 3) + 1.0) == Ok(Status::Drift));
/// assert_eq!(found, Some(8));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GeometricMovingAverage {
    settings: GeometricMovingAverageSettings,
    n: u64,
    mean: f64,
    sum: f64,
    status: Status,
}

impl GeometricMovingAverage {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if alpha is not within 0 to 1, or threshold
    /// not within 0 to 1e140.
    pub fn new(settings: GeometricMovingAverageSettings) -> Result<Self> {
        setting("alpha", settings.alpha, 0.0..=1.0, "within 0 to 1")?;
        at_least_0("threshold", settings.threshold)?;
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &GeometricMovingAverageSettings {
        &self.settings
    }

    /// The mean of the values since it began anew; 0 before the first.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    const fn begin(settings: GeometricMovingAverageSettings) -> Self {
        Self { settings, n: 0, mean: 0.0, sum: 0.0, status: Status::Stable }
    }
}

impl Default for GeometricMovingAverage {
    fn default() -> Self {
        Self::begin(GeometricMovingAverageSettings::default())
    }
}

impl StreamDetector for GeometricMovingAverage {
    fn name(&self) -> &'static str {
        "geometric moving average"
    }

    fn admits(&self, value: f64) -> Result<()> {
        finite(self.n, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            self.reset();
        }
        self.n += 1;
        self.mean += (value - self.mean) / self.n as f64;
        let alpha = self.settings.alpha;
        self.sum = alpha * self.sum + (1.0 - alpha) * (value - self.mean);
        if self.n >= self.settings.min_instances && self.sum > self.settings.threshold {
            self.status = Status::Drift;
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    fn reading(&self) -> Reading {
        let value = (self.n >= self.settings.min_instances.max(1)).then_some(self.sum);
        Reading::new(value).drift(self.settings.threshold)
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        *self = Self::begin(self.settings);
    }
}

impl Sound for GeometricMovingAverage {
    fn damage(&self) -> Option<String> {
        let settings = Self::new(self.settings).err().map(|error| error.to_string());
        settings
            .or_else(|| outside(&[("mean", self.mean, -1e140, 1e140), ("sum", self.sum, -2.1e140, 2.1e140)]))
    }
}
