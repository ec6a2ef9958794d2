//! `drift/cbpe`: performance estimated without labels, as `NannyML` 0.13.1 answered. Files of
//! several classes name them: `p` is then an object of columns.

use std::collections::BTreeSet;
use std::path::Path;

use mlops_cases::{Tally, close, number, numbers, optional_numbers};
use mlops_core::Timestamp;
use mlops_drift::chunks::Period;
use mlops_drift::performance::{
    Calibration, Cbpe, CbpeSettings, ChunkPerformance, ClassifierMetric, Estimated, Expected, Label,
    Predictions,
};
use ndarray::{Array1, Array2, Axis};
use serde_json::Value;

use super::nannyml::{chunking, threshold};

type Answer<T> = Result<T, String>;

/// Relative, of what has a closed form.
const EXACT: f64 = 1e-9;
/// Absolute: the tool rounds the counts under its curves to five decimals.
const CURVE: f64 = 2e-6;

pub(crate) fn run(path: &Path, case: &Value, tally: &mut Tally) -> Answer<()> {
    let name = case["name"].as_str().unwrap_or_else(|| path.to_str().unwrap_or_default());
    match case["kind"].as_str() {
        Some("estimate") => estimate(name, case, tally),
        Some("pipeline") => pipeline(name, case, tally),
        other => Err(format!("kind {other:?}")),
    }
}

fn wrong(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn is_curve(metric: &str) -> bool {
    matches!(metric, "roc_auc" | "average_precision")
}

/// An estimate.
pub(crate) fn near(metric: &str, ours: Option<f64>, asked: &Value) -> bool {
    let (relative, absolute) = if is_curve(metric) { (0.0, CURVE) } else { (EXACT, 1e-12) };
    same(ours, asked, relative, absolute)
}

/// What the tool calls NaN or null is not defined here.
pub(crate) fn same(ours: Option<f64>, asked: &Value, relative: f64, absolute: f64) -> bool {
    match (ours, number(asked).filter(|asked| !asked.is_nan())) {
        (None, None) => true,
        (Some(ours), Some(asked)) => close(ours, asked, relative, absolute),
        _ => false,
    }
}

fn missing_as_nan(values: &Value) -> Answer<Vec<f64>> {
    Ok(optional_numbers(values)?.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

fn labels(values: &Value) -> Answer<Vec<Label<'_>>> {
    match values.as_array() {
        Some(list) if list.iter().any(|value| value.is_string() && number(value).is_none()) => {
            Ok(list.iter().map(|value| value.as_str().into()).collect())
        }
        _ => Ok(optional_numbers(values)?.into_iter().map(Label::from).collect()),
    }
}

fn metric(name: &str) -> Answer<ClassifierMetric> {
    serde_json::from_value(Value::String(name.to_owned())).map_err(wrong)
}

fn estimate(name: &str, case: &Value, tally: &mut Tally) -> Answer<()> {
    let probabilities = missing_as_nan(&case["calibrated_proba"])?;
    let scores = missing_as_nan(&case["model_score"])?;
    let found = Expected::binary(&probabilities, &scores, labels(&case["y_pred"])?).map_err(wrong)?;
    for (of, asked) in case["expected"].as_object().into_iter().flatten() {
        let ours = found.get(metric(of)?);
        tally.check(near(of, ours, asked), || format!("{name} {of}: {ours:?}, {asked}"));
    }
    Ok(())
}

/// The first of the names that is there.
fn field<'v>(value: &'v Value, names: &[&str]) -> &'v Value {
    names.iter().map(|name| &value[*name]).find(|value| !value.is_null()).unwrap_or(&Value::Null)
}

fn predictions(side: &Value) -> Answer<Predictions> {
    let mut read = match field(side, &["p", "y_pred_proba"]) {
        Value::Object(columns) if !columns.contains_key("gen") => {
            let mut names: Vec<&String> = columns.keys().collect();
            names.sort_unstable();
            let of = |name: &&String| missing_as_nan(&columns[*name]).map(Array1::from);
            let scores = names.iter().map(of).collect::<Answer<Vec<_>>>()?;
            let views: Vec<_> = scores.iter().map(|column| column.view()).collect();
            let scores: Array2<f64> = ndarray::stack(Axis(1), &views).map_err(wrong)?;
            Predictions::multiclass(names.into_iter().cloned(), scores.view())
        }
        scores => Predictions::binary(missing_as_nan(scores)?),
    }
    .map_err(wrong)?;
    if let predicted @ (Value::Array(_) | Value::Object(_)) = field(side, &["yhat", "y_pred"]) {
        read = read.predicted(labels(predicted)?).map_err(wrong)?;
    }
    if let actual @ (Value::Array(_) | Value::Object(_)) = field(side, &["y", "y_true"]) {
        read = read.actual(labels(actual)?).map_err(wrong)?;
    }
    if let Some(times) = field(side, &["t", "timestamp"]).as_array() {
        let time = |time: &Value| time.as_str().unwrap_or_default().parse::<Timestamp>().map_err(wrong);
        read = read.times(times.iter().map(time).collect::<Answer<_>>()?).map_err(wrong)?;
    }
    Ok(read)
}

pub(crate) fn calibration(applied: &Value) -> Answer<Calibration> {
    match applied {
        Value::Bool(true) => Ok(Calibration::Always),
        Value::Bool(false) => Ok(Calibration::Never),
        Value::Object(classes) => {
            let applied = classes.iter().filter(|(_, applied)| **applied == Value::Bool(true));
            Ok(Calibration::Of(applied.map(|(class, _)| class.clone()).collect()))
        }
        other => Err(format!("calibration_applied {other}")),
    }
}

/// The metric that a recorded value belongs to.
fn metric_of(name: &str) -> Answer<ClassifierMetric> {
    let is_cell = ["true_positive", "true_negative", "false_positive", "false_negative"].contains(&name)
        || name.starts_with("true_") && name.contains("_pred_");
    if is_cell { Ok(ClassifierMetric::ConfusionMatrix) } else { metric(name) }
}

fn pipeline(name: &str, case: &Value, tally: &mut Tally) -> Answer<()> {
    let asked: Vec<&Value> = case["chunks"].as_array().into_iter().flatten().collect();
    let values = |chunk: &'_ Value| {
        let of = |(name, value): (&String, &Value)| value.is_object().then(|| name.clone());
        chunk.as_object().into_iter().flatten().filter_map(of).collect::<Vec<String>>()
    };
    let metrics: BTreeSet<ClassifierMetric> =
        asked.iter().flat_map(|chunk| values(chunk)).map(|name| metric_of(&name)).collect::<Answer<_>>()?;
    if metrics.contains(&ClassifierMetric::AveragePrecision) {
        tally.informative(format!("{name} sampling error of average_precision, of samples drawn anew"));
    }
    let mut settings = CbpeSettings::default()
        .metrics(metrics)
        .chunks(chunking(case)?)
        .calibration(calibration(&case["calibration_applied"])?);
    let read = |field: &str| case.get(field).filter(|value| !value.is_null()).cloned();
    if let Some(share) = read("normalize_confusion_matrix") {
        settings.normalize_confusion_matrix = serde_json::from_value(share).map_err(wrong)?;
    }
    if let Some(matrix) = read("business_value_matrix") {
        settings.business_value_matrix = serde_json::from_value(matrix).map_err(wrong)?;
    }
    if let Some(share) = read("normalize_business_value") {
        settings.normalize_business_value = serde_json::from_value(share).map_err(wrong)?;
    }
    for (of, value) in case["thresholds"].as_object().into_iter().flatten() {
        settings = settings.threshold(metric(of)?, threshold(value)?);
    }
    let fitted = Cbpe::fit(&predictions(&case["reference"])?, &settings).map_err(wrong)?;
    // Labels of the analysis are for people to look at: the tool was not shown them.
    let shown = &case["analysis"];
    let realized = |chunk: &&Value| chunk["period"] == "analysis" && chunk.to_string().contains("realized");
    let told = asked.iter().filter(|chunk| realized(chunk)).any(|chunk| {
        values(chunk).iter().any(|of| number(&chunk[of]["realized"]).is_some_and(|value| !value.is_nan()))
    });
    let mut analysis = shown.clone();
    if !told && let Some(analysis) = analysis.as_object_mut() {
        analysis.retain(|field, _| field != "y" && field != "y_true");
    }
    let found = fitted.estimate(&predictions(&analysis)?).map_err(wrong)?;
    curves(name, case, &fitted, tally)?;
    let ours: Vec<&ChunkPerformance> = fitted.reference().iter().chain(&found).collect();
    tally.check(ours.len() == asked.len(), || format!("{name}: {} chunks, {}", ours.len(), asked.len()));
    for (ours, asked) in ours.into_iter().zip(asked) {
        let here = format!("{name} {:?} {}", ours.period, ours.chunk_index);
        place(&here, ours, asked, tally);
        for of in values(asked) {
            match ours.get(&of) {
                Some(found) => one(&format!("{here} {of}"), found, &asked[&of], case["tied"] == true, tally),
                None => tally.unsupported(format!("{here} {of}")),
            }
        }
    }
    Ok(())
}

pub(crate) fn place(here: &str, ours: &ChunkPerformance, asked: &Value, tally: &mut Tally) {
    let period = if ours.period == Period::Reference { "reference" } else { "analysis" };
    let same = asked["period"] == period
        && asked["start_index"] == ours.start_index
        && asked["end_index"] == ours.end_index;
    tally.check(same, || format!("{here}: {period} {} {}", ours.start_index, ours.end_index));
}

fn one(here: &str, found: &Estimated, asked: &Value, tied: bool, tally: &mut Tally) {
    let mut check = |what: &str, ours: Option<f64>, relative: f64, absolute: f64| {
        let asked = &asked[what];
        tally.check(same(ours, asked, relative, absolute), || format!("{here} {what}: {ours:?}, {asked}"));
    };
    let curve = is_curve(&found.metric);
    let (relative, absolute) = if curve { (0.0, CURVE) } else { (EXACT, 1e-12) };
    check("value", found.value, relative, absolute);
    check("realized", found.realized, EXACT, 1e-12);
    check("upper_threshold", found.thresholds.upper, EXACT, 1e-12);
    check("lower_threshold", found.thresholds.lower, EXACT, 1e-12);
    let random = found.metric == "average_precision";
    // The tool's bounds of what is no number are the ends of the range.
    if !random && found.value.is_some() {
        // Of tied scores it takes one order of many.
        let (relative, absolute) = if tied && curve { (2e-3, 0.0) } else { (relative, absolute) };
        check("sampling_error", found.sampling_error, relative, absolute);
        // A value and three sampling errors, each to its tolerance.
        let absolute = if curve { 4.0 * CURVE } else { absolute };
        let relative = if tied && curve { 2e-3 } else { relative };
        check("upper_confidence_boundary", found.upper_confidence_boundary, relative, absolute);
        check("lower_confidence_boundary", found.lower_confidence_boundary, relative, absolute);
    }
    tally.check(asked["alert"].as_bool() == Some(found.alert), || format!("{here} alert {}", found.alert));
}

/// The fitted calibrator on a grid; of several classes, of each.
fn curves(name: &str, case: &Value, fitted: &Cbpe, tally: &mut Tally) -> Answer<()> {
    let recorded = &case["isotonic"];
    let of_classes: Vec<(&str, &Value)> = match recorded {
        Value::Null => return Ok(()),
        one if one.get("grid").is_some() => vec![("1", one)],
        several => {
            let several = several.as_object().into_iter().flatten();
            several.filter(|(_, of)| !of.is_null()).map(|(class, of)| (class.as_str(), of)).collect()
        }
    };
    for (class, recorded) in of_classes {
        let curve = fitted.calibrator(class).ok_or_else(|| format!("{name}: no curve of class {class}"))?;
        let values = numbers(field(recorded, &["value", "values"]))?;
        for (at, asked) in numbers(&recorded["grid"])?.into_iter().zip(values) {
            let ours = curve.predict(at);
            tally.check(close(ours, asked, EXACT, EXACT), || {
                format!("{name} isotonic of {class} at {at}: {ours}, {asked}")
            });
        }
    }
    Ok(())
}
