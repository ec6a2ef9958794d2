use serde::{Deserialize, Serialize};

use crate::{Digest, ModelName, Result, Severity, Timestamp, Version, canonical};

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "who acts on a verdict must decide for each")]
pub enum Outcome {
    /// The rule holds.
    Passed,
    /// The rule is broken.
    Failed,
    /// It can't be said: NaN, nothing to compare, too few. Never a pass.
    Inconclusive,
    /// The rule does not apply here, and its own condition says so: no model in
    /// production to be compared with. Does not block.
    NotApplicable,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Inconclusive => "inconclusive",
            Self::NotApplicable => "not applicable",
        })
    }
}

/// An interval that covers the true value with a stated confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Confidence, such as 0.95.
    pub level: f64,
    /// Lower end.
    #[serde(with = "crate::number")]
    pub lower: f64,
    /// Upper end.
    #[serde(with = "crate::number")]
    pub upper: f64,
}

/// One part of what a check saw: a group, a feature, a replicate count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// What it is, such as `carrier=UA`.
    pub label: String,
    /// Its number, if there is one.
    #[serde(with = "crate::number::option", default)]
    pub value: Option<f64>,
    /// What is to be said of it, such as `too few to say: 32 labels of 200`.
    pub note: String,
}

/// A number that depends on the machine and the moment, such as a latency. It stands
/// beside the verdict for people and is left out of its canonical form, which must
/// come out the same when the same candidate is judged again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The number.
    #[serde(with = "crate::number")]
    pub value: f64,
    /// Its unit, such as `ms`.
    pub unit: String,
    /// What it is, such as `p99 of 2000 single predictions`.
    pub what: String,
}

/// One question to a candidate, and its answer with everything needed to retrace it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Check {
    /// What was checked, such as `roc_auc` or `carrier: roc_auc, worst group`.
    pub name: String,
    /// Whether a failure blocks.
    pub severity: Severity,
    /// The answer.
    pub outcome: Outcome,
    /// The number that was judged.
    #[serde(with = "crate::number::option", default)]
    pub observed: Option<f64>,
    /// How sure that number is.
    #[serde(default)]
    pub interval: Option<Interval>,
    /// What was asked of it, such as `>= 0.6`.
    pub expected: String,
    /// The answer in words.
    pub reason: String,
    /// The parts that it is made of.
    #[serde(default)]
    pub details: Vec<Detail>,
    /// The digest of the document that the answer was read from, such as a report of
    /// behaviour or the findings of a suite; `None` if it was computed from the verdict's inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Digest>,
    /// A reading of this machine at this moment; not part of the canonical form.
    #[serde(skip)]
    pub measured: Option<Measured>,
}

impl Check {
    /// A check with its answer; the rest is added with the methods below.
    pub fn new(name: impl Into<String>, severity: Severity, outcome: Outcome) -> Self {
        Self {
            name: name.into(),
            severity,
            outcome,
            observed: None,
            interval: None,
            expected: String::new(),
            reason: String::new(),
            details: Vec::new(),
            evidence: None,
            measured: None,
        }
    }

    /// The number that was judged.
    pub fn observed(mut self, value: f64) -> Self {
        self.observed = Some(value);
        self
    }

    /// How sure that number is.
    pub fn interval(mut self, interval: Interval) -> Self {
        self.interval = Some(interval);
        self
    }

    /// What was asked of it.
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    /// The answer in words.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// The parts that it is made of.
    pub fn details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    /// The digest of the document that the answer was read from.
    pub fn evidence(mut self, digest: Digest) -> Self {
        self.evidence = Some(digest);
        self
    }

    /// A reading of this machine at this moment.
    pub fn measured(mut self, measured: Measured) -> Self {
        self.measured = Some(measured);
        self
    }

    /// Whether this check alone keeps the candidate out: critical, and failed or inconclusive.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Critical && matches!(self.outcome, Outcome::Failed | Outcome::Inconclusive)
    }
}

/// Who is judged: a version, and the bytes that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The model.
    pub model: ModelName,
    /// Its version.
    pub version: Version,
    /// The digest of the artifact that was judged.
    pub artifact: Digest,
}

/// The judgement of one gate on one candidate.
///
/// ```
/// use mlops_core::{Check, Digest, Outcome, Severity, Subject, Verdict};
/// # let subject = Subject { model: "m".parse()?, version: "1.0.0".parse()?, artifact: Digest::of(b"") };
/// let unsure = Check::new("mcnemar", Severity::Critical, Outcome::Inconclusive);
/// let verdict = Verdict::new("production", subject, "2013-04-01".parse()?, vec![unsure]);
/// assert!(!verdict.passed(), "what can't be shown does not pass");
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Verdict {
    /// The gate's name.
    pub gate: String,
    /// The digest of the gate's own definition; `None` if it was made in code.
    #[serde(default)]
    pub gate_digest: Option<Digest>,
    /// Who was judged.
    pub subject: Subject,
    /// When.
    pub at: Timestamp,
    /// Every question and its answer, in the order of the gate.
    pub checks: Vec<Check>,
    /// What the judgement rests on: names and digests of data, suites, predictions.
    #[serde(default)]
    pub inputs: Vec<(String, Digest)>,
}

impl Verdict {
    /// A judgement.
    pub fn new(gate: impl Into<String>, subject: Subject, at: Timestamp, checks: Vec<Check>) -> Self {
        Self { gate: gate.into(), gate_digest: None, subject, at, checks, inputs: Vec::new() }
    }

    /// Whether no check blocks, and at least one passed: a gate that checked nothing passes nobody.
    pub fn passed(&self) -> bool {
        self.blocking().next().is_none() && self.checks.iter().any(|check| check.outcome == Outcome::Passed)
    }

    /// The checks that keep the candidate out.
    pub fn blocking(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.blocks())
    }

    /// The canonical text: the same candidate judged again by the same gate gives the same bytes.
    ///
    /// # Errors
    /// [`Error::Document`](crate::Error::Document) if it can't be written.
    pub fn canonical(&self) -> Result<String> {
        canonical::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(checks: Vec<Check>) -> Verdict {
        let subject = Subject {
            model: "m".parse().unwrap(),
            version: Version::new(1, 0, 0),
            artifact: Digest::of(b"x"),
        };
        Verdict::new("g", subject, Timestamp::default(), checks)
    }

    #[test]
    fn only_what_is_shown_passes() {
        use Outcome::{Failed, Inconclusive, NotApplicable, Passed};
        use Severity::{Critical, Warning};
        for (checks, passed) in [
            (vec![], false),
            (vec![(Critical, NotApplicable)], false),
            (vec![(Critical, Passed)], true),
            (vec![(Critical, Passed), (Warning, Failed), (Warning, Inconclusive)], true),
            (vec![(Critical, Passed), (Critical, NotApplicable)], true),
            (vec![(Critical, Passed), (Critical, Failed)], false),
            (vec![(Critical, Passed), (Critical, Inconclusive)], false),
        ] {
            let made = checks.iter().map(|(severity, outcome)| Check::new("c", *severity, *outcome));
            assert_eq!(verdict(made.collect()).passed(), passed, "{checks:?}");
        }
    }

    #[test]
    fn a_reading_of_the_machine_is_not_part_of_the_canonical_form() {
        let check = Check::new("latency", Severity::Critical, Outcome::Passed).expected("p99 <= 100 ms");
        let reading = |value| Measured { value, unit: "ms".into(), what: "p99".into() };
        let slow = verdict(vec![check.clone().measured(reading(3.0))]);
        let fast = verdict(vec![check.measured(reading(2.0))]);
        assert_eq!(slow.canonical().unwrap(), fast.canonical().unwrap());
    }

    #[test]
    fn a_verdict_without_evidence_reads_and_is_written_as_before_there_was_any() {
        let check = Check::new("suite", Severity::Critical, Outcome::Passed);
        let without = verdict(vec![check.clone()]).canonical().unwrap();
        assert!(!without.contains("evidence"), "{without}");
        let with = verdict(vec![check.evidence(Digest::of(b"findings"))]);
        let read: Verdict = canonical::from_str(&with.canonical().unwrap()).unwrap();
        assert_eq!(read.checks[0].evidence, Some(Digest::of(b"findings")));
    }

    #[test]
    fn the_canonical_form_keeps_numbers_that_are_not_finite() {
        let text =
            verdict(vec![Check::new("c", Severity::Critical, Outcome::Inconclusive).observed(f64::NAN)])
                .canonical()
                .unwrap();
        assert!(text.contains(r#""observed":"NaN""#), "{text}");
        let read: Verdict = canonical::from_str(&text).unwrap();
        assert!(read.checks[0].observed.unwrap().is_nan());
    }
}
