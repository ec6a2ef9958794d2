//! Recorded answers of scikit-learn 1.9.1 in `testdata/validate/metrics`: the rows of
//! the binary metrics that are here.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use mlops_stats::classification::{BinaryMetric, BinaryScores};
use mlops_stats::{Error, Result};
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/validate/metrics").join(file);
    let document: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    document["cases"].as_array().unwrap().clone()
}

fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

fn numbers(value: &Value) -> Option<Vec<f64>> {
    value.as_array()?.iter().map(number).collect()
}

/// Labels that are 0 or 1; others are not binary and come with later metrics.
fn labels(value: &Value) -> Option<Vec<bool>> {
    let zero_or_one = |value: &Value| match value.as_f64() {
        Some(0.0) => Some(false),
        Some(1.0) => Some(true),
        _ => None,
    };
    value.as_array()?.iter().map(zero_or_one).collect()
}

fn compare(case: &Value, metric: BinaryMetric) {
    let name = case["name"].as_str().unwrap();
    let labels = labels(&case["args"][0]).unwrap();
    let scores = numbers(&case["args"][1]).unwrap();
    let weights = numbers(&case["kwargs"]["sample_weight"]);
    let seen: Result<f64> = BinaryScores::new(&labels, &scores).and_then(|rows| match &weights {
        None => metric.of(&rows),
        Some(weights) => metric.of(&rows.weighted(weights)?),
    });
    let expected = &case["expected"];
    if !expected["exception"].is_null() {
        assert!(seen.is_err(), "{name}: {seen:?}, scikit-learn raises {}", expected["exception"]["message"]);
        return;
    }
    let value = number(&expected["value"]).unwrap();
    if value.is_nan() {
        assert!(matches!(seen, Err(Error::Undefined { .. })), "{name}: {seen:?}, scikit-learn says NaN");
        return;
    }
    let seen = seen.unwrap_or_else(|error| panic!("{name}: {error}, scikit-learn says {value}"));
    assert!(
        (seen - value).abs() <= 1e-9 * value.abs().max(1e-300),
        "{name}: {seen}, scikit-learn says {value}"
    );
}

/// Compares the binary cases of a scikit-learn function and says how many there were.
fn compare_all(file: &str, function: &str, metric: BinaryMetric, skip: impl Fn(&Value) -> bool) -> usize {
    let binary = |case: &Value| {
        labels(&case["args"][0]).is_some() && numbers(&case["args"][1]).is_some() && !skip(&case["kwargs"])
    };
    let chosen: Vec<Value> =
        cases(file).into_iter().filter(|case| case["metric"] == function && binary(case)).collect();
    for case in &chosen {
        compare(case, metric);
    }
    chosen.len()
}

#[test]
fn area_under_the_curve() {
    // A partial area is another metric.
    let partial = |kwargs: &Value| kwargs["max_fpr"].as_f64().is_some_and(|limit| limit < 1.0);
    assert!(compare_all("ranking_scores.json", "roc_auc_score", BinaryMetric::RocAuc, partial) >= 15);
}

#[test]
fn losses() {
    let all = |_: &Value| false;
    assert!(compare_all("probabilities.json", "log_loss", BinaryMetric::LogLoss, all) >= 7);
    assert!(compare_all("probabilities.json", "brier_score_loss", BinaryMetric::Brier, all) >= 6);
}

#[test]
fn precision_recall_and_f1() {
    let averaged = |kwargs: &Value| kwargs["average"] != "binary";
    let threshold = 0.5;
    let mut seen = 0;
    for (function, metric) in [
        ("precision_score", BinaryMetric::Precision { threshold }),
        ("recall_score", BinaryMetric::Recall { threshold }),
        ("f1_score", BinaryMetric::F1 { threshold }),
    ] {
        seen += compare_all("prf.json", function, metric, averaged);
    }
    // Accuracy is the micro average.
    let micro = |kwargs: &Value| kwargs["average"] != "micro";
    seen += compare_all("prf.json", "precision_score", BinaryMetric::Accuracy { threshold }, micro);
    assert!(seen >= 8, "{seen}");
}
