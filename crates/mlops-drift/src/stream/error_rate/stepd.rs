use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::stream::bounds::setting;
use crate::stream::{Reading, Sound, Status, StreamDetector, bit};
use crate::{Error, Result};

/// What a [`Stepd`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StepdSettings {
    /// How many values are recent, 1 to 2²⁰; it judges from twice as many on.
    pub window: u32,
    /// Below which p-value it is a drift.
    pub alpha_drift: f64,
    /// Below which p-value it is a warning; more than `alpha_drift`.
    pub alpha_warning: f64,
}

impl Default for StepdSettings {
    fn default() -> Self {
        Self { window: 30, alpha_drift: 0.003, alpha_warning: 0.05 }
    }
}

/// The test of equal proportions: do the recent predictions have another share of errors
/// than those before?
///
/// It takes errors of 0 and 1. Memory is a window of them; the cost of an update is
/// constant. It finds a share that grows, and one that falls. Where all values since the
/// beginning are the same there is nothing to compare, and it is quiet.
///
/// The test is made after every value, so the p-values bound a single look and not a stream:
/// false alarms do come. The correction for continuity is taken off the difference even
/// where that turns its sign, and the sign is then ignored: after a single error among about
/// a thousand values it alarms too.
///
/// # Source
/// Nishida and Yamauchi, *Detecting concept drift using statistical testing*, Discovery
/// Science (2007); equal to `STEPD` of Frouros 0.9, except that one divides by zero where
/// all values are the same, and alarms.
///
/// ```
/// use mlops_drift::stream::{Status, Stepd, StreamDetector};
/// let mut errors = Stepd::default();
/// for row in 0..200 {
///     errors.update_error(row % 10 == 0)?;
/// }
/// let found = (0..100).find(|row| errors.update_error(row % 10 < 5) == Ok(Status::Drift));
/// assert_eq!(found, Some(13));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stepd {
    settings: StepdSettings,
    n: u64,
    /// How many of them were errors.
    errors: u64,
    /// How many of the recent ones were.
    recent_errors: u64,
    /// The recent ones, the oldest first.
    #[serde(with = "super::bits")]
    recent: VecDeque<bool>,
    status: Status,
}

impl Stepd {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if the window is not within 1 to 2²⁰,
    /// `alpha_drift` not between 0 and 1, or `alpha_warning` not between it and 1.
    pub fn new(settings: StepdSettings) -> Result<Self> {
        let StepdSettings { window, alpha_drift, alpha_warning } = settings;
        setting("window", f64::from(window), 1.0..=1_048_576.0, "within 1 to 1048576")?;
        setting("alpha_drift", alpha_drift, f64::MIN_POSITIVE..1.0, "between 0 and 1")?;
        if !(alpha_warning > alpha_drift && alpha_warning < 1.0) {
            let expected = "between alpha_drift and 1";
            return Err(Error::Setting { setting: "alpha_warning", value: alpha_warning, expected });
        }
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &StepdSettings {
        &self.settings
    }

    const fn begin(settings: StepdSettings) -> Self {
        Self { settings, n: 0, errors: 0, recent_errors: 0, recent: VecDeque::new(), status: Status::Stable }
    }

    /// How many standard deviations the shares lie apart, or `None` if there is too little to
    /// compare.
    fn statistic(&self) -> Option<f64> {
        if self.n < 2 * u64::from(self.settings.window) || self.errors == 0 || self.errors == self.n {
            return None;
        }
        let (recent, all) = (self.recent.len() as f64, self.n as f64);
        let before = all - recent;
        let (recent_errors, errors) = (self.recent_errors as f64, self.errors as f64);
        let share = errors / all;
        let inverse = 1.0 / before + 1.0 / recent;
        let difference = ((errors - recent_errors) / before - recent_errors / recent).abs();
        Some(((difference - 0.5 * inverse) / (share * (1.0 - share) * inverse).sqrt()).abs())
    }
}

impl Default for Stepd {
    fn default() -> Self {
        Self::begin(StepdSettings::default())
    }
}

impl StreamDetector for Stepd {
    fn name(&self) -> &'static str {
        "STEPD"
    }

    fn admits(&self, value: f64) -> Result<()> {
        bit(self.n, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        let wrong = value > 0.0;
        if self.status == Status::Drift {
            self.reset();
        }
        self.n += 1;
        self.errors += u64::from(wrong);
        self.recent_errors += u64::from(wrong);
        self.recent.push_back(wrong);
        if self.recent.len() > self.settings.window as usize && self.recent.pop_front() == Some(true) {
            self.recent_errors -= 1;
        }
        let p_value = self.statistic().map(|statistic| Normal::standard().sf(statistic));
        self.status = match p_value {
            Some(p_value) if p_value < self.settings.alpha_drift => Status::Drift,
            Some(p_value) if p_value < self.settings.alpha_warning => Status::Warning,
            _ => Status::Stable,
        };
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    /// How many standard deviations the shares lie apart.
    fn reading(&self) -> Reading {
        let limit = |alpha: f64| -Normal::standard().inverse_cdf(alpha);
        Reading::new(self.statistic())
            .warning(limit(self.settings.alpha_warning))
            .drift(limit(self.settings.alpha_drift))
    }

    fn observations(&self) -> u64 {
        self.n
    }

    /// The window keeps its memory.
    fn reset(&mut self) {
        let mut recent = std::mem::take(&mut self.recent);
        recent.clear();
        *self = Self { recent, ..Self::begin(self.settings) };
    }
}

impl Sound for Stepd {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::new(self.settings) {
            return Some(error.to_string());
        }
        let recent = self.n.min(u64::from(self.settings.window));
        if self.recent.len() as u64 != recent {
            return Some(format!("recent holds {} values, expected {recent}", self.recent.len()));
        }
        let wrong = self.recent.iter().filter(|wrong| **wrong).count() as u64;
        if self.recent_errors != wrong {
            return Some(format!("recent_errors is {}, expected {wrong}", self.recent_errors));
        }
        if self.errors < wrong || self.errors - wrong > self.n - recent {
            return Some(format!("errors is {}, of {} values", self.errors, self.n));
        }
        None
    }
}
