use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, Instant};

use mlops_core::{Check, Measured, Outcome};
use mlops_stats::interval::{quantile_estimate, quantile_upper_bound};
use ndarray::Array2;
use serde::Serialize;

use super::Candidate;
use super::document::Fields;
use crate::{Error, Result};

/// Says how long a call takes.
///
/// # Contract
/// `time` makes the call exactly once.
pub trait Timer: Sync {
    /// Makes the call and says how long it took.
    fn time(&self, call: &mut dyn FnMut()) -> Duration;
}

/// The monotonic clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct MonotonicTimer;

impl Timer for MonotonicTimer {
    fn time(&self, call: &mut dyn FnMut()) -> Duration {
        let start = Instant::now();
        call();
        start.elapsed()
    }
}

/// One prediction for one row of features.
type Predict<'a> = dyn Fn(&[f64]) -> Result<f64, Box<dyn StdError + Send + Sync>> + Sync + 'a;

/// How to call the model as a request would: one row, one answer.
pub struct Probe<'a> {
    predict: &'a Predict<'a>,
    rows: Array2<f64>,
    timer: &'a dyn Timer,
}

impl<'a> Probe<'a> {
    /// Predicts these rows one by one, round and round, and looks at the machine's clock.
    ///
    /// # Errors
    /// [`Error::Input`] without rows.
    pub fn new(predict: &'a Predict<'a>, rows: Array2<f64>) -> Result<Self> {
        if rows.nrows() == 0 {
            return Err(Error::input("rows of the latency probe", "there are none"));
        }
        let rows = if rows.is_standard_layout() { rows } else { rows.as_standard_layout().into_owned() };
        Ok(Self { predict, rows, timer: &MonotonicTimer })
    }

    /// Takes the time from elsewhere: a test does not depend on the machine.
    #[must_use]
    pub fn timed_by(self, timer: &'a dyn Timer) -> Self {
        Self { timer, ..self }
    }

    /// One prediction: its time in milliseconds, or why it is none.
    fn call(&self, number: usize) -> Result<f64, String> {
        let row = number % self.rows.nrows();
        let view = self.rows.row(row);
        let features = view.as_slice().expect("rows were brought into standard layout");
        let mut answer = Ok(f64::NAN);
        let took = self.timer.time(&mut || answer = std::hint::black_box((self.predict)(features)));
        match answer {
            Ok(score) if score.is_finite() => Ok(took.as_secs_f64() * 1_000.0),
            Ok(score) => Err(format!("the prediction of sample row {row} is {}", super::text::shown(score))),
            Err(error) => Err(format!("sample row {row} can't be predicted: {error}")),
        }
    }
}

impl fmt::Debug for Probe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").field("rows", &self.rows.dim()).finish_non_exhaustive()
    }
}

/// A percentile of single predictions, shown to be within the limit.
///
/// What was measured differs from run to run, so it goes to [`Check::measured`] and
/// nowhere else: the rest of the answer is the same as long as the outcome is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct LatencyRule {
    percentile: f64,
    max_ms: f64,
    calls: u32,
    warm_up: u32,
    confidence: f64,
}

impl LatencyRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        let percent = |value: f64| value > 0.0 && value < 100.0;
        let percentile = fields.number("percentile", percent, "above 0 and below 100, such as 99")?;
        let max_ms = fields.number("max_ms", |value| value > 0.0, "milliseconds, above 0")?;
        let proper = |value: f64| value > 0.0 && value < 1.0;
        let confidence = fields.number("confidence", proper, "above 0 and below 1")?;
        Ok(Self {
            percentile: fields.needed("percentile", percentile, "above 0 and below 100, such as 99")?,
            max_ms: fields.needed("max_ms", max_ms, "milliseconds, above 0")?,
            calls: fields.whole("calls", 1..=1_000_000)?.unwrap_or(2_000),
            warm_up: fields.whole("warm_up", 0..=1_000_000)?.unwrap_or(200),
            confidence: confidence.unwrap_or(0.95),
        })
    }

    pub(super) fn name(&self) -> String {
        format!("latency, p{}", self.percentile)
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let Self { percentile, max_ms, calls, warm_up, confidence } = self;
        let sure = 100.0 * confidence;
        let check = check.expected(format!(
            "p{percentile} <= {max_ms} ms with {sure} % confidence, by {calls} single predictions after {warm_up} to warm up"
        ));
        let Some(probe) = candidate.probe() else {
            return check.because("no way to call the model was given");
        };
        let times = match self.measure(probe) {
            Ok(times) => times,
            Err(reason) => return check.because(reason),
        };
        let share = percentile / 100.0;
        let (seen, bound) = match (
            quantile_estimate(&times, share, *confidence),
            quantile_upper_bound(&times, share, *confidence),
        ) {
            (Ok(seen), Ok(bound)) => (seen, bound),
            (Err(error), _) | (_, Err(error)) => return check.because(error.to_string()),
        };
        let (outcome, reason) = if seen.value > *max_ms {
            (Outcome::Failed, format!("p{percentile} is above {max_ms} ms"))
        } else if bound.is_some_and(|bound| bound <= *max_ms) {
            (Outcome::Passed, format!("p{percentile} is shown to be at most {max_ms} ms"))
        } else {
            let reason = format!(
                "not shown: p{percentile} of the sample is within {max_ms} ms, but {calls} calls do not make it sure at {sure} %"
            );
            (Outcome::Inconclusive, reason)
        };
        let what = format!("p{percentile} of {} single predictions", times.len());
        Check { outcome, ..check }.because(reason).measured(Measured {
            value: seen.value,
            unit: "ms".to_owned(),
            what,
        })
    }

    /// Milliseconds of each call. Stops early once so many were too slow that the rest can't
    /// help: a model that takes a second is refused in seconds, not in half an hour.
    fn measure(&self, probe: &Probe<'_>) -> Result<Vec<f64>, String> {
        for number in 0..self.warm_up as usize {
            probe.call(number)?;
        }
        let calls = self.calls as usize;
        let may_be_slow = (1.0 - self.percentile / 100.0) * f64::from(self.calls);
        let (mut times, mut slow) = (Vec::with_capacity(calls.min(1 << 16)), 0_u32);
        for number in 0..calls {
            let took = probe.call(number)?;
            times.push(took);
            slow += u32::from(took > self.max_ms);
            if f64::from(slow) > may_be_slow + 1.0 {
                break;
            }
        }
        Ok(times)
    }
}
