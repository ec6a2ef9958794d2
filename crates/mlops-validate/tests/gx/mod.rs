//! Compares a recorded case of Great Expectations with what this crate answers.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UnionArray,
};
use arrow_schema::{DataType, Field, UnionFields};
use mlops_validate::result::ResultFormat;
use mlops_validate::{Suite, ValidationResult};
use serde_json::{Map, Value, json};

/// Parameters that are refused when the suite is read, where Great Expectations reports an
/// error once it evaluates them: patterns and schemas that are none.
const READ_EARLY: [&str; 7] = [
    ".regex is ",
    ".regex_list is ",
    ".like_pattern is ",
    ".like_pattern_list is ",
    ".json_schema is ",
    ".type_ is ",
    ".type_list is ",
];

/// Their `partial_unexpected_counts` are not compared: the tool lists every NaN by itself.
pub(crate) const NULL_EXPECTATIONS: [&str; 2] =
    ["expect_column_values_to_not_be_null", "expect_column_values_to_be_null"];

/// How a case came out if it did not fail.
pub(crate) enum Compared {
    /// As recorded.
    Passed,
    /// The case says that our answer is free.
    Free,
}

/// Compares one case; the error says what differs.
pub(crate) fn check(case: &Value) -> Result<Compared, String> {
    let ours = &case["ours"]["expected"];
    let expected = match ours {
        Value::String(word) if word == "free" => return Ok(Compared::Free),
        Value::String(word) if word == "error" => &json!({"exception": {"stage": "metric"}}),
        Value::Object(_) => ours,
        _ => &case["expected"],
    };
    let stage = expected["exception"]["stage"].as_str();
    let suite = json!({"name": "case", "expectations": [case["expectation"]]}).to_string();
    let suite = match Suite::from_json(&suite) {
        Ok(suite) => suite,
        Err(_) if stage == Some("construct") => return Ok(Compared::Passed),
        Err(error) if stage.is_some() && READ_EARLY.iter().any(|name| error.to_string().contains(name)) => {
            return Ok(Compared::Passed);
        }
        Err(error) => return Err(format!("refused: {error}")),
    };
    if stage == Some("construct") {
        return Err("accepted, expected to be refused".to_owned());
    }
    same_config(case, &suite)?;
    let batch = table(&case["table"]);
    // However the rows are split, the answer is the same.
    for size in [usize::MAX, 2] {
        let result = validate(case, &suite, &batch, size)?;
        same_result(case, expected, stage, &result.to_json()["results"][0])
            .map_err(|why| format!("{why} (in batches of {size})"))?;
    }
    Ok(Compared::Passed)
}

fn validate(
    case: &Value,
    suite: &Suite,
    batch: &RecordBatch,
    size: usize,
) -> Result<ValidationResult, String> {
    let format = ResultFormat::from_json(&case["result_format"]).map_err(|error| error.to_string())?;
    let rows = batch.num_rows();
    let mut batches = vec![batch.slice(0, rows.min(size))];
    let mut from = rows.min(size);
    while from < rows {
        let len = size.min(rows - from);
        batches.push(batch.slice(from, len));
        from += len;
    }
    suite.validator().result_format(format).batches(&batches).map_err(|error| error.to_string())
}

/// The parameters as Great Expectations writes them back.
fn same_config(case: &Value, suite: &Suite) -> Result<(), String> {
    let recorded = &case["config_as_gx_serialises_it"];
    let expected = match recorded {
        Value::String(_) => &case["expectation"]["kwargs"],
        _ => &recorded["kwargs"],
    };
    if expected.is_null() {
        return Ok(());
    }
    let written = &suite.to_json()["expectations"][0]["kwargs"];
    let (written, expected) =
        (Value::Object(without_defaults(written)), Value::Object(without_defaults(expected)));
    if same(&written, &expected, 1e-12) {
        Ok(())
    } else {
        Err(format!("kwargs are {written}, expected {expected}"))
    }
}

/// Parameters without those at their default: whether these are written is a matter of taste
/// of the tool.
pub(crate) fn without_defaults(kwargs: &Value) -> Map<String, Value> {
    let default = |name: &str, value: &Value| {
        value.is_null()
            || (name == "mostly" && value.as_f64() == Some(1.0))
            || (name.starts_with("strict_") && *value == json!(false))
            || (name == "exact_match" && *value == json!(true))
    };
    let kwargs = kwargs.as_object().unwrap().iter();
    kwargs.filter(|(name, value)| !default(name, value)).map(|(n, v)| (n.clone(), v.clone())).collect()
}

fn same_result(case: &Value, expected: &Value, stage: Option<&str>, found: &Value) -> Result<(), String> {
    let raised = found["exception_info"]["raised_exception"] == json!(true);
    if stage.is_some() {
        return if raised && found["success"] == json!(false) && found["result"] == json!({}) {
            Ok(())
        } else {
            Err(format!("expected an error, found {found}"))
        };
    }
    if raised {
        return Err(format!("can't be evaluated: {}", found["exception_info"]["exception_message"]));
    }
    if found["success"] != expected["success"] {
        return Err(format!("success is {}, expected {}", found["success"], expected["success"]));
    }
    let type_ = case["expectation"]["type"].as_str().unwrap();
    let (mut found, mut expected) = (found["result"].clone(), expected["result"].clone());
    if NULL_EXPECTATIONS.contains(&type_) {
        for result in [&mut found, &mut expected] {
            result.as_object_mut().unwrap().remove("partial_unexpected_counts");
        }
    }
    // The tool writes them in the order of a Python set.
    for result in [&mut found, &mut expected] {
        if let Some(Value::Array(missing)) = result.get_mut("partial_missing_list") {
            missing.sort_by_key(ToString::to_string);
        }
    }
    let tolerance = case["rel_tol"].as_f64().unwrap_or(1e-9);
    if same(&found, &expected, tolerance) {
        Ok(())
    } else {
        Err(format!("result is {found}, expected {expected}"))
    }
}

/// Equal as documents; numbers as doubles, relative to their size.
pub(crate) fn same(found: &Value, expected: &Value, tolerance: f64) -> bool {
    match (found, expected) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            a == b || (a - b).abs() <= tolerance * a.abs().max(b.abs())
        }
        // Python's truth values are numbers.
        (Value::Number(number), Value::Bool(flag)) | (Value::Bool(flag), Value::Number(number)) => {
            number.as_f64() == Some(f64::from(u8::from(*flag)))
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, tolerance))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(name, value)| b.get(name).is_some_and(|other| same(value, other, tolerance)))
        }
        _ => found == expected,
    }
}

/// The table of a case as one record batch.
pub(crate) fn table(columns: &Value) -> RecordBatch {
    let columns = columns.as_array().unwrap();
    let arrays = columns.iter().map(|column| {
        let values = column["values"].as_array().unwrap();
        (column["name"].as_str().unwrap(), array(column["type"].as_str().unwrap(), values), true)
    });
    RecordBatch::try_from_iter_with_nullable(arrays).unwrap()
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::String(name) => match name.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            other => panic!("{other} is no number"),
        },
        value => value.as_f64(),
    }
}

fn micros(value: &Value) -> Option<i64> {
    value.as_str().map(|text| text.parse::<mlops_core::Timestamp>().unwrap().as_micros())
}

pub(crate) fn array(type_: &str, values: &[Value]) -> ArrayRef {
    match type_ {
        "int64" | "Int64" => Arc::new(values.iter().map(Value::as_i64).collect::<Int64Array>()),
        "float64" => Arc::new(values.iter().map(float).collect::<Float64Array>()),
        "string" => Arc::new(values.iter().map(Value::as_str).collect::<StringArray>()),
        "bool" => Arc::new(values.iter().map(Value::as_bool).collect::<BooleanArray>()),
        "timestamp" => Arc::new(values.iter().map(micros).collect::<TimestampMicrosecondArray>()),
        "date" => {
            let days = |value| micros(value).map(|micros| i32::try_from(micros / 86_400_000_000).unwrap());
            Arc::new(values.iter().map(days).collect::<Date32Array>())
        }
        "category" => Arc::new(values.iter().map(Value::as_str).collect::<DictionaryArray<Int32Type>>()),
        "object" => mixed(values),
        other => panic!("no column of type {other}"),
    }
}

/// A column whose values have different types.
fn mixed(values: &[Value]) -> ArrayRef {
    let text: StringArray = values.iter().map(Value::as_str).collect();
    let ints: Int64Array = values.iter().map(Value::as_i64).collect();
    let floats: Float64Array = values.iter().map(Value::as_f64).collect();
    let flags: BooleanArray = values.iter().map(Value::as_bool).collect();
    let kinds = values.iter().map(|value| match value {
        Value::Number(number) if number.is_i64() => 1,
        Value::Number(_) => 2,
        Value::Bool(_) => 3,
        _ => 0,
    });
    let fields: UnionFields = [
        (0, Arc::new(Field::new("text", DataType::Utf8, true))),
        (1, Arc::new(Field::new("int", DataType::Int64, true))),
        (2, Arc::new(Field::new("float", DataType::Float64, true))),
        (3, Arc::new(Field::new("flag", DataType::Boolean, true))),
    ]
    .into_iter()
    .collect();
    let children: Vec<ArrayRef> = vec![Arc::new(text), Arc::new(ints), Arc::new(floats), Arc::new(flags)];
    Arc::new(UnionArray::try_new(fields, kinds.collect::<Vec<i8>>().into(), None, children).unwrap())
}
