//! Drift chunk by chunk, as `NannyML` 0.13.1 answered.

use std::path::Path;

use mlops_cases::{Tally, close, number, optional_numbers};
use mlops_drift::Rows;
use mlops_drift::chunks::{
    Approximation, Calendar, ChunkDrift, Chunking, Leftover, Method, Period, Threshold, UnivariateChunks,
    UnivariateSettings,
};
use mlops_drift::multivariate::{Components, ReconstructionChunks, ReconstructionSettings};
use serde_json::Value;

/// Of the value, or of 1 if it is smaller.
const UNIVARIATE: f64 = 1e-9;
/// The same, after a decomposition.
const PCA: f64 = 1e-7;

type Answer<T> = Result<T, String>;

pub(crate) fn run(path: &Path, case: &Value, tally: &mut Tally) -> Answer<()> {
    let name = case["name"].as_str().unwrap_or_else(|| path.to_str().unwrap_or_default());
    match case["kind"].as_str() {
        Some("univariate") => univariate(name, case, tally),
        Some("pca") => pca(name, case, tally),
        other => Err(format!("kind {other:?}")),
    }
}

pub(crate) fn chunking(case: &Value) -> Answer<Chunking> {
    let whole = |field: &str| case[field].as_u64().and_then(|n| usize::try_from(n).ok());
    let leftover = match case["incomplete"].as_str() {
        None | Some("keep") => Leftover::Keep,
        Some("drop") => Leftover::Drop,
        Some("append") => Leftover::Append,
        Some(other) => return Err(format!("incomplete {other:?}")),
    };
    let chunking = match (whole("chunk_size"), whole("chunk_number")) {
        (Some(size), _) => Chunking::size(size),
        (None, Some(number)) => Chunking::number(number),
        (None, None) => match case["chunk_period"].as_str() {
            Some(period) => Chunking::period(period.parse::<Calendar>().map_err(|error| error.to_string())?),
            None => Chunking::default(),
        },
    };
    Ok(chunking.leftover(leftover))
}

/// The columns of these names of one side.
fn rows(
    case: &Value,
    side: &str,
    names: &[String],
    is_category: impl Fn(&str, &Value) -> bool,
) -> Answer<Rows> {
    let mut rows = Rows::default();
    for name in names {
        let values = &case[side][name];
        let added = if is_category(name, values) {
            let words = words(values)?;
            rows.categories(name, words.iter().map(Option::as_deref))
        } else {
            let numbers = optional_numbers(values)?;
            rows.numbers(name, numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect())
        };
        rows = added.map_err(|error| error.to_string())?;
    }
    Ok(rows)
}

fn words(values: &Value) -> Answer<Vec<Option<String>>> {
    let word = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) if text == "NaN" => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    if values["gen"] == "rle" {
        let runs = values["runs"].as_array().ok_or("no runs")?;
        let run = |run: &Value| {
            let times = run[1].as_u64().and_then(|times| usize::try_from(times).ok()).unwrap_or_default();
            std::iter::repeat_n(word(&run[0]), times)
        };
        return Ok(runs.iter().flat_map(run).collect());
    }
    match values {
        Value::Array(values) => Ok(values.iter().map(word).collect()),
        _ => Ok(optional_numbers(values)?.into_iter().map(|n| n.map(|n| n.to_string())).collect()),
    }
}

fn names(case: &Value, field: &str) -> Vec<String> {
    let names = case[field].as_array().map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn method(name: &str) -> Answer<Method> {
    serde_json::from_value(Value::String(name.to_owned())).map_err(|error| error.to_string())
}

pub(crate) fn threshold(value: &Value) -> Answer<Threshold> {
    let mut value = value.clone();
    let Some(fields) = value.as_object_mut() else { return Err(format!("threshold {value}")) };
    if !fields.contains_key("type") {
        let constant = fields.contains_key("lower") || fields.contains_key("upper");
        let kind = if constant { "constant" } else { "standard_deviation" };
        fields.insert("type".to_owned(), kind.into());
    }
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn approximation(params: &Value) -> Answer<Approximation> {
    match params["calculation_method"].as_str() {
        None | Some("auto") => Ok(Approximation::Auto),
        Some("exact") => Ok(Approximation::Exact),
        Some("estimated") => {
            let n_bins = params["n_bins"].as_u64().unwrap_or(10_000);
            Ok(Approximation::Estimated {
                n_bins: usize::try_from(n_bins).map_err(|error| error.to_string())?,
            })
        }
        Some(other) => Err(format!("calculation_method {other:?}")),
    }
}

fn univariate(name: &str, case: &Value, tally: &mut Tally) -> Answer<()> {
    let categorical = names(case, "categorical");
    let mut settings = UnivariateSettings::default().chunks(chunking(case)?).all_methods();
    for (name, value) in case["thresholds"].as_object().into_iter().flatten() {
        settings = settings.threshold(method(name)?, threshold(value)?);
    }
    settings.kolmogorov_smirnov = approximation(&case["computation_params"])?;
    settings.wasserstein = settings.kolmogorov_smirnov;
    let is_category = |column: &str, _: &Value| categorical.iter().any(|name| name == column);
    let columns = [names(case, "continuous"), categorical.clone()].concat();
    let asked: Vec<&Value> = case["chunks"].as_array().into_iter().flatten().collect();
    // Only the methods that were run: one that can't be fitted would refuse the others.
    let ran = |methods: &[Method], columns: &[String]| -> Vec<Method> {
        let first = |column: &String| asked.first().map(|chunk| chunk["values"][column].clone());
        let of_columns: Vec<Value> = columns.iter().filter_map(first).collect();
        let ran = |method: &&Method| of_columns.iter().any(|values| !values[method.name()].is_null());
        methods.iter().filter(ran).copied().collect()
    };
    settings.continuous_methods = ran(&Method::NUMBERS, &names(case, "continuous"));
    settings.categorical_methods = ran(&Method::CATEGORIES, &categorical);
    let fitted = UnivariateChunks::fit(&rows(case, "reference", &columns, is_category)?, &settings)
        .map_err(|error| error.to_string())?;
    let analysis =
        fitted.measure(&rows(case, "analysis", &columns, is_category)?).map_err(|error| error.to_string())?;
    let ours: Vec<&ChunkDrift> = fitted.reference().iter().chain(&analysis).collect();
    tally.check(ours.len() == asked.len(), || format!("{name}: {} chunks, {}", ours.len(), asked.len()));
    for (ours, asked) in ours.into_iter().zip(asked) {
        let here = format!("{name} {:?} {}", ours.period, ours.chunk_index);
        place(&here, (ours.period, ours.start_index, ours.end_index), asked, tally);
        for (column, methods) in asked["values"].as_object().into_iter().flatten() {
            for (method_name, asked) in methods.as_object().into_iter().flatten() {
                let here = format!("{here} {column} {method_name}");
                let Some(found) = ours.get(column, method(method_name)?) else {
                    tally.unsupported(here);
                    continue;
                };
                let mut same = |what: &str, ours: Option<f64>| {
                    same_number(&format!("{here} {what}"), ours, &asked[what], UNIVARIATE, tally);
                };
                same("value", found.value);
                same("upper_threshold", found.thresholds.upper);
                same("lower_threshold", found.thresholds.lower);
                // Without a value the tool's chi-square repeats the alert of the chunk before.
                if found.value.is_some() {
                    let alert = asked["alert"].as_bool();
                    tally.check(Some(found.alert) == alert, || format!("{here} alert {}", found.alert));
                }
            }
        }
    }
    Ok(())
}

fn pca(name: &str, case: &Value, tally: &mut Tally) -> Answer<()> {
    let mut settings = ReconstructionSettings::default().chunks(chunking(case)?);
    if !case["n_components"].is_null() {
        let components: Components =
            serde_json::from_value(case["n_components"].clone()).map_err(|error| error.to_string())?;
        settings = settings.components(components);
    }
    if !case["threshold"].is_null() {
        settings = settings.threshold(threshold(&case["threshold"])?);
    }
    let (columns, categorical) = (names(case, "columns"), names(case, "categorical"));
    let is_category = |column: &str, values: &Value| {
        let text = |value: &Value| value.is_boolean() || value.is_string() && number(value).is_none();
        let of_words = values.as_array().is_some_and(|values| values.iter().any(text));
        of_words || categorical.iter().any(|name| name == column) || values["runs"][0][0].is_string()
    };
    let fitted = ReconstructionChunks::fit(&rows(case, "reference", &columns, is_category)?, &settings)
        .map_err(|error| error.to_string())?;
    let analysis =
        fitted.measure(&rows(case, "analysis", &columns, is_category)?).map_err(|error| error.to_string())?;
    if let Some(chosen) = case["chosen_components"].as_u64() {
        let ours = fitted.explained_variance().len() as u64;
        tally.check(ours == chosen, || format!("{name}: {ours} components, {chosen}"));
    }
    let ours: Vec<_> = fitted.reference().iter().chain(&analysis).collect();
    let asked: Vec<&Value> = case["chunks"].as_array().into_iter().flatten().collect();
    tally.check(ours.len() == asked.len(), || format!("{name}: {} chunks, {}", ours.len(), asked.len()));
    for (ours, asked) in ours.into_iter().zip(asked) {
        let here = format!("{name} {:?} {}", ours.period, ours.chunk_index);
        place(&here, (ours.period, ours.start_index, ours.end_index), asked, tally);
        for (what, ours) in [
            ("value", Some(ours.value)),
            ("sampling_error", ours.sampling_error),
            ("upper_confidence_boundary", ours.upper_confidence_boundary),
            ("lower_confidence_boundary", ours.lower_confidence_boundary),
            ("upper_threshold", ours.thresholds.upper),
            ("lower_threshold", ours.thresholds.lower),
        ] {
            same_number(&format!("{here} {what}"), ours, &asked[what], PCA, tally);
        }
        tally.check(Some(ours.alert) == asked["alert"].as_bool(), || format!("{here} alert {}", ours.alert));
    }
    Ok(())
}

fn place(here: &str, ours: (Period, usize, usize), asked: &Value, tally: &mut Tally) {
    let (period, start, end) = ours;
    let period = if period == Period::Reference { "reference" } else { "analysis" };
    let same = asked["period"] == period && asked["start_index"] == start && asked["end_index"] == end;
    tally.check(same, || format!("{here}: {period} {start} {end}"));
}

/// What the tool calls NaN or null is not defined here.
fn same_number(here: &str, ours: Option<f64>, asked: &Value, tolerance: f64, tally: &mut Tally) {
    let asked = number(asked).filter(|asked| !asked.is_nan());
    let same = match (ours, asked) {
        (None, None) => true,
        (Some(ours), Some(asked)) => close(ours, asked, tolerance, tolerance),
        _ => false,
    };
    tally.check(same, || format!("{here}: {ours:?}, {asked:?}"));
}
