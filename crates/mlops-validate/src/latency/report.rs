use std::time::Duration;

use mlops_core::Interval;
use mlops_stats::interval::{Quantile, quantile_estimate};
use mlops_stats::paired::PairedT;
use serde::{Deserialize, Serialize};

use super::{Load, MemoryUse};
use crate::{Error, Result};

/// The confidence of the intervals in a summary.
const LEVEL: f64 = 0.95;

/// In how many parts the run is cut for the interval of its throughput.
const PARTS: usize = 20;

/// What was measured: every latency in the order of the calls, and the memory.
///
/// It can be written and read, so that it may be measured on a machine like that of
/// production and judged elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct LatencyReport {
    load: Load,
    times_ms: Vec<f64>,
    elapsed_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<MemoryUse>,
}

/// What a file says, before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    load: Load,
    times_ms: Vec<f64>,
    elapsed_seconds: f64,
    #[serde(default)]
    memory: Option<MemoryUse>,
}

impl TryFrom<Written> for LatencyReport {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let Written { load, times_ms, elapsed_seconds, memory } = written;
        let refused = |path: String, value: String, expected: &str| {
            Err(Error::invalid("latency report", path, value, expected))
        };
        if let Some(fault) = load.fault() {
            return refused("load".to_owned(), fault, "a load that can be run");
        }
        let proper = |time: f64| time.is_finite() && time >= 0.0;
        if let Some(index) = times_ms.iter().position(|time| !proper(*time)) {
            let value = times_ms[index].to_string();
            return refused(format!("times_ms[{index}]"), value, "milliseconds, 0 or more");
        }
        if !(1..=load.calls as usize).contains(&times_ms.len()) {
            let expected = format!("1 to {}, as many as were called", load.calls);
            return refused("times_ms".to_owned(), format!("{} numbers", times_ms.len()), &expected);
        }
        if !proper(elapsed_seconds) {
            return refused("elapsed_seconds".to_owned(), elapsed_seconds.to_string(), "seconds, 0 or more");
        }
        Ok(Self { load, times_ms, elapsed_seconds, memory })
    }
}

/// A percentile of latency with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Percentile {
    /// Which, such as 99.
    pub percentile: f64,
    /// Its value in the sample, in milliseconds.
    pub value_ms: f64,
    /// Lower end of the 95 % interval in milliseconds; `None` if the sample is too small.
    pub lower_ms: Option<f64>,
    /// Upper end; `None` if the sample is too small.
    pub upper_ms: Option<f64>,
}

/// Answers a second.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Throughput {
    /// Over the whole run.
    pub per_second: f64,
    /// From the rates of twenty parts of the run, by Student's t; `None` with fewer than two
    /// calls a part, or if all parts are equal.
    pub interval: Option<Interval>,
}

/// A report in numbers for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LatencySummary {
    /// How the model was called.
    pub load: Load,
    /// How many calls were timed: fewer than the load's if it was given up as hopeless.
    pub calls: u64,
    /// Milliseconds.
    pub mean_ms: f64,
    /// Milliseconds.
    pub fastest_ms: f64,
    /// Milliseconds.
    pub slowest_ms: f64,
    /// p50, p90, p95, p99, p99.9.
    pub percentiles: Vec<Percentile>,
    /// Answers a second.
    pub throughput: Throughput,
    /// How much a call tells of the next, −1 to 1.
    pub clumping: f64,
    /// Memory, if it could be measured.
    pub memory: Option<MemoryUse>,
}

impl LatencyReport {
    pub(super) fn new(load: Load, times_ms: Vec<f64>, elapsed: Duration, memory: Option<MemoryUse>) -> Self {
        Self { load, times_ms, elapsed_seconds: elapsed.as_secs_f64(), memory }
    }

    /// How the model was called.
    pub const fn load(&self) -> &Load {
        &self.load
    }

    /// Milliseconds of each call, in the order of the calls; at least one.
    pub fn times_ms(&self) -> &[f64] {
        &self.times_ms
    }

    /// The longest of them.
    pub fn slowest_ms(&self) -> f64 {
        self.times_ms.iter().copied().fold(0.0, f64::max)
    }

    /// Memory around and during the calls; `None` where it can't be measured.
    pub const fn memory(&self) -> Option<&MemoryUse> {
        self.memory.as_ref()
    }

    /// A percentile in milliseconds with its exact 95 % interval between order statistics.
    ///
    /// # Errors
    /// [`Error::Input`] if it is not between 0 and 100.
    pub fn percentile(&self, percentile: f64) -> Result<Quantile> {
        quantile_estimate(&self.times_ms, percentile / 100.0, LEVEL).map_err(|_| {
            let reason = format!("the percentile {percentile}, expected above 0 and below 100, such as 99");
            Error::input("latency", reason)
        })
    }

    /// Answers a second over the whole run; infinite if no time passed.
    pub fn per_second(&self) -> f64 {
        self.rate(&self.times_ms)
    }

    /// Answers a second with an interval of this level.
    ///
    /// In a closed loop it is what the callers would reach if they did nothing but call: the
    /// time between calls is not counted. At a given rate it is what was reached by the clock.
    ///
    /// # Errors
    /// [`Error::Input`] if the level is not between 0 and 1.
    pub fn throughput(&self, level: f64) -> Result<Throughput> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::input(
                "throughput",
                format!("the level {level}, expected above 0 and below 1"),
            ));
        }
        let size = self.times_ms.len() / PARTS;
        let interval = (size >= 2 && self.load.per_second.is_none()).then(|| {
            let rates: Vec<f64> =
                self.times_ms.chunks_exact(size).take(PARTS).map(|part| self.rate(part)).collect();
            let interval = PairedT::of_differences(&rates).and_then(|mean| mean.interval(level)).ok()?;
            Some(Interval { level, lower: interval.lower.max(0.0), upper: interval.upper })
        });
        Ok(Throughput { per_second: self.per_second(), interval: interval.flatten() })
    }

    fn rate(&self, times_ms: &[f64]) -> f64 {
        if self.load.per_second.is_some() {
            return self.times_ms.len() as f64 / self.elapsed_seconds;
        }
        let busy: f64 = times_ms.iter().sum::<f64>() / 1_000.0;
        f64::from(self.load.callers) * times_ms.len() as f64 / busy
    }

    /// How much a call tells of the next: the correlation of each latency's rank with that of
    /// the call after it, −1 to 1. Clearly above `2/√calls`, slow calls come in clumps, and
    /// percentiles are less sure than their intervals say. 0 if all calls took equally long.
    pub fn clumping(&self) -> f64 {
        let ranks = ranks(&self.times_ms);
        let mean = 0.5 * (ranks.len() as f64 + 1.0);
        let spread: f64 = ranks.iter().map(|rank| (rank - mean).powi(2)).sum();
        let together: f64 = ranks.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
        if spread > 0.0 { together / spread } else { 0.0 }
    }

    /// Everything in numbers, with 95 % intervals.
    ///
    /// # Errors
    /// None that a report can cause; see [`percentile`](Self::percentile).
    pub fn summary(&self) -> Result<LatencySummary> {
        let percentiles = [50.0, 90.0, 95.0, 99.0, 99.9].into_iter().map(|percentile| {
            let Quantile { value, lower, upper, .. } = self.percentile(percentile)?;
            Ok(Percentile { percentile, value_ms: value, lower_ms: lower, upper_ms: upper })
        });
        Ok(LatencySummary {
            load: self.load,
            calls: self.times_ms.len() as u64,
            mean_ms: self.times_ms.iter().sum::<f64>() / self.times_ms.len() as f64,
            fastest_ms: self.times_ms.iter().copied().fold(f64::INFINITY, f64::min),
            slowest_ms: self.slowest_ms(),
            percentiles: percentiles.collect::<Result<_>>()?,
            throughput: self.throughput(LEVEL)?,
            clumping: self.clumping(),
            memory: self.memory,
        })
    }
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|left, right| values[*left].total_cmp(&values[*right]));
    let mut ranks = vec![0.0; values.len()];
    let mut rank = 0;
    for equal in order.chunk_by(|left, right| values[*left].total_cmp(&values[*right]).is_eq()) {
        let mean = rank as f64 + 0.5 * (equal.len() as f64 + 1.0);
        for index in equal {
            ranks[*index] = mean;
        }
        rank += equal.len();
    }
    ranks
}
