//! Patterns and values that are meant to do harm end in an answer, an error of the
//! expectation or a refused suite: in time, and without harm to the rest of the suite.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray};
use mlops_validate::{Suite, ValidationResult};
use serde_json::{Value, json};

fn suite(expectations: &Value) -> Suite {
    Suite::from_json(&json!({"name": "hostile", "expectations": expectations}).to_string()).unwrap()
}

fn validate(expectations: &Value, texts: ArrayRef) -> ValidationResult {
    let rows: ArrayRef = Arc::new(Int64Array::from_iter_values(0..i64::try_from(texts.len()).unwrap()));
    let batch = RecordBatch::try_from_iter([("t", texts), ("row", rows)]).unwrap();
    suite(expectations).validate(&[batch]).unwrap()
}

fn text(values: Vec<&str>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

fn matches(pattern: &str) -> Value {
    json!({"type": "expect_column_values_to_match_regex", "kwargs": {"column": "t", "regex": pattern}})
}

fn errors(result: &ValidationResult) -> Vec<Option<String>> {
    let results = result.to_json()["results"].as_array().unwrap().clone();
    results.iter().map(|one| one["exception_info"]["exception_message"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_pattern_that_runs_out_of_steps_fails_alone() {
    let evil = "a".repeat(64);
    let result =
        validate(&json!([matches(r"^(a*)*\1$b"), matches("^(a+)+$"), matches("a")]), text(vec![&evil, "a"]));
    let errors = errors(&result);
    assert!(errors[0].as_ref().is_some_and(|why| why.contains("steps")), "{errors:?}");
    assert_eq!(errors[1..], [None, None]);
    assert_eq!(result.statistics().successful, 2);
}

#[test]
fn a_value_that_is_not_looked_at_does_no_harm() {
    let evil = "a".repeat(64);
    let mut hard = matches(r"^(a*)*\1$b");
    hard["kwargs"]["condition_parser"] = json!("great_expectations");
    hard["kwargs"]["row_condition"] = json!("col(\"row\") > 0");
    for texts in [
        text(vec![&evil, "x", "y"]),
        Arc::new([evil.as_str(), "x", "y"].into_iter().collect::<DictionaryArray<Int32Type>>()) as ArrayRef,
    ] {
        let result = validate(&json!([hard]), texts);
        assert_eq!(errors(&result), [None]);
        assert_eq!(result.to_json()["results"][0]["result"]["unexpected_count"], 2);
    }
}

#[test]
fn patterns_beyond_all_measure_are_refused_when_the_suite_is_read() {
    for pattern in ["(?:a{1000}){1000}", "(?=a)a{1000000}", &"(".repeat(50_000), "a{99999999999}"] {
        let suite = json!({"name": "hostile", "expectations": [matches(pattern)]}).to_string();
        let error = Suite::from_json(&suite).unwrap_err().to_string();
        assert!(error.contains("expectations[0].kwargs.regex"), "{error}");
        assert!(error.len() < 600, "{}", error.len());
    }
}

#[test]
fn deep_json_is_an_answer() {
    let deep = "[".repeat(1_000_000);
    let json = json!({"type": "expect_column_values_to_be_json_parseable", "kwargs": {"column": "t"}});
    let schema = json!({"type": "expect_column_values_to_match_json_schema",
        "kwargs": {"column": "t", "json_schema": {"type": "array"}}});
    let result = validate(&json!([json, schema]), text(vec![&deep, "[]"]));
    let errors = errors(&result);
    assert_eq!(errors[0], None);
    assert_eq!(result.to_json()["results"][0]["result"]["unexpected_count"], 1);
    assert!(errors[1].as_ref().is_some_and(|why| why.contains("not JSON")), "{errors:?}");
}
