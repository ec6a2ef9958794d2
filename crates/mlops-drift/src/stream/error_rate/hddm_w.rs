use serde::{Deserialize, Serialize};

use super::{Rule, within_0_and_1};
use crate::Result;
use crate::stream::bounds::setting;
use crate::stream::{Reading, Sound, Status, StreamDetector, share};

/// What a [`HddmW`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct HddmWSettings {
    /// How likely one comparison may see a drift where there is none.
    pub drift_confidence: f64,
    /// How likely one comparison may see a warning.
    pub warning_confidence: f64,
    /// The weight of the newest value, within 0 to 1: the smaller, the longer it remembers.
    pub lambda_val: f64,
    /// Whether a mean that falls is a change too.
    pub two_sided_test: bool,
    /// From how many values on it judges.
    pub min_instances: u64,
    /// Frouros begins each mean at 0, and looks for the lowest point with lambda as the
    /// confidence.
    pub rule: Rule,
}

impl HddmWSettings {
    /// Those of Frouros.
    pub fn frouros() -> Self {
        Self { min_instances: 30, rule: Rule::Frouros, ..Self::default() }
    }
}

impl Default for HddmWSettings {
    fn default() -> Self {
        Self {
            drift_confidence: 0.001,
            warning_confidence: 0.005,
            lambda_val: 0.05,
            two_sided_test: false,
            min_instances: 1,
            rule: Rule::River,
        }
    }
}

/// `McDiarmid`'s bound on a weighted average: is what came after the lowest point higher than
/// it, by more than chance allows, when new values count more?
///
/// Takes errors as 1 and 0, or any values within 0 to 1, such as a loss with a bound. Memory
/// and cost of an update are constant. It sees a slow change sooner than
/// [`HddmA`](super::HddmA). The bound holds for one comparison, not for the whole stream:
/// `drift_confidence` is no bound on a false alarm anywhere in it.
///
/// # Source
/// Frías-Blanco et al., *Online and Non-Parametric Drift Detection Methods Based on
/// Hoeffding's Bounds*, IEEE TKDE 27(3), 2015; equal to `drift.binary.HDDM_W` of River 0.26, and with
/// [`HddmWSettings::frouros`] to that of Frouros 0.9, but for its test of two sides, which
/// always alarms.
///
/// ```
/// use mlops_drift::stream::{HddmW, Status, StreamDetector};
/// let mut errors = HddmW::default();
/// let wrong = |row: u64| if row < 1000 { row % 10 == 0 } else { row % 2 == 0 };
/// let found = (0..2000).find(|row| errors.update_error(wrong(*row)) == Ok(Status::Drift));
/// assert_eq!(found, Some(1066));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HddmW {
    settings: HddmWSettings,
    n: u64,
    /// All values.
    total: Weighted,
    /// All up to the lowest point, and what came after it.
    low: Weighted,
    after_low: Weighted,
    /// The upper bound there; None before the first value.
    incr_cutpoint: Option<f64>,
    /// All up to the highest point, and what came after it.
    high: Weighted,
    after_high: Weighted,
    /// The lower bound there.
    decr_cutpoint: Option<f64>,
    status: Status,
}

/// An exponentially weighted mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Weighted {
    /// None before the first value.
    ewma: Option<f64>,
    /// Sum of the squared weights: how much of a value's range one of them can move the mean.
    ibc: f64,
}

impl Weighted {
    const NOTHING: Self = Self { ewma: None, ibc: 1.0 };

    fn add(&mut self, value: f64, HddmWSettings { lambda_val: lambda, rule, .. }: &HddmWSettings) {
        let rest = 1.0 - lambda;
        let before = self.ewma.unwrap_or(match rule {
            Rule::River => value,
            Rule::Frouros => 0.0,
        });
        self.ewma = Some(lambda * value + rest * before);
        self.ibc = lambda * lambda + rest * rest * self.ibc;
    }

    fn is_sound(&self) -> bool {
        let within = |value: f64| (0.0..=1.0).contains(&value);
        self.ewma.is_none_or(within) && within(self.ibc)
    }
}

/// How far a weighted mean may be from what it estimates.
fn bound(ibc: f64, confidence: f64) -> f64 {
    (ibc * (1.0 / confidence).ln() / 2.0).sqrt()
}

impl HddmW {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if a confidence is not between 0 and 1, or lambda is not within 0
    /// to 1; by the rule of Frouros 0 is none either.
    pub fn new(settings: HddmWSettings) -> Result<Self> {
        within_0_and_1([
            ("drift_confidence", settings.drift_confidence),
            ("warning_confidence", settings.warning_confidence),
        ])?;
        match settings.rule {
            Rule::River => setting("lambda_val", settings.lambda_val, 0.0..=1.0, "within 0 to 1")?,
            Rule::Frouros => {
                let confidence = f64::MIN_POSITIVE..=1.0;
                setting("lambda_val", settings.lambda_val, confidence, "above 0, and 1 at most")?;
            }
        }
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &HddmWSettings {
        &self.settings
    }

    /// The weighted mean of the values since it began anew; 0 before the first.
    pub fn mean(&self) -> f64 {
        self.total.ewma.unwrap_or(0.0)
    }

    const fn begin(settings: HddmWSettings) -> Self {
        const NOTHING: Weighted = Weighted::NOTHING;
        Self {
            settings,
            n: 0,
            total: NOTHING,
            low: NOTHING,
            after_low: NOTHING,
            incr_cutpoint: None,
            high: NOTHING,
            after_high: NOTHING,
            decr_cutpoint: None,
            status: Status::Stable,
        }
    }

    /// Whether the second mean is above the first.
    fn judge(&self, lower: Weighted, upper: Weighted) -> Status {
        let (Some(below), Some(above)) = (lower.ewma, upper.ewma) else { return Status::Stable };
        if self.n < self.settings.min_instances {
            return Status::Stable;
        }
        let beyond = |confidence| above - below > bound(lower.ibc + upper.ibc, confidence);
        if beyond(self.settings.drift_confidence) {
            Status::Drift
        } else if beyond(self.settings.warning_confidence) {
            Status::Warning
        } else {
            Status::Stable
        }
    }

    fn read(&self, lower: Weighted, upper: Weighted) -> Option<Reading> {
        if self.n < self.settings.min_instances {
            return None;
        }
        let difference = upper.ewma? - lower.ewma?;
        let limit = |confidence| bound(lower.ibc + upper.ibc, confidence);
        let reading = Reading::new(Some(difference)).warning(limit(self.settings.warning_confidence));
        Some(reading.drift(limit(self.settings.drift_confidence)))
    }
}

impl Default for HddmW {
    fn default() -> Self {
        Self::begin(HddmWSettings::default())
    }
}

impl StreamDetector for HddmW {
    fn name(&self) -> &'static str {
        "HDDM-W"
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
        let settings = self.settings;
        let confidence = match settings.rule {
            Rule::River => settings.drift_confidence,
            Rule::Frouros => settings.lambda_val,
        };
        self.total.add(value, &settings);
        let (mean, reach) = (self.mean(), bound(self.total.ibc, confidence));
        if self.incr_cutpoint.is_none_or(|least| mean + reach < least) {
            self.incr_cutpoint = Some(mean + reach);
            (self.low, self.after_low) = (self.total, Weighted::NOTHING);
        } else {
            self.after_low.add(value, &settings);
        }
        self.status = self.judge(self.low, self.after_low);
        if settings.two_sided_test {
            if self.decr_cutpoint.is_none_or(|most| mean - reach > most) {
                self.decr_cutpoint = Some(mean - reach);
                (self.high, self.after_high) = (self.total, Weighted::NOTHING);
            } else {
                self.after_high.add(value, &settings);
            }
            self.status = self.status.max(self.judge(self.after_high, self.high));
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    /// By how much the mean has risen, or, two-sided, whichever of rise and fall is nearer
    /// to its limit.
    fn reading(&self) -> Reading {
        let down = self.read(self.after_high, self.high).filter(|_| self.settings.two_sided_test);
        super::nearer(self.read(self.low, self.after_low), down)
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        *self = Self::begin(self.settings);
    }
}

impl Sound for HddmW {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::new(self.settings) {
            return Some(error.to_string());
        }
        let means = [self.total, self.low, self.after_low, self.high, self.after_high];
        if let Some(unsound) = means.iter().find(|mean| !mean.is_sound()) {
            return Some(format!("the mean of values within 0 to 1 is {unsound:?}"));
        }
        None
    }
}
