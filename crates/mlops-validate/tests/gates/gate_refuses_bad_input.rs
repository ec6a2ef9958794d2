//! A gate file or a candidate that is not right is refused with place and value.

use crate::gate_support::{STORY, march};
use mlops_core::Window;
use mlops_validate::Error;
use mlops_validate::gate::{Candidate, Gate, GroupColumn, Production};
use proptest::prelude::*;

fn refused(text: &str) -> String {
    match Gate::from_json(text) {
        Ok(gate) => panic!("{text} was read as {gate:?}"),
        Err(error) => error.to_string(),
    }
}

fn refused_check(check: &str) -> String {
    refused(&format!(
        r#"{{"gate": "g", "checks": [{{"kind": "evaluation_window", "rule": "full_utc_month_after_training"}}, {check}]}}"#
    ))
}

#[test]
fn what_is_unknown_is_named_with_what_is_near() {
    for (check, says) in [
        (
            r#"{"kind": "metrics", "metric": "roc_auc", "min": 0}"#,
            r#"checks[1].kind is "metrics", expected metric?"#,
        ),
        (
            r#"{"kind": "metric", "metric": "auc", "min": 0}"#,
            r#"checks[1].metric is "auc", expected roc_auc?"#,
        ),
        (
            r#"{"kind": "metric", "metric": "xyz", "min": 0}"#,
            r#"checks[1].metric is "xyz", expected one of roc_auc"#,
        ),
        (
            r#"{"kind": "metric", "metric": "roc_auc", "mini": 0, "min": 0}"#,
            r#"a field of checks[1] is "mini", expected min?"#,
        ),
        (
            r#"{"kind": "metric", "metric": "roc_auc", "min": 0, "severity": "bloc"}"#,
            r#"checks[1].severity is "bloc", expected block?"#,
        ),
        (r#"{"kind": "log_loss_below_constant_rate", "max": 1}"#, r#"a field of checks[1] is "max""#),
        (
            r#"{"kind": "evaluation_window", "name": "w", "rule": "best_month"}"#,
            "checks[1].rule is \"best_month\"",
        ),
    ] {
        let error = refused_check(check);
        assert!(error.contains(says), "{error}\ndoes not say\n{says}");
    }
    let error =
        refused(r#"{"gate": "g", "check": [], "checks": [{"kind": "log_loss_below_constant_rate"}]}"#);
    assert!(error.contains(r#"a field of the file is "check", expected checks?"#), "{error}");
    let error = refused(r#"{"gate": "g", "resampling": {"unit": "day"}, "checks": []}"#);
    assert!(error.contains(r#"resampling.unit is "day", expected utc_day?"#), "{error}");
}

#[test]
fn what_can_not_be_meant_is_refused() {
    for (check, says) in [
        (
            r#"{"kind": "metric", "metric": "roc_auc", "min": 60}"#,
            "checks[1].min is 60, expected a number from 0 to 1",
        ),
        (r#"{"kind": "metric", "metric": "roc_auc", "min": "0.6"}"#, r#"checks[1].min is "0.6""#),
        (r#"{"kind": "metric", "metric": "roc_auc"}"#, "expected a limit, min or max or both"),
        (r#"{"kind": "metric", "metric": "roc_auc", "min": 0.7, "max": 0.6}"#, "expected at most max"),
        (r#"{"kind": "metric", "metric": "log_loss", "max": -1}"#, "checks[1].max is -1"),
        (r#"{"kind": "metric", "metric": "f1", "min": 0.2}"#, "a decision_threshold in the file"),
        (r#"{"kind": "metric", "min": 0.2}"#, "checks[1].metric is missing"),
        (
            r#"{"kind": "worst_group", "by": "c", "metric": "roc_auc", "max": 0.5, "min_labels": 9}"#,
            "the worst roc_auc is the lowest, give min",
        ),
        (
            r#"{"kind": "worst_group", "by": "c", "metric": "brier", "min": 0.5, "min_labels": 9}"#,
            "the worst brier is the highest, give max",
        ),
        (
            r#"{"kind": "worst_group", "by": "c", "metric": "roc_auc", "min": 0.5}"#,
            "checks[1].min_labels is missing",
        ),
        (
            r#"{"kind": "worst_group", "by": "c", "metric": "mean_score", "min": 0.5, "min_labels": 9}"#,
            "of which more, or less, is better",
        ),
        (
            r#"{"kind": "group_difference", "by": "c", "metric": "roc_auc", "max": -0.2, "min_labels": 9}"#,
            "checks[1].max is -0.2",
        ),
        (
            r#"{"kind": "not_worse_than_production", "metric": "roc_auc", "margin": -0.01}"#,
            "checks[1].margin is -0.01",
        ),
        (
            r#"{"kind": "not_worse_than_production", "metric": "calibration_gap", "margin": 0.01}"#,
            "of which more, or less",
        ),
        (r#"{"kind": "latency", "percentile": 100, "max_ms": 1}"#, "checks[1].percentile is 100"),
        (
            r#"{"kind": "latency", "percentile": 99, "max_ms": 1, "calls": 4000000000}"#,
            "a whole number, 1 to 1000000",
        ),
        (r#"{"kind": "latency", "percentile": 99, "max_ms": 1, "calls": 10.5}"#, "checks[1].calls is 10.5"),
        (r#"{"kind": "custom"}"#, "checks[1].name is missing"),
        (r#"{"kind": "custom", "name": "evaluation window"}"#, "another name than that of checks[0]"),
        (r#"{"kind": "custom", "name": ""}"#, "checks[1].name is \"\""),
        ("7", "checks[1] is 7, expected an object"),
        (r#"{"metric": "roc_auc"}"#, "checks[1].kind is missing"),
    ] {
        let error = refused_check(check);
        assert!(error.contains(says), "{error}\ndoes not say\n{says}");
    }
    for (text, says) in [
        ("[]", "expected an object"),
        ("{}", "gate is missing"),
        (r#"{"gate": "g"}"#, "checks is missing"),
        (r#"{"gate": "g", "checks": []}"#, "expected 1 to 1000 checks"),
        (r#"{"gate": "g", "checks": {}}"#, "a list of checks"),
        (r#"{"gate": "g", "decision_threshold": 30, "checks": []}"#, "decision_threshold is 30"),
        (r#"{"gate": "g", "resampling": {"replicates": 4000000000}, "checks": []}"#, "40 to 100000"),
        (
            r#"{"gate": "g", "resampling": {"replicates": 40, "level": 0.999}, "checks": []}"#,
            "2 / (1 - level)",
        ),
        (
            r#"{"gate": "g", "resampling": {"seed": 18446744073709551615}, "checks": []}"#,
            "resampling.seed is",
        ),
        (r#"{"gate": "g", "resampling": {"seed": -1}, "checks": []}"#, "resampling.seed is -1"),
    ] {
        let error = refused(text);
        assert!(error.contains(says), "{error}\ndoes not say\n{says}");
    }
}

#[test]
fn a_field_that_is_spelled_wrong_is_named_when_the_right_one_is_missing() {
    let error = refused_check(r#"{"kind": "metric", "metric": "roc_auc", "mim": 0.6}"#);
    assert!(error.contains(r#"is "mim" meant for it?"#), "{error}");
    let error = refused_check(r#"{"kind": "latency", "percentil": 99, "max_ms": 5}"#);
    assert!(error.contains(r#"is "percentil" meant for it?"#), "{error}");
    let error = refused_check(r#"{"kind": "latency", "percentile": 0.99, "max_ms": 5}"#);
    assert!(error.contains("percentile is 0.99, expected at least 1"), "{error}");
}

#[test]
fn what_a_reviewer_reads_is_what_counts() {
    let twice =
        r#"{"gate": "g", "checks": [{"kind": "metric", "metric": "roc_auc", "min": 0.9, "min": 0.1}]}"#;
    assert!(matches!(Gate::from_json(twice), Err(Error::Parse { line: 1, .. })));
    let source = std::error::Error::source(&Gate::from_json(twice).unwrap_err()).unwrap().to_string();
    assert!(source.contains(r#"the key "min" stands twice"#), "{source}");
    let deep = "[".repeat(100_000);
    assert!(matches!(Gate::from_json(&deep), Err(Error::Parse { .. })));
    let long = format!(r#"{{"gate": "g", "{}": 1, "checks": []}}"#, "é".repeat(1_000_000));
    assert!(refused(&long).len() < 400);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = Gate::from_json(&text);
    }

    #[test]
    fn no_damage_makes_it_panic(at in 0..STORY.len(), with in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = STORY.as_bytes().to_vec();
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] = with;
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(gate) = Gate::from_json(&text) {
            let written = serde_json::to_string(&gate).unwrap();
            prop_assert_eq!(Gate::from_json(&written).unwrap().digest(), gate.digest());
        }
    }

    /// Each value of the file replaced by another.
    #[test]
    fn no_value_makes_it_panic(place in 0_usize..90, value in prop_oneof![
        Just("null".to_owned()), Just("-1".to_owned()), Just("1e308".to_owned()), Just("\"\"".to_owned()),
        Just("[]".to_owned()), Just("{}".to_owned()), any::<f64>().prop_map(|n| serde_json::to_string(&n).unwrap()),
    ]) {
        let mut parts: Vec<String> = STORY.split_inclusive(": ").map(str::to_owned).collect();
        let place = 1 + place % (parts.len() - 1);
        let end = parts[place].find([',', ' ', '\n']).unwrap_or(0);
        parts[place].replace_range(..end, &value);
        let _ = Gate::from_json(&parts.concat());
    }
}

/// A check of some kind with fields that it may or may not know, of any type.
fn any_check() -> impl Strategy<Value = serde_json::Value> {
    let kinds = prop::sample::select(vec![
        "evaluation_window",
        "metric",
        "log_loss_below_constant_rate",
        "worst_group",
        "group_difference",
        "not_worse_than_production",
        "better_than_production",
        "metric_threshold",
        "findings",
        "custom",
    ]);
    let keys = prop::sample::select(vec![
        "metric",
        "min",
        "max",
        "margin",
        "method",
        "unit",
        "source",
        "threshold",
        "min_absolute_change",
        "min_relative_change",
        "greater_is_better",
        "by",
        "min_labels",
        "rule",
        "fail_on",
    ]);
    let words = prop::sample::select(vec![
        "roc_auc",
        "log_loss",
        "accuracy",
        "mae",
        "r2",
        "blocks",
        "delong",
        "mcnemar",
        "permutation",
        "row",
        "utc_day",
        "given",
        "rows",
        "carrier",
        "",
    ]);
    let values = prop_oneof![
        4 => words.prop_map(serde_json::Value::from),
        2 => prop::sample::select(vec![-1.0, 0.0, 0.001, 0.5, 1.0, 2.0, 1e308]).prop_map(serde_json::Value::from),
        1 => any::<bool>().prop_map(serde_json::Value::from),
        1 => Just(serde_json::json!({"column": "carrier"})),
        1 => Just(serde_json::Value::Null),
        1 => Just(serde_json::json!([[]])),
    ];
    let metric = prop::sample::select(vec!["roc_auc", "log_loss", "accuracy", "brier", "mae", "f1_score"]);
    (kinds, metric, prop::collection::vec((keys, values), 0..5)).prop_map(|(kind, metric, fields)| {
        let mut check = serde_json::json!({"kind": kind, "metric": metric, "name": "n", "margin": 0.01});
        for (key, value) in fields {
            check[key] = value;
        }
        check
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is read is written and read again, and answers every candidate.
    #[test]
    fn no_check_makes_it_panic(check in any_check()) {
        let gate = serde_json::json!({
            "gate": "g", "decision_threshold": 0.3, "checks": [check],
            "resampling": {"replicates": 40, "level": 0.9},
        });
        if let Ok(gate) = Gate::from_json(&gate.to_string()) {
            let written = serde_json::to_string(&gate).unwrap();
            prop_assert_eq!(Gate::from_json(&written).unwrap().digest(), gate.digest());
            let mut rows = march(12);
            rows.production = Some(rows.scores.iter().map(|score| score * 0.9).collect());
            let metrics = std::collections::BTreeMap::from([("f1_score".to_owned(), 0.5)]);
            let numbers = Candidate::builder().subject(crate::gate_support::subject()).metrics(metrics).build().unwrap();
            for candidate in [rows.build().unwrap(), numbers] {
                let check = crate::gate_support::judge(&gate, &candidate).checks.remove(0);
                prop_assert!(!check.reason.is_empty());
                prop_assert!(check.outcome != mlops_core::Outcome::Passed || check.observed.is_none_or(|v| !v.is_nan()));
            }
        }
    }
}

#[test]
fn a_candidate_that_does_not_fit_together_is_refused() {
    let good = march(2);
    let shown = |error: Error| error.to_string();
    let mut rows = good.clone();
    rows.labels.pop();
    assert_eq!(shown(rows.build().unwrap_err()), "labels: 61 values, expected one for each of 62 scores");
    let mut rows = good.clone();
    rows.times.pop();
    assert!(shown(rows.build().unwrap_err()).starts_with("times: 61 values"));
    let mut rows = good.clone();
    rows.carriers.pop();
    assert!(shown(rows.build().unwrap_err()).starts_with("group column \"carrier\": 61 values"));
    let mut rows = good.clone();
    rows.production = Some(vec![0.5; 3]);
    assert!(shown(rows.build().unwrap_err()).starts_with("scores of production: 3 values"));
    let mut rows = good.clone();
    rows.scores[4] = 1.2;
    assert_eq!(shown(rows.build().unwrap_err()), "scores: row 4 is 1.2, expected a probability, 0 to 1");
    let mut rows = good.clone();
    rows.findings = vec![("drift".to_owned(), vec![]), ("drift".to_owned(), vec![])];
    assert!(shown(rows.build().unwrap_err()).contains("\"drift\" is given twice"));
    let twice = || GroupColumn::new("carrier", vec![None::<&str>; good.scores.len()]);
    let built = Candidate::builder()
        .subject(crate::gate_support::subject())
        .training(good.training)
        .evaluation(good.evaluation)
        .times(&good.times)
        .labels(&good.labels)
        .scores(&good.scores)
        .production(Production::Nothing)
        .groups(vec![twice(), twice()])
        .build();
    assert!(shown(built.unwrap_err()).contains("\"carrier\" is given twice"));
    let march = crate::gate_support::moment("2013-03-01");
    assert!(Window::new(march, march).is_err());
    assert!(serde_json::from_str::<Window>(r#"{"from": "2013-03-01", "until": "2013-02-01"}"#).is_err());
}

#[test]
fn a_candidate_without_rows_passes_nothing() {
    let mut rows = march(1);
    rows.times.clear();
    rows.labels.clear();
    rows.scores.clear();
    rows.carriers.clear();
    let gate = Gate::from_json(STORY).unwrap();
    let verdict = crate::gate_support::judge(&gate, &rows.build().unwrap());
    assert!(!verdict.passed());
    assert!(verdict.checks.iter().all(|check| check.outcome != mlops_core::Outcome::Passed), "{verdict:?}");
}
