//! Suite files of any quality: read as they are, or refused with the place and the reason.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use mlops_core::Severity;
use mlops_validate::result::ResultFormat;
use mlops_validate::{Error, Suite};
use proptest::prelude::*;
use serde_json::{Value, json};

fn error(suite: &Value) -> String {
    Suite::from_json(&suite.to_string()).unwrap_err().to_string()
}

fn one(entry: &Value) -> Value {
    json!({"name": "s", "expectations": [entry]})
}

/// As Great Expectations 1.24 writes it.
const WRITTEN_BY_1_X: &str = include_str!("../../testdata/suites/flights_gx_1.json");
/// As Great Expectations 0.18 writes it.
const WRITTEN_BY_0_18: &str = include_str!("../../testdata/suites/flights_gx_0_18.json");

#[test]
fn suites_of_both_generations_are_the_same_suite() {
    let (new, old) = (Suite::from_json(WRITTEN_BY_1_X).unwrap(), Suite::from_json(WRITTEN_BY_0_18).unwrap());
    assert_eq!((new.name(), old.name()), ("flights", "flights"));
    assert_eq!(new.entries().len(), 9);
    let kwargs = |suite: &Suite| -> Vec<Value> {
        let entries = suite.entries().iter();
        entries.map(|entry| json!([entry.expectation.name(), entry.expectation.kwargs()])).collect()
    };
    assert_eq!(kwargs(&new), kwargs(&old));
}

#[test]
fn what_people_noted_is_kept() {
    let suite = Suite::from_json(WRITTEN_BY_1_X).unwrap();
    let entry = &suite.entries()[4];
    assert_eq!(entry.severity, Severity::Warning);
    assert_eq!(entry.id.as_deref(), Some("0c51ab12-2d2b-4a0f-93a7-1a2f60a0b0d4"));
    assert_eq!(entry.meta["owner"], json!("ops"));
    let written = suite.to_json();
    let read: Value = serde_json::from_str(WRITTEN_BY_1_X).unwrap();
    assert_eq!(written["meta"], read["meta"]);
    assert_eq!(written["id"], read["id"]);
    assert_eq!(written["expectations"][4]["notes"], json!("distances are great circles"));
    assert_eq!(Suite::from_json(&written.to_string()).unwrap().to_json(), written);
}

#[test]
fn a_file_that_is_not_a_suite_is_refused_with_the_place() {
    for (suite, message) in [
        (json!([]), "expectation suite: the document is [], expected an object with a list `expectations`"),
        (json!({"expectations": []}), "expectation suite: name is null, expected text"),
        (json!({"name": "s"}), "expectation suite: expectations is null, expected a list of expectations"),
        (
            json!({"name": "s", "expectations": [5]}),
            "expectation suite: expectations[0] is 5, expected an object with `type` and `kwargs`",
        ),
        (
            one(&json!({"kwargs": {}})),
            "expectation suite: expectations[0].type is null, expected the name of an expectation",
        ),
        (
            one(&json!({"type": "expect_column_to_exist", "kwargs": []})),
            "expectation suite: expectations[0].kwargs is [], expected an object",
        ),
        (
            one(&json!({"type": "expect_column_to_exist", "kwargs": {"column": "a"}, "severity": "fatal"})),
            "expectation suite: expectations[0].severity is \"fatal\", expected \"critical\", \"warning\" or \"info\"",
        ),
    ] {
        assert_eq!(error(&suite), message);
    }
}

#[test]
fn a_wrong_parameter_is_named_with_its_value_and_what_was_expected() {
    for (name, kwargs, message) in [
        ("expect_column_to_exist", json!({}), "column is null, expected the name of a column"),
        ("expect_column_to_exist", json!({"column": ""}), "column is \"\", expected the name of a column"),
        (
            "expect_column_values_to_not_be_null",
            json!({"column": "a", "mostly": 2}),
            "mostly is 2, expected a number from 0 to 1",
        ),
        (
            "expect_column_values_to_not_be_null",
            json!({"column": "a", "mostly": "most"}),
            "mostly is \"most\", expected a number from 0 to 1",
        ),
        (
            "expect_column_values_to_be_between",
            json!({"column": "a"}),
            "min_value is null, expected min_value or max_value",
        ),
        (
            "expect_column_values_to_be_between",
            json!({"column": "a", "min_value": [1]}),
            "min_value is [1], expected a number, a moment as ISO 8601, text, or null",
        ),
        (
            "expect_column_values_to_be_between",
            json!({"column": "a", "max_value": 1, "strict_max": 2}),
            "strict_max is 2, expected true or false",
        ),
        (
            "expect_column_values_to_be_in_set",
            json!({"column": "a"}),
            "value_set is null, expected a list of constants",
        ),
        (
            "expect_column_values_to_be_in_set",
            json!({"column": "a", "value_set": [[1]]}),
            "value_set is [[1]], expected a list of constants",
        ),
        ("expect_table_row_count_to_equal", json!({"value": 1.5}), "value is 1.5, expected a whole number"),
        (
            "expect_table_row_count_to_be_between",
            json!({"min_value": 2, "max_value": 1}),
            "min_value is 2, expected not more than max_value",
        ),
        (
            "expect_column_values_to_be_unique",
            json!({"column": "a", "colum": 1}),
            "colum is 1, expected no such parameter, but column, condition_parser, mostly, row_condition",
        ),
        (
            "expect_column_mean_to_be_between",
            json!({"column": "a", "min_value": "much"}),
            "min_value is \"much\", expected a number, a moment as ISO 8601, or null",
        ),
        (
            "expect_column_mean_to_be_between",
            json!({"column": "a", "row_condition": "a > 1", "condition_parser": "sql"}),
            "condition_parser is \"sql\", expected \"pandas\", \"great_expectations\" or \"spark\"",
        ),
    ] {
        let error = error(&one(&json!({"type": name, "kwargs": kwargs})));
        assert_eq!(error, format!("{name}: expectations[0].kwargs.{message}"));
    }
}

#[test]
fn an_unknown_expectation_comes_with_its_nearest_names() {
    let suite = one(&json!({"type": "expect_column_values_to_not_be_nul", "kwargs": {}})).to_string();
    match Suite::from_json(&suite).unwrap_err() {
        Error::UnknownExpectation { name, nearest } => {
            assert_eq!(name, "expect_column_values_to_not_be_nul");
            assert_eq!(nearest[0], "expect_column_values_to_not_be_null");
        }
        other => panic!("{other}"),
    }
    let strange = one(&json!({"type": "x".repeat(100_000), "kwargs": {}}));
    assert!(error(&strange).len() < 300);
}

#[test]
fn text_that_is_no_json_is_refused_with_line_and_column() {
    match Suite::from_json("{\n \"name\": }").unwrap_err() {
        Error::Parse { line, .. } => assert_eq!(line, 2),
        other => panic!("{other}"),
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(Suite::from_json(&deep), Err(Error::Parse { .. })));
}

#[test]
fn a_result_format_is_read_or_refused() {
    for good in
        [json!("BASIC"), json!({"result_format": "COMPLETE", "unexpected_index_column_names": ["id"]})]
    {
        assert!(ResultFormat::from_json(&good).is_ok(), "{good}");
    }
    for (bad, message) in [
        (json!("basic"), "result_format is \"basic\", expected BOOLEAN_ONLY, BASIC, SUMMARY or COMPLETE"),
        (
            json!({"result_format": "BASIC", "partial_unexpected_count": -1}),
            "result_format.partial_unexpected_count is -1, expected a whole number",
        ),
        (
            json!({"result_format": "BASIC", "unexpected_index_column_names": "id"}),
            "result_format.unexpected_index_column_names is \"id\", expected a list of column names",
        ),
    ] {
        assert_eq!(
            ResultFormat::from_json(&bad).unwrap_err().to_string(),
            format!("result format: {message}")
        );
    }
}

/// Any JSON value of a few levels.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        prop::sample::select(vec!["column", "a > 1", "2024-01-01", "expect_column_to_exist"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let names = prop::sample::select(vec![
            "type",
            "kwargs",
            "column",
            "min_value",
            "value_set",
            "mostly",
            "row_condition",
            "conditions",
            "operator",
            "parameter",
            "name",
            "meta",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(names.prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_truncated_file_is_refused(at in 0usize..WRITTEN_BY_1_X.len()) {
        if let Some(part) = WRITTEN_BY_1_X.get(..at) {
            prop_assume!(part.trim_end().len() < WRITTEN_BY_1_X.trim_end().len());
            prop_assert!(Suite::from_json(part).is_err());
        }
    }

    #[test]
    fn a_file_with_a_part_replaced_never_panics(path in prop::collection::vec(any::<prop::sample::Index>(), 0..5), part in any_json()) {
        let mut suite: Value = serde_json::from_str(WRITTEN_BY_1_X).unwrap();
        let mut pointer = String::new();
        for index in path {
            let name = match suite.pointer(&pointer).unwrap() {
                Value::Array(list) if !list.is_empty() => index.index(list.len()).to_string(),
                Value::Object(map) if !map.is_empty() => map.keys().nth(index.index(map.len())).unwrap().clone(),
                _ => break,
            };
            pointer = format!("{pointer}/{name}");
        }
        *suite.pointer_mut(&pointer).unwrap() = part;
        if let Ok(suite) = Suite::from_json(&suite.to_string()) {
            prop_assert_eq!(Suite::from_json(&suite.to_json().to_string()).unwrap().to_json(), suite.to_json());
        }
    }

    #[test]
    fn any_bytes_are_refused(text in "\\PC{0,40}") {
        prop_assert!(Suite::from_json(&text).is_err());
    }
}
