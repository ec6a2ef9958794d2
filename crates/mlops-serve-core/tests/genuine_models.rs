//! Models that the libraries wrote are answered as the libraries answer, or refused by
//! name; rows that they can't take are refused too.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::PathBuf;

use mlops_serve_core::{Error, ModelArtifact, ModelExt};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Case {
    file: String,
    #[serde(default)]
    rows: Vec<Vec<Value>>,
    expected: Option<Expected>,
    #[serde(default)]
    feature_names: Vec<String>,
    #[serde(default)]
    error_rows: Vec<ErrorRows>,
    #[serde(default)]
    error_names: Vec<ErrorNames>,
}

#[derive(Deserialize)]
struct Expected {
    predict: Vec<Value>,
    #[serde(alias = "raw")]
    margin: Vec<Value>,
}

#[derive(Deserialize)]
struct ErrorRows {
    rows: Vec<Vec<Value>>,
    why: String,
}

#[derive(Deserialize)]
struct ErrorNames {
    names: Vec<String>,
}

/// A file of the recorded cases: those that all runtimes share, or the crate's own.
fn recorded(file: &str) -> PathBuf {
    let testdata = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let places = ["serving/models", "recorded"].map(|folder| testdata.join(folder).join(file));
    places.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("{file} is not in testdata"))
}

fn case(name: &str) -> Case {
    let text = std::fs::read_to_string(recorded(&format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn load(case: &Case) -> Result<ModelArtifact, Error> {
    ModelArtifact::from_path(recorded(&case.file))
}

fn numbers(values: &[Value]) -> Vec<f64> {
    values
        .iter()
        .map(|value| value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap()))
        .collect()
}

/// A margin to the bit; a response within the unit in the last place that `precision` gives.
fn answers_as_the_library(name: &str, precision: fn(f64) -> f64) {
    let case = case(name);
    let artifact = load(&case).unwrap_or_else(|error| panic!("{name}: {error}"));
    let model = artifact.model();
    let expected = case.expected.as_ref().unwrap();
    let (responses, margins) = (numbers(&expected.predict), numbers(&expected.margin));
    assert_eq!(responses.len(), case.rows.len(), "{name}");
    for (number, row) in case.rows.iter().enumerate() {
        let row = numbers(row);
        let margin = model.margin_one(&row).unwrap();
        assert_eq!(margin.to_bits(), margins[number].to_bits(), "{name}, margin of row {number}");
        let response = model.predict_one(&row).unwrap();
        let allowed = precision(responses[number]);
        assert!((response - responses[number]).abs() <= allowed, "{name}, row {number}: {response}");
    }
    for refused in &case.error_rows {
        for row in refused.rows.iter().map(|row| numbers(row)) {
            let fault = refused.why.contains("infinit");
            match model.predict_one(&row) {
                Err(Error::ForbiddenValue { .. }) if fault => {}
                Err(Error::Shape { .. }) if !fault => {}
                Ok(_) if fault && row.iter().all(|value| value.is_nan() || value.abs() < 1e38) => {}
                other => panic!("{name}, {}: {other:?}", refused.why),
            }
        }
    }
}

fn ulp_of_f64(value: f64) -> f64 {
    value.abs() * f64::EPSILON
}

#[expect(clippy::cast_possible_truncation, reason = "the library answers in f32")]
fn ulp_of_f32(value: f64) -> f64 {
    let single = value.abs() as f32;
    f64::from(single.next_up() - single)
}

#[test]
fn lightgbm_models_are_answered_to_the_bit() {
    for name in [
        "lgb335_binary_cancer",
        "lgb430_binary_cancer",
        "lgb_binary_cancer",
        "lgb_early_stop_cancer",
        "lgb_edges",
        "lgb_huber_diabetes",
        "lgb_l1_diabetes",
        "lgb_lambdarank",
        "lgb_mape_diabetes",
        "lgb_quantile_diabetes",
        "lgb_reg_diabetes",
        "lgb_single_leaf",
        "lgb_xendcg",
        "lgb_xentropy_cancer",
        "lgb_fair",
        "lgb_dart",
        "lgb_zero_as_missing",
    ] {
        answers_as_the_library(name, ulp_of_f64);
    }
}

#[test]
fn xgboost_models_are_answered_to_the_bit() {
    for name in [
        "xgb176_binary_cancer",
        "xgb214_binary_cancer",
        "xgb_binary_cancer",
        "xgb_early_stop_cancer",
        "xgb_edges",
        "xgb_logistic_base_cancer",
        "xgb_logitraw_cancer",
        "xgb_mae_diabetes",
        "xgb_rank_ndcg",
        "xgb_reg_diabetes",
        "xgb_reglogistic_cancer",
        "xgb_sqlog_diabetes",
        "xgb_pruned",
        "xgb_parallel",
        "xgb_pseudohuber",
        "xgb_quantile",
        "xgb_rank_map",
        "xgb_rank_pairwise",
        "xgb_no_trees",
    ] {
        answers_as_the_library(name, ulp_of_f32);
    }
}

#[test]
fn what_is_not_supported_is_refused_by_name() {
    for (name, what) in [
        ("lgb335_cat_multi", "several classes"),
        ("lgb_cat_two", "categorical splits"),
        ("lgb_linear_tree", "linear leaves"),
        ("lgb_poisson_diabetes", "the objective \"poisson\""),
        ("lgb_xentlambda_cancer", "the objective \"cross_entropy_lambda\""),
        ("xgb214_cat", "categorical splits"),
        ("xgb_gamma_diabetes", "the objective \"reg:gamma\""),
        ("xgb_gblinear_reg", "the booster \"gblinear\""),
        ("xgb_multi_target_scalar", "several targets"),
        ("xgb_tweedie_diabetes", "the objective \"reg:tweedie\""),
    ] {
        match load(&case(name)) {
            Err(error @ Error::Unsupported { .. }) => {
                let message = error.to_string();
                assert!(message.contains(what) && message.contains(name), "{name}: {message}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_random_forest_is_refused_by_name() {
    let error = ModelArtifact::from_path(recorded("lgb_rf.model.txt")).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }), "{error:?}");
    assert!(error.to_string().contains("average_output"), "{error}");
}

#[test]
fn stored_feature_names_are_compared() {
    let case = case("xgb_named");
    let artifact = load(&case).unwrap();
    let signature = artifact.model().signature();
    assert_eq!(signature.feature_names().unwrap(), case.feature_names);
    assert!(signature.check_names(&case.feature_names).is_ok());
    assert!(!case.error_names.is_empty());
    for wrong in &case.error_names {
        let error = signature.check_names(&wrong.names).unwrap_err();
        assert!(matches!(error, Error::FeatureName { .. }), "{error}");
    }
}
