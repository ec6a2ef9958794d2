use mlops_stats::sequential::{ChangeMartingale, Onset};
use serde::{Deserialize, Serialize};

use super::levels::{self, Levels};
use crate::stream::{Reading, Side, Sound, Status, StreamDetector, refused};
use crate::{Error, Result};

/// What a [`MeanEProcess`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct MeanEProcessSettings {
    /// The smallest value there can be.
    pub low: f64,
    /// The largest value there can be.
    pub high: f64,
    /// The mean while nothing has changed. There is no level that fits all: set it.
    pub level: f64,
    /// By how much the mean may be off to a side that is watched, in the unit of the values.
    pub tolerance: f64,
    /// To which side it is watched.
    pub side: Side,
    /// The chance of ever alarming while nothing has changed.
    pub alpha: f64,
    /// The chance of ever warning while nothing has changed; at least alpha.
    pub warning: f64,
}

impl Default for MeanEProcessSettings {
    fn default() -> Self {
        Self { low: 0.0, high: 1.0, level: 0.5, tolerance: 0.0, side: Side::Both, alpha: 0.05, warning: 0.25 }
    }
}

/// Has the mean of a bounded stream left its level, from some value on? A betting e-process for a
/// change at an unknown time.
///
/// While each value's mean, given the values before it, is within the level and its tolerance, a
/// course ever alarms with a chance of at most α, be it endless. Values may depend on each other.
/// The change may come at any time: part of the capital is kept back for it, so that one after
/// thousands of values is found nearly as soon as one after a hundred.
///
/// Where the level is not known, there are three honest ways: a `tolerance` that covers what is
/// not known of it; [`RiskEProcessSettings::of_reference`](super::RiskEProcessSettings::of_reference),
/// which pays for the estimate with half of α; or [`ScoreMartingale`](super::ScoreMartingale),
/// which compares with the past and needs rows that are exchangeable. An estimate put in as the
/// level has no guarantee: sooner or later its error is found.
///
/// After a drift it begins anew against the same level. Cost: a
/// multiplication a stake; a kilobyte.
///
/// # Source
/// [`ChangeMartingale`].
///
/// ```
/// use mlops_drift::stream::{MeanEProcess, MeanEProcessSettings, Side, Status, StreamDetector};
/// let mut settings = MeanEProcessSettings::default();
/// (settings.level, settings.side) = (0.2, Side::Up);
/// let mut wrong = MeanEProcess::new(settings)?;
/// for request in 0..1_000 {
///     assert_ne!(wrong.update_error(request % 5 == 0)?, Status::Drift);
/// }
/// let found = (0..300).find(|request| wrong.update_error(request % 2 == 0) == Ok(Status::Drift));
/// assert_eq!(found, Some(48));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeanEProcess {
    settings: MeanEProcessSettings,
    bets: ChangeMartingale,
    status: Status,
}

impl MeanEProcess {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if low and high are no range, if the level with its tolerance does not
    /// lie inside it on a side that is watched, if alpha is not between 0 and 1, or if warning is
    /// below alpha or not below 1.
    pub fn new(settings: MeanEProcessSettings) -> Result<Self> {
        Self::levels(&settings).check()?;
        let MeanEProcessSettings { low, high, level, tolerance, side, .. } = settings;
        if !(tolerance >= 0.0 && tolerance.is_finite()) {
            let (setting, value) = ("tolerance", tolerance);
            return Err(Error::Setting { setting, value, expected: "a finite number of at least 0" });
        }
        let (least, most) = (level - tolerance, level + tolerance);
        // Where a side is watched, there has to be something beyond what is tolerated.
        let watched = |side: Side, inside: bool| settings.side == side || inside;
        let up_fits = watched(Side::Down, most < high);
        let down_fits = watched(Side::Up, least > low);
        if !(level > low && level < high && up_fits && down_fits) {
            let (setting, value) = ("level", level);
            let expected = "with its tolerance between low and high, without these";
            return Err(Error::Setting { setting, value, expected });
        }
        let tolerated = match side {
            Side::Up => (low, most),
            Side::Down => (least, high),
            Side::Both => (least, most),
        };
        let bets = ChangeMartingale::new(tolerated, (low, high), Onset::Any).map_err(levels::setting)?;
        Ok(Self { settings, bets, status: Status::Stable })
    }

    /// Its settings.
    pub const fn settings(&self) -> &MeanEProcessSettings {
        &self.settings
    }

    const fn levels(settings: &MeanEProcessSettings) -> Levels {
        Levels { alpha: settings.alpha, warning: settings.warning }
    }

    fn judge(&self) -> Status {
        Self::levels(&self.settings).judge(self.bets.log_value(), self.bets.highest_log_value())
    }
}

impl StreamDetector for MeanEProcess {
    fn name(&self) -> &'static str {
        "betting e-process"
    }

    fn admits(&self, value: f64) -> Result<()> {
        let MeanEProcessSettings { low, high, .. } = self.settings;
        if !(low..=high).contains(&value) {
            return Err(refused(self.observations(), value, &format!("within {low} to {high}")));
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

impl Sound for MeanEProcess {
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
        (self.status != self.judge()).then(|| format!("the status is {}", self.status))
    }
}
