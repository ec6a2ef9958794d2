use serde::{Deserialize, Serialize};

use super::mean::RunningMean;
use super::{Rule, within_0_and_1};
use crate::Result;
use crate::stream::{Reading, Sound, Status, StreamDetector, share};

/// What a [`HddmA`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HddmASettings {
    /// How likely one comparison may see a drift where there is none.
    pub drift_confidence: f64,
    /// How likely one comparison may see a warning.
    pub warning_confidence: f64,
    /// Whether a mean that falls is a change too.
    pub two_sided_test: bool,
    /// From how many values on it judges.
    pub min_instances: u64,
    /// Frouros' bound is that of a test of one side and lies a little lower.
    pub rule: Rule,
}

impl HddmASettings {
    /// Those of Frouros.
    pub fn frouros() -> Self {
        Self { min_instances: 30, rule: Rule::Frouros, ..Self::default() }
    }
}

impl Default for HddmASettings {
    fn default() -> Self {
        Self {
            drift_confidence: 0.001,
            warning_confidence: 0.005,
            two_sided_test: false,
            min_instances: 1,
            rule: Rule::River,
        }
    }
}

/// Hoeffding's bound on a moving average: is the mean of all values higher than that of their
/// best beginning, by more than chance allows?
///
/// Takes errors as 1 and 0, or any values within 0 to 1, such as a loss with a bound. Memory
/// and cost of an update are constant. The bound holds for one comparison with a cut that is
/// chosen beforehand; the cut is chosen by the data and the comparison is made at each
/// value, so that `drift_confidence` is no bound on a false alarm anywhere in the stream.
///
/// # Source
/// Frías-Blanco et al., *Online and Non-Parametric Drift Detection Methods Based on
/// Hoeffding's Bounds*, IEEE TKDE 27(3), 2015; equal to `drift.binary.HDDM_A` of River 0.26, and with
/// [`HddmASettings::frouros`] to that of Frouros 0.9, but for its test of two sides, which
/// alarms where nothing differs.
///
/// ```
/// use mlops_drift::stream::{HddmA, Status, StreamDetector};
/// let mut errors = HddmA::default();
/// let wrong = |row: u64| if row < 1000 { row % 10 == 0 } else { row % 2 == 0 };
/// let found = (0..2000).find(|row| errors.update_error(wrong(*row)) == Ok(Status::Drift));
/// assert_eq!(found, Some(1022));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HddmA {
    settings: HddmASettings,
    /// All values.
    z: RunningMean,
    /// The beginning whose mean is surely low.
    x_min: RunningMean,
    /// The beginning whose mean is surely high.
    x_max: RunningMean,
    status: Status,
}

impl HddmA {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if a confidence is not between 0 and 1.
    pub fn new(settings: HddmASettings) -> Result<Self> {
        within_0_and_1([
            ("drift_confidence", settings.drift_confidence),
            ("warning_confidence", settings.warning_confidence),
        ])?;
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &HddmASettings {
        &self.settings
    }

    /// The mean of the values since it began anew; 0 before the first.
    pub const fn mean(&self) -> f64 {
        self.z.mean
    }

    const fn begin(settings: HddmASettings) -> Self {
        const NOTHING: RunningMean = RunningMean { mean: 0.0, n: 0 };
        Self { settings, z: NOTHING, x_min: NOTHING, x_max: NOTHING, status: Status::Stable }
    }

    /// How far a mean of `n` values may be from what it estimates.
    fn bound(&self, n: u64) -> f64 {
        (1.0 / (2.0 * n as f64) * (1.0 / self.settings.drift_confidence).ln()).sqrt()
    }

    /// By how much the mean of all may differ from that of a beginning; None if that is all
    /// or nothing, or there are too few.
    fn limit(&self, beginning: RunningMean, confidence: f64) -> Option<f64> {
        let (all, part) = (self.z.n as f64, beginning.n as f64);
        let share = (all - part) / part * (1.0 / all);
        let sides = match self.settings.rule {
            Rule::River => 2.0,
            Rule::Frouros => 1.0,
        };
        let judges = self.z.n > beginning.n && beginning.n > 0 && self.z.n >= self.settings.min_instances;
        judges.then(|| (share / 2.0 * (sides / confidence).ln()).sqrt())
    }

    fn judge(&self, beginning: RunningMean, difference: f64) -> Status {
        let beyond = |confidence| self.limit(beginning, confidence).is_some_and(|limit| difference >= limit);
        if beyond(self.settings.drift_confidence) {
            Status::Drift
        } else if beyond(self.settings.warning_confidence) {
            Status::Warning
        } else {
            Status::Stable
        }
    }
}

impl Default for HddmA {
    fn default() -> Self {
        Self::begin(HddmASettings::default())
    }
}

impl StreamDetector for HddmA {
    fn name(&self) -> &'static str {
        "HDDM-A"
    }

    fn admits(&self, value: f64) -> Result<()> {
        share(self.z.n, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            self.reset();
        }
        self.z.add(value);
        let bound = self.bound(self.z.n);
        if self.x_min.n == 0 || self.x_min.mean + self.bound(self.x_min.n) >= self.z.mean + bound {
            self.x_min = self.z;
        }
        self.status = self.judge(self.x_min, self.z.mean - self.x_min.mean);
        if self.settings.two_sided_test {
            if self.x_max.n == 0 || self.x_max.mean - self.bound(self.x_max.n) <= self.z.mean - bound {
                self.x_max = self.z;
            }
            self.status = self.status.max(self.judge(self.x_max, self.x_max.mean - self.z.mean));
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    /// By how much the mean has risen, or, two-sided, whichever of rise and fall is nearer
    /// to its limit.
    fn reading(&self) -> Reading {
        let read = |beginning: RunningMean, difference: f64| {
            let drift = self.limit(beginning, self.settings.drift_confidence)?;
            let warning = self.limit(beginning, self.settings.warning_confidence)?;
            Some(Reading::new(Some(difference)).warning(warning).drift(drift))
        };
        let up = read(self.x_min, self.z.mean - self.x_min.mean);
        let down = read(self.x_max, self.x_max.mean - self.z.mean).filter(|_| self.settings.two_sided_test);
        super::nearer(up, down)
    }

    fn observations(&self) -> u64 {
        self.z.n
    }

    fn reset(&mut self) {
        *self = Self::begin(self.settings);
    }
}

impl Sound for HddmA {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::new(self.settings) {
            return Some(error.to_string());
        }
        let means = [self.z, self.x_min, self.x_max];
        let unsound = means.into_iter().find(|mean| !mean.is_sound(self.z.n));
        unsound.map(|RunningMean { mean, n }| format!("the mean of {n} values within 0 to 1 is {mean}"))
    }
}
