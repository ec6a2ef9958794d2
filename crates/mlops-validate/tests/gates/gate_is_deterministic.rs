//! The same gate, candidate and moment give the same bytes.

use std::sync::Mutex;

use crate::gate_support::{STORY, finding, judge, march, moment};
use mlops_core::{Digest, Evidence, Outcome, Severity, Verdict};
use mlops_validate::gate::{Candidate, Gate, GroupColumn, Probe, Production};
use ndarray::Array2;

#[expect(clippy::unnecessary_wraps, reason = "a model that always answers")]
fn predict(row: &[f64]) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    Ok(row[0])
}

/// Judges a month by the gate of the story, with everything that it asks for.
fn story(threads: usize, change: impl FnOnce(&mut Vec<f64>)) -> Verdict {
    let rows = march(60);
    let mut scores = rows.scores.clone();
    change(&mut scores);
    let blurred: Vec<f64> = rows.scores.iter().map(|p| 0.1 + 0.6 * p).collect();
    let origins = (0..scores.len()).map(|row| Some(["EWR", "JFK", "LGA"][row / 7 % 3]));
    let candidate = Candidate::builder()
        .subject(crate::gate_support::subject())
        .training(rows.training)
        .evaluation(rows.evaluation)
        .times(&rows.times)
        .labels(&rows.labels)
        .scores(&scores)
        .production(Production::Version { version: "1.0.0".parse().unwrap(), scores: &blurred })
        .groups(vec![
            GroupColumn::new("carrier", rows.carriers.iter().map(Option::as_deref)),
            GroupColumn::new("origin", origins),
        ])
        .findings(vec![(
            "input drift against the training window".to_owned(),
            vec![finding("temp", Severity::Warning)],
        )])
        .probe(Probe::new(&predict, Array2::from_elem((3, 1), 0.2)).unwrap())
        .build()
        .unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| judge(&Gate::from_json(STORY).unwrap(), &candidate))
}

#[test]
fn threads_and_repetition_change_nothing() {
    let first = story(1, |_| ()).canonical().unwrap();
    assert_eq!(first, story(1, |_| ()).canonical().unwrap());
    assert_eq!(first, story(2, |_| ()).canonical().unwrap());
    assert_eq!(first, story(5, |_| ()).canonical().unwrap());
}

#[test]
fn the_gate_of_the_story_passes_a_good_candidate_and_lists_every_check_in_order() {
    let verdict = story(2, |_| ());
    for check in &verdict.checks[..12] {
        assert_eq!(check.outcome, Outcome::Passed, "{}: {}", check.name, check.reason);
    }
    assert!(verdict.passed(), "drift only warns");
    let names: Vec<&str> = verdict.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "evaluation window",
            "roc_auc",
            "f1",
            "log_loss below constant rate",
            "calibration_gap",
            "carrier: roc_auc, worst group",
            "carrier: roc_auc, best to worst group",
            "origin: roc_auc, worst group",
            "origin: roc_auc, best to worst group",
            "latency, p99",
            "roc_auc against production",
            "log_loss against production",
            "input drift against the training window",
        ]
    );
    assert_eq!(verdict.checks[12].outcome, Outcome::Failed);
    assert!(names.iter().copied().eq(Gate::from_json(STORY).unwrap().checks()));
    let kept = Evidence::of(&verdict).unwrap().verdict().unwrap();
    assert_eq!(kept.checks.len(), 13);
}

#[test]
fn a_verdict_can_not_be_told_of_other_rows_or_another_gate() {
    let rows = |verdict: &Verdict| -> Digest {
        verdict.inputs.iter().find(|(name, _)| name == "evaluated rows").unwrap().1
    };
    let verdict = story(1, |_| ());
    let other = story(1, |scores| scores[11] += 1e-15);
    assert_ne!(rows(&verdict), rows(&other));
    let mut of_group = march(2);
    let before = rows(&judge(&Gate::from_json(STORY).unwrap(), &of_group.build().unwrap()));
    of_group.carriers.swap(0, 1);
    assert_ne!(rows(&judge(&Gate::from_json(STORY).unwrap(), &of_group.build().unwrap())), before);
    let gate = Gate::from_json(STORY).unwrap();
    assert_eq!(verdict.gate_digest, Some(gate.digest()));
    let softer = Gate::from_json(&STORY.replace("0.55", "0.45")).unwrap();
    assert_ne!(gate.digest(), softer.digest());
}

#[test]
fn spelling_does_not_change_the_digest_but_meaning_does() {
    let of = |text: &str| Gate::from_json(text).unwrap().digest();
    let short = of(r#"{"gate": "g", "checks": [{"kind": "metric", "metric": "roc_auc", "min": 0.60}]}"#);
    let long = of(r#"{"checks": [{"min": 6e-1, "severity": "block", "metric": "roc_auc", "kind": "metric",
        "name": "roc_auc"}], "resampling": {"unit": "utc_day", "replicates": 2000, "seed": 1, "level": 0.95,
        "min_units": 10}, "gate": "g"}"#);
    assert_eq!(short, long);
    let gate = Gate::from_json(STORY).unwrap();
    let written = serde_json::to_string(&gate).unwrap();
    let read: Gate = serde_json::from_str(&written).unwrap();
    assert_eq!(read.digest(), gate.digest(), "written and read it is the same gate");
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
}

#[test]
fn progress_tells_of_every_check_once() {
    let seen = Mutex::new(Vec::new());
    let gate = Gate::from_json(STORY).unwrap();
    let candidate = march(3).build().unwrap();
    let verdict = gate.evaluate_with(&candidate, moment("2013-04-02"), &|progress| {
        seen.lock().unwrap().push((progress.done, progress.total, progress.check.name.clone()));
    });
    let mut seen = seen.into_inner().unwrap();
    seen.sort();
    assert!(seen.iter().map(|(done, ..)| *done).eq(1..=13));
    assert!(seen.iter().all(|(_, total, _)| *total == 13));
    let mut told: Vec<&str> = seen.iter().map(|(.., name)| name.as_str()).collect();
    let mut checks: Vec<&str> = verdict.checks.iter().map(|check| check.name.as_str()).collect();
    told.sort_unstable();
    checks.sort_unstable();
    assert_eq!(told, checks);
}
