use serde::{Deserialize, Serialize};

use super::buckets::{BATCH, Buckets};
use super::sums::Sums;
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
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "AdwinState", into = "AdwinState")]
pub struct Adwin {
    settings: AdwinSettings,
    n: u64,
    /// Of the window without the values that wait.
    sums: Sums,
    buckets: Buckets,
    /// The newest values of the window: what they change is reckoned for some at once, in
    /// the same order and so with the same digits, for a third of the cost.
    waiting: Vec<f64>,
    detections: u64,
    status: Status,
    /// After how many values it looks for a cut again: to count up to it costs less than to
    /// divide by the clock at each value.
    next_look: u64,
}

/// Whether values wait does not matter.
impl PartialEq for Adwin {
    fn eq(&self, other: &Self) -> bool {
        let (mut one, mut other) = (self.clone(), other.clone());
        one.take_waiting();
        other.take_waiting();
        let rest = |adwin: &Self| (adwin.settings, adwin.n, adwin.sums, adwin.detections, adwin.status);
        rest(&one) == rest(&other) && one.buckets == other.buckets
    }
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
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of values")]
    pub const fn width(&self) -> u64 {
        self.sums.width as u64 + self.waiting.len() as u64
    }

    /// Mean of the values in the window; None if there are none.
    pub fn mean(&self) -> Option<f64> {
        let Sums { width, total, .. } = self.sums.with(&self.waiting);
        (width > 0.0).then(|| total / width)
    }

    /// Variance of the values in the window, by their number; None if there are none.
    pub fn variance(&self) -> Option<f64> {
        let Sums { width, variance, .. } = self.sums.with(&self.waiting);
        // What was taken out of a window can leave a rounding error below 0.
        (width > 0.0).then(|| (variance / width).max(0.0))
    }

    /// How many drifts it has found since it last began anew.
    pub const fn detections(&self) -> u64 {
        self.detections
    }

    fn begin(settings: AdwinSettings) -> Self {
        Self {
            settings,
            n: 0,
            sums: Sums::NOTHING,
            buckets: Buckets::new(settings.max_buckets),
            waiting: Vec::with_capacity(BATCH),
            detections: 0,
            status: Status::Stable,
            next_look: settings.clock,
        }
    }

    fn take_waiting(&mut self) {
        self.sums = self.sums.with(&self.waiting);
        self.buckets.extend(&self.waiting);
        self.waiting.clear();
    }

    /// What is not done for each value: takes those that wait and, if it is time, drops the
    /// oldest buckets for as long as there is a cut.
    #[inline(never)]
    fn work(&mut self) {
        self.take_waiting();
        if self.n < self.next_look {
            return;
        }
        self.next_look = self.n.saturating_add(self.settings.clock);
        if self.sums.width <= self.settings.grace_period as f64 {
            return;
        }
        while self.has_cut() {
            self.status = Status::Drift;
            let Some((oldest, size)) = self.buckets.pop() else { return };
            self.sums = self.sums.without(oldest, size);
        }
        self.detections += u64::from(self.status == Status::Drift);
    }

    /// Whether the window has a cut with means that differ too much.
    fn has_cut(&self) -> bool {
        let Sums { width, total, variance } = self.sums;
        let least = self.settings.min_window_length as f64;
        let level = (2.0 * width.ln() / self.settings.delta).ln();
        let exceeds = |cut: &Cut| {
            let Cut { n0, n1, u0, u1 } = *cut;
            let parts = 1.0 / (n0 - least + 1.0) + 1.0 / (n1 - least + 1.0);
            let bound = (2.0 * parts * (variance / width) * level).sqrt() + 2.0 / 3.0 * level * parts;
            n0 >= least && n1 >= least && (u0 / n0 - u1 / n1).abs() > bound
        };
        // Nearly all cuts are far from the bound. It is at least each of its two terms, and
        // `parts` at least `width / (n0 · n1)`, or half of it if no length is asked for. So
        // that without a division or a root most need not be looked at more closely. What
        // rounding does to the difference is less than `slack`: no part has a larger sum of
        // sizes than the root of `width` times the sum of squares.
        let parts = if least < 1.0 { 0.499 } else { 0.999 };
        let squares = variance.abs() + total * total / width;
        let slack = 1e-15 * width * (width * squares).sqrt();
        let steady = parts * 2.0 / 3.0 * level * width;
        let spread = parts * 2.0 * variance * level;
        let is_near = |cut: &Cut| {
            let difference = (cut.u0 * cut.n1 - cut.u1 * cut.n0).abs() + slack;
            let limit = spread * (cut.n0 * cut.n1);
            // Numbers too large to tell are looked at.
            let is_far = difference <= steady || (difference * difference <= limit && limit < f64::INFINITY);
            !is_far
        };
        let mut cut = Cut { n0: 0.0, n1: width, u0: 0.0, u1: total };
        for (size, row) in self.buckets.rows() {
            for bucket in row {
                cut.shift(size, bucket.total);
                if is_near(&cut) && exceeds(&cut) {
                    return true;
                }
            }
        }
        for value in self.buckets.fresh() {
            cut.shift(1.0, *value);
            // The last one cuts nothing off.
            if is_near(&cut) && cut.n1 > 0.0 && exceeds(&cut) {
                return true;
            }
        }
        false
    }
}

/// Where a window is cut: how many values its older and its newer part have, and their sums.
struct Cut {
    n0: f64,
    n1: f64,
    u0: f64,
    u1: f64,
}

impl Cut {
    /// Moves the oldest values of the newer part to the older.
    fn shift(&mut self, size: f64, total: f64) {
        self.n0 += size;
        self.n1 -= size;
        self.u0 += total;
        self.u1 -= total;
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
        self.waiting.push(value);
        if self.n >= self.next_look || self.waiting.len() == BATCH {
            self.work();
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
        self.waiting.clear();
        (self.n, self.sums, self.detections) = (0, Sums::NOTHING, 0);
        (self.status, self.next_look) = (Status::Stable, self.settings.clock);
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
    fn from(mut adwin: Adwin) -> Self {
        adwin.take_waiting();
        let width = adwin.width();
        let Adwin { settings, n, sums: Sums { total, variance, .. }, buckets, detections, status, .. } =
            adwin;
        Self { settings, n, width, total, variance, detections, buckets: buckets.to_rows(), status }
    }
}

impl TryFrom<AdwinState> for Adwin {
    type Error = String;

    fn try_from(state: AdwinState) -> Result<Self, String> {
        let AdwinState { settings, n, width, total, variance, detections, buckets, status } = state;
        let detector = Self::new(settings).map_err(|error| error.to_string())?;
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
        let next_look = (n - n % settings.clock).saturating_add(settings.clock);
        let sums = Sums { width: width as f64, total, variance };
        Ok(Self { n, sums, buckets, detections, status, next_look, ..detector })
    }
}

impl Sound for Adwin {
    /// Nothing: it was looked at when it was read.
    fn damage(&self) -> Option<String> {
        None
    }
}
