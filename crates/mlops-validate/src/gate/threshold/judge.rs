use std::collections::BTreeMap;

use mlops_core::{Check, Detail, Outcome, Severity};

use super::MetricThreshold;
use crate::gate::source::named;
use crate::gate::text;

/// What a baseline of 0 has to be beaten by, where a share of it says nothing.
const BEYOND_ZERO: f64 = 1e-10;

/// What is known of a baseline.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::gate) enum Baseline {
    /// There is none.
    Nothing,
    /// Its value of the metric.
    Value(f64),
    /// There is one, but not its value of the metric, for this reason.
    Unknown(String),
}

/// Whether each metric reaches its threshold, by name; all are critical.
///
/// What `mlflow.validate_evaluation_results` raises an exception for is a check that did
/// not pass: a metric that misses its threshold fails, one that is not there is inconclusive,
/// and so is a comparison with a baseline that lacks it, or that is no number.
///
/// # Source
/// `mlflow.validate_evaluation_results` of `MLflow` 3.17.2, its sums and comparisons to the
/// last bit, except that NaN never passes: there the relative change of a NaN does. Where
/// it stops with a `KeyError`, because a baseline lacks a metric, ours is inconclusive.
pub fn check_metrics(
    thresholds: &BTreeMap<String, MetricThreshold>,
    candidate: &BTreeMap<String, f64>,
    baseline: Option<&BTreeMap<String, f64>>,
) -> Vec<Check> {
    let check = |(name, threshold): (&String, &MetricThreshold)| {
        let check = Check::new(name, Severity::Critical, Outcome::Inconclusive);
        let value = named(Some(candidate), name, "the candidate");
        let baseline = match baseline.filter(|metrics| !metrics.is_empty()) {
            None => Baseline::Nothing,
            Some(metrics) => {
                named(Some(metrics), name, "the baseline").map_or_else(Baseline::Unknown, Baseline::Value)
            }
        };
        threshold.judge(check, value, &baseline)
    };
    thresholds.iter().map(check).collect()
}

impl MetricThreshold {
    /// `>= 0.85`, `better than the baseline by 0.05`, or several.
    pub(in crate::gate) fn expected(&self) -> String {
        let sign = if self.greater_is_better() { ">=" } else { "<=" };
        let parts = [
            self.threshold().map(|threshold| format!("{sign} {}", number(threshold))),
            self.min_absolute_change()
                .map(|change| format!("better than the baseline by {}", number(change))),
            self.min_relative_change()
                .map(|share| format!("better than the baseline by {} of its size", number(share))),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// Fills in a check that is inconclusive so far.
    pub(in crate::gate) fn judge(
        &self,
        check: Check,
        value: Result<f64, String>,
        baseline: &Baseline,
    ) -> Check {
        let check = check.expected(self.expected());
        let value = match value {
            Ok(value) => value,
            Err(reason) => return check.because(reason),
        };
        let mut details = vec![detail("candidate", value, "")];
        if let Baseline::Value(baseline) = baseline {
            details.push(detail("baseline", *baseline, ""));
        }
        let check = check.observed(value);
        let mut asked = Vec::new();
        if let Some(threshold) = self.threshold() {
            asked.push(self.reaches(value, threshold));
        }
        match baseline {
            Baseline::Unknown(reason) => asked.push(Answer::unknown(reason.clone())),
            Baseline::Nothing if self.needs_baseline() => {
                asked.push(Answer::unknown("there is no baseline to compare with".to_owned()));
            }
            Baseline::Nothing => {}
            Baseline::Value(baseline) => {
                if let Some(change) = self.min_absolute_change() {
                    asked.push(self.changes(value, *baseline, change));
                }
                if let Some(share) = self.min_relative_change() {
                    asked.push(self.changes_by_share(value, *baseline, share));
                }
            }
        }
        details.extend(asked.iter().filter_map(|answer| answer.detail.clone()));
        // What failed is said, and then what is not known; what passed only if all did.
        let of = |outcome: Outcome| asked.iter().filter(move |answer| answer.outcome == outcome);
        let failed = of(Outcome::Failed).next().is_some();
        let unknown = of(Outcome::Inconclusive).next().is_some();
        let outcome = match (failed, unknown) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::Inconclusive,
            (false, false) => Outcome::Passed,
        };
        let told = of(Outcome::Failed)
            .chain(of(Outcome::Inconclusive))
            .chain(of(Outcome::Passed).filter(|_| outcome == Outcome::Passed));
        let reason = told.map(|answer| answer.reason.as_str()).collect::<Vec<_>>().join("; ");
        Check { outcome, ..check }.because(reason).details(details)
    }

    fn is_as_good(&self, value: f64, limit: f64) -> bool {
        if self.greater_is_better() { value >= limit } else { value <= limit }
    }

    fn reaches(&self, value: f64, threshold: f64) -> Answer {
        let passed = self.is_as_good(value, threshold);
        let (good, bad) = if self.greater_is_better() { ("at least", "below") } else { ("at most", "above") };
        let word = if passed { good } else { bad };
        let reason = format!("{} is {word} {}", text::beside(value, threshold), number(threshold));
        Answer::of(&[value, threshold], passed, reason, None)
    }

    fn changes(&self, value: f64, baseline: f64, change: f64) -> Answer {
        let needed = if self.greater_is_better() { baseline + change } else { baseline - change };
        let passed = self.is_as_good(value, needed);
        let (shown, limit) = text::both(value, needed);
        let word = if passed { "" } else { "not " };
        let reason =
            format!("{shown} is {word}better than the baseline by {}, which takes {limit}", number(change));
        Answer::of(
            &[value, needed],
            passed,
            reason,
            Some(detail("needed by min_absolute_change", needed, "")),
        )
    }

    fn changes_by_share(&self, value: f64, baseline: f64, share: f64) -> Answer {
        if baseline == 0.0 {
            let needed = if self.greater_is_better() { BEYOND_ZERO } else { -BEYOND_ZERO };
            let passed = self.is_as_good(value, needed);
            let word = if passed { "better" } else { "not better" };
            let reason = format!("{value} is {word} than the baseline, which is 0, by 10⁻¹⁰");
            let note = "a share of a baseline of 0 says nothing";
            let detail = detail("needed by min_relative_change", needed, note);
            return Answer::of(&[value, share], passed, reason, Some(detail));
        }
        let gain = if self.greater_is_better() { value - baseline } else { baseline - value };
        let gained = gain / baseline.abs();
        let passed = gained >= share;
        let word = if passed { "at least" } else { "less than" };
        let reason = if passed {
            format!(
                "it is better by {} of the baseline, {word} {}",
                text::beside(gained, share),
                number(share)
            )
        } else {
            let gained = text::beside(gained, share);
            format!("it is better by {gained} of the baseline, at least {} is needed", number(share))
        };
        let detail = detail("gain as a share of the baseline", gained, "");
        Answer::of(&[value, gained, share], passed, reason, Some(detail))
    }
}

/// What one of the limits says.
struct Answer {
    outcome: Outcome,
    reason: String,
    detail: Option<Detail>,
}

impl Answer {
    /// NaN is unequal to everything, and so would fail or pass by the wording of the test.
    fn of(numbers: &[f64], passed: bool, reason: String, detail: Option<Detail>) -> Self {
        if numbers.iter().any(|number| number.is_nan()) {
            return Self {
                outcome: Outcome::Inconclusive,
                reason: format!("NaN can't be judged: {reason}"),
                detail,
            };
        }
        let outcome = if passed { Outcome::Passed } else { Outcome::Failed };
        Self { outcome, reason, detail }
    }

    const fn unknown(reason: String) -> Self {
        Self { outcome: Outcome::Inconclusive, reason, detail: None }
    }
}

fn detail(label: &str, value: f64, note: &str) -> Detail {
    Detail { label: label.to_owned(), value: Some(value), note: note.to_owned() }
}

/// A limit as it was written.
fn number(value: f64) -> String {
    mlops_core::number::name(value).map_or_else(|| value.to_string(), str::to_owned)
}
