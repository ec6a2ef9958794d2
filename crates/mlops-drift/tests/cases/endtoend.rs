//! `drift/endtoend`: Evidently's answers on windows of real tables, by its default and by PSI,
//! and `NannyML`'s estimates of how good a classifier is on them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::slice::from_ref;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, Int16Type, Int32Type, Int64Type};
use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_schema::DataType;
use mlops_cases::Tally;
use mlops_drift::performance::{Cbpe, CbpeSettings, ClassifierMetric, PredictionColumns, Predictions};
use mlops_drift::preset::evidently::{EvidentlyTest, StatTest};
use mlops_drift::{Columns, Detector};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::evidently::{check, object, whole};

pub(crate) fn run(path: &Path, case: &Value, tally: &mut Tally) -> Result<(), String> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let tables: Vec<RecordBatch> = case["data"]
        .as_array()
        .ok_or("no data")?
        .iter()
        .map(|file| read(&find(path, file.as_str().unwrap_or_default())?))
        .collect::<Result<_, String>>()?;
    let (first, last) = (tables.first().ok_or("no data")?, tables.last().ok_or("no data")?);
    let reference = match case.get("reference") {
        None if tables.len() > 1 => first.clone(),
        None => return Err("no reference".to_owned()),
        Some(rows) => select(first, rows)?,
    };
    let names = |field: &str| {
        let all = case.get(field).and_then(Value::as_array).into_iter().flatten();
        all.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<String>>()
    };
    let categories = names("evidently_cat");
    let looked_at = [names("evidently_columns"), names("evidently_num"), categories.clone()].concat();
    let columns = Columns::default().categorical(categories);
    let project = |batch: &RecordBatch| -> Result<RecordBatch, String> {
        let schema = batch.schema();
        let places: Result<Vec<usize>, _> = looked_at.iter().map(|name| schema.index_of(name)).collect();
        batch.project(&places.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    };
    if let Some(recorded) = case.get("cbpe").filter(|recorded| !recorded.is_null()) {
        let analysis = if tables.len() > 1 { last.clone() } else { others(first, &case["reference"])? };
        performance(&name, recorded, &reference, &analysis, tally)?;
    }
    let reference = project(&reference)?;
    for window in case["evidently_windows"].as_array().ok_or("no windows")? {
        let window = object(window)?;
        let (rows, answers): (Vec<_>, Vec<_>) =
            window.iter().partition(|(_, value)| value.get("columns").is_none());
        let [(field, rows)] = rows[..] else { return Err("which rows are meant?".to_owned()) };
        let current = if field == "rows" || rows.is_string() {
            select(last, rows)?
        } else {
            select(last, &Value::String(format!("{field} == {rows}")))?
        };
        let current = project(&current)?;
        for (by, expected) in answers {
            let place = format!("{name}/{field} {rows}/{by}");
            let detector = match by.as_str() {
                "default" => Detector::evidently(),
                test => {
                    let test: StatTest = test.parse().map_err(|error| format!("{place}: {error}"))?;
                    let test = || Arc::new(EvidentlyTest::new(test));
                    Detector::evidently().numbers_by(test()).categories_by(test())
                }
            };
            let report = detector
                .compare_batches(from_ref(&reference), from_ref(&current), &columns)
                .map_err(|error| format!("{place}: {error}"))?;
            whole(&place, &report, &expected["dataset"], tally)?;
            for (column, expected) in object(&expected["columns"])? {
                let found = report.column(column).and_then(|column| column.values.as_ref());
                check(&format!("{place}/{column}"), found, expected, tally)?;
            }
        }
    }
    Ok(())
}

/// The rows that are not of the reference.
fn others(table: &RecordBatch, reference: &Value) -> Result<RecordBatch, String> {
    let Some(text) = reference.as_str() else { return Err("what comes after a range of rows?".to_owned()) };
    select(table, &Value::String(text.replacen("==", "!=", 1)))
}

fn performance(
    name: &str,
    recorded: &Value,
    reference: &RecordBatch,
    analysis: &RecordBatch,
    tally: &mut Tally,
) -> Result<(), String> {
    let wrong = |error: mlops_drift::Error| format!("{name}/cbpe: {error}");
    // A case does not say which columns it is about.
    let named = |known: [&str; 2]| {
        let there = |column: &&&str| reference.column_by_name(column).is_some();
        known.iter().find(there).map(|column| (*column).to_owned()).ok_or("no predictions")
    };
    let columns = PredictionColumns::binary(named(["y_pred_proba", "predicted_probability"])?)
        .predicted(named(["y_pred", "prediction"])?)
        .actual(named(["clf_target", "employed"])?);
    let asked = recorded["chunks"].as_array().ok_or("no chunks")?;
    let first = asked.first().and_then(Value::as_object).into_iter().flatten();
    let metrics = first.filter(|(_, value)| value.is_object()).map(|(metric, _)| {
        serde_json::from_value::<ClassifierMetric>(Value::String(metric.clone()))
            .map_err(|error| error.to_string())
    });
    let settings = CbpeSettings::default()
        .metrics(metrics.collect::<Result<Vec<_>, _>>()?)
        .chunks(super::nannyml::chunking(recorded)?)
        .calibration(super::cbpe::calibration(&recorded["calibration_applied"])?);
    let read = |batch| Predictions::read([batch], &columns).map_err(wrong);
    let fitted = Cbpe::fit(&read(reference)?, &settings).map_err(wrong)?;
    let found = fitted.estimate(&read(analysis)?).map_err(wrong)?;
    let ours: Vec<_> = fitted.reference().iter().chain(&found).collect();
    tally.check(ours.len() == asked.len(), || format!("{name}/cbpe: {} chunks", ours.len()));
    for (ours, asked) in ours.into_iter().zip(asked) {
        let here = format!("{name}/cbpe {:?} {}", ours.period, ours.chunk_index);
        super::cbpe::place(&here, ours, asked, tally);
        for found in &ours.metrics {
            let (of, asked) = (&found.metric, &asked[&found.metric]);
            let mut check = |what: &str, holds: bool| {
                tally.check(holds, || format!("{here} {of} {what}: {found:?}, {asked}"));
            };
            check("estimated", super::cbpe::near(of, found.value, &asked["estimated"]));
            for (what, ours) in [
                ("realized", found.realized),
                ("lower_threshold", found.thresholds.lower),
                ("upper_threshold", found.thresholds.upper),
            ] {
                check(what, super::cbpe::same(ours, &asked[what], 1e-9, 1e-12));
            }
            check("alert_estimated", asked["alert_estimated"].as_bool() == Some(found.alert));
            check("alert_realized", asked["alert_realized"].as_bool() == Some(found.realized_alert));
        }
    }
    Ok(())
}

/// What a case names lies beside it, or in the crate's `testdata`.
fn find(case: &Path, file: &str) -> Result<PathBuf, String> {
    let beside = case.with_file_name(file);
    let of_crate = Path::new(super::CRATE).join("testdata").join(file);
    [beside, of_crate].into_iter().find(|path| path.is_file()).ok_or_else(|| format!("{file} is not there"))
}

fn read(path: &Path) -> Result<RecordBatch, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
    let reader = reader.build().map_err(|error| error.to_string())?;
    let schema = arrow_array::RecordBatchReader::schema(&reader);
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    arrow_select::concat::concat_batches(&schema, &batches).map_err(|error| error.to_string())
}

/// A range of rows, or those that fulfil a condition such as `year == 2015`.
fn select(table: &RecordBatch, rows: &Value) -> Result<RecordBatch, String> {
    if let Some([from, to]) = rows.as_array().map(Vec::as_slice) {
        let place = |value: &Value| value.as_u64().and_then(|place| usize::try_from(place).ok());
        let (from, to) = (place(from).ok_or("no row")?, place(to).ok_or("no row")?);
        return Ok(table.slice(from, to.min(table.num_rows()) - from));
    }
    let text = rows.as_str().ok_or_else(|| format!("which rows are {rows}?"))?;
    let [column, comparison, value] = text.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(format!("which rows are {text:?}?"));
    };
    let array = table.column_by_name(column).ok_or_else(|| format!("no column {column}"))?;
    let value = value.trim_matches(['"', '\'']);
    let holds = |order: std::cmp::Ordering| match comparison {
        "==" | "=" => order.is_eq(),
        "!=" => order.is_ne(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => false,
    };
    let chosen: BooleanArray = if let DataType::Utf8 = array.data_type() {
        array.as_string::<i32>().iter().map(|text| text.map(|text| holds(text.cmp(value)))).collect()
    } else {
        let value: f64 = value.parse().map_err(|_| format!("{value:?} is no number"))?;
        numbers(array)?.map(|number| number.map(|number| holds(number.total_cmp(&value)))).collect()
    };
    arrow_select::filter::filter_record_batch(table, &chosen).map_err(|error| error.to_string())
}

/// The columns that a condition may be about: numbers up to 2⁵³.
fn numbers(array: &ArrayRef) -> Result<Box<dyn Iterator<Item = Option<f64>> + '_>, String> {
    macro_rules! of {
        ($type:ty) => {
            Box::new(array.as_primitive::<$type>().iter().map(|value| value.map(|value| value as f64)))
        };
    }
    #[expect(clippy::cast_lossless, reason = "one of them is not")]
    Ok(match array.data_type() {
        DataType::Int8 => of!(Int8Type),
        DataType::Int16 => of!(Int16Type),
        DataType::Int32 => of!(Int32Type),
        DataType::Int64 => of!(Int64Type),
        DataType::Float64 => of!(Float64Type),
        other => return Err(format!("no condition on {other}")),
    })
}
