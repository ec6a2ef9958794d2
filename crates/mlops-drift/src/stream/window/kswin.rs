use std::collections::VecDeque;

use mlops_stats::two_sample::ks_2samp_sf;
use serde::{Deserialize, Serialize};

use super::steps::Steps;
use crate::stream::{Reading, Sound, Status, StreamDetector, finite};
use crate::{Error, Result};

/// What a [`Kswin`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct KswinSettings {
    /// Up to which p-value of a comparison it is a drift, within 0 to 1. There is one
    /// comparison a value, so this has to be small.
    pub alpha: f64,
    /// How many values it keeps, at most 10,000.
    pub window_size: usize,
    /// How many of them, the newest, are compared with the rest.
    pub stat_size: usize,
}

impl Default for KswinSettings {
    fn default() -> Self {
        Self { alpha: 0.005, window_size: 100, stat_size: 30 }
    }
}

/// A sliding window whose newest values are compared with all the others by the test of
/// Kolmogorov and Smirnov: it sees any change of the distribution, not only of its mean.
///
/// A drift is a p-value of at most `alpha` and a distance above 0.1. The method as published
/// compares with a random sample of the older values, as large as the newer part. Here it is
/// all of them: the answer does not depend on a generator, and more values see more. Where
/// the window is twice the newer part the two are the same.
///
/// The values are kept sorted. An update costs two or three binary searches and one pass
/// over the window, `O(window_size)`; the p-value is never calculated for it, but once the
/// distance from which on it is small enough. `alpha` is for one comparison: over a long
/// stream false alarms come at a rate, not with a probability.
///
/// # Source
/// Raab, Heusinger and Schleif, *Reactive Soft Prototype Computing for Concept Drift
/// Streams*, Neurocomputing 416 (2020); equal to `drift.KSWIN` of River 0.26 where
/// `window_size` is twice `stat_size`, the p-value as `ks_2samp` of `SciPy` 1.17.
///
/// ```
/// use mlops_drift::stream::{Kswin, Status, StreamDetector};
/// let mut wind = Kswin::default();
/// // The same mean, and a larger spread.
/// let value = |hour: u32| (f64::from(hour * 7 % 10) - 4.5) * if hour < 500 { 1.0 } else { 9.0 };
/// let found = (0..1000).find(|hour| wind.update(value(*hour)) == Ok(Status::Drift));
/// assert_eq!(found, Some(528));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "KswinState", into = "KswinState")]
pub struct Kswin {
    settings: KswinSettings,
    n: u64,
    /// The values in the order in which they came.
    window: VecDeque<f64>,
    status: Status,
    steps: Steps,
    /// The distance of the two parts; None as long as the window is not full.
    distance: Option<u64>,
    /// From which distance on it is a drift; None before the window is first full.
    critical: Option<u64>,
}

/// All else follows from it.
impl PartialEq for Kswin {
    fn eq(&self, other: &Self) -> bool {
        let Self { settings, n, window, status, .. } = self;
        (settings, n, window, status) == (&other.settings, &other.n, &other.window, &other.status)
    }
}

impl Kswin {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if alpha is not within 0 to 1, the window has more than 10,000
    /// values, or one of its parts has none.
    pub fn new(settings: KswinSettings) -> Result<Self> {
        let KswinSettings { alpha, window_size, stat_size } = settings;
        if !(0.0..=1.0).contains(&alpha) {
            return Err(Error::Setting { setting: "alpha", value: alpha, expected: "within 0 to 1" });
        }
        if window_size > 10_000 {
            let (setting, value) = ("window_size", window_size as f64);
            return Err(Error::Setting { setting, value, expected: "at most 10000" });
        }
        if !(1..window_size).contains(&stat_size) {
            let (setting, value) = ("stat_size", stat_size as f64);
            return Err(Error::Setting { setting, value, expected: "at least 1 and below window_size" });
        }
        Ok(Self::begin(settings))
    }

    /// With these settings and values that are known already, the newest last; more than
    /// the window holds are not looked at. Nothing is judged before the next value.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::Input`] if a value is none that `update` takes.
    pub fn with_window(settings: KswinSettings, values: &[f64]) -> Result<Self> {
        let mut detector = Self::new(settings)?;
        let surplus = values.len().saturating_sub(settings.window_size);
        for (place, value) in values.iter().enumerate().skip(surplus) {
            finite(place as u64, *value)?;
            detector.window.push_back(one_zero(*value));
        }
        let (older, newer) = detector.parts();
        detector.steps = Steps::of(older, newer, detector.window.iter().copied());
        detector.compare();
        Ok(detector)
    }

    /// Its settings.
    pub const fn settings(&self) -> &KswinSettings {
        &self.settings
    }

    /// How many values are in the older and in the newer part of a full window.
    const fn parts(&self) -> (usize, usize) {
        let KswinSettings { window_size, stat_size, .. } = self.settings;
        (window_size - stat_size, stat_size)
    }

    /// The largest distance between the distribution functions of the two parts, within 0
    /// to 1; None as long as the window is not full.
    pub fn statistic(&self) -> Option<f64> {
        self.distance.map(|distance| self.as_share(distance))
    }

    /// How likely the distance is if nothing has changed, by one comparison; None as long as
    /// the window is not full. Calculated at each call: exact up to 10,000 values in the
    /// larger part, `O(stat_size)` for parts of one size, else `O(window_size²)` at worst.
    pub fn p_value(&self) -> Option<f64> {
        let (older, newer) = self.parts();
        ks_2samp_sf(older, newer, u128::from(self.distance?)).ok()
    }

    fn begin(settings: KswinSettings) -> Self {
        let steps = Steps::new(settings.window_size - settings.stat_size, settings.stat_size);
        let (window, status) = (VecDeque::new(), Status::Stable);
        Self { settings, n: 0, window, status, steps, distance: None, critical: None }
    }

    fn as_share(&self, distance: u64) -> f64 {
        let (older, newer) = self.parts();
        distance as f64 / (older as f64 * newer as f64)
    }

    fn push(&mut self, value: f64) {
        let value = one_zero(value);
        let KswinSettings { window_size, stat_size, .. } = self.settings;
        self.window.push_back(value);
        self.steps.put(value);
        if self.window.len() > stat_size {
            self.steps.age(self.window[self.window.len() - 1 - stat_size]);
        }
        if self.window.len() > window_size
            && let Some(oldest) = self.window.pop_front()
        {
            self.steps.take(oldest);
        }
        self.compare();
    }

    /// How far the two parts are apart, if the window is full.
    fn compare(&mut self) {
        self.distance = None;
        if self.window.len() == self.settings.window_size {
            self.distance = Some(self.steps.distance());
            if self.critical.is_none() {
                self.critical = Some(self.least_drift());
            }
        }
    }

    /// The least distance with a p-value of at most alpha and above a tenth: the p-value
    /// falls as the distance grows.
    fn least_drift(&self) -> u64 {
        let (older, newer) = self.parts();
        let most = older as u64 * newer as u64;
        let unit = greatest_common_divisor(older as u64, newer as u64);
        let is_unlikely = |multiple: u64| {
            let p = ks_2samp_sf(older, newer, u128::from(multiple * unit));
            p.is_ok_and(|p| p <= self.settings.alpha)
        };
        // Small distances cost little, so it begins at about the one that is asked for.
        let together = (older as f64).recip() + (newer as f64).recip();
        let about = ((2.0 / self.settings.alpha).ln() / 2.0 * together).sqrt().min(1.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to all steps")]
        let about = (about * (most / unit) as f64) as u64;
        let (mut low, mut high) = (0, about.max(1));
        while high <= most / unit && !is_unlikely(high) {
            (low, high) = (high + 1, 2 * high);
        }
        high = high.min(most / unit + 1);
        while low < high {
            let middle = u64::midpoint(low, high);
            if is_unlikely(middle) { high = middle } else { low = middle + 1 }
        }
        (low * unit).max(most / 10 + 1)
    }
}

/// Two zeros are equal, and would have to be told apart where values are ordered.
fn one_zero(value: f64) -> f64 {
    value + 0.0
}

const fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Default for Kswin {
    fn default() -> Self {
        Self::begin(KswinSettings::default())
    }
}

impl StreamDetector for Kswin {
    fn name(&self) -> &'static str {
        "KSWIN"
    }

    fn admits(&self, value: f64) -> Result<()> {
        finite(self.n, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            self.reset();
        }
        self.n += 1;
        self.push(value);
        if let (Some(distance), Some(critical)) = (self.distance, self.critical)
            && distance >= critical
        {
            self.status = Status::Drift;
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    /// The largest distance between the distribution functions, once the window is full.
    fn reading(&self) -> Reading {
        match (self.statistic(), self.critical) {
            (Some(distance), Some(critical)) => Reading::new(Some(distance)).drift(self.as_share(critical)),
            _ => Reading::default(),
        }
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        self.window.clear();
        self.steps.clear();
        (self.n, self.distance, self.status) = (0, None, Status::Stable);
    }
}

/// A [`Kswin`] as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KswinState {
    settings: KswinSettings,
    n: u64,
    window: Vec<f64>,
    status: Status,
}

impl From<Kswin> for KswinState {
    fn from(kswin: Kswin) -> Self {
        let Kswin { settings, n, window, status, .. } = kswin;
        Self { settings, n, window: window.into(), status }
    }
}

impl TryFrom<KswinState> for Kswin {
    type Error = String;

    fn try_from(state: KswinState) -> Result<Self, String> {
        let KswinState { settings, n, window, status } = state;
        if window.len() > settings.window_size {
            return Err(format!("its window has {} values", window.len()));
        }
        let mut detector = Self::with_window(settings, &window).map_err(|error| error.to_string())?;
        (detector.n, detector.status) = (n, status);
        Ok(detector)
    }
}

impl Sound for Kswin {
    /// Nothing: it was looked at when it was read.
    fn damage(&self) -> Option<String> {
        None
    }
}
