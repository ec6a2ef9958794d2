use mlops_core::{Check, Measured, Outcome};
use serde::Serialize;

use super::document::Fields;
use super::{Candidate, text};
use crate::Result;
use crate::latency::measure::{Hopeless, run};
use crate::latency::{Claim, LatencyReport, Load, MemoryUse, Statement};

/// How a check calls the model. What was measured differs from run to run, so it goes to
/// [`Check::measured`] and nowhere else: the rest of the answer is the same as long as the
/// outcome is.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Asked {
    calls: u32,
    warm_up: u32,
    callers: u32,
}

impl Asked {
    fn read(fields: &mut Fields, calls: u32) -> Result<Self> {
        Ok(Self {
            calls: fields.whole("calls", 1..=1_000_000)?.unwrap_or(calls),
            warm_up: fields.whole("warm_up", 0..=1_000_000)?.unwrap_or(200),
            callers: fields.whole("callers", 1..=1_024)?.unwrap_or(1),
        })
    }

    /// `2000 single predictions after 200 to warm up`.
    fn words(&self) -> String {
        let callers = if self.callers == 1 { String::new() } else { format!(" by {} callers", self.callers) };
        format!("{} single predictions{callers} after {} to warm up", self.calls, self.warm_up)
    }

    fn measure(
        &self,
        candidate: &Candidate<'_>,
        hopeless: Option<Hopeless>,
    ) -> Result<LatencyReport, String> {
        let probe = candidate.probe().ok_or("no way to call the model was given")?;
        let load = Load::calls(self.calls).warm_up(self.warm_up).callers(self.callers);
        run(&load, probe, hopeless, &|_| ())
    }
}

fn proper(value: f64) -> bool {
    value > 0.0 && value < 1.0
}

/// A percentile of single predictions, shown to be within the limit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct LatencyRule {
    percentile: f64,
    max_ms: f64,
    #[serde(flatten)]
    calls: Asked,
    confidence: f64,
}

impl LatencyRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        // 0.99 is a share by mistake: nearly every call is slower than that percentile.
        let percent = |value: f64| (1.0..100.0).contains(&value);
        let percentile = fields.number("percentile", percent, "at least 1 and below 100, such as 99")?;
        let max_ms = fields.number("max_ms", |value| value > 0.0, "milliseconds, above 0")?;
        let confidence = fields.number("confidence", proper, "above 0 and below 1")?;
        Ok(Self {
            percentile: fields.needed("percentile", percentile, "at least 1 and below 100, such as 99")?,
            max_ms: fields.needed("max_ms", max_ms, "milliseconds, above 0")?,
            calls: Asked::read(fields, 2_000)?,
            confidence: confidence.unwrap_or(0.95),
        })
    }

    pub(super) fn name(&self) -> String {
        format!("latency, p{}", self.percentile)
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let Self { percentile, max_ms, confidence, .. } = *self;
        let claim = Claim::percentile(percentile).at_most_ms(max_ms).with_confidence(confidence);
        let check = check.expected(format!("{claim}, by {}", self.calls.words()));
        // Once so many were too slow the rest can't help: a model that takes a second is
        // refused in seconds, not in half an hour.
        let may_be_slow = (1.0 - percentile / 100.0) * f64::from(self.calls.calls);
        let hopeless = Hopeless { slower_than_ms: max_ms, more_than: may_be_slow + 1.0 };
        let report = match self.calls.measure(candidate, Some(hopeless)) {
            Ok(report) => report,
            Err(reason) => return check.because(reason),
        };
        let answer = match report.claim(&claim) {
            Ok(answer) => answer,
            Err(error) => return check.because(error.to_string()),
        };
        let (outcome, reason) = match answer.statement {
            Statement::Shown => {
                (Outcome::Passed, format!("p{percentile} is shown to be at most {max_ms} ms"))
            }
            Statement::Above => (Outcome::Failed, format!("p{percentile} is above {max_ms} ms")),
            Statement::NotShown { .. } => {
                let (calls, sure) = (self.calls.calls, 100.0 * confidence);
                let reason = format!(
                    "not shown: p{percentile} of the sample is within {max_ms} ms, but {calls} calls do not make it sure at {sure} %"
                );
                (Outcome::Inconclusive, reason)
            }
        };
        let calls = report.times_ms().len();
        let enough = match answer.statement {
            Statement::NotShown { needed_calls: Some(needed) } => {
                format!("; with as many slow ones among them {needed} calls would do")
            }
            _ => String::new(),
        };
        // Three standard deviations of what chance alone would make of it.
        let clumped = report.clumping() > 3.0 / (calls as f64).sqrt();
        let clumps =
            if clumped { "; slow calls come in clumps, which makes it less sure than that" } else { "" };
        let what = format!("p{percentile} of {calls} single predictions{enough}{clumps}");
        Check { outcome, ..check }.because(reason).measured(Measured {
            value: answer.value_ms,
            unit: "ms".to_owned(),
            what,
        })
    }
}

/// Answers a second, shown to be at least so many.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ThroughputRule {
    min_per_second: f64,
    #[serde(flatten)]
    calls: Asked,
    confidence: f64,
}

impl ThroughputRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        let expected = "answers a second, above 0";
        let min = fields.number("min_per_second", |value| value > 0.0, expected)?;
        let confidence = fields.number("confidence", proper, "above 0 and below 1")?;
        Ok(Self {
            min_per_second: fields.needed("min_per_second", min, expected)?,
            calls: Asked::read(fields, 2_000)?,
            confidence: confidence.unwrap_or(0.95),
        })
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let Self { min_per_second: min, confidence, .. } = *self;
        let sure = 100.0 * confidence;
        let check = check.expected(format!(
            "at least {min} answers a second with {sure} % confidence, by {}",
            self.calls.words()
        ));
        // Two-sided of 2c − 1 is one-sided of c.
        let level = (2.0 * confidence - 1.0).max(f64::EPSILON);
        let seen = self
            .calls
            .measure(candidate, None)
            .and_then(|report| report.throughput(level).map_err(|error| error.to_string()));
        let seen = match seen {
            Ok(seen) => seen,
            Err(reason) => return check.because(reason),
        };
        let bound = seen.interval.map_or(f64::NEG_INFINITY, |interval| interval.lower);
        let (outcome, reason) = if seen.per_second < min {
            (Outcome::Failed, format!("it gives fewer than {min} answers a second"))
        } else if bound >= min {
            (Outcome::Passed, format!("it is shown to give at least {min} answers a second"))
        } else {
            let reason = format!(
                "not shown: the sample reached {min} answers a second, but that is not sure at {sure} %"
            );
            (Outcome::Inconclusive, reason)
        };
        Check { outcome, ..check }.because(reason).measured(Measured {
            value: seen.per_second,
            unit: "answers a second".to_owned(),
            what: self.calls.words(),
        })
    }
}

/// Resident memory of the process while it predicts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct MemoryRule {
    max_mib: f64,
    of: Growth,
    #[serde(flatten)]
    calls: Asked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Growth {
    /// The most during the run above what there was before the first call.
    Peak,
    /// What a warm model gained and did not give back.
    Growth,
}

impl MemoryRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        let max = fields.number("max_mib", |value| value > 0.0, "mebibytes, above 0")?;
        let words = [("peak", Growth::Peak), ("growth", Growth::Growth)];
        Ok(Self {
            max_mib: fields.needed("max_mib", max, "mebibytes, above 0")?,
            of: fields.word("of", &words)?.unwrap_or(Growth::Peak),
            calls: Asked::read(fields, 2_000)?,
        })
    }

    pub(super) fn name(&self) -> String {
        match self.of {
            Growth::Peak => "memory, peak",
            Growth::Growth => "memory, growth",
        }
        .to_owned()
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let max = self.max_mib;
        let (what, bytes): (_, fn(&MemoryUse) -> u64) = match self.of {
            Growth::Peak => ("most memory above that before the first call", MemoryUse::most_above_start),
            Growth::Growth => ("memory gained by the warm model", MemoryUse::growth),
        };
        let check = check.expected(format!("{what} <= {max} MiB, by {}", self.calls.words()));
        let report = match self.calls.measure(candidate, None) {
            Ok(report) => report,
            Err(reason) => return check.because(reason),
        };
        let Some(memory) = report.memory() else {
            return check.because("the memory of this process can't be measured here");
        };
        let mib = bytes(memory) as f64 / f64::from(1 << 20);
        let (outcome, reason) = if mib <= max {
            (Outcome::Passed, format!("it is at most {max} MiB"))
        } else {
            (Outcome::Failed, format!("it is above {max} MiB"))
        };
        Check { outcome, ..check }.because(reason).measured(Measured {
            value: mib,
            unit: "MiB".to_owned(),
            what: format!("{what}, {}", text::count(report.times_ms().len(), "call", "calls")),
        })
    }
}
