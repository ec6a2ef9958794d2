use mlops_stats::sequential::{BettingInterval, ChangeMartingale, Onset};
use serde::{Deserialize, Serialize};

use super::levels::{self, Levels};
use crate::stream::{Reading, Sound, Status, StreamDetector, refused};
use crate::{Error, Result};

/// What was promised to a [`RiskEProcess`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RiskEProcessSettings {
    /// The risk that was promised: the mean loss is at most this. There is no level that fits
    /// all: set it.
    pub level: f64,
    /// By how much it may be higher and be nobody's concern.
    pub tolerance: f64,
    /// The chance of ever alarming while the promise is kept.
    pub alpha: f64,
    /// The chance of ever warning while the promise is kept; at least alpha.
    pub warning: f64,
}

impl Default for RiskEProcessSettings {
    fn default() -> Self {
        Self { level: 0.1, tolerance: 0.0, alpha: 0.05, warning: 0.25 }
    }
}

impl RiskEProcessSettings {
    /// The level that these losses of the reference promise: an upper bound of their risk, wrong
    /// with a chance of at most α/2, which leaves α/2 to the stream. So together: if the stream's
    /// risk is at most that of the reference, it ever alarms with a chance of at most α.
    ///
    /// The losses of the reference are independent and alike, or at least of one mean given those
    /// before. Few of them promise little: 500 at a risk of 0.2 give a level of about 0.26.
    /// Cost: a grid of a thousand means a loss.
    ///
    /// # Errors
    /// [`Error::Input`] without losses, or if one is NaN or outside 0 to 1; [`Error::Setting`] if
    /// alpha is not between 0 and 1.
    pub fn of_reference(losses: &[f64], alpha: f64) -> Result<Self> {
        // Two ends at α are one at α/2.
        let mut risk = BettingInterval::new(alpha, (0.0, 1.0), 1_000).map_err(levels::setting)?;
        for (row, loss) in losses.iter().enumerate() {
            risk.observe(*loss).map_err(|_| {
                Error::input(format!("reference loss {row}"), loss.to_string(), "within 0 to 1")
            })?;
        }
        let level = risk.interval().upper;
        if losses.is_empty() || level >= 1.0 {
            let found = format!("{} losses, which bound no risk", losses.len());
            return Err(Error::input("the reference", found, "enough losses for a risk below 1"));
        }
        let default = Self::default();
        Ok(Self { level, alpha: 0.5 * alpha, warning: default.warning.max(0.5 * alpha), ..default })
    }
}

/// Is the risk of all labels so far above what was promised? A monitor of any loss within 0 to 1:
/// errors, Brier scores, clipped losses.
///
/// While the mean of the losses' means, each given those before it, is within the promise and its
/// tolerance, an alarm has a chance of at most α, over the whole course. Losses may depend on
/// each other, and good days make up for bad ones: where that is not wanted, and a change long
/// after the start has to be found soon, take [`MeanEProcess`](super::MeanEProcess). With a level
/// of 0.2 and α = 0.05, a risk of 0.3 from the first label on is found within about 100 labels
/// in the median, one of 0.4 within 30.
///
/// After a drift it begins anew, against the same level. Cost: a multiplication a
/// stake; less than a kilobyte.
///
/// # Source
/// The question is that of Podkopaev and Ramdas, *Tracking the risk of a deployed model*, ICLR
/// 2022; answered by bets, [`ChangeMartingale`] with [`Onset::First`].
///
/// ```
/// use mlops_drift::stream::{RiskEProcess, RiskEProcessSettings, Status, StreamDetector};
/// let mut settings = RiskEProcessSettings::default();
/// settings.level = 0.2;
/// let mut risk = RiskEProcess::new(settings)?;
/// let found = (0..300).find(|label| risk.update_error(label % 5 < 2) == Ok(Status::Drift));
/// assert_eq!((found, risk.mean_loss()), (Some(26), Some(12.0 / 27.0)));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskEProcess {
    settings: RiskEProcessSettings,
    bets: ChangeMartingale,
    /// Sum of the losses.
    total: f64,
    status: Status,
}

impl RiskEProcess {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if the level is not within 0 to 1, if with its tolerance it is not
    /// between 0 and 1, if alpha is not between 0 and 1, or if warning is below alpha or not
    /// below 1.
    pub fn new(settings: RiskEProcessSettings) -> Result<Self> {
        Self::levels(&settings).check()?;
        let RiskEProcessSettings { level, tolerance, .. } = settings;
        if !(0.0..=1.0).contains(&level) {
            return Err(Error::Setting { setting: "level", value: level, expected: "within 0 to 1" });
        }
        let most = level + tolerance;
        if !(tolerance >= 0.0 && most > 0.0 && most < 1.0) {
            let (setting, value) = ("tolerance", tolerance);
            let expected = "at least 0, and with the level between 0 and 1";
            return Err(Error::Setting { setting, value, expected });
        }
        let bets = ChangeMartingale::new((0.0, most), (0.0, 1.0), Onset::First).map_err(levels::setting)?;
        Ok(Self { settings, bets, total: 0.0, status: Status::Stable })
    }

    /// Its settings.
    pub const fn settings(&self) -> &RiskEProcessSettings {
        &self.settings
    }

    /// The mean of the losses since it began anew; nothing before the first.
    pub fn mean_loss(&self) -> Option<f64> {
        (self.bets.n() > 0).then(|| self.total / self.bets.n() as f64)
    }

    const fn levels(settings: &RiskEProcessSettings) -> Levels {
        Levels { alpha: settings.alpha, warning: settings.warning }
    }

    fn judge(&self) -> Status {
        Self::levels(&self.settings).judge(self.bets.log_value(), self.bets.highest_log_value())
    }
}

impl StreamDetector for RiskEProcess {
    fn name(&self) -> &'static str {
        "risk e-process"
    }

    fn admits(&self, value: f64) -> Result<()> {
        if !(0.0..=1.0).contains(&value) {
            return Err(refused(self.observations(), value, "a loss within 0 to 1"));
        }
        Ok(())
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            self.reset();
        }
        self.bets.observe(value).map_err(|error| levels::input(self.bets.n(), &error))?;
        self.total += value;
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
        self.total = 0.0;
        self.status = Status::Stable;
    }
}

impl Sound for RiskEProcess {
    fn damage(&self) -> Option<String> {
        let fresh = match Self::new(self.settings) {
            Ok(fresh) => fresh,
            Err(error) => return Some(error.to_string()),
        };
        let mut restarted = self.clone();
        restarted.reset();
        if restarted != fresh {
            return Some("the bets are not those of the settings".to_owned());
        }
        if !(0.0..=self.bets.n() as f64).contains(&self.total) {
            return Some(format!("the losses of {} labels sum to {}", self.bets.n(), self.total));
        }
        (self.status != self.judge()).then(|| format!("the status is {}", self.status))
    }
}
