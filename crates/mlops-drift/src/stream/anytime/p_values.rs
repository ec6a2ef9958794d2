use mlops_stats::sequential::{Onset, PValues, UniformMartingale};
use serde::{Deserialize, Serialize};

use super::levels::{self, Levels};
use crate::Result;
use crate::stream::{Reading, Sound, Status, StreamDetector, refused};

/// What a [`PValueMartingale`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PValueMartingaleSettings {
    /// Which p-values speak for a change.
    pub bets: PValues,
    /// The chance of ever alarming while nothing has changed.
    pub alpha: f64,
    /// The chance of ever warning while nothing has changed; at least alpha.
    pub warning: f64,
}

impl Default for PValueMartingaleSettings {
    fn default() -> Self {
        Self { bets: PValues::Small, alpha: 0.05, warning: 0.25 }
    }
}

/// Are p-values still like those of no change? A test martingale on p-values of any procedure:
/// conformal ones, or a daily two-sample test.
///
/// While the p-values are independent and uniform, a course ever alarms with a chance of at most
/// α; with [`PValues::Small`] also while each, given those before, is at most `u` with a chance of at
/// most `u`. That is the procedure's to keep: tests against **one** reference
/// share its chance, and are independent only given that reference, for which they are not
/// uniform. Compare each window with the one before it, only every second time, or let
/// [`ScoreMartingale`](super::ScoreMartingale) rank the scores themselves.
///
/// After a drift it begins anew. Constant memory and cost.
///
/// # Source
/// [`UniformMartingale`].
///
/// ```
/// use mlops_drift::stream::{PValueMartingale, Status, StreamDetector};
/// let mut daily = PValueMartingale::default();
/// let p = |day: i32, most: f64| most * (0.5 + f64::from(day * 37 % 100)) / 100.0;
/// for day in 0..200 {
///     assert_ne!(daily.update(p(day, 1.0))?, Status::Drift);
/// }
/// let found = (0..60).find(|day| daily.update(p(*day, 0.2)) == Ok(Status::Drift));
/// assert_eq!(found, Some(14));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PValueMartingale {
    settings: PValueMartingaleSettings,
    bets: UniformMartingale,
    status: Status,
}

impl PValueMartingale {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if alpha is not between 0 and 1, or if warning
    /// is below alpha or not below 1.
    pub fn new(settings: PValueMartingaleSettings) -> Result<Self> {
        Self::levels(&settings).check()?;
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &PValueMartingaleSettings {
        &self.settings
    }

    fn begin(settings: PValueMartingaleSettings) -> Self {
        let bets = UniformMartingale::new(settings.bets, Onset::Any);
        Self { settings, bets, status: Status::Stable }
    }

    const fn levels(settings: &PValueMartingaleSettings) -> Levels {
        Levels { alpha: settings.alpha, warning: settings.warning }
    }

    fn judge(&self) -> Status {
        Self::levels(&self.settings).judge(self.bets.log_value(), self.bets.highest_log_value())
    }
}

impl Default for PValueMartingale {
    fn default() -> Self {
        Self::begin(PValueMartingaleSettings::default())
    }
}

impl StreamDetector for PValueMartingale {
    fn name(&self) -> &'static str {
        "p-value martingale"
    }

    fn admits(&self, value: f64) -> Result<()> {
        if !(0.0..=1.0).contains(&value) {
            return Err(refused(self.observations(), value, "a p-value within 0 to 1"));
        }
        Ok(())
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            self.reset();
        }
        self.bets.observe(value).map_err(|error| levels::input(self.bets.n(), &error))?;
        self.status = self.judge();
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    fn reading(&self) -> Reading {
        let value = (self.bets.n() > 0).then(|| self.bets.log_value());
        Self::levels(&self.settings).reading(value)
    }

    fn observations(&self) -> u64 {
        self.bets.n()
    }

    fn reset(&mut self) {
        self.bets.restart();
        self.status = Status::Stable;
    }
}

impl Sound for PValueMartingale {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::levels(&self.settings).check() {
            return Some(error.to_string());
        }
        let mut restarted = self.clone();
        restarted.reset();
        if restarted != Self::begin(self.settings) {
            return Some("the bets are not those of the settings".to_owned());
        }
        (self.status != self.judge()).then(|| format!("the status is {}", self.status))
    }
}
