use serde::{Deserialize, Serialize};

use super::buckets::Buckets;
use crate::stream::{Reading, Sound, Status, StreamDetector, finite};
use crate::{Error, Result};

/// What is left of an [`Adwin`]'s window when it has found a drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "some of it or nothing")]
pub enum AfterDrift {
    /// Nothing: it begins anew, as River's does.
    #[default]
    Forget,
    /// What came after the change, as in the paper: it knows the new mean at once.
    KeepNewer,
}

/// What an [`Adwin`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AdwinSettings {
    /// How likely it may cut a window where nothing has changed, between 0 and 1.
    pub delta: f64,
    /// At every so many values it looks for a cut.
    pub clock: u64,
    /// How many buckets of a size it keeps, 1 to 1000: the more, the finer are the cuts.
    pub max_buckets: usize,
    /// So many values has each side of a cut at least.
    pub min_window_length: u64,
    /// It looks for a cut in windows of more values than that.
    pub grace_period: u64,
    /// What is left of the window after a drift.
    pub after_drift: AfterDrift,
}

impl Default for AdwinSettings {
    fn default() -> Self {
        Self {
            delta: 0.002,
            clock: 32,
            max_buckets: 5,
            min_window_length: 5,
            grace_period: 10,
            after_drift: AfterDrift::Forget,
        }
    }
}

/// An adaptive window: as long as its older and its newer part have the same mean, however
/// it is cut.
///
/// The window is kept as an exponential histogram of sums: `max_buckets` for each power of
/// two, `O(log n)` memory. An update costs a few additions; every `clock` values all cuts
/// between buckets are looked at, `O(log n)`.
///
/// The guarantee is for values within 0 to 1: then a look at a window of `n` values where
/// nothing has changed cuts it with a probability of at most `delta`, in the form of the
/// paper that holds if the mean of a part is nearly normal. It is one for each look and not
/// for the whole stream: in practice false alarms are rarer than that. Any finite values are
/// taken. Outside 0 to 1 the bound has a term that no longer fits: at values that differ by
/// little it is too large and sees changes late or not at all; at values that differ by much
/// it is too small, and a few far values can be an alarm. Scale such values first.
///
/// # Source
/// Bifet and Gavaldà, *Learning from Time-Changing Data with Adaptive Windowing* (2007);
/// equal to `drift.ADWIN` of River 0.26, whose bound takes the shorter sides of a cut as
/// `min_window_length − 1` values shorter than they are.
///
/// ```
/// use mlops_drift::stream::{Adwin, Status, StreamDetector};
/// let mut loss = Adwin::default();
/// let value = |row: u32| f64::from(row % 10) / 20.0 + if row < 1000 { 0.0 } else { 0.4 };
/// let found = (0..2000).find(|row| loss.update(value(*row)) == Ok(Status::Drift));
/// assert_eq!(found, Some(1055));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AdwinState", into = "AdwinState")]
pub struct Adwin {
    settings: AdwinSettings,
    n: u64,
    width: u64,
    total: f64,
    /// Sum of the squared deviations from the mean of the window.
    variance: f64,
    detections: u64,
    buckets: Buckets,
    status: Status,
}

impl Adwin {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`] if delta is not between 0 and 1, the clock is 0, or there are not 1
    /// to 1000 buckets.
    pub fn new(settings: AdwinSettings) -> Result<Self> {
        let AdwinSettings { delta, clock, max_buckets, .. } = settings;
        if !(delta > 0.0 && delta < 1.0) {
            return Err(Error::Setting { setting: "delta", value: delta, expected: "between 0 and 1" });
        }
        if clock == 0 {
            return Err(Error::Setting { setting: "clock", value: 0.0, expected: "at least 1" });
        }
        if !(1..=1000).contains(&max_buckets) {
            let (setting, value) = ("max_buckets", max_buckets as f64);
            return Err(Error::Setting { setting, value, expected: "within 1 to 1000" });
        }
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &AdwinSettings {
        &self.settings
    }

    /// How many values the window has.
    pub const fn width(&self) -> u64 {
        self.width
    }

    /// Mean of the values in the window; None if there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.width > 0).then(|| self.total / self.width as f64)
    }

    /// Variance of the values in the window, by their number; None if there are none.
    pub fn variance(&self) -> Option<f64> {
        // What was taken out of a window can leave a rounding error below 0.
        (self.width > 0).then(|| (self.variance / self.width as f64).max(0.0))
    }

    /// How many drifts it has found since it last began anew.
    pub const fn detections(&self) -> u64 {
        self.detections
    }

    fn begin(settings: AdwinSettings) -> Self {
        let buckets = Buckets::new(settings.max_buckets);
        let status = Status::Stable;
        Self { settings, n: 0, width: 0, total: 0.0, variance: 0.0, detections: 0, buckets, status }
    }

    fn add(&mut self, value: f64) {
        if self.width > 0 {
            let before = self.width as f64;
            let difference = value - self.total / before;
            self.variance += before * difference * difference / (before + 1.0);
        }
        self.width += 1;
        self.total += value;
        self.buckets.add(value);
    }

    fn drop_oldest(&mut self) {
        let Some((bucket, size)) = self.buckets.pop() else { return };
        self.width = self.width.saturating_sub(size);
        self.total -= bucket.total;
        let (n, width) = (size as f64, self.width as f64);
        let difference = bucket.total / n - self.total / width.max(1.0);
        self.variance -= bucket.variance + n * width * difference * difference / (n + width);
    }

    /// Whether the window has a cut with means that differ too much.
    fn has_cut(&self) -> bool {
        let width = self.width as f64;
        let least = self.settings.min_window_length as f64;
        let level = (2.0 * width.ln() / self.settings.delta).ln();
        let exceeds = |n0: f64, n1: f64, u0: f64, u1: f64| {
            let parts = 1.0 / (n0 - least + 1.0) + 1.0 / (n1 - least + 1.0);
            let bound = (2.0 * parts * (self.variance / width) * level).sqrt() + 2.0 / 3.0 * level * parts;
            n0 >= least && n1 >= least && (u0 / n0 - u1 / n1).abs() > bound
        };
        // Nearly all cuts are far from the bound. It is at least each of its two terms, and
        // `parts` at least `width / (n0 · n1)`, or half of it if no length is asked for. So
        // that without a division or a root most need not be looked at more closely.
        let parts = if least < 1.0 { 0.499 } else { 0.999 };
        let steady = parts * 2.0 / 3.0 * level * width;
        let spread = parts * 2.0 * self.variance * level;
        let (mut n0, mut n1, mut u0, mut u1) = (0.0, width, 0.0, self.total);
        for row in (0..self.buckets.rows()).rev() {
            let size = (1_u64 << row) as f64;
            for bucket in self.buckets.row(row) {
                n0 += size;
                n1 -= size;
                u0 += bucket.total;
                u1 -= bucket.total;
                let (older, newer) = (u0 * n1, u1 * n0);
                let difference = (older - newer).abs() + 1e-15 * (older.abs() + newer.abs());
                let squares = spread * (n0 * n1);
                let is_far =
                    difference <= steady || (difference * difference <= squares && squares < f64::INFINITY);
                // The last one cuts nothing off.
                if !is_far && n1 > 0.0 && exceeds(n0, n1, u0, u1) {
                    return true;
                }
            }
        }
        false
    }
}

impl Default for Adwin {
    fn default() -> Self {
        Self::begin(AdwinSettings::default())
    }
}

impl StreamDetector for Adwin {
    fn name(&self) -> &'static str {
        "ADWIN"
    }

    fn admits(&self, value: f64) -> Result<()> {
        finite(self.n, value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            match self.settings.after_drift {
                AfterDrift::Forget => self.reset(),
                AfterDrift::KeepNewer => self.status = Status::Stable,
            }
        }
        self.n += 1;
        self.add(value);
        if self.n.is_multiple_of(self.settings.clock) && self.width > self.settings.grace_period {
            while self.has_cut() {
                self.status = Status::Drift;
                self.drop_oldest();
            }
            if self.status == Status::Drift {
                self.detections += 1;
            }
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    /// The mean of the window. Its limits depend on the cut.
    fn reading(&self) -> Reading {
        Reading::new(self.mean())
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        self.buckets.clear();
        (self.n, self.width, self.detections) = (0, 0, 0);
        (self.total, self.variance, self.status) = (0.0, 0.0, Status::Stable);
    }
}

/// An [`Adwin`] as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AdwinState {
    settings: AdwinSettings,
    n: u64,
    width: u64,
    total: f64,
    variance: f64,
    detections: u64,
    /// Total and squared deviations of each bucket, by the power of two.
    buckets: Vec<Vec<(f64, f64)>>,
    status: Status,
}

impl From<Adwin> for AdwinState {
    fn from(adwin: Adwin) -> Self {
        let Adwin { settings, n, width, total, variance, detections, buckets, status } = adwin;
        Self { settings, n, width, total, variance, detections, buckets: buckets.to_rows(), status }
    }
}

impl TryFrom<AdwinState> for Adwin {
    type Error = String;

    fn try_from(state: AdwinState) -> Result<Self, String> {
        let AdwinState { settings, n, width, total, variance, detections, buckets, status } = state;
        Self::new(settings).map_err(|error| error.to_string())?;
        if width > n || detections > n {
            return Err(format!("after {n} values its window has {width} and it found {detections} drifts"));
        }
        let all = std::iter::once((total, variance)).chain(buckets.iter().flatten().copied());
        for (total, variance) in all {
            // More than so much values don't add up to, and less than 0 only by rounding.
            if total.abs() > 1e160 || !(-1e270..=1e300).contains(&variance) {
                return Err(format!("values have the sum {total} and squared deviations {variance}"));
            }
        }
        let buckets = Buckets::from_rows(settings.max_buckets, &buckets, width)?;
        Ok(Self { settings, n, width, total, variance, detections, buckets, status })
    }
}

impl Sound for Adwin {
    /// Nothing: it was looked at when it was read.
    fn damage(&self) -> Option<String> {
        None
    }
}
