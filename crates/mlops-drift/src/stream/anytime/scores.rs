use mlops_stats::sequential::{ConformalRanks, Onset, PValues, UniformMartingale};
use serde::{Deserialize, Serialize};

use super::levels::{self, Levels};
use crate::stream::{Reading, Side, Sound, Status, StreamDetector, finite};
use crate::{Error, Result};

/// What a [`ScoreMartingale`] takes for a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ScoreMartingaleSettings {
    /// The edges of the cells that scores are known by, rising, at most 4,096. Empty: they are
    /// laid from the first scores, which are then not ranked.
    pub edges: Vec<f64>,
    /// From how many scores edges are laid, 1 to 100,000.
    pub lay_from: usize,
    /// About how many cells are laid, 2 to 2,048.
    pub cells: usize,
    /// To which side scores move.
    pub side: Side,
    /// What ties are broken by.
    pub seed: u64,
    /// The chance of ever alarming while nothing has changed.
    pub alpha: f64,
    /// The chance of ever warning while nothing has changed; at least alpha.
    pub warning: f64,
}

impl Default for ScoreMartingaleSettings {
    fn default() -> Self {
        Self {
            edges: Vec::new(),
            lay_from: 100,
            cells: 32,
            side: Side::Both,
            seed: 0,
            alpha: 0.05,
            warning: 0.25,
        }
    }
}

/// Are scores still like all those before them? A conformal test martingale in bounded memory:
/// nothing has to be known of the scores, neither a level nor a range.
///
/// While the scores are exchangeable (independent and alike, for instance), a course ever alarms
/// with a chance of at most α, be it endless. That is exact, not approximate: a score is known by
/// its cell of a fixed grid, and cells of exchangeable scores are exchangeable. Ranks among a
/// fixed reference, or in a sliding window, would not do: their p-values are not independent.
///
/// A change makes itself the past: each score is compared with all of the course, so that a
/// small change soon after the start may never be found, and one that is not found within about
/// as many scores as there were before it, hardly any more. Where a level is known,
/// [`MeanEProcess`](super::MeanEProcess) is sooner. Scores that depend on each other, as those of
/// one day, are not exchangeable: then an alarm says so.
///
/// After a drift it begins anew and lays its grid anew. Only [`reset`](StreamDetector::reset)
/// also begins the random numbers of the ties anew. Cost: a search in the grid a
/// score; memory for the cells, and until they are laid for `lay_from` scores.
///
/// # Source
/// Vovk, Nouretdinov and Gammerman, *Testing exchangeability on-line* (2003);
/// [`ConformalRanks`], [`UniformMartingale`].
///
/// ```
/// use mlops_drift::stream::{ScoreMartingale, Status, StreamDetector};
/// let mut loss = ScoreMartingale::default();
/// for row in 0..2_000 {
///     assert_ne!(loss.update(f64::from(row * 37 % 101))?, Status::Drift);
/// }
/// let found = (0..200).find(|row| loss.update(f64::from(row * 37 % 101) + 40.0) == Ok(Status::Drift));
/// assert!(found.is_some_and(|row| row < 60), "{found:?}");
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreMartingale {
    settings: ScoreMartingaleSettings,
    /// Scores that the grid will be laid from.
    first: Vec<f64>,
    /// None until the grid is laid.
    ranks: Option<ConformalRanks>,
    bets: UniformMartingale,
    /// How often it has begun anew after a drift: each course has random numbers of its own, or
    /// when it begins would depend on them.
    course: u64,
    status: Status,
}

const MOST_FIRST: usize = 100_000;
const MOST_SCORES: u64 = 1 << 52;
const MOST_CELLS: usize = 2_048;

impl ScoreMartingale {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if a number of scores or cells is outside its range, if alpha is not
    /// between 0 and 1, or if warning is below alpha or not below 1; [`Error::Input`] if edges
    /// are not finite, do not rise, or are too many.
    pub fn new(settings: ScoreMartingaleSettings) -> Result<Self> {
        Self::levels(&settings).check()?;
        let counts = [
            ("lay_from", settings.lay_from, 1..=MOST_FIRST, "within 1 to 100,000"),
            ("cells", settings.cells, 2..=MOST_CELLS, "within 2 to 2,048"),
        ];
        for (setting, count, range, expected) in counts {
            if !range.contains(&count) {
                return Err(Error::Setting { setting, value: count as f64, expected });
            }
        }
        Self::begin(settings, 0)
    }

    /// Its settings.
    pub const fn settings(&self) -> &ScoreMartingaleSettings {
        &self.settings
    }

    /// The grid that scores are known by; `None` until it is laid.
    pub fn edges(&self) -> Option<&[f64]> {
        self.ranks.as_ref().map(ConformalRanks::edges)
    }

    fn begin(settings: ScoreMartingaleSettings, course: u64) -> Result<Self> {
        let seed = settings.seed.wrapping_add(course);
        let ranks = if settings.edges.is_empty() {
            None
        } else {
            Some(ConformalRanks::new(settings.edges.clone(), seed).map_err(levels::setting)?)
        };
        let bets = match settings.side {
            Side::Both => PValues::SmallOrLarge,
            Side::Up | Side::Down => PValues::Small,
        };
        let bets = UniformMartingale::new(bets, Onset::Any);
        Ok(Self { settings, first: Vec::new(), ranks, bets, course, status: Status::Stable })
    }

    const fn levels(settings: &ScoreMartingaleSettings) -> Levels {
        Levels { alpha: settings.alpha, warning: settings.warning }
    }

    fn judge(&self) -> Status {
        Self::levels(&self.settings).judge(self.bets.log_value(), self.bets.highest_log_value())
    }

    fn restart(&mut self, course: u64) {
        self.first.clear();
        self.bets.restart();
        self.status = Status::Stable;
        self.course = course;
        self.ranks = if self.settings.edges.is_empty() { None } else { self.ranks.take() };
        if let Some(ranks) = &mut self.ranks {
            ranks.restart(self.settings.seed.wrapping_add(course));
        }
    }
}

impl Default for ScoreMartingale {
    fn default() -> Self {
        Self::begin(ScoreMartingaleSettings::default(), 0).expect("without edges there are none to refuse")
    }
}

impl StreamDetector for ScoreMartingale {
    fn name(&self) -> &'static str {
        "conformal martingale"
    }

    fn admits(&self, value: f64) -> Result<()> {
        finite(self.observations(), value)?;
        let full = self.ranks.as_ref().is_some_and(|ranks| ranks.n() >= MOST_SCORES);
        // The ranks of so many scores are no exact numbers any more.
        if full {
            Err(Error::input("the stream", "2⁵² scores long", "shorter: reset the detector"))
        } else {
            Ok(())
        }
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        let place = self.observations();
        self.admits(value)?;
        if self.status == Status::Drift {
            self.restart(self.course.wrapping_add(1));
        }
        let refused = |error: mlops_stats::Error| levels::input(place, &error);
        let Some(ranks) = &mut self.ranks else {
            self.first.push(value);
            if self.first.len() >= self.settings.lay_from {
                let seed = self.settings.seed.wrapping_add(self.course);
                let laid = ConformalRanks::laid_from(&self.first, self.settings.cells, seed);
                self.ranks = Some(laid.map_err(refused)?);
                self.first.clear();
            }
            return Ok(self.status);
        };
        let p_value = ranks.observe(value).map_err(refused)?;
        // Small are those of the largest scores.
        let small = if self.settings.side == Side::Down { 1.0 - p_value } else { p_value };
        self.bets.observe(small).map_err(refused)?;
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
        let laid_from = match &self.ranks {
            Some(_) if self.settings.edges.is_empty() => self.settings.lay_from,
            _ => self.first.len(),
        };
        self.bets.n().saturating_add(laid_from as u64)
    }

    fn reset(&mut self) {
        self.restart(0);
    }
}

impl Sound for ScoreMartingale {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::new(self.settings.clone()) {
            return Some(error.to_string());
        }
        let mut restarted = self.clone();
        restarted.reset();
        if Self::begin(self.settings.clone(), 0).is_ok_and(|fresh| restarted != fresh) {
            return Some("the bets or the grid are not those of the settings".to_owned());
        }
        if self.status != self.judge() {
            return Some(format!("the status is {}", self.status));
        }
        let Some(ranks) = &self.ranks else {
            let fits = self.bets.n() == 0
                && self.first.len() < self.settings.lay_from
                && self.first.iter().all(|score| finite(0, *score).is_ok());
            return (!fits).then(|| "the first scores are not those of a grid to be laid".to_owned());
        };
        let laid = ranks.edges().len() < 2 * self.settings.cells || !self.settings.edges.is_empty();
        let fits = self.first.is_empty()
            && laid
            && ranks.n() == self.bets.n()
            && ranks.seed() == self.settings.seed.wrapping_add(self.course);
        (!fits).then(|| "the ranks are not those of the course".to_owned())
    }
}
