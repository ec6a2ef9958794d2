use serde::{Deserialize, Serialize};

use crate::Result;
use crate::stream::bounds::{at_least_0, outside};
use crate::stream::{Reading, Sound, Status, StreamDetector, finite};

/// What a [`Cusum`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CusumSettings {
    /// From how many values on it judges.
    pub min_instances: u64,
    /// How much a value may exceed the mean and count for nothing, in the unit of the values.
    pub delta: f64,
    /// How much the excesses have to add up to.
    pub threshold: f64,
}

impl Default for CusumSettings {
    fn default() -> Self {
        Self { min_instances: 30, delta: 0.005, threshold: 50.0 }
    }
}

/// The cumulative sum: how far have the values exceeded their mean, since they last did not?
///
/// It sees a mean that grows; for one that falls give it the values with their sign turned.
/// Values may be of any size; delta and threshold are in their unit. Memory and cost of an
/// update are constant. There is no guarantee on false alarms: the sum wanders, and over
/// enough values it passes any threshold.
///
/// # Source
/// Page, *Continuous inspection schemes*, Biometrika 41 (1954); equal to `CUSUM` of Frouros 0.9.
///
/// ```
/// use mlops_drift::stream::{Cusum, CusumSettings, Status, StreamDetector};
/// let mut settings = CusumSettings::default();
/// (settings.delta, settings.threshold) = (0.1, 5.0);
/// let mut load = Cusum::new(settings)?;
/// for hour in 0..100 {
///     load.update(f64::from(hour % 3))?;
/// }
/// let found = (0..100).find(|hour| load.update(f64::from(hour % 3) + 1.0) == Ok(Status::Drift));
/// assert_eq!(found, Some(5));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cusum {
    settings: CusumSettings,
    n: u64,
    mean: f64,
    sum: f64,
    status: Status,
}

impl Cusum {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if delta or threshold is not within 0 to 1e140.
    pub fn new(settings: CusumSettings) -> Result<Self> {
        at_least_0("delta", settings.delta)?;
        at_least_0("threshold", settings.threshold)?;
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &CusumSettings {
        &self.settings
    }

    /// The mean of the values since it began anew; 0 before the first.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    const fn begin(settings: CusumSettings) -> Self {
        Self { settings, n: 0, mean: 0.0, sum: 0.0, status: Status::Stable }
    }
}

impl Default for Cusum {
    fn default() -> Self {
        Self::begin(CusumSettings::default())
    }
}

impl StreamDetector for Cusum {
    fn name(&self) -> &'static str {
        "CUSUM"
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
        self.sum = (self.sum + value - self.mean - self.settings.delta).max(0.0);
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

impl Sound for Cusum {
    fn damage(&self) -> Option<String> {
        let settings = Self::new(self.settings).err().map(|error| error.to_string());
        settings.or_else(|| outside(&[("mean", self.mean, -1e140, 1e140), ("sum", self.sum, 0.0, 1e160)]))
    }
}
