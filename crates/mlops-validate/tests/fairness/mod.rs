//! Compares recorded answers of fairlearn: metrics of all rows, disparities, whole frames.

use mlops_cases::{Tally, close, number, numbers};
use mlops_validate::fairness::{
    Aggregate, Compared, Comparison, Disparity, Feature, FrameOptions, Group, GroupKey, GroupMetric,
    GroupRows, GroupValue, Label, Labels, Level, Measure, Method, MetricFrame,
};
use mlops_validate::{Error, Result};
use serde_json::{Map, Value};

const RELATIVE: f64 = 1e-9;
/// Of what is 0 but for rounding.
const ABSOLUTE: f64 = 1e-12;

const COMPARISONS: [(&str, Comparison); 6] = [
    ("group_min", Comparison::GroupMin),
    ("group_max", Comparison::GroupMax),
    ("difference_between_groups", Comparison::Difference(Method::BetweenGroups)),
    ("difference_to_overall", Comparison::Difference(Method::ToOverall)),
    ("ratio_between_groups", Comparison::Ratio(Method::BetweenGroups)),
    ("ratio_to_overall", Comparison::Ratio(Method::ToOverall)),
];

/// Compares a case of any of the three families; the error says why it is not supported.
pub(crate) fn check(tally: &mut Tally, family: &str, case: &Value) -> Result<(), String> {
    let name = format!("{family}/{}", case["name"].as_str().unwrap_or("a case without a name"));
    let expected = &case["expected"];
    let metric = case["metric"].as_str().ok_or_else(|| format!("{name}: no metric"))?;
    let columns = Columns::of(case).map_err(|why| format!("{name}: {why}"))?;
    if metric == "MetricFrame" {
        frame(tally, &name, case, &columns, expected);
        return Ok(());
    }
    let kwargs = case["kwargs"].as_object().cloned().unwrap_or_default();
    if let Some(kwarg) =
        kwargs.keys().find(|key| !["method", "agg", "sample_weight", "pos_label"].contains(&key.as_str()))
    {
        return Err(format!("{name}: keyword {kwarg}"));
    }
    let answer = if case.get("sensitive_features").is_some_and(|features| !features.is_null()) {
        disparity(metric, &columns, &kwargs)
    } else {
        whole(metric, &columns, &kwargs)
    };
    let compared = match (answer, expected["exception"].is_null()) {
        (Ok(found), true) => same_number(found.value, &expected["value"])
            .and_then(|()| warned(&found.warnings, &expected["warnings"])),
        (Ok(found), false) => Err(format!("{}, expected an error", found.value)),
        (Err(_), false) => Ok(()),
        (Err(error), true) => Err(format!("refused: {error}")),
    };
    tally.check(compared.is_ok(), || format!("{name}: {}", compared.unwrap_err()));
    Ok(())
}

struct Found {
    value: f64,
    warnings: Vec<String>,
}

/// The columns of a case as they are recorded.
struct Columns<'c> {
    truth: &'c [Value],
    predicted: &'c [Value],
    sensitive: Vec<(String, &'c [Value])>,
    control: Vec<(String, &'c [Value])>,
}

impl<'c> Columns<'c> {
    fn of(case: &'c Value) -> Result<Self, String> {
        let list = |key: &str| case[key].as_array().map(Vec::as_slice).ok_or(format!("{key} is no list"));
        Ok(Self {
            truth: list("y_true")?,
            predicted: list("y_pred")?,
            sensitive: features("sensitive_feature_", &case["sensitive_features"])?,
            control: features("control_feature_", &case["control_features"])?,
        })
    }
}

fn features<'c>(base: &str, value: &'c Value) -> Result<Vec<(String, &'c [Value])>, String> {
    match value {
        Value::Null => Ok(vec![]),
        Value::Array(values) if values.iter().any(Value::is_array) => Err("a list of lists".to_owned()),
        Value::Array(values) => Ok(vec![(format!("{base}0"), values.as_slice())]),
        Value::Object(columns) => columns
            .iter()
            .map(|(name, values)| {
                let values = values.as_array().ok_or(format!("feature {name} is no list"))?;
                Ok((name.clone(), values.as_slice()))
            })
            .collect(),
        other => Err(format!("features are {other}")),
    }
}

/// Labels as fairlearn has them: text if any is text.
pub(crate) fn labels(what: &str, values: &[Value]) -> Result<Labels> {
    let label = |value: &Value| match value {
        Value::Bool(value) => Label::from(*value),
        Value::String(text) if number(value).is_none() => Label::from(text.as_str()),
        other => Label::from(number(other).unwrap_or(f64::NAN)),
    };
    Labels::distinct(what, values.iter().map(label))
}

pub(crate) fn feature(name: &str, values: &[Value]) -> Feature {
    Feature::new(name, values.iter().map(key))
}

fn key(value: &Value) -> Option<GroupKey> {
    match value {
        Value::Null => None,
        Value::Bool(value) => Some(GroupKey::Bool(*value)),
        Value::String(text) if text == "NaN" => None,
        Value::String(text) => Some(GroupKey::from(text.as_str())),
        other => other.as_i64().map(GroupKey::from).or_else(|| other.as_f64().map(GroupKey::from)),
    }
}

fn weights_of(value: &Value) -> Result<Option<Vec<f64>>> {
    match value {
        Value::Null => Ok(None),
        values => numbers(values).map(Some).map_err(|reason| Error::Input {
            what: "sample_weight".to_owned(),
            reason,
            source: None,
        }),
    }
}

fn label_of(value: &Value) -> Option<Label> {
    match value {
        Value::Bool(value) => Some(Label::from(*value)),
        Value::String(text) => Some(Label::from(text.as_str())),
        other => other.as_f64().map(Label::from),
    }
}

/// A metric of all rows: the overall value of a frame whose rows are one group.
fn whole(metric: &str, columns: &Columns<'_>, kwargs: &Map<String, Value>) -> Result<Found> {
    let metric = GroupMetric::named(metric)?;
    if metric == GroupMetric::MeanPrediction && columns.predicted.is_empty() {
        // A mean of nothing: fairlearn has no rows to refuse here, and warns.
        return Ok(Found { value: f64::NAN, warnings: vec!["there are no rows".to_owned()] });
    }
    let weights = weights_of(kwargs.get("sample_weight").unwrap_or(&Value::Null))?;
    let named: Vec<(String, &[f64])> =
        weights.iter().map(|values| ("w".to_owned(), values.as_slice())).collect();
    let rows =
        Columns { sensitive: vec![], control: vec![], truth: columns.truth, predicted: columns.predicted }
            .rows_of(&named)?;
    let rows = rows.sensitive(Feature::new("all", columns.truth.iter().map(|_| Some(true))))?;
    let mut measure = Measure::new(metric);
    if weights.is_some() {
        measure = measure.weighted("w");
    }
    if let Some(label) = kwargs.get("pos_label").and_then(label_of) {
        measure = measure.positive(label);
    }
    let frame = MetricFrame::of(&rows, &[measure], FrameOptions::fairlearn())?;
    let value = frame.overall[0].values[0].value.unwrap_or(f64::NAN);
    Ok(Found { value, warnings: frame.warnings() })
}

impl Columns<'_> {
    fn rows_of<'w>(&self, weights: &[(String, &'w [f64])]) -> Result<GroupRows<'w>> {
        let mut rows =
            GroupRows::classified(labels("y_true", self.truth)?, labels("y_pred", self.predicted)?)?;
        for (name, values) in &self.control {
            rows = rows.control(feature(name, values))?;
        }
        for (name, values) in &self.sensitive {
            rows = rows.sensitive(feature(name, values))?;
        }
        for (name, values) in weights {
            rows = rows.weights(name, values)?;
        }
        Ok(rows)
    }
}

fn disparity(name: &str, columns: &Columns<'_>, kwargs: &Map<String, Value>) -> Result<Found> {
    let invalid = |what: &str, value: &Value| Error::Input {
        what: what.to_owned(),
        reason: format!("{value} is none that is known"),
        source: None,
    };
    let mut disparity = Disparity::named(name)?.as_fairlearn();
    match kwargs.get("method").unwrap_or(&Value::Null) {
        Value::Null => {}
        value if value == "between_groups" => disparity = disparity.method(Method::BetweenGroups),
        value if value == "to_overall" => disparity = disparity.method(Method::ToOverall),
        value => return Err(invalid("method", value)),
    }
    match kwargs.get("agg").unwrap_or(&Value::Null) {
        Value::Null => {}
        value if value == "worst_case" => disparity = disparity.aggregate(Aggregate::WorstCase),
        value if value == "mean" => disparity = disparity.aggregate(Aggregate::Mean),
        value => return Err(invalid("agg", value)),
    }
    if let Some(label) = kwargs.get("pos_label").and_then(label_of) {
        disparity = disparity.positive(label);
    }
    let weights = weights_of(kwargs.get("sample_weight").unwrap_or(&Value::Null))?;
    let named: Vec<(String, &[f64])> =
        weights.iter().map(|values| ("w".to_owned(), values.as_slice())).collect();
    if weights.is_some() {
        disparity = disparity.weighted("w");
    }
    let rows = columns.rows_of(&named)?;
    let measures: Vec<Measure> = disparity
        .metrics()
        .iter()
        .map(|metric| {
            let measure = Measure::new(*metric);
            if weights.is_some() { measure.weighted("w") } else { measure }
        })
        .collect();
    let values = disparity.of_rows(&rows)?;
    let warnings = MetricFrame::of(&rows, &measures, FrameOptions::fairlearn()).map(|frame| frame.warnings());
    Ok(Found { value: values[0].value.unwrap_or(f64::NAN), warnings: warnings.unwrap_or_default() })
}

fn frame(tally: &mut Tally, name: &str, case: &Value, columns: &Columns<'_>, expected: &Value) {
    let found = whole_frame(case, columns);
    let value = &expected["value"];
    match (found, expected["exception"].is_null()) {
        (Err(_), false) => tally.check(true, String::new),
        (Ok(_), false) => tally.check(false, || format!("{name}: expected an error")),
        (Err(error), true) => tally.check(false, || format!("{name}: refused: {error}")),
        (Ok(frame), true) => {
            let mut compare = |part: &str, compared: Result<(), String>| {
                tally.check(compared.is_ok(), || format!("{name}/{part}: {}", compared.unwrap_err()));
            };
            compare("warnings", warned(&frame.warnings(), &expected["warnings"]));
            compare("overall", overall(&frame, &value["overall"]));
            compare("by_group", by_group(&frame, &value["by_group"]));
            for (part, comparison) in COMPARISONS {
                for (index, metric) in frame.metrics.iter().enumerate() {
                    let found = frame.compare(metric, comparison).unwrap();
                    let same = levels(&frame, &found, &value[part], metric, index);
                    compare(&format!("{part}/{metric}"), same);
                }
            }
        }
    }
}

fn whole_frame(case: &Value, columns: &Columns<'_>) -> Result<MetricFrame> {
    let names: Vec<&str> = case["metrics"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let mut weights: Vec<(String, Vec<f64>)> = Vec::new();
    let mut measures = Vec::new();
    let params = case["sample_params"].as_object();
    // One list for all metrics, or one for each.
    let shared = params.and_then(|params| params.get("sample_weight"));
    for name in &names {
        let of_metric = params.and_then(|params| params.get(*name)).map(|params| &params["sample_weight"]);
        let mut measure = Measure::new(GroupMetric::named(name)?);
        if let Some(values) = weights_of(of_metric.or(shared).unwrap_or(&Value::Null))? {
            measure = measure.weighted(*name);
            weights.push(((*name).to_owned(), values));
        }
        measures.push(measure.named(*name));
    }
    if let Some(other) = params.and_then(|params| {
        params.keys().find(|key| !names.contains(&key.as_str()) && key.as_str() != "sample_weight")
    }) {
        let reason = format!("{other:?} is no metric of the frame");
        return Err(Error::Input { what: "sample_params".to_owned(), reason, source: None });
    }
    let weights: Vec<(String, &[f64])> =
        weights.iter().map(|(name, values)| (name.clone(), values.as_slice())).collect();
    MetricFrame::of(&columns.rows_of(&weights)?, &measures, FrameOptions::fairlearn())
}

/// One object of values, or with control features a list of them with their keys.
fn overall(frame: &MetricFrame, expected: &Value) -> Result<(), String> {
    match expected {
        Value::Array(list) => {
            if list.len() != frame.overall.len() {
                return Err(format!("{} levels, expected {}", frame.overall.len(), list.len()));
            }
            list.iter().try_for_each(|entry| {
                let keys = keys_of(entry);
                let same = |level: &&Level| level.control == keys;
                let level = frame.overall.iter().find(same).ok_or(format!("no level {keys:?}"))?;
                values(&frame.metrics, &level.values, entry)
            })
        }
        entry => values(&frame.metrics, &frame.overall[0].values, entry),
    }
}

fn by_group(frame: &MetricFrame, expected: &Value) -> Result<(), String> {
    let list = expected.as_array().ok_or("by_group is no list")?;
    if list.len() != frame.groups.len() {
        return Err(format!("{} groups, expected {}", frame.groups.len(), list.len()));
    }
    list.iter().try_for_each(|entry| {
        let keys = keys_of(entry);
        let same = |group: &&Group| group.control.iter().chain(&group.sensitive).eq(&keys);
        let group = frame.groups.iter().find(same).ok_or(format!("no group {keys:?}"))?;
        values(&frame.metrics, &group.values, entry)
    })
}

/// The keys of an entry, under whichever name they stand.
fn keys_of(entry: &Value) -> Vec<GroupKey> {
    let list = ["group", "level", "control", "key"].iter().find_map(|name| entry.get(*name));
    match list {
        Some(Value::Array(keys)) => {
            keys.iter().map(|value| key(value).unwrap_or(GroupKey::Missing)).collect()
        }
        Some(value) => vec![key(value).unwrap_or(GroupKey::Missing)],
        None => vec![],
    }
}

fn values(metrics: &[String], found: &[GroupValue], expected: &Value) -> Result<(), String> {
    metrics.iter().zip(found).try_for_each(|(metric, found)| {
        same_number(found.value.unwrap_or(f64::NAN), &expected[metric])
            .map_err(|why| format!("{metric}: {why}"))
    })
}

fn levels(
    frame: &MetricFrame,
    found: &[Compared],
    expected: &Value,
    metric: &str,
    index: usize,
) -> Result<(), String> {
    let value = |compared: &Compared| compared.value.unwrap_or(f64::NAN);
    match expected {
        Value::Array(list) if list.len() != frame.overall.len() => {
            Err(format!("{} levels, expected {}", frame.overall.len(), list.len()))
        }
        Value::Array(list) => list.iter().try_for_each(|entry| {
            let keys = keys_of(entry);
            let same = |compared: &&Compared| compared.control == keys;
            let level = found.iter().find(same).ok_or(format!("no level {keys:?}"))?;
            same_number(value(level), &entry[metric])
        }),
        Value::Object(values) if found.len() == 1 => {
            let expected = values.get(metric).ok_or(format!("metric {index} is not recorded"))?;
            same_number(value(&found[0]), expected)
        }
        other => Err(format!("{} levels, expected {other}", found.len())),
    }
}

fn same_number(found: f64, expected: &Value) -> Result<(), String> {
    let expected = if expected.is_null() {
        f64::NAN
    } else {
        number(expected).ok_or(format!("{expected} is no number"))?
    };
    // A zero by another way has another sign.
    if close(found + 0.0, expected + 0.0, RELATIVE, ABSOLUTE) {
        Ok(())
    } else {
        Err(format!("{found}, expected {expected}"))
    }
}

fn warned(found: &[String], expected: &Value) -> Result<(), String> {
    match expected.as_array() {
        Some(list) if !list.is_empty() && found.is_empty() => Err(format!("nothing is said of {list:?}")),
        _ => Ok(()),
    }
}
