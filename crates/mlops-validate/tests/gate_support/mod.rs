//! A month of made-up flights and gates of one check.
#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use mlops_core::{Check, Digest, Finding, Outcome, Severity, Subject, Timestamp, Verdict, Window, canonical};
use mlops_stats::Random;
use mlops_validate::Result;
use mlops_validate::gate::{Candidate, Gate, GroupColumn, Probe, Production};

pub(crate) const STORY: &str = include_str!("../../testdata/gate/gate.json");

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn window(from: &str, until: &str) -> Window {
    Window::new(moment(from), moment(until)).unwrap()
}

pub(crate) fn subject() -> Subject {
    Subject {
        model: "flight-delay".parse().unwrap(),
        version: "1.1.0".parse().unwrap(),
        artifact: Digest::of(b"the model file"),
    }
}

/// What a candidate is made of, to be changed by a test.
#[derive(Clone)]
pub(crate) struct Rows {
    pub(crate) training: Window,
    pub(crate) evaluation: Window,
    pub(crate) times: Vec<Timestamp>,
    pub(crate) labels: Vec<Option<bool>>,
    pub(crate) scores: Vec<f64>,
    pub(crate) production: Option<Vec<f64>>,
    pub(crate) carriers: Vec<Option<String>>,
    pub(crate) findings: Vec<(String, Vec<Finding>)>,
}

/// March 2013, so many rows a day, with scores that are the chances by which the labels
/// were drawn: calibrated, and an area under the curve of about 0.75.
pub(crate) fn march(per_day: usize) -> Rows {
    let evaluation = window("2013-03-01", "2013-04-01");
    let mut random = Random::replicate(2013, 3);
    let mut rows = Rows {
        training: window("2013-01-01", "2013-03-01"),
        evaluation,
        times: vec![],
        labels: vec![],
        scores: vec![],
        production: None,
        carriers: vec![],
        findings: vec![],
    };
    for day in 0..31 {
        for row in 0..per_day {
            let seconds = 86_400 * day + 86_400 * row as u64 / per_day as u64;
            let chance = 0.02 + 0.7 * random.unit().powi(2);
            rows.times.push(evaluation.from() + Duration::from_secs(seconds));
            rows.labels.push(Some(random.unit() < chance));
            rows.scores.push(chance);
            rows.carriers.push(Some(["AA", "UA", "US"][row % 3].to_owned()));
        }
    }
    rows
}

impl Rows {
    pub(crate) fn build(&self) -> Result<Candidate<'static>> {
        self.build_with(None)
    }

    pub(crate) fn build_with<'a>(&self, probe: Option<Probe<'a>>) -> Result<Candidate<'a>> {
        let production = match &self.production {
            None => Production::Nothing,
            Some(scores) => Production::Version { version: "1.0.0".parse().unwrap(), scores },
        };
        let builder = Candidate::builder()
            .subject(subject())
            .training(self.training)
            .evaluation(self.evaluation)
            .times(&self.times)
            .labels(&self.labels)
            .scores(&self.scores)
            .production(production)
            .groups(vec![GroupColumn::new("carrier", self.carriers.iter().map(Option::as_deref))])
            .findings(self.findings.clone())
            .inputs(vec![("flights.parquet".to_owned(), Digest::of(b"flights"))]);
        match probe {
            Some(probe) => builder.probe(probe).build(),
            None => builder.build(),
        }
    }
}

/// A gate of one check, which is given as JSON.
pub(crate) fn gate_of(check: &str) -> Gate {
    let text = format!(r#"{{"gate": "g", "decision_threshold": 0.3, "checks": [{check}]}}"#);
    Gate::from_json(&text).unwrap_or_else(|error| panic!("{check}: {error}"))
}

pub(crate) fn judge(gate: &Gate, candidate: &Candidate<'_>) -> Verdict {
    gate.evaluate(candidate, moment("2013-04-02"))
}

/// The answer to a single check.
pub(crate) fn answer(check: &str, rows: &Rows) -> Check {
    judge(&gate_of(check), &rows.build().unwrap()).checks.remove(0)
}

pub(crate) fn finding(subject: &str, severity: Severity) -> Finding {
    Finding {
        subject: subject.to_owned(),
        rule: "psi".to_owned(),
        severity,
        observed: Some(0.31),
        expected: "<= 0.1".to_owned(),
        reason: format!("{subject} has moved"),
    }
}

/// The answer to a check of a candidate, by a gate that is written and read without a change.
#[track_caller]
pub(crate) fn answered(check: &str, candidate: &Candidate<'_>, outcome: Outcome, says: &str) -> Check {
    let text = format!(
        r#"{{"gate": "g", "decision_threshold": 0.3, "resampling": {{"replicates": 400}}, "checks": [{check}]}}"#
    );
    let gate = Gate::from_json(&text).unwrap_or_else(|error| panic!("{check}: {error}"));
    let written = serde_json::to_string(&gate).unwrap();
    assert_eq!(Gate::from_json(&written).unwrap().digest(), gate.digest(), "{written}");
    let canonical = canonical::to_string(&gate).unwrap();
    assert_eq!(Gate::from_json(&canonical).unwrap().digest(), gate.digest(), "{canonical}");
    let seen = judge(&gate, candidate).checks.remove(0);
    assert_eq!(seen.outcome, outcome, "{check}: {}", seen.reason);
    let said = format!("{} {:?} {}", seen.expected, seen.details, seen.reason);
    assert!(said.contains(says), "{check}: {said} does not say {says}");
    seen
}

#[track_caller]
pub(crate) fn assert_answer(check: &str, candidate: &Candidate<'_>, outcome: Outcome, says: &str) {
    let _seen = answered(check, candidate, outcome, says);
}

/// Why a gate of this check is refused.
pub(crate) fn refusal(check: &str) -> String {
    let text = format!(r#"{{"gate": "g", "decision_threshold": 0.3, "checks": [{check}]}}"#);
    Gate::from_json(&text).expect_err(&text).to_string()
}

/// A check that compares with production.
pub(crate) fn check_of(kind: &str, (metric, method, unit): (&str, &str, &str), margin: f64) -> String {
    format!(
        r#"{{"kind": "{kind}", "metric": "{metric}", "method": "{method}", "unit": {unit}, "margin": {margin}}}"#
    )
}
