//! A rule that can't be judged as it was meant is an error in the result, never a pass.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use mlops_validate::result::{Level, ResultFormat};
use mlops_validate::{Cell, Suite};
use serde_json::{Value, json};

fn suite(expectations: &Value) -> Suite {
    Suite::from_json(&json!({"name": "s", "expectations": expectations}).to_string()).unwrap()
}

fn judge(expectations: &Value, batch: &RecordBatch, format: ResultFormat) -> Vec<Value> {
    let suite = suite(expectations);
    let result = suite.validator().result_format(format).batches(std::slice::from_ref(batch)).unwrap();
    result.to_json()["results"].as_array().unwrap().clone()
}

/// Why the rule could not be evaluated; empty if it could.
fn error(result: &Value) -> &str {
    result["exception_info"]["exception_message"].as_str().unwrap_or_default()
}

fn two_called_a() -> RecordBatch {
    let field = |name: &str| Field::new(name, DataType::Int64, true);
    let schema: SchemaRef = Arc::new(Schema::new(vec![field("a"), field("a"), field("b")]));
    let ints = |value: i64| -> ArrayRef { Arc::new(Int64Array::from(vec![value, value])) };
    RecordBatch::try_new(schema, vec![ints(1), ints(100), ints(100)]).unwrap()
}

#[test]
fn of_two_columns_of_a_name_neither_is_judged() {
    let about = json!([
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "a", "max_value": 2}},
        {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "a", "max_value": 2}},
        {"type": "expect_column_pair_values_to_be_equal", "kwargs": {"column_A": "b", "column_B": "a"}},
        {"type": "expect_column_values_to_be_between", "kwargs": {
            "column": "b", "max_value": 200, "row_condition": "a == 1", "condition_parser": "pandas"}},
        {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 2}},
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "b", "max_value": 200}},
    ]);
    let results = judge(&about, &two_called_a(), ResultFormat::default());
    for result in &results[..4] {
        assert!(error(result).contains("two columns are called"), "{result}");
        assert_eq!(result["success"], json!(false));
    }
    for result in &results[4..] {
        assert_eq!(result["success"], json!(true), "{result}");
    }
}

#[test]
fn of_two_columns_of_a_name_neither_is_a_key() {
    let about = json!([
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "b", "max_value": 2}},
        {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "b"}},
    ]);
    for result in judge(&about, &two_called_a(), ResultFormat::default().index_columns(["a"])) {
        assert!(error(&result).contains("two columns are called"), "{result}");
    }
}

#[test]
fn of_two_columns_of_a_name_neither_is_judged_in_a_row() {
    let suite = suite(&json!([
        {"type": "expect_column_values_to_be_between", "kwargs": {"column": "a", "max_value": 2}},
    ]));
    let rules = suite.validator().compile_row(&two_called_a().schema());
    let row = [Cell::Int(1), Cell::Int(100), Cell::Int(1)];
    let found: Vec<(Option<usize>, bool)> =
        rules.broken(&row).unwrap().map(|broken| (broken.column, broken.is_broken)).collect();
    assert_eq!(found, [(None, false)]);
}

#[test]
fn a_forbidden_constant_that_is_no_moment_is_not_looked_up_among_moments() {
    let at: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0, 1]));
    let batch = RecordBatch::try_from_iter([("at", at)]).unwrap();
    let kwargs = json!({"column": "at", "value_set": ["1971-01-01", "197O-01-02"]});
    let judged = |name: &str| {
        let about = json!([{"type": format!("expect_column_values_to_{name}"), "kwargs": kwargs}]);
        judge(&about, &batch, ResultFormat::default()).remove(0)
    };
    assert!(error(&judged("not_be_in_set")).contains("197O-01-02"));
    assert_eq!(judged("be_in_set")["success"], json!(false), "it allows nothing");
}

#[test]
fn only_rows_that_should_have_no_value_are_without_the_names_of_their_keys() {
    let id: ArrayRef = Arc::new(Int64Array::from(vec![7, 8]));
    let x: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let batch = RecordBatch::try_from_iter([("id", id), ("x", x)]).unwrap();
    let both = json!([
        {"type": "expect_column_values_to_be_null", "kwargs": {"column": "x"}},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "x"}},
    ]);
    for level in [Level::Basic, Level::Summary, Level::Complete] {
        let results = judge(&both, &batch, ResultFormat::new(level).index_columns(["id"]));
        let names = results.iter().map(|one| one["result"].get("unexpected_index_column_names"));
        assert_eq!(names.collect::<Vec<_>>(), [None, Some(&json!(["id"]))], "{level:?}");
        if level > Level::Basic {
            assert_eq!(results[0]["result"]["partial_unexpected_index_list"], json!([{"x": 1, "id": 7}]));
        }
    }
}
