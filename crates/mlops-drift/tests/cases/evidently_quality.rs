//! `DataQualityPreset`: what the tool rounds to 2 decimals agrees if it is within half of the last.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use mlops_cases::{Tally, number};
use mlops_drift::quality::{ColumnQuality, DatasetQuality, MissingValues, Value as Found};
use mlops_drift::{Columns, Rows};
use serde_json::{Value, json};

use super::object;

/// A little more than half of a last decimal, for what lies on the middle.
const ROUNDED: f64 = 0.005 * (1.0 + 1e-9);

pub(crate) fn run(
    name: &str,
    case: &Value,
    reference: &RecordBatch,
    current: &RecordBatch,
    columns: &Columns,
    tally: &mut Tally,
) -> Result<(), String> {
    let read = |batch: &RecordBatch| {
        Rows::read([batch], columns).map(|rows| DatasetQuality::of(&rows)).map_err(|error| error.to_string())
    };
    let batches = (current, reference);
    let (reference, current) = (read(reference)?, read(current)?);
    let sides = [("current", &current, batches.0), ("reference", &reference, batches.1)];
    if let Some(expected) = case.get("quality_columns") {
        for (column, expected) in object(expected)? {
            for (side, quality, rows) in sides {
                let Some(found) = quality.column(column) else { return Err(format!("no column {column}")) };
                let other = (side == "current").then(|| reference.column(column)).flatten();
                for (field, expected) in object(&expected[side])? {
                    let place = format!("{name}/quality/{column}/{side}/{field}");
                    let ours = of_column(field, found, other).ok_or_else(|| format!("{place}: not known"))?;
                    if field == "most_common" && is_as_frequent(found, rows, expected) {
                        // Of equally frequent values the tool names any: its sort is not stable.
                        tally.check(true, String::new);
                    } else {
                        check(&place, &ours, expected, tally);
                    }
                }
            }
        }
    }
    if let Some(expected) = case.get("quality_dataset") {
        let almost = expected["almost_duplicated_threshold"].as_f64().ok_or("no threshold")?;
        for (side, quality, _) in sides {
            for (field, expected) in object(&expected[side])? {
                let place = format!("{name}/quality/{side}/{field}");
                let ours = of_dataset(field, quality, almost).ok_or_else(|| format!("{place}: not known"))?;
                check(&place, &ours, expected, tally);
            }
        }
    }
    if let Some(expected) = case.get("quality_missing") {
        for (field, expected) in object(expected)? {
            let place = format!("{name}/quality/missing/{field}");
            let ours = of_missing(field, &current).ok_or_else(|| format!("{place}: not known"))?;
            check(&place, &ours, expected, tally);
        }
    }
    Ok(())
}

/// Compares value by value; an object in any order.
fn check(place: &str, ours: &Value, expected: &Value, tally: &mut Tally) {
    if let (Value::Object(ours), Value::Object(expected)) = (ours, expected) {
        tally.check(ours.len() == expected.len(), || format!("{place}: {ours:?}, expected {expected:?}"));
        for (field, expected) in expected {
            check(&format!("{place}/{field}"), ours.get(field).unwrap_or(&Value::Null), expected, tally);
        }
        return;
    }
    let holds = match (number(ours), number(expected)) {
        (Some(ours), Some(expected)) => {
            ours.to_bits() == expected.to_bits()
                || (ours - expected).abs() <= ROUNDED + 1e-12 * expected.abs()
        }
        // NaN stands for what is not defined.
        (None, Some(expected)) => ours.is_null() && expected.is_nan(),
        _ => ours == expected,
    };
    tally.check(holds, || format!("{place}: {ours}, expected {expected}"));
}

fn of_column(field: &str, column: &ColumnQuality, reference: Option<&ColumnQuality>) -> Option<Value> {
    let percentage = |rows: u64| json!(column.share(rows).map(|share| 100.0 * share));
    let numbers = column.numbers();
    let most_common = column.most_common.as_ref();
    Some(match field {
        "number_of_rows" => json!(column.rows),
        "count" => json!(column.present()),
        "missing" => json!(column.missing.null),
        "missing_percentage" => percentage(column.missing.null),
        "unique" => json!(column.distinct),
        "unique_percentage" => percentage(column.distinct),
        "infinite_count" => json!(column.missing.infinite()),
        "infinite_percentage" => percentage(column.missing.infinite()),
        "mean" => float(numbers?.mean),
        "std" => float(numbers?.standard_deviation),
        "min" => float(numbers?.minimum),
        "p25" => float(numbers?.lower_quartile),
        "p50" => float(numbers?.median),
        "p75" => float(numbers?.upper_quartile),
        "max" => float(numbers?.maximum),
        "most_common" => match most_common.and_then(|found| found.value.as_ref()) {
            Some(Found::Number(found)) => float(Some(*found)),
            // Codes are numbers in the tool.
            Some(Found::Category(name)) => name.parse::<f64>().map_or_else(|_| json!(name), |n| json!(n)),
            _ => Value::Null,
        },
        "most_common_percentage" => percentage(most_common.map_or(0, |found| found.rows)),
        "new_in_current_values_count" | "unused_in_current_values_count" => {
            let Some(reference) = reference else { return Some(Value::Null) };
            let (here, there) =
                if field.starts_with("new") { (column, reference) } else { (reference, column) };
            // To the tool a missing value is one more category, if only one side has it.
            let missing_here = here.missing.null > 0 && there.missing.null == 0;
            json!(here.new_categories(there).count() as u64 + u64::from(missing_here))
        }
        _ => return None,
    })
}

/// Whether the expected value is one of those that no other is more frequent than.
fn is_as_frequent(column: &ColumnQuality, rows: &RecordBatch, expected: &Value) -> bool {
    let most = column.most_common.as_ref().map_or(0, |found| found.rows);
    let count = match (column.categories(), number(expected)) {
        (_, None) if expected.is_null() => column.missing.null,
        (Some(categories), Some(code)) => categories.get(&code.to_string()).copied().unwrap_or(0),
        (Some(categories), None) => {
            expected.as_str().and_then(|name| categories.get(name)).copied().unwrap_or(0)
        }
        (None, Some(expected)) if expected.is_nan() => column.missing.null,
        (None, Some(expected)) => {
            let values = rows.column_by_name(&column.name).and_then(|a| a.as_primitive_opt::<Float64Type>());
            let values: Vec<f64> = values.into_iter().flatten().flatten().collect();
            // The tool shows 5 decimals.
            let shown = values.iter().find(|value| ((*value * 1e5).round() / 1e5 - expected).abs() < 1e-9);
            shown.map_or(0, |shown| {
                values.iter().filter(|value| value.to_bits() == shown.to_bits()).count() as u64
            })
        }
        (None, None) => 0,
    };
    most > 0 && count == most
}

fn of_dataset(field: &str, quality: &DatasetQuality, almost: f64) -> Option<Value> {
    let of_kind = |numbers: bool| quality.columns.iter().filter(|c| c.numbers().is_some() == numbers).count();
    let by_column = |value: fn(&ColumnQuality) -> u64| {
        Value::Object(quality.columns.iter().map(|c| (c.name.clone(), json!(value(c)))).collect())
    };
    Some(match field {
        // Roles that no case gives to a column.
        "target" | "prediction" | "date_column" | "id_column" => Value::Null,
        "number_of_text_columns" | "number_of_datetime_columns" => json!(0),
        "number_of_columns" => json!(quality.columns.len()),
        "number_of_rows" => json!(quality.rows),
        "number_of_missing_values" => json!(quality.missing()),
        "number_of_categorical_columns" => json!(of_kind(false)),
        "number_of_numeric_columns" => json!(of_kind(true)),
        "number_of_constant_columns" => json!(quality.constant_columns().count()),
        "number_of_almost_constant_columns" => {
            json!(quality.almost_constant_columns(DatasetQuality::ALMOST).count())
        }
        "number_of_duplicated_columns" => json!(quality.duplicate_columns().count()),
        "number_of_almost_duplicated_columns" => json!(quality.almost_duplicate_columns(almost).count()),
        "number_of_empty_rows" => json!(quality.empty_rows),
        "number_of_empty_columns" => json!(quality.empty_columns().count()),
        "number_of_duplicated_rows" => json!(quality.duplicate_rows),
        "nans_by_columns" => by_column(|column| column.missing.null),
        "number_uniques_by_columns" => by_column(|column| column.distinct),
        _ => return None,
    })
}

fn of_missing(field: &str, quality: &DatasetQuality) -> Option<Value> {
    let kinds = |missing: &MissingValues| {
        json!({
            "": missing.empty_text, "null": missing.null,
            "Infinity": missing.infinity, "-Infinity": missing.negative_infinity,
        })
    };
    let by_column = |value: &dyn Fn(&ColumnQuality) -> Value| {
        Value::Object(quality.columns.iter().map(|c| (c.name.clone(), value(c))).collect())
    };
    let all = quality.missing_values();
    let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let columns = quality.columns_with_missing().count();
    Some(match field {
        "different_missing_values" => kinds(&all),
        "number_of_different_missing_values" => json!(all.kinds()),
        "different_missing_values_by_column" => by_column(&|column| kinds(&column.missing)),
        "number_of_different_missing_values_by_column" => by_column(&|column| json!(column.missing.kinds())),
        "number_of_missing_values" => json!(all.total()),
        "share_of_missing_values" => json!(quality.share_missing()),
        "number_of_missing_values_by_column" => by_column(&|column| json!(column.missing.total())),
        "share_of_missing_values_by_column" => {
            by_column(&|column| json!(column.share(column.missing.total())))
        }
        "number_of_rows" => json!(quality.rows),
        "number_of_rows_with_missing_values" => json!(quality.rows_with_missing),
        "share_of_rows_with_missing_values" => {
            json!(quality.rows_with_missing as f64 / quality.rows.max(1) as f64)
        }
        "number_of_columns" => json!(quality.columns.len()),
        "columns_with_missing_values" => {
            let mut names: Vec<_> =
                quality.columns_with_missing().map(|column| column.name.clone()).collect();
            names.sort();
            json!(names)
        }
        "number_of_columns_with_missing_values" => json!(columns),
        "share_of_columns_with_missing_values" => json!(share(columns, quality.columns.len())),
        _ => return None,
    })
}

/// JSON holds no infinity.
fn float(number: Option<f64>) -> Value {
    let Some(number) = number else { return Value::Null };
    mlops_core::number::name(number).map_or_else(|| json!(number), |name| json!(name))
}
