//! Counts, rows and means against a search that looks at one value after the other.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "a test may panic, and compares what must be equal"
)]

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use mlops_validate::Suite;
use mlops_validate::result::{Level, ResultFormat};
use proptest::prelude::*;
use serde_json::{Value, json};

fn result(column: ArrayRef, expectation: &Value) -> Value {
    result_of(&[column], expectation)
}

/// The result of a table of one column that comes in several batches.
fn result_of(columns: &[ArrayRef], expectation: &Value) -> Value {
    let batch = |column: &ArrayRef| {
        RecordBatch::try_from_iter_with_nullable([("c", Arc::clone(column), true)]).unwrap()
    };
    let batches: Vec<RecordBatch> = columns.iter().map(batch).collect();
    let suite = json!({"name": "one", "expectations": [expectation]}).to_string();
    let suite = Suite::from_json(&suite).unwrap();
    let format = ResultFormat::new(Level::Complete);
    let result = suite.validator().result_format(format).batches(&batches).unwrap();
    assert!(result.results[0].outcome.is_ok(), "{:?}", result.lines());
    result.to_json()["results"][0].clone()
}

/// What an expectation about values must say, given which values break it.
fn expected<T>(values: &[Option<T>], mostly: f64, breaks: impl Fn(usize, &T) -> bool) -> (bool, Value) {
    let rows: Vec<usize> = (0..values.len())
        .filter(|row| values[*row].as_ref().is_some_and(|value| breaks(*row, value)))
        .collect();
    let missing = values.iter().filter(|value| value.is_none()).count();
    let present = values.len() - missing;
    let success = present == 0 || (present - rows.len()) as f64 / present as f64 >= mostly;
    let counts = json!({
        "element_count": values.len(),
        "missing_count": missing,
        "unexpected_count": rows.len(),
        "unexpected_index_list": rows,
    });
    (success, counts)
}

fn found(result: &Value) -> (bool, Value) {
    let of = &result["result"];
    let counts = json!({
        "element_count": of["element_count"],
        "missing_count": of["missing_count"],
        "unexpected_count": of["unexpected_count"],
        "unexpected_index_list": of["unexpected_index_list"],
    });
    (result["success"] == json!(true), counts)
}

fn floats() -> impl Strategy<Value = Vec<Option<f64>>> {
    let some = prop_oneof![
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(-0.0),
        -3.0f64..3.0,
        (-3i32..3).prop_map(f64::from)
    ];
    prop::collection::vec(prop::option::of(some), 0..60)
}

fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
    prop::collection::vec(prop::option::of("[a-cé]{0,2}"), 0..60)
}

proptest! {
    #[test]
    fn between(values in floats(), min in -3i32..3, width in 0i32..4, strict: bool, mostly in 0.0f64..=1.0) {
        let (min, max) = (f64::from(min), f64::from(min + width));
        let column: ArrayRef = Arc::new(Float64Array::from(values.clone()));
        let expectation = json!({"type": "expect_column_values_to_be_between", "kwargs":
            {"column": "c", "min_value": min, "max_value": max, "strict_min": strict, "mostly": mostly}});
        let outside = |_, value: &f64| *value > max || *value < min || (strict && *value == min);
        prop_assert_eq!(found(&result(column, &expectation)), expected(&values, mostly, outside));
    }

    #[test]
    fn in_set(values in texts(), set in prop::collection::vec("[a-cé]{0,2}", 0..20), negated: bool) {
        let column: ArrayRef = Arc::new(StringArray::from(values.clone()));
        let name = if negated { "expect_column_values_to_not_be_in_set" } else { "expect_column_values_to_be_in_set" };
        let expectation = json!({"type": name, "kwargs": {"column": "c", "value_set": set}});
        let breaks = |_, value: &String| set.contains(value) == negated;
        prop_assert_eq!(found(&result(column, &expectation)), expected(&values, 1.0, breaks));
    }

    #[test]
    fn unique_text(values in texts()) {
        let column: ArrayRef = Arc::new(StringArray::from(values.clone()));
        let expectation = json!({"type": "expect_column_values_to_be_unique", "kwargs": {"column": "c"}});
        let repeated = |row: usize, value: &String| {
            values.iter().enumerate().any(|(other, one)| other != row && one.as_ref() == Some(value))
        };
        prop_assert_eq!(found(&result(column, &expectation)), expected(&values, 1.0, repeated));
    }

    #[test]
    fn unique_numbers(values in floats()) {
        let column: ArrayRef = Arc::new(Float64Array::from(values.clone()));
        let expectation = json!({"type": "expect_column_values_to_be_unique", "kwargs": {"column": "c"}});
        let repeated = |row: usize, value: &f64| {
            values.iter().enumerate().any(|(other, one)| other != row && *one == Some(*value))
        };
        prop_assert_eq!(found(&result(column, &expectation)), expected(&values, 1.0, repeated));
    }

    #[test]
    fn nulls(values in prop::collection::vec(prop::option::of(0i64..3), 0..60)) {
        let column: ArrayRef = Arc::new(Int64Array::from(values.clone()));
        for (name, wanted) in [("expect_column_values_to_not_be_null", false), ("expect_column_values_to_be_null", true)] {
            let rows: Vec<usize> = (0..values.len()).filter(|row| values[*row].is_none() != wanted).collect();
            let result = result(Arc::clone(&column), &json!({"type": name, "kwargs": {"column": "c"}}));
            prop_assert_eq!(&result["success"], &json!(rows.is_empty()));
            prop_assert_eq!(&result["result"]["unexpected_count"], &json!(rows.len()));
            prop_assert_eq!(&result["result"]["unexpected_index_list"], &json!(rows));
        }
    }

    #[test]
    fn mean(values in prop::collection::vec(prop::option::of(-1e6f64..1e6), 1..60)) {
        let column: ArrayRef = Arc::new(Float64Array::from(values.clone()));
        let present: Vec<f64> = values.into_iter().flatten().collect();
        let result = result(column, &json!({"type": "expect_column_mean_to_be_between", "kwargs": {"column": "c"}}));
        match result["result"]["observed_value"].as_f64() {
            None => prop_assert!(present.is_empty()),
            Some(mean) => {
                let plain = present.iter().sum::<f64>() / present.len() as f64;
                prop_assert!((mean - plain).abs() <= 1e-9 * (1.0 + plain.abs()), "{} {}", mean, plain);
            }
        }
    }
}

/// The quantile of sorted values, by the definition of each method.
fn plain_quantile(sorted: &[f64], quantile: f64, method: &str) -> f64 {
    let at = quantile * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    match method {
        "linear" => low + (high - low) * at.fract(),
        "lower" => low,
        "higher" => high,
        "midpoint" => f64::midpoint(low, high),
        _ => sorted[at.round_ties_even() as usize],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// So many values that they are not sorted, in several batches.
    #[test]
    fn median_and_quantiles_of_many(
        len in 4_097_usize..9_000, factor in 1_i64..1_000_000, modulus in 1_i64..100_000,
        missing in 0_usize..4, batches in 1_usize..6, whole: bool, sixteenths in prop::collection::vec(0_u32..=16, 1..4),
    ) {
        let value = |row: usize| (row as i64 * factor) % modulus - modulus / 3;
        let values: Vec<Option<i64>> =
            (0..len).map(|row| (missing == 0 || row % 5 >= missing).then(|| value(row))).collect();
        let column: ArrayRef = if whole {
            Arc::new(Int64Array::from(values.clone()))
        } else {
            Arc::new(values.iter().map(|value| value.map(|value| value as f64 / 8.0)).collect::<Float64Array>())
        };
        let scale = if whole { 1.0 } else { 8.0 };
        let mut sorted: Vec<f64> = values.iter().flatten().map(|value| *value as f64 / scale).collect();
        sorted.sort_by(f64::total_cmp);
        let step = len.div_ceil(batches);
        let parts: Vec<ArrayRef> =
            (0..len).step_by(step).map(|from| column.slice(from, step.min(len - from))).collect();

        let same = |found: Option<f64>, plain: f64| {
            found.is_some_and(|found| (found - plain).abs() <= 1e-12 * (1.0 + plain.abs()))
        };
        let median = result_of(&parts, &json!({"type": "expect_column_median_to_be_between", "kwargs": {"column": "c"}}));
        let plain = plain_quantile(&sorted, 0.5, "midpoint");
        prop_assert!(same(median["result"]["observed_value"].as_f64(), plain), "{} {}", median, plain);

        let quantiles: Vec<f64> = sixteenths.iter().map(|part| f64::from(*part) / 16.0).collect();
        let ranges = vec![json!([null, null]); quantiles.len()];
        for method in [json!(false), json!("linear"), json!("lower"), json!("higher"), json!("midpoint"), json!("nearest")] {
            let result = result_of(&parts, &json!({"type": "expect_column_quantile_values_to_be_between", "kwargs": {
                "column": "c", "allow_relative_error": method,
                "quantile_ranges": {"quantiles": quantiles, "value_ranges": ranges}}}));
            let found = result["result"]["observed_value"]["values"].as_array().unwrap();
            for (found, quantile) in found.iter().zip(&quantiles) {
                let plain = plain_quantile(&sorted, *quantile, method.as_str().unwrap_or("nearest"));
                prop_assert!(same(found.as_f64(), plain), "{} {}: {} {}", method, quantile, found, plain);
            }
        }
    }
}
