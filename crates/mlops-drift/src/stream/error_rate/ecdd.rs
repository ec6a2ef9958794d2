use serde::{Deserialize, Serialize};

use crate::stream::bounds::{outside, setting};
use crate::stream::{Reading, Sound, Status, StreamDetector, share};
use crate::{Error, Result};

/// After how many values without a change an [`EcddWt`] alarms falsely, on average. There
/// are published control limits for these three.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
#[non_exhaustive]
pub enum AverageRunLength {
    /// After 100.
    Of100,
    /// After 400.
    #[default]
    Of400,
    /// After 1000.
    Of1000,
}

impl AverageRunLength {
    /// The factors of the limit as a polynomial of the error rate: of 1, p, p³, p⁵ and p⁷.
    const fn factors(self) -> [f64; 5] {
        match self {
            Self::Of100 => [2.76, -6.23, 18.12, -312.45, 1002.18],
            Self::Of400 => [3.97, -6.56, 48.73, -330.13, 848.18],
            Self::Of1000 => [1.17, 7.56, -21.24, 112.12, -987.23],
        }
    }

    /// How many standard deviations above the error rate `p` the limit lies.
    fn limit(self, p: f64) -> f64 {
        let [a, b, c, d, e] = self.factors();
        a + b * p + c * p.powi(3) + d * p.powi(5) + e * p.powi(7)
    }
}

impl TryFrom<u32> for AverageRunLength {
    type Error = Error;

    fn try_from(values: u32) -> Result<Self> {
        match values {
            100 => Ok(Self::Of100),
            400 => Ok(Self::Of400),
            1000 => Ok(Self::Of1000),
            _ => Err(Error::Setting {
                setting: "average_run_length",
                value: f64::from(values),
                expected: "100, 400 or 1000",
            }),
        }
    }
}

impl From<AverageRunLength> for u32 {
    fn from(length: AverageRunLength) -> Self {
        match length {
            AverageRunLength::Of100 => 100,
            AverageRunLength::Of400 => 400,
            AverageRunLength::Of1000 => 1000,
        }
    }
}

/// What an [`EcddWt`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct EcddWtSettings {
    /// From how many values on it judges.
    pub min_instances: u64,
    /// The weight of the latest value in the moving average, within 0 to 1.
    pub lambda: f64,
    /// How seldom it alarms falsely.
    pub average_run_length: AverageRunLength,
    /// At what share of the way to the limit of a drift it warns, between 0 and 1.
    pub warning_level: f64,
}

impl Default for EcddWtSettings {
    fn default() -> Self {
        Self {
            min_instances: 30,
            lambda: 0.2,
            average_run_length: AverageRunLength::default(),
            warning_level: 0.5,
        }
    }
}

/// The moving average of errors against the error rate of all, with limits for a false alarm
/// every so many values: ECDD with a warning threshold.
///
/// It takes errors of 0 and 1, or losses between. Memory and cost of an update are constant.
/// It sees a rate that grows. The published limits were fitted with λ = 0.2 and low error
/// rates: those for 100 fall below the rate itself above 0.38 and those for 1000 above 0.47,
/// where it alarms without a cause, and those for 400 leave it blind above 0.6. Below 0.26
/// the limits for 1000 lie under those for 400. The rate is itself estimated, so false alarms
/// come more often than the run length says.
///
/// # Source
/// Ross et al., *Exponentially weighted moving average charts for detecting concept drift*,
/// Pattern Recognition Letters 33 (2012); equal to `ECDDWT` of Frouros 0.9.
///
/// ```
/// use mlops_drift::stream::{EcddWt, Status, StreamDetector};
/// let mut errors = EcddWt::default();
/// for row in 0..200 {
///     errors.update_error(row % 10 == 0)?;
/// }
/// let found = (0..100).find(|row| errors.update_error(row % 10 < 5) == Ok(Status::Drift));
/// assert_eq!(found, Some(2));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EcddWt {
    settings: EcddWtSettings,
    n: u64,
    /// The mean of all values.
    p: f64,
    /// The moving average, from 0.
    z: f64,
    status: Status,
}

impl EcddWt {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if lambda is not within 0 to 1, or the
    /// warning level not between 0 and 1.
    pub fn new(settings: EcddWtSettings) -> Result<Self> {
        setting("lambda", settings.lambda, 0.0..=1.0, "within 0 to 1")?;
        let level = settings.warning_level;
        setting("warning_level", level, f64::MIN_POSITIVE..1.0, "between 0 and 1")?;
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &EcddWtSettings {
        &self.settings
    }

    /// The share of errors since it began anew; 0 before the first value.
    pub const fn error_rate(&self) -> f64 {
        self.p
    }

    const fn begin(settings: EcddWtSettings) -> Self {
        Self { settings, n: 0, p: 0.0, z: 0.0, status: Status::Stable }
    }

    /// From where on the moving average is a warning, and a drift.
    fn limits(&self) -> (f64, f64) {
        let EcddWtSettings { lambda, average_run_length, warning_level, .. } = self.settings;
        let settled = 1.0 - (1.0 - lambda).powf(2.0 * self.n as f64);
        let deviation = (lambda / (2.0 - lambda) * settled * (self.p * (1.0 - self.p))).sqrt();
        let limit = average_run_length.limit(self.p);
        (self.p + warning_level * limit * deviation, self.p + limit * deviation)
    }
}

impl Default for EcddWt {
    fn default() -> Self {
        Self::begin(EcddWtSettings::default())
    }
}

impl StreamDetector for EcddWt {
    fn name(&self) -> &'static str {
        "ECDD-WT"
    }

    fn admits(&self, value: f64) -> Result<()> {
        share(self.n, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            self.reset();
        }
        self.n += 1;
        self.p += (value - self.p) / self.n as f64;
        self.z = self.settings.lambda * value + (1.0 - self.settings.lambda) * self.z;
        self.status = Status::Stable;
        if self.n >= self.settings.min_instances {
            let (warning, drift) = self.limits();
            if self.z > drift {
                self.status = Status::Drift;
            } else if self.z > warning {
                self.status = Status::Warning;
            }
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    fn reading(&self) -> Reading {
        if self.n < self.settings.min_instances.max(1) {
            return Reading::default();
        }
        let (warning, drift) = self.limits();
        Reading::new(Some(self.z)).warning(warning).drift(drift)
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        *self = Self::begin(self.settings);
    }
}

impl Sound for EcddWt {
    fn damage(&self) -> Option<String> {
        let settings = Self::new(self.settings).err().map(|error| error.to_string());
        settings.or_else(|| outside(&[("p", self.p, 0.0, 1.0), ("z", self.z, 0.0, 1.0)]))
    }
}
