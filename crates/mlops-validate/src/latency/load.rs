use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::measure;
use super::{LatencyReport, Probe};
use crate::{Error, Result};

const MOST_CALLS: u32 = 10_000_000;
const MOST_CALLERS: u32 = 1_024;

/// How a model is called: how often, from how many threads, how fast.
///
/// Without a rate each caller calls again as soon as it is answered (a closed loop), and
/// a latency is the time of the call. With [`per_second`](Self::per_second) calls are due
/// at fixed moments, and a latency counts from the moment at which the call was due, so
/// that a stall is felt by everyone who waits behind it (Tene's *coordinated omission*).
///
/// ```
/// use mlops_validate::latency::Load;
/// let load = Load::calls(10_000).warm_up(1_000).callers(4).per_second(500.0);
/// assert_eq!(load.to_string(), "10000 calls by 4 callers at 500 a second, after 1000 to warm up");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use = "nothing is called before `measure`"]
pub struct Load {
    pub(super) calls: u32,
    #[serde(default)]
    pub(super) warm_up: u32,
    #[serde(default = "one")]
    pub(super) callers: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) per_second: Option<f64>,
}

const fn one() -> u32 {
    1
}

/// A part of the calls is answered.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LoadProgress {
    /// How many calls were answered, without those to warm up.
    pub done: u32,
    /// How many there will be at most.
    pub total: u32,
}

impl Load {
    /// So many calls, 1 to 10,000,000, by one caller, none to warm up.
    pub const fn calls(calls: u32) -> Self {
        Self { calls, warm_up: 0, callers: 1, per_second: None }
    }

    /// Calls that come first and are not counted: caches fill, clocks rise, code is read in.
    pub const fn warm_up(mut self, calls: u32) -> Self {
        self.warm_up = calls;
        self
    }

    /// From so many threads at once, 1 to 1,024.
    pub const fn callers(mut self, callers: u32) -> Self {
        self.callers = callers;
        self
    }

    /// At so many calls a second over all callers, however long an answer takes. The
    /// machine's clock is used, not the probe's.
    pub const fn per_second(mut self, rate: f64) -> Self {
        self.per_second = Some(rate);
        self
    }

    /// Calls the model.
    ///
    /// # Errors
    /// [`Error::Input`] if a number of this load is out of range, or for the first call that
    /// was not answered: a model that fails has no latency.
    pub fn measure(&self, probe: &Probe<'_>) -> Result<LatencyReport> {
        self.measure_with(probe, &|_| ())
    }

    /// The same, and tells how far it is, about a hundred times, from any thread.
    ///
    /// # Errors
    /// As [`measure`](Self::measure).
    pub fn measure_with(
        &self,
        probe: &Probe<'_>,
        progress: &(dyn Fn(LoadProgress) + Sync),
    ) -> Result<LatencyReport> {
        measure::run(self, probe, None, progress).map_err(|reason| Error::input("latency", reason))
    }

    /// In words, why the load can't be run.
    pub(super) fn fault(&self) -> Option<String> {
        let whole = |what: &str, value: u32, least: u32, most: u32| {
            let bad = !(least..=most).contains(&value);
            bad.then(|| format!("{what} is {value}, expected {least} to {most}"))
        };
        whole("calls", self.calls, 1, MOST_CALLS)
            .or_else(|| whole("warm_up", self.warm_up, 0, MOST_CALLS))
            .or_else(|| whole("callers", self.callers, 1, MOST_CALLERS))
            .or_else(|| {
                let rate = self.per_second?;
                let bad = !(rate.is_finite() && (1e-3..=1e9).contains(&rate));
                bad.then(|| format!("per_second is {rate}, expected 0.001 to 1e9"))
            })
    }

    /// How long after the start of the run call `number` is due, if calls have moments.
    pub(super) fn due(&self, number: u32) -> Option<Duration> {
        self.per_second.map(|rate| Duration::from_secs_f64(f64::from(number) / rate))
    }
}

impl std::fmt::Display for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} calls", self.calls)?;
        if self.callers != 1 {
            write!(f, " by {} callers", self.callers)?;
        }
        if let Some(rate) = self.per_second {
            write!(f, " at {rate} a second")?;
        }
        write!(f, ", after {} to warm up", self.warm_up)
    }
}
