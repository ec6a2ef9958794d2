//! The three models of the flights data answer as the libraries did.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::PathBuf;
use std::sync::Arc;

use mlops_serve_core::ndarray::Array2;
use mlops_serve_core::{Model, ModelArtifact, ModelExt};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    features: Vec<String>,
    sample: Vec<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    features: Vec<Option<f64>>,
    lightgbm: f64,
    xgboost: f64,
    retrained: f64,
}

/// Rows on, just below and just above thresholds, and what the libraries answer.
#[derive(Deserialize)]
struct Recorded {
    rows: Vec<Vec<Option<f64>>>,
    lightgbm: LightGbm,
    xgboost: XgBoost,
}

#[derive(Deserialize)]
struct LightGbm {
    raw: Vec<f64>,
    predict: Vec<f64>,
}

#[derive(Deserialize)]
struct XgBoost {
    margin: Vec<f64>,
    predict: Vec<f64>,
}

fn flights() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/flights");
    assert!(folder.is_dir(), "the flights data is not at {}: run this in the repository", folder.display());
    folder
}

fn model(file: &str) -> Arc<dyn Model> {
    ModelArtifact::from_path(flights().join(file)).unwrap().into_model()
}

fn rows<'a>(rows: impl Iterator<Item = &'a Vec<Option<f64>>>) -> Array2<f64> {
    let rows: Vec<_> = rows.collect();
    let values: Vec<f64> = rows.iter().copied().flatten().map(|value| value.unwrap_or(f64::NAN)).collect();
    Array2::from_shape_vec((rows.len(), 11), values).unwrap()
}

#[expect(clippy::cast_possible_truncation, reason = "both are f32 written as f64")]
fn ulps_apart(a: f64, b: f64) -> u32 {
    (a as f32).to_bits().abs_diff((b as f32).to_bits())
}

fn expected() -> Expected {
    serde_json::from_str(&std::fs::read_to_string(flights().join("expected.json")).unwrap()).unwrap()
}

#[test]
fn sampled_flights_have_the_recorded_predictions() {
    let expected = expected();
    let rows = rows(expected.sample.iter().map(|sample| &sample.features));
    assert_eq!(rows.nrows(), 500);
    for (file, recorded) in [
        ("delay_lightgbm.model.txt", (|sample| sample.lightgbm) as fn(&Sample) -> f64),
        ("delay_retrained.model.txt", |sample| sample.retrained),
    ] {
        let model = model(file);
        model.signature().check_names(&expected.features).unwrap();
        for (answer, sample) in model.predict(rows.view()).unwrap().iter().zip(&expected.sample) {
            assert!((answer - recorded(sample)).abs() <= 1e-12, "{file}: {answer}, {}", recorded(sample));
        }
    }
    let model = model("delay_xgboost.model.json");
    model.signature().check_names(&expected.features).unwrap();
    for (answer, sample) in model.predict(rows.view()).unwrap().iter().zip(&expected.sample) {
        assert!(ulps_apart(*answer, sample.xgboost) <= 1, "{answer}, {}", sample.xgboost);
    }
}

#[test]
fn margins_are_those_of_the_libraries_to_the_bit() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/flights/margins.json");
    let recorded: Recorded = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let rows = rows(recorded.rows.iter());
    assert_eq!(rows.nrows(), 400);

    let lightgbm = model("delay_lightgbm.model.txt");
    assert_eq!(lightgbm.margin(rows.view()).unwrap(), recorded.lightgbm.raw);
    for (answer, recorded) in lightgbm.predict(rows.view()).unwrap().iter().zip(&recorded.lightgbm.predict) {
        assert!((answer - recorded).abs() <= 1e-15, "{answer}, {recorded}");
    }

    let xgboost = model("delay_xgboost.model.json");
    assert_eq!(xgboost.margin(rows.view()).unwrap(), recorded.xgboost.margin);
    for (answer, recorded) in xgboost.predict(rows.view()).unwrap().iter().zip(&recorded.xgboost.predict) {
        assert!(ulps_apart(*answer, *recorded) <= 1, "{answer}, {recorded}");
    }
}
