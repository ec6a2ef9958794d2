use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::stream::bounds::{outside, setting};
use crate::stream::{Reading, Sound, Status, StreamDetector, bit};
use crate::{Error, Result};

/// What an [`Rddm`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RddmSettings {
    /// From how many values on it judges.
    pub min_instances: u64,
    /// How many standard deviations above the lowest error rate it is a warning.
    pub warning_level: f64,
    /// How many it is a drift; more than `warning_level`.
    pub drift_level: f64,
    /// After how many values without a warning it forgets all but the latest.
    pub max_concept_size: u64,
    /// How many of the latest values it keeps, 1 to 2²⁰.
    pub min_concept_size: u32,
    /// After how many warnings in a row the next is a drift.
    pub max_warnings: u64,
}

impl Default for RddmSettings {
    fn default() -> Self {
        Self {
            min_instances: 129,
            warning_level: 1.773,
            drift_level: 2.258,
            max_concept_size: 40_000,
            min_concept_size: 7_000,
            max_warnings: 1_400,
        }
    }
}

/// DDM that stays awake: how far does the error rate lie above the lowest that it has had,
/// where a long quiet course is cut back to its latest values?
///
/// It takes errors of 0 and 1. Memory is `min_concept_size` of them. An update costs little,
/// save the one after a drift, or where a course is cut back: it goes through the values kept.
///
/// After a drift that came without a warning all values but the one that raised it are
/// forgotten. After warnings the values kept are gone through again, those of the old course
/// among them, so that a second drift may follow on the first at once.
///
/// # Source
/// Barros et al., *RDDM: Reactive drift detection method*, Expert Systems with Applications
/// 90 (2017); equal to `RDDM` of Frouros 0.9.
///
/// ```
/// use mlops_drift::stream::{Rddm, Status, StreamDetector};
/// let mut errors = Rddm::default();
/// for row in 0..200 {
///     errors.update_error(row % 10 == 0)?;
/// }
/// let found = (0..100).find(|row| errors.update_error(row % 10 < 5) == Ok(Status::Drift));
/// assert_eq!(found, Some(11));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rddm {
    settings: RddmSettings,
    /// How many values are counted: without the one that was taken after others had been
    /// gone through again.
    n: u64,
    /// How many values the error rate is of.
    values: u64,
    error_rate: f64,
    /// None as long as there is too little to say.
    lowest: Option<Lowest>,
    warnings: u64,
    /// Whether the next value begins anew with the values kept.
    renew: bool,
    /// The oldest first.
    #[serde(with = "super::bits")]
    kept: VecDeque<bool>,
    status: Status,
}

/// The lowest error rate so far, with its standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lowest {
    rate: f64,
    deviation: f64,
}

impl Lowest {
    fn limit(self, level: f64) -> f64 {
        self.rate + level * self.deviation
    }
}

impl Rddm {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if a level is not above 0, the drift's not
    /// above the warning's or above 1e6, `min_concept_size` not within 1 to 2²⁰, or
    /// `max_concept_size` not above it: each value would cut the course back.
    pub fn new(settings: RddmSettings) -> Result<Self> {
        let (warning, drift) = (settings.warning_level, settings.drift_level);
        setting("warning_level", warning, f64::MIN_POSITIVE..1e6, "above 0 and below 1e6")?;
        if !(drift > warning && drift <= 1e6) {
            let expected = "above warning_level, and 1e6 at most";
            return Err(Error::Setting { setting: "drift_level", value: drift, expected });
        }
        let kept = f64::from(settings.min_concept_size);
        setting("min_concept_size", kept, 1.0..=1_048_576.0, "within 1 to 1048576")?;
        if settings.max_concept_size <= u64::from(settings.min_concept_size) {
            let (setting, value) = ("max_concept_size", settings.max_concept_size as f64);
            return Err(Error::Setting { setting, value, expected: "above min_concept_size" });
        }
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &RddmSettings {
        &self.settings
    }

    /// The share of errors in its course; 0 before the first value.
    pub const fn error_rate(&self) -> f64 {
        self.error_rate
    }

    const fn begin(settings: RddmSettings) -> Self {
        Self {
            settings,
            n: 0,
            values: 0,
            error_rate: 0.0,
            lowest: None,
            warnings: 0,
            renew: false,
            kept: VecDeque::new(),
            status: Status::Stable,
        }
    }

    fn count(&mut self, wrong: bool) {
        self.values += 1;
        self.error_rate += (f64::from(u8::from(wrong)) - self.error_rate) / self.values as f64;
    }

    fn deviation(&self) -> f64 {
        (self.error_rate * (1.0 - self.error_rate) / self.n as f64).sqrt()
    }

    /// Notes the error rate if it is the lowest so far.
    fn note(&mut self, deviation: f64) {
        let rate = self.error_rate;
        if self.lowest.is_none_or(|lowest| rate + deviation < lowest.limit(1.0)) {
            self.lowest = Some(Lowest { rate, deviation });
        }
    }

    /// Forgets the course and goes through the values kept. After a drift they also say
    /// what the lowest error rate is; a course that was only cut back looks for it anew.
    fn go_through_kept(&mut self) {
        let after_drift = self.status == Status::Drift;
        let kept = std::mem::take(&mut self.kept);
        *self = Self::begin(self.settings);
        for wrong in &kept {
            self.n += 1;
            self.count(*wrong);
            if after_drift && self.n >= self.settings.min_instances {
                self.note(self.deviation());
            }
        }
        self.kept = kept;
    }

    fn keep_the_latest_only(&mut self) {
        let all_but_one = self.kept.len().saturating_sub(1);
        self.kept.drain(..all_but_one);
    }

    fn judge(&mut self) {
        let deviation = self.deviation();
        self.note(deviation);
        let reach = self.error_rate + deviation;
        let above = |level| self.lowest.is_some_and(|lowest| reach > lowest.limit(level));
        if above(self.settings.drift_level) {
            (self.status, self.renew) = (Status::Drift, true);
            if self.warnings == 0 {
                self.keep_the_latest_only();
            }
        } else if above(self.settings.warning_level) {
            if self.warnings >= self.settings.max_warnings {
                (self.status, self.renew) = (Status::Drift, true);
                self.keep_the_latest_only();
            } else {
                self.status = Status::Warning;
                self.warnings += 1;
            }
        } else {
            self.status = Status::Stable;
            self.warnings = 0;
            self.renew = self.n >= self.settings.max_concept_size;
        }
    }
}

impl Default for Rddm {
    fn default() -> Self {
        Self::begin(RddmSettings::default())
    }
}

impl StreamDetector for Rddm {
    fn name(&self) -> &'static str {
        "RDDM"
    }

    fn admits(&self, value: f64) -> Result<()> {
        bit(self.values, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        let wrong = value > 0.0;
        // As in the reference the value that follows on what was gone through again is not
        // counted: it is one of the error rate's, but not of those that its deviation is by.
        if self.renew {
            self.go_through_kept();
        } else {
            self.n += 1;
        }
        if self.kept.len() >= self.settings.min_concept_size as usize {
            self.kept.pop_front();
        }
        self.kept.push_back(wrong);
        self.count(wrong);
        if self.n >= self.settings.min_instances {
            self.judge();
        } else {
            self.status = Status::Stable;
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    fn reading(&self) -> Reading {
        let Some(lowest) = self.lowest else { return Reading::default() };
        Reading::new(Some(self.error_rate + self.deviation()))
            .warning(lowest.limit(self.settings.warning_level))
            .drift(lowest.limit(self.settings.drift_level))
    }

    fn observations(&self) -> u64 {
        self.values
    }

    fn reset(&mut self) {
        let mut kept = std::mem::take(&mut self.kept);
        kept.clear();
        *self = Self { kept, ..Self::begin(self.settings) };
    }
}

impl Sound for Rddm {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::new(self.settings) {
            return Some(error.to_string());
        }
        let most = self.values.min(u64::from(self.settings.min_concept_size));
        if self.kept.len() as u64 > most || (self.kept.is_empty() && self.values > 0) {
            return Some(format!("kept holds {} values, expected 1 to {most}", self.kept.len()));
        }
        if self.values.checked_sub(self.n).is_none_or(|more| more > 1) {
            return Some(format!("n is {}, of {} values", self.n, self.values));
        }
        if (self.lowest.is_some() && self.n == 0) || (self.renew && self.values == 0) {
            return Some("it judges without a value".to_owned());
        }
        if self.status == Status::Drift && !self.renew {
            return Some("it goes on after a drift".to_owned());
        }
        let lowest = self.lowest.unwrap_or(Lowest { rate: 0.0, deviation: 0.0 });
        outside(&[
            ("warnings", self.warnings as f64, 0.0, self.n as f64),
            ("error_rate", self.error_rate, 0.0, 1.0),
            ("rate", lowest.rate, 0.0, 1.0),
            ("deviation", lowest.deviation, 0.0, 1.0),
        ])
    }
}
