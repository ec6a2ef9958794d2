//! The report of a candidate: the same numbers as the verdict, and everything behind them.

use crate::gate_support::{Rows, STORY, judge, march};
use mlops_core::Outcome;
use mlops_validate::gate::{Candidate, Estimate, Gate, ModelReport, Production};
use mlops_validate::latency::{Load, Probe};

const GATE: &str = r#"{"gate": "to production", "decision_threshold": 0.3, "checks": [
    {"kind": "metric", "metric": "roc_auc", "min": 0.6},
    {"kind": "metric", "metric": "f1", "min": 0.1},
    {"kind": "not_worse_than_production", "metric": "log_loss", "margin": 0.02}
]}"#;

fn report(gate: &str, rows: &Rows) -> ModelReport {
    let gate = Gate::from_json(gate).unwrap();
    let candidate = rows.build().unwrap();
    let verdict = judge(&gate, &candidate);
    ModelReport::of(&gate, &candidate, verdict)
}

/// The candidate and a version in production that says the same less clearly.
fn compared() -> Rows {
    let mut rows = march(40);
    rows.production = Some(rows.scores.iter().map(|score| 0.25 + 0.5 * score).collect());
    rows.labels[3] = None;
    rows
}

#[test]
fn its_numbers_are_those_of_the_verdict() {
    let report = report(GATE, &compared());
    for name in ["roc_auc", "f1"] {
        let check = report.verdict.checks.iter().find(|check| check.name == name).unwrap();
        let score = report.score(name).unwrap();
        assert_eq!(score.candidate.value(), check.observed, "{name}");
        assert_eq!(score.candidate.interval(), check.interval, "{name}");
    }
    let check = &report.verdict.checks[2];
    let difference = report.score("log_loss").unwrap().difference.clone().unwrap();
    assert!((difference.value().unwrap() - check.observed.unwrap()).abs() < 1e-12);
    assert_eq!(difference.interval(), check.interval);
    let auc = report.score("roc_auc").unwrap();
    assert!(auc.difference.as_ref().unwrap().value().unwrap().abs() < 1e-12, "the order is the same");
    assert_eq!((report.labelled_rows, report.unlabelled_rows), (1_239, 1));
}

#[test]
fn curves_go_from_end_to_end_and_are_no_longer_than_an_eye_needs() {
    let report = report(GATE, &compared());
    let classes = report.classes.as_ref().unwrap();
    for curves in [&classes.candidate, classes.production.as_ref().unwrap()] {
        assert_eq!((curves.roc[0], *curves.roc.last().unwrap()), ((0.0, 0.0), (1.0, 1.0)));
        assert_eq!((curves.gain[0], *curves.gain.last().unwrap()), ((0.0, 0.0), (1.0, 1.0)));
        assert!(curves.roc.len() <= 514 && curves.precision_recall.len() <= 514);
        // The area under what is drawn is the metric, as well as can be seen.
        let area: f64 =
            curves.roc.windows(2).map(|pair| (pair[1].0 - pair[0].0) * (pair[0].1 + pair[1].1) / 2.0).sum();
        assert!((area - report.score("roc_auc").unwrap().candidate.value().unwrap()).abs() < 0.01);
        assert_eq!(curves.reliability.iter().map(|bin| bin.rows).sum::<u64>(), 1_239);
        for bin in &curves.reliability {
            assert!(bin.interval.lower <= bin.observed && bin.observed <= bin.interval.upper);
        }
        let counts = curves.confusion.unwrap();
        let positives = counts.true_positives + counts.false_negatives;
        let negatives = counts.false_positives + counts.true_negatives;
        assert_eq!(positives + negatives, 1_239);
        assert!((positives as f64 / 1_239.0 - classes.positive_rate).abs() < 1e-12);
    }
    let recall = report.score("recall").unwrap().candidate.value().unwrap();
    let counts = classes.candidate.confusion.unwrap();
    let ours = counts.true_positives as f64 / (counts.true_positives + counts.false_negatives) as f64;
    assert!((recall - ours).abs() < 1e-12);
}

#[test]
fn groups_are_shown_with_what_can_be_said_of_them() {
    let mut rows = compared();
    rows.carriers[0] = Some("alone".to_owned());
    rows.carriers[1] = None;
    let report = report(GATE, &rows);
    let [groups] = report.groups.as_slice() else { panic!("there is one column") };
    assert_eq!((groups.by.as_str(), groups.metric, groups.groups), ("carrier", "roc_auc", 5));
    assert!(groups.shown.windows(2).all(|pair| pair[0].rows >= pair[1].rows));
    assert_eq!(groups.shown.iter().map(|group| group.rows).sum::<usize>(), report.labelled_rows);
    assert!(groups.shown[0].estimate.interval().is_some());
    let alone = groups.shown.iter().find(|group| group.group == "carrier=alone").unwrap();
    let Estimate::Unknown { reason } = &alone.estimate else { panic!("one row has no area: {alone:?}") };
    assert_eq!(reason, "all 1 labels are of one class");
}

#[test]
fn the_worst_slice_is_shown() {
    let mut rows = compared();
    // Whoever flies with the first carrier is told the opposite.
    let carriers = rows.carriers.clone();
    for (score, carrier) in rows.scores.iter_mut().zip(&carriers) {
        if carrier.as_deref() == Some("AA") {
            *score = 1.0 - *score;
        }
    }
    let check = r#"{"kind": "worst_slice", "loss": "log_loss", "max_difference": 0.05, "unit": "row"}"#;
    let report = report(&format!(r#"{{"gate": "g", "checks": [{check}]}}"#), &rows);
    assert_eq!(report.verdict.checks[0].outcome, Outcome::Failed);
    let [slices] = report.slices.as_slice() else { panic!("one check looks") };
    assert_eq!(slices.check, report.verdict.checks[0].name);
    assert!(slices.report.slices[0].description.contains("AA"), "{:?}", slices.report.slices[0]);
    #[cfg(feature = "report")]
    assert!(report.to_html().contains("log_loss: worst slice"));
}

#[test]
fn it_is_written_as_json_and_as_a_page() {
    let gate = Gate::from_json(GATE).unwrap();
    let mut rows = compared();
    rows.carriers[0] = Some("<script>alert(1)</script>".to_owned());
    let candidate = rows.build().unwrap();
    let report = ModelReport::of(&gate, &candidate, judge(&gate, &candidate));
    let answers = |call: u64| if call < 1_000_000 { Ok(()) } else { Err("never".into()) };
    let latency = Load::calls(500).measure(&Probe::of_calls(&answers)).unwrap();
    let report = report.with_latency(&latency);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["verdict"]["gate"], "to production");
    assert_eq!(json["latency"]["summary"]["calls"], 500);
    let picture = report.latency.as_ref().unwrap();
    assert_eq!(picture.calls.iter().sum::<u64>() + picture.above, 500);
    #[cfg(feature = "report")]
    {
        let html = report.to_html();
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains("flight-delay 1.1.0"));
        for part in [
            "Checks",
            "Scores",
            "Curves",
            "Decisions",
            "By carrier",
            "Latency",
            "What the judgement rests on",
        ] {
            assert!(html.contains(&format!(">{part}<")), "{part}");
        }
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;"));
        assert!(!html.contains("http://") && !html.contains("https://"));
        assert_eq!(html, report.to_html());
    }
    #[cfg(feature = "terminal")]
    {
        let text = report.to_terminal(120);
        assert!(text.starts_with("flight-delay 1.1.0: "), "{text}");
        assert!(text.contains("production 1.0.0") && text.contains("log_loss"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 120 && !line.ends_with(' ')), "{text}");
    }
}

#[test]
fn a_candidate_of_numbers_has_scores_and_no_curves() {
    let rows = march(2);
    let truth: Vec<Option<f64>> = (0..rows.scores.len()).map(|row| Some(row as f64)).collect();
    let predicted: Vec<f64> = (0..rows.scores.len()).map(|row| row as f64 + 0.5).collect();
    let candidate = Candidate::builder()
        .subject(crate::gate_support::subject())
        .training(rows.training)
        .evaluation(rows.evaluation)
        .times(&rows.times)
        .true_values(&truth)
        .predictions(&predicted)
        .production(Production::Nothing)
        .build()
        .unwrap();
    let gate = Gate::from_json(r#"{"gate": "g", "checks": [{"kind": "metric", "metric": "mae", "max": 1}]}"#)
        .unwrap();
    let verdict = judge(&gate, &candidate);
    assert_eq!(verdict.checks[0].outcome, Outcome::Passed);
    let report = ModelReport::of(&gate, &candidate, verdict);
    assert_eq!(report.score("mae").unwrap().candidate.value(), Some(0.5));
    assert!(report.score("roc_auc").is_none() && report.classes.is_none());
}

#[test]
fn what_can_not_be_computed_says_why() {
    let mut rows = march(2);
    rows.labels.fill(Some(false));
    let report = report(STORY, &rows);
    let Estimate::Unknown { reason } = &report.score("roc_auc").unwrap().candidate else {
        panic!("one class has no area")
    };
    assert_eq!(reason, "all 62 labels are of one class");
    let classes = report.classes.as_ref().unwrap();
    assert!(classes.candidate.roc.is_empty() && classes.candidate.gain.is_empty());
    rows.labels.fill(None);
    let nothing = self::report(STORY, &rows);
    assert!(nothing.scores.is_empty() && nothing.classes.is_none() && nothing.groups.is_empty());
    #[cfg(feature = "report")]
    assert!(nothing.to_html().contains("Refused"));
}
