//! Each event counts once, where the families' documentation says, and the text is one that
//! Prometheus' own parsers and the check of the guide's families accept.
#![allow(
    clippy::float_cmp,
    clippy::unwrap_used,
    reason = "a test says exactly what it expects, and fails by panic"
)]

mod prometheus_text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use mlops_core::{
    ManualClock, ModelName, Observer, Prediction, PredictionEvent, ServedBy, Timestamp, Version,
};
use mlops_monitor::metrics::{Class, Classes, Classify, Error, Format, ModelMetrics, Registry, Values};
use prometheus_text::{Sample, read};
use proptest::prelude::*;

const V1: Version = Version::new(1, 0, 0);
const V2: Version = Version::new(1, 1, 0);

fn model(name: &str) -> ModelName {
    name.parse().unwrap()
}

fn event(version: &Version, served_by: ServedBy, latency_ms: u64, prediction: Prediction) -> PredictionEvent {
    PredictionEvent {
        id: "UA1545".parse().unwrap(),
        model: model("delay"),
        version: version.clone(),
        at: "2013-04-01T10:00:00Z".parse().unwrap(),
        latency: Duration::from_millis(latency_ms),
        served_by,
        inputs: Arc::new([7.0, f64::NAN]),
        prediction,
    }
}

fn metrics() -> (Registry, ModelMetrics) {
    let registry = Registry::new(Arc::new(ManualClock::new(Timestamp::from_micros(1_364_774_400_000_000))));
    let classes = Classes::new(0.5, "late", "on_time").unwrap();
    let metrics = ModelMetrics::new(&registry, classes).unwrap().with_model(model("minutes"), Values);
    (registry, metrics)
}

/// Samples by name and label values, without times of creation; NaN is not equal to itself.
fn samples(registry: &Registry) -> BTreeMap<String, f64> {
    let families = read(&registry.encode(Format::OpenMetrics), true);
    let samples = families.into_iter().flat_map(|family| family.samples);
    let key = |Sample { name, labels, .. }: &Sample| {
        let values: Vec<&str> = labels.iter().map(|(_, value)| value.as_str()).collect();
        format!("{name} {}", values.join(" "))
    };
    samples
        .filter(|sample| !sample.name.ends_with("_created"))
        .map(|sample| (key(&sample), sample.value))
        .collect()
}

/// What is neither 0 nor unknown.
fn counted(registry: &Registry) -> Vec<(String, f64)> {
    let is_more =
        |(name, value): &(String, f64)| *value != 0.0 && !value.is_nan() && !name.contains("_bucket");
    samples(registry).into_iter().filter(is_more).collect()
}

fn expect(registry: &Registry, expected: &[(&str, f64)]) {
    let mut expected: Vec<(String, f64)> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(counted(registry), expected);
}

#[test]
fn a_version_is_there_before_its_first_answer() {
    let (registry, metrics) = metrics();
    metrics.register(&model("delay"), &V1);
    metrics.register_features(&model("delay"), ["wind_speed"]);
    metrics.register_errors(&model("delay"), ["timeout"]);
    let samples = samples(&registry);
    for zero in [
        "model_predictions_total delay 1.0.0 late",
        "model_predictions_total delay 1.0.0 on_time",
        "model_predictions_total delay 1.0.0 constant",
        "model_shadow_predictions_total delay 1.0.0 late",
        "model_prediction_latency_seconds_count delay 1.0.0",
        "prediction_confidence_sum delay 1.0.0",
        "prediction_errors_total invalid_score delay",
        "prediction_errors_total timeout delay",
        "model_shadow_errors_total invalid_score delay 1.0.0",
    ] {
        assert_eq!(samples.get(zero), Some(&0.0), "{zero}");
    }
    // 0 would be an alarm.
    assert!(samples["model_accuracy delay 1.0.0"].is_nan());
    assert!(samples["feature_drift_score wind_speed delay"].is_nan());
    // Once more changes nothing, not even what is known by now.
    metrics.set_accuracy(&model("delay"), &V1, 0.75);
    metrics.set_drift(&model("delay"), "wind_speed", 0.5);
    metrics.register(&model("delay"), &V1);
    metrics.register_features(&model("delay"), ["wind_speed"]);
    expect(&registry, &[("model_accuracy delay 1.0.0", 0.75), ("feature_drift_score wind_speed delay", 0.5)]);
}

#[test]
fn answers_that_a_caller_got() {
    let (registry, metrics) = metrics();
    metrics.observe(&event(&V1, ServedBy::Champion, 30, Prediction::Score(0.75)));
    metrics.observe(&event(&V1, ServedBy::Champion, 70, Prediction::Score(0.25)));
    metrics.observe(&event(&V1, ServedBy::Fallback, 0, Prediction::Score(0.5)));
    metrics.observe(&event(&V2, ServedBy::Canary, 500, Prediction::Score(1.0)));
    metrics.observe(&event(&V1, ServedBy::Constant, 900, Prediction::Score(0.25)));
    expect(
        &registry,
        &[
            ("model_predictions_total delay 1.0.0 late", 2.0),
            ("model_predictions_total delay 1.0.0 on_time", 1.0),
            ("model_predictions_total delay 1.0.0 constant", 1.0),
            ("model_predictions_total delay 1.1.0 late", 1.0),
            ("model_prediction_latency_seconds_count delay 1.0.0", 3.0),
            ("model_prediction_latency_seconds_sum delay 1.0.0", 0.1),
            ("model_prediction_latency_seconds_count delay 1.1.0", 1.0),
            ("model_prediction_latency_seconds_sum delay 1.1.0", 0.5),
            ("prediction_confidence_count delay 1.0.0", 3.0),
            ("prediction_confidence_sum delay 1.0.0", 2.0),
            ("prediction_confidence_count delay 1.1.0", 1.0),
            ("prediction_confidence_sum delay 1.1.0", 1.0),
        ],
    );
    let samples = samples(&registry);
    let bucket = |le: &str| samples[&format!("model_prediction_latency_seconds_bucket {le} delay 1.0.0")];
    assert_eq!(["0.01", "0.05", "0.1", "5.0", "+Inf"].map(bucket), [1.0, 2.0, 3.0, 3.0, 3.0]);
}

#[test]
fn a_shadow_changes_nothing_of_what_callers_see() {
    let (registry, metrics) = metrics();
    metrics.observe(&event(&V2, ServedBy::Shadow, 900, Prediction::Score(0.75)));
    metrics.observe(&event(&V2, ServedBy::Shadow, 900, Prediction::Score(f64::NAN)));
    metrics.observe(&event(&V2, ServedBy::Shadow, 900, Prediction::Failed("timeout")));
    expect(
        &registry,
        &[
            ("model_shadow_predictions_total delay 1.1.0 late", 1.0),
            ("model_shadow_errors_total invalid_score delay 1.1.0", 1.0),
            ("model_shadow_errors_total timeout delay 1.1.0", 1.0),
        ],
    );
}

#[test]
fn failures_count_whichever_version_failed() {
    let (registry, metrics) = metrics();
    metrics.observe(&event(&V1, ServedBy::Champion, 3, Prediction::Failed("timeout")));
    metrics.observe(&event(&V2, ServedBy::Canary, 3, Prediction::Failed("timeout")));
    metrics.observe(&event(&V1, ServedBy::Champion, 3, Prediction::Failed("input_range")));
    for refused in [f64::NAN, f64::INFINITY, -0.01, 1.01] {
        metrics.observe(&event(&V1, ServedBy::Champion, 3, Prediction::Score(refused)));
    }
    expect(
        &registry,
        &[
            ("prediction_errors_total timeout delay", 2.0),
            ("prediction_errors_total input_range delay", 1.0),
            ("prediction_errors_total invalid_score delay", 4.0),
        ],
    );
}

/// Types that come up as they like, and a confidence that is no number.
#[derive(Debug)]
struct Bands;

impl Classify for Bands {
    fn classify(&self, score: f64) -> Option<Class<'_>> {
        let prediction_type = if score < 10.0 { "short" } else { "long" };
        Some(Class { prediction_type, confidence: Some(f64::NAN) })
    }

    fn prediction_types(&self) -> Vec<&str> {
        vec!["short"]
    }
}

#[test]
fn models_have_classes_of_their_own() {
    let (registry, metrics) = metrics();
    let metrics = metrics.with_model(model("wait"), Bands);
    for (name, score) in [("minutes", 41.5), ("wait", 41.5), ("wait", 41.5), ("wait", 1.0), ("delay", 0.25)] {
        let event = event(&V1, ServedBy::Champion, 0, Prediction::Score(score));
        metrics.observe(&PredictionEvent { model: model(name), ..event });
    }
    let counted: Vec<(String, f64)> =
        counted(&registry).into_iter().filter(|(name, _)| !name.contains("latency")).collect();
    let expected = [
        ("model_predictions_total delay 1.0.0 on_time", 1.0),
        ("model_predictions_total minutes 1.0.0 value", 1.0),
        ("model_predictions_total wait 1.0.0 long", 2.0),
        ("model_predictions_total wait 1.0.0 short", 1.0),
        ("prediction_confidence_count delay 1.0.0", 1.0),
        ("prediction_confidence_sum delay 1.0.0", 0.75),
    ];
    assert_eq!(counted, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_version_that_is_forgotten_is_gone() {
    let (registry, metrics) = metrics();
    metrics.observe(&event(&V1, ServedBy::Champion, 30, Prediction::Score(0.75)));
    metrics.observe(&event(&V2, ServedBy::Canary, 30, Prediction::Score(0.75)));
    assert!(metrics.forget(&model("delay"), &V1));
    assert!(!metrics.forget(&model("delay"), &V1));
    let left = samples(&registry);
    assert!(left.keys().all(|name| !name.contains("1.0.0")), "{left:?}");
    assert!(left.contains_key("model_predictions_total delay 1.1.0 late"));
    metrics.observe(&event(&V1, ServedBy::Champion, 30, Prediction::Score(0.75)));
    assert_eq!(samples(&registry)["model_predictions_total delay 1.0.0 late"], 1.0);
}

#[test]
fn the_families_are_registered_once() {
    let (registry, _metrics) = metrics();
    let again = ModelMetrics::new(&registry, Values).unwrap_err();
    assert!(matches!(again, Error::Duplicate { ref name, .. } if name == "model_predictions"), "{again}");
    for bad in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(Classes::new(bad, "a", "b"), Err(Error::Value { .. })));
    }
}

fn events() -> impl Strategy<Value = Vec<PredictionEvent>> {
    let served_by = prop::sample::select(vec![
        ServedBy::Champion,
        ServedBy::Canary,
        ServedBy::Shadow,
        ServedBy::Fallback,
        ServedBy::Constant,
    ]);
    let prediction = prop_oneof![
        4 => (0.0..=1.0).prop_map(Prediction::Score),
        1 => any::<f64>().prop_map(Prediction::Score),
        1 => prop::sample::select(vec!["timeout", "input_range"]).prop_map(Prediction::Failed),
    ];
    let one = (prop::sample::select(vec![V1, V2]), served_by, 0_u64..10_000, prediction);
    prop::collection::vec(
        one.prop_map(|(version, by, ms, prediction)| event(&version, by, ms, prediction)),
        0..40,
    )
}

proptest! {
    #[test]
    fn each_event_counts_once(events in events()) {
        let (registry, metrics) = metrics();
        for event in &events {
            metrics.observe(event);
        }
        let samples = samples(&registry);
        let total = |names: &[&str]| -> f64 {
            let of = |name: &String| names.iter().any(|it| name.starts_with(&format!("{it} ")));
            samples.iter().filter(|(name, _)| of(name)).map(|(_, value)| value).sum()
        };
        let shadows = events.iter().filter(|event| event.served_by == ServedBy::Shadow).count() as f64;
        let all = events.len() as f64;
        prop_assert_eq!(total(&["model_shadow_predictions_total", "model_shadow_errors_total"]), shadows);
        prop_assert_eq!(total(&["model_predictions_total", "prediction_errors_total"]), all - shadows);
        let constants: f64 =
            samples.iter().filter(|(name, _)| name.ends_with(" constant")).map(|(_, value)| value).sum();
        let by_versions = total(&["model_predictions_total"]) - constants;
        prop_assert_eq!(total(&["model_prediction_latency_seconds_count"]), by_versions);
        prop_assert_eq!(total(&["prediction_confidence_count"]), by_versions);
        let sums = total(&["prediction_confidence_sum", "model_prediction_latency_seconds_sum"]);
        prop_assert!(sums.is_finite());
    }
}

/// A week of two versions, one of them on trial: text 0.0.4 and OpenMetrics in `folder`.
fn week(folder: &Path) -> (PathBuf, PathBuf) {
    let (registry, metrics) = metrics();
    let delay = model("delay");
    metrics.register(&delay, &V1);
    metrics.register(&delay, &V2);
    metrics.register_features(&delay, ["wind_speed", "visibility \"mi\""]);
    for turn in 0..5_000_u64 {
        let score = (turn * 7_919 % 1_000) as f64 / 1_000.0;
        let canary = turn % 10 == 0;
        let (version, by, other) =
            if canary { (&V2, ServedBy::Canary, &V1) } else { (&V1, ServedBy::Champion, &V2) };
        let answer = if turn % 97 == 0 { Prediction::Failed("timeout") } else { Prediction::Score(score) };
        metrics.observe(&event(version, by, turn % 130, answer));
        metrics.observe(&event(other, ServedBy::Shadow, turn % 90, Prediction::Score(1.0 - score)));
    }
    metrics.set_accuracy(&delay, &V1, 0.8125);
    metrics.set_drift(&delay, "wind_speed", 0.031);
    let paths = (folder.join("metrics.txt"), folder.join("metrics.om"));
    std::fs::write(&paths.0, registry.encode(Format::Text)).unwrap();
    std::fs::write(&paths.1, registry.encode(Format::OpenMetrics)).unwrap();
    paths
}

/// Runs where `MLOPS_PROMETHEUS_PYTHON` names a Python that has `prometheus_client`.
#[test]
fn prometheus_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let (text, open_metrics) = week(folder.path());
    let Some(python) = std::env::var_os("MLOPS_PROMETHEUS_PYTHON") else {
        println!("prometheus_reads_it: skipped, MLOPS_PROMETHEUS_PYTHON is not set");
        return;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/monitor/scrape_check.py");
    let checked = Command::new(python).arg(script).arg(text).arg("--om").arg(open_metrics).output().unwrap();
    let report = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{report}{}", String::from_utf8_lossy(&checked.stderr));
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["ok"], &report["openmetrics"]), (&true.into(), &true.into()), "{report}");
}
