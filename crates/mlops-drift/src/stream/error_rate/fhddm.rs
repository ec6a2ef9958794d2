use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::within_0_and_1;
use crate::stream::{Reading, Sound, Status, StreamDetector, bit};
use crate::{Error, Result};

/// What an [`Fhddm`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FhddmSettings {
    /// How many predictions it looks at.
    pub sliding_window_size: usize,
    /// How likely one comparison may see a drift where there is none, between 0 and 1.
    pub confidence_level: f64,
    /// How many of the newest it looks at beside, to see an abrupt change sooner.
    pub short_window_size: Option<usize>,
}

impl Default for FhddmSettings {
    fn default() -> Self {
        Self { sliding_window_size: 100, confidence_level: 0.000_001, short_window_size: None }
    }
}

/// The fast Hoeffding method: is the share of ones in a sliding window lower than it was at
/// best, by more than chance allows?
///
/// **Here 1 is a right prediction**, as in the paper: it alarms when ones become fewer.
/// [`update_error`](StreamDetector::update_error) is told whether a prediction was wrong,
/// as with the others, and turns it round. One bit is kept for each prediction of the
/// window; an update costs the same whatever its length. The bound holds for one comparison
/// with a share chosen beforehand, not for the best of many. It never warns.
///
/// # Source
/// Pesaranghader and Viktor, *Fast Hoeffding Drift Detection Method for Evolving Data
/// Streams* (2016); with a short window Pesaranghader, Viktor and Paquet, *Reservoir of
/// Diverse Adaptive Learners and Stacking Fast Hoeffding Drift Detection Methods for Evolving
/// Data Streams* (2018). Equal to `drift.binary.FHDDM` of River 0.26 for the same bits.
///
/// ```
/// use mlops_drift::stream::{Fhddm, Status, StreamDetector};
/// let mut errors = Fhddm::default();
/// let wrong = |row: u64| if row < 1000 { row % 10 == 0 } else { row % 2 == 0 };
/// let found = (0..2000).find(|row| errors.update_error(wrong(*row)) == Ok(Status::Drift));
/// assert_eq!(found, Some(1066));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fhddm {
    settings: FhddmSettings,
    n: u64,
    window: VecDeque<bool>,
    /// How many are 1: of the window, and of its newest part.
    ones: usize,
    short_ones: usize,
    /// And how many were at most.
    most_ones: usize,
    most_short_ones: usize,
    status: Status,
}

impl Fhddm {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if a window is empty, the short one is longer than the other, or
    /// the confidence level is not between 0 and 1.
    pub fn new(settings: FhddmSettings) -> Result<Self> {
        within_0_and_1([("confidence_level", settings.confidence_level)])?;
        let size = settings.sliding_window_size;
        if size == 0 {
            return Err(Error::Setting {
                setting: "sliding_window_size",
                value: 0.0,
                expected: "at least 1",
            });
        }
        if let Some(short) = settings.short_window_size.filter(|short| !(1..=size).contains(short)) {
            let (setting, value) = ("short_window_size", short as f64);
            return Err(Error::Setting { setting, value, expected: "within 1 to sliding_window_size" });
        }
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &FhddmSettings {
        &self.settings
    }

    const fn begin(settings: FhddmSettings) -> Self {
        Self {
            settings,
            n: 0,
            window: VecDeque::new(),
            ones: 0,
            short_ones: 0,
            most_ones: 0,
            most_short_ones: 0,
            status: Status::Stable,
        }
    }

    fn is_full(&self) -> bool {
        self.window.len() == self.settings.sliding_window_size
    }

    fn push(&mut self, is_one: bool) {
        self.window.push_back(is_one);
        self.ones += usize::from(is_one);
        if let Some(short) = self.settings.short_window_size {
            self.short_ones += usize::from(is_one);
            if self.window.len() > short {
                self.short_ones -= usize::from(self.window[self.window.len() - 1 - short]);
            }
        }
        if self.window.len() > self.settings.sliding_window_size {
            self.ones -= usize::from(self.window.pop_front() == Some(true));
        }
    }

    /// By how much the share of ones of a window has fallen, and by how much it may.
    fn fall(&self, size: usize, most: usize, ones: usize) -> (f64, f64) {
        let bound = ((1.0 / self.settings.confidence_level).ln() / (2.0 * size as f64)).sqrt();
        (most as f64 / size as f64 - ones as f64 / size as f64, bound)
    }

    /// The fall of each window, if they are full.
    fn falls(&self) -> impl Iterator<Item = (f64, f64)> {
        let FhddmSettings { sliding_window_size, short_window_size, .. } = self.settings;
        let long = self.fall(sliding_window_size, self.most_ones, self.ones);
        let short = short_window_size.map(|size| self.fall(size, self.most_short_ones, self.short_ones));
        [Some(long), short].into_iter().flatten().filter(|_| self.is_full())
    }
}

impl Default for Fhddm {
    fn default() -> Self {
        Self::begin(FhddmSettings::default())
    }
}

impl StreamDetector for Fhddm {
    fn name(&self) -> &'static str {
        "FHDDM"
    }

    fn admits(&self, value: f64) -> Result<()> {
        bit(self.n, value).map_err(|error| match error {
            Error::Input { what, found, .. } => Error::input(what, found, "1 for right or 0 for wrong"),
            other => other,
        })
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        let is_one = value > 0.0;
        if self.status == Status::Drift {
            self.reset();
        }
        self.n += 1;
        self.push(is_one);
        if self.is_full() {
            self.most_ones = self.most_ones.max(self.ones);
            self.most_short_ones = self.most_short_ones.max(self.short_ones);
        }
        if self.falls().any(|(fall, bound)| fall > bound) {
            self.status = Status::Drift;
        }
        Ok(self.status)
    }

    fn update_error(&mut self, wrong: bool) -> Result<Status> {
        self.update(f64::from(u8::from(!wrong)))
    }

    fn status(&self) -> Status {
        self.status
    }

    /// By how much the share of right predictions has fallen, in the window that is nearer
    /// to its limit.
    fn reading(&self) -> Reading {
        let mut falls = self.falls().map(|(fall, bound)| Reading::new(Some(fall)).drift(bound));
        super::nearer(falls.next(), falls.next())
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        self.window.clear();
        (self.n, self.ones, self.short_ones) = (0, 0, 0);
        (self.most_ones, self.most_short_ones, self.status) = (0, 0, Status::Stable);
    }
}

impl Sound for Fhddm {
    fn damage(&self) -> Option<String> {
        if let Err(error) = Self::new(self.settings) {
            return Some(error.to_string());
        }
        let FhddmSettings { sliding_window_size, short_window_size, .. } = self.settings;
        let short = short_window_size.unwrap_or(0);
        let ones = |newest: usize| self.window.iter().rev().take(newest).filter(|is_one| **is_one).count();
        let counts = self.ones == ones(self.window.len()) && self.short_ones == ones(short);
        let most = self.most_ones <= sliding_window_size && self.most_short_ones <= short;
        let fits = self.window.len() <= sliding_window_size && self.window.len() as u64 <= self.n;
        (!counts || !most || !fits)
            .then(|| format!("its window has {} values, {} of them 1", self.window.len(), self.ones))
    }
}
