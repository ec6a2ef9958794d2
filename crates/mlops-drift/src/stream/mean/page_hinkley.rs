use serde::{Deserialize, Serialize};

use crate::Result;
use crate::stream::bounds::{at_least_0, outside, setting};
use crate::stream::{Reading, Sound, Status, StreamDetector, finite};

/// To which side a mean moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth side")]
pub enum Side {
    /// It grows.
    Up,
    /// It falls.
    Down,
    /// It does either.
    #[default]
    Both,
}

/// From where a [`PageHinkley`] measures how far its sum has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Baseline {
    /// From where the sum last turned, as River does: what came before the change does not
    /// count.
    #[default]
    Turn,
    /// From 0, as Frouros does. A sum that has first gone down a long way takes as long to
    /// come back.
    Zero,
}

/// What a [`PageHinkley`] takes for a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PageHinkleySettings {
    /// From how many values on it judges.
    pub min_instances: u64,
    /// How much a value may deviate from the mean and count for nothing, in the unit of the values.
    pub delta: f64,
    /// How much the deviations have to add up to.
    pub threshold: f64,
    /// What of the sum is kept from one value to the next, within 0 to 1.
    pub alpha: f64,
    /// To which side.
    pub mode: Side,
    /// From where the sum is measured.
    pub baseline: Baseline,
}

impl PageHinkleySettings {
    /// Those of Frouros: a mean that grows, its sum measured from 0.
    pub fn frouros() -> Self {
        Self { mode: Side::Up, baseline: Baseline::Zero, ..Self::default() }
    }
}

impl Default for PageHinkleySettings {
    fn default() -> Self {
        Self {
            min_instances: 30,
            delta: 0.005,
            threshold: 50.0,
            alpha: 1.0 - 0.0001,
            mode: Side::Both,
            baseline: Baseline::Turn,
        }
    }
}

/// The test of Page and Hinkley: how far have the deviations from the mean so far added up
/// since they last turned?
///
/// Values may be of any size; the threshold is in their unit. Memory and cost of an update
/// are constant. There is no guarantee on false alarms: the threshold has to be chosen for
/// the stream.
///
/// # Source
/// Page, *Continuous inspection schemes*, Biometrika 41 (1954); equal to `PageHinkley` of
/// River 0.26, and with [`PageHinkleySettings::frouros`] to that of Frouros 0.9.
///
/// ```
/// use mlops_drift::stream::{PageHinkley, PageHinkleySettings, Status, StreamDetector};
/// let mut settings = PageHinkleySettings::default();
/// settings.threshold = 5.0;
/// let mut load = PageHinkley::new(settings)?;
/// for hour in 0..100 {
///     load.update(f64::from(hour % 3))?;
/// }
/// let found = (0..100).find(|hour| load.update(f64::from(hour % 3) + 1.0) == Ok(Status::Drift));
/// assert_eq!(found, Some(2));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageHinkley {
    settings: PageHinkleySettings,
    n: u64,
    mean: f64,
    sum_increase: f64,
    sum_decrease: f64,
    /// None before the first value: there is no smallest of nothing.
    min_increase: Option<f64>,
    max_decrease: f64,
    status: Status,
}

/// Where River begins to look for the largest sum.
const LARGEST: f64 = -1.0;

impl PageHinkley {
    /// With these settings.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) if delta or threshold is not within 0 to
    /// 1e140, or alpha not within 0 to 1.
    pub fn new(settings: PageHinkleySettings) -> Result<Self> {
        at_least_0("delta", settings.delta)?;
        at_least_0("threshold", settings.threshold)?;
        setting("alpha", settings.alpha, 0.0..=1.0, "within 0 to 1")?;
        Ok(Self::begin(settings))
    }

    /// Its settings.
    pub const fn settings(&self) -> &PageHinkleySettings {
        &self.settings
    }

    /// The mean of the values since it began anew; 0 before the first.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    const fn begin(settings: PageHinkleySettings) -> Self {
        Self {
            settings,
            n: 0,
            mean: 0.0,
            sum_increase: 0.0,
            sum_decrease: 0.0,
            min_increase: None,
            max_decrease: LARGEST,
            status: Status::Stable,
        }
    }

    /// How far the sum has come.
    fn reach(&self) -> f64 {
        let (up, down) = match self.settings.baseline {
            Baseline::Turn => {
                let least = self.min_increase.unwrap_or(self.sum_increase);
                (self.sum_increase - least, self.max_decrease - self.sum_decrease)
            }
            Baseline::Zero => (self.sum_increase, -self.sum_decrease),
        };
        match self.settings.mode {
            Side::Up => up,
            Side::Down => down,
            Side::Both => up.max(down),
        }
    }
}

impl Default for PageHinkley {
    fn default() -> Self {
        Self::begin(PageHinkleySettings::default())
    }
}

impl StreamDetector for PageHinkley {
    fn name(&self) -> &'static str {
        "Page–Hinkley"
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
        self.mean += (value - self.mean) / self.n as f64;
        let deviation = value - self.mean;
        let PageHinkleySettings { alpha, delta, .. } = self.settings;
        self.sum_increase = alpha * self.sum_increase + deviation - delta;
        self.sum_decrease = alpha * self.sum_decrease + deviation + delta;
        self.min_increase =
            Some(self.min_increase.map_or(self.sum_increase, |least| least.min(self.sum_increase)));
        self.max_decrease = self.max_decrease.max(self.sum_decrease);
        if self.n >= self.settings.min_instances && self.reach() > self.settings.threshold {
            self.status = Status::Drift;
        }
        Ok(self.status)
    }

    fn status(&self) -> Status {
        self.status
    }

    fn reading(&self) -> Reading {
        let value = (self.n >= self.settings.min_instances.max(1)).then(|| self.reach());
        Reading::new(value).drift(self.settings.threshold)
    }

    fn observations(&self) -> u64 {
        self.n
    }

    fn reset(&mut self) {
        *self = Self::begin(self.settings);
    }
}

impl Sound for PageHinkley {
    fn damage(&self) -> Option<String> {
        let settings = Self::new(self.settings).err().map(|error| error.to_string());
        let sum = |name, value| (name, value, -1e160, 1e160);
        settings.or_else(|| {
            outside(&[
                ("mean", self.mean, -1e140, 1e140),
                sum("sum_increase", self.sum_increase),
                sum("sum_decrease", self.sum_decrease),
                sum("min_increase", self.min_increase.unwrap_or_default()),
                sum("max_decrease", self.max_decrease),
            ])
        })
    }
}
