use serde::{Deserialize, Serialize};

use super::buckets::{BATCH, Buckets};
use super::cuts::{Look, OldCuts};
use super::sums::Sums;
use crate::stream::bounds::MOST;
use crate::stream::{Reading, Sound, Status, StreamDetector, finite, is_finite};
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
/// two, `O(log n)` memory. An update costs a few additions; every `clock` values the cuts
/// between buckets are looked at: the newest, and only when they may matter all `O(log n)`.
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
    /// Values without those that wait.
    taken: u64,
    /// Of the window without the values that wait.
    sums: Sums,
    buckets: Buckets,
    old_cuts: OldCuts,
    waiting: Waiting,
    detections: u64,
    status: Status,
    /// After how many values it looks for a cut again: to count up to it costs less than to
    /// divide by the clock at each value.
    next_look: u64,
}

/// The newest values of the window: what they change is reckoned for some at once, in the
/// same order and so with the same digits, for a third of the cost.
#[derive(Clone, Debug)]
struct Waiting {
    values: Box<[f64; BATCH]>,
    count: usize,
    /// When there are so many they wait no longer. 0 if there is a drift to be dealt with
    /// before the next value, so that nothing else need be asked for each.
    most: usize,
}

impl Waiting {
    fn values(&self) -> &[f64] {
        &self.values[..self.count]
    }
}

/// Whether values wait does not matter.
impl PartialEq for Adwin {
    fn eq(&self, other: &Self) -> bool {
        let (mut one, mut other) = (self.clone(), other.clone());
        one.take_waiting();
        other.take_waiting();
        let rest = |adwin: &Self| (adwin.settings, adwin.taken, adwin.sums, adwin.detections, adwin.status);
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
        self.sums.width as u64 + self.waiting.count as u64
    }

    /// Mean of the values in the window; None if there are none.
    pub fn mean(&self) -> Option<f64> {
        let Sums { width, total, .. } = self.sums.with(self.waiting.values());
        (width > 0.0).then(|| total / width)
    }

    /// Variance of the values in the window, by their number; None if there are none.
    pub fn variance(&self) -> Option<f64> {
        let Sums { width, variance, .. } = self.sums.with(self.waiting.values());
        // What was taken out of a window can leave a rounding error below 0.
        (width > 0.0).then(|| (variance / width).max(0.0))
    }

    /// How many drifts it has found since it last began anew.
    pub const fn detections(&self) -> u64 {
        self.detections
    }

    fn begin(settings: AdwinSettings) -> Self {
        let mut adwin = Self {
            settings,
            taken: 0,
            sums: Sums::NOTHING,
            buckets: Buckets::new(settings.max_buckets),
            old_cuts: OldCuts::default(),
            waiting: Waiting { values: Box::new([0.0; BATCH]), count: 0, most: 0 },
            detections: 0,
            status: Status::Stable,
            next_look: settings.clock,
        };
        adwin.wait();
        adwin
    }

    /// Sets how many values may wait.
    fn wait(&mut self) {
        let until_look = usize::try_from(self.next_look - self.taken).unwrap_or(BATCH);
        self.waiting.most = if self.status == Status::Drift { 0 } else { until_look.min(BATCH) };
    }

    fn take_waiting(&mut self) {
        self.sums = self.sums.with(self.waiting.values());
        self.buckets.extend(self.waiting.values());
        self.taken += self.waiting.count as u64;
        self.waiting.count = 0;
        self.wait();
    }

    /// What is not done for each value: refuses one, deals with the drift of the one before,
    /// and with what waits, if it has to. By itself, so that other updates save no registers.
    #[inline(never)]
    fn work(&mut self, value: f64) -> Result<Status> {
        self.admits(value)?;
        if self.status == Status::Drift {
            match self.settings.after_drift {
                AfterDrift::Forget => self.reset(),
                AfterDrift::KeepNewer => {
                    self.status = Status::Stable;
                    self.wait();
                }
            }
        }
        self.waiting.values[self.waiting.count] = value;
        self.waiting.count += 1;
        if self.waiting.count == self.waiting.most {
            self.take_waiting();
            if self.taken >= self.next_look {
                self.look();
            }
        }
        Ok(self.status)
    }

    /// Drops the oldest buckets for as long as there is a cut.
    fn look(&mut self) {
        self.next_look = self.taken.saturating_add(self.settings.clock);
        if self.sums.width > self.settings.grace_period as f64 {
            while self.has_cut() {
                self.status = Status::Drift;
                let Some((oldest, size)) = self.buckets.pop() else { break };
                self.sums = self.sums.without(oldest, size);
                self.old_cuts = OldCuts::default();
            }
            self.detections += u64::from(self.status == Status::Drift);
        }
        self.wait();
    }

    /// Whether the window has a cut with means that differ too much.
    fn has_cut(&mut self) -> bool {
        let look = Look::new(&self.sums, &self.buckets, self.settings.min_window_length, self.settings.delta);
        if look.is_far_from_all(&mut self.old_cuts) {
            return false;
        }
        let has_cut = look.finds_cut();
        if !has_cut {
            // Perhaps only rounding was in doubt: begin anew with little of it.
            self.buckets.count_ends();
            self.old_cuts = OldCuts::default();
        }
        has_cut
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
        finite(self.observations(), value)
    }

    fn update(&mut self, value: f64) -> Result<Status> {
        let Waiting { values, count, most } = &mut self.waiting;
        if is_finite(value) && *count + 1 < *most {
            values[*count] = value;
            *count += 1;
            return Ok(Status::Stable);
        }
        self.work(value)
    }

    fn status(&self) -> Status {
        self.status
    }

    /// The mean of the window. Its limits depend on the cut.
    fn reading(&self) -> Reading {
        Reading::new(self.mean())
    }

    fn observations(&self) -> u64 {
        self.taken + self.waiting.count as u64
    }

    fn reset(&mut self) {
        self.buckets.clear();
        (self.old_cuts, self.waiting.count) = (OldCuts::default(), 0);
        (self.taken, self.sums, self.detections) = (0, Sums::NOTHING, 0);
        (self.status, self.next_look) = (Status::Stable, self.settings.clock);
        self.wait();
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
        let Adwin { settings, taken: n, sums, buckets, detections, status, .. } = adwin;
        let Sums { total, variance, .. } = sums;
        Self { settings, n, width, total, variance, detections, buckets: buckets.to_rows(), status }
    }
}

impl TryFrom<AdwinState> for Adwin {
    type Error = String;

    fn try_from(state: AdwinState) -> Result<Self, String> {
        let AdwinState { settings, n, width, total, variance, detections, buckets, status } = state;
        let detector = Self::new(settings).map_err(|error| error.to_string())?;
        if n > MOST {
            return Err(format!("{n} values are more than can be"));
        }
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
        let mut detector = Self { taken: n, sums, buckets, detections, status, next_look, ..detector };
        detector.wait();
        Ok(detector)
    }
}

impl Sound for Adwin {
    /// Nothing: it was looked at when it was read.
    fn damage(&self) -> Option<String> {
        None
    }
}
