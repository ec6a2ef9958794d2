//! Rules about several columns and about order: in words, in parts, against a plain search.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use mlops_validate::Suite;
use mlops_validate::expectation::{
    AllColumnsEqual, ColumnsAddUp, CompoundUnique, IgnoreRowIf, Monotonic, PairEqual, PairGreater, PairInSet,
    UniqueWithinRecord,
};
use mlops_validate::result::{Level, ResultFormat};
use proptest::prelude::*;
use serde_json::{Value, json};

type Row = (Option<i64>, Option<f64>, Option<String>);

fn batch(rows: &[Row]) -> RecordBatch {
    let a: ArrayRef = Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>());
    let b: ArrayRef = Arc::new(rows.iter().map(|row| row.1).collect::<Float64Array>());
    let c: ArrayRef = Arc::new(rows.iter().map(|row| row.2.as_deref()).collect::<StringArray>());
    RecordBatch::try_from_iter_with_nullable([("a", a, true), ("b", b, true), ("c", c, true)]).unwrap()
}

fn suite() -> Suite {
    Suite::new("s")
        .expect(PairEqual::new("a", "b").ignore_row_if(IgnoreRowIf::Never))
        .expect(PairGreater::new("a", "b").or_equal())
        .expect(AllColumnsEqual::new(["a", "b"]))
        .expect(UniqueWithinRecord::new(["a", "b", "c"]))
        .expect(ColumnsAddUp::new(["a", "b"], 3.0))
        .expect(CompoundUnique::new(["a", "b", "c"]))
        .expect(Monotonic::increasing("a"))
        .expect(Monotonic::decreasing("b").strictly())
}

#[test]
fn what_breaks_a_rule_is_said_with_its_columns() {
    let rows = [
        (Some(1), Some(1.0), Some("x".to_owned())),
        (Some(3), Some(2.5), None),
        (Some(1), Some(1.0), Some("x".to_owned())),
    ];
    let pairs = [(mlops_validate::Cell::Int(1), mlops_validate::Cell::Int(1))];
    let suite = suite().expect(PairInSet::new("a", "b", pairs));
    let result = suite.validate(&[batch(&rows)]).unwrap();
    assert_eq!(
        result.lines(),
        [
            "table: expected a, b equal, but 1 of 3 values are not (33.33 %): row 1 has a=3, b=2.5",
            "table: expected a, b equal, but 1 of 3 values are not (33.33 %): row 1 has a=3, b=2.5",
            "table: expected a, b, c different from each other, but 2 of 3 values are not (66.67 %): row 0 has \
             a=1, b=1, c=\"x\", row 2 has a=1, b=1, c=\"x\"",
            "table: expected a, b adding up to 3, but 3 of 3 values are not (100 %): row 0 has a=1, b=1, \
             row 1 has a=3, b=2.5, row 2 has a=1, b=1",
            "table: expected a, b, c unique together, but 2 of 3 values are not (66.67 %): row 0 has a=1, b=1, \
             c=\"x\", row 2 has a=1, b=1, c=\"x\"",
            "a: expected increasing, but 1 of 3 values are not (33.33 %): row 2 has 1",
            "b: expected strictly decreasing, but 1 of 3 values are not (33.33 %): row 1 has 2.5",
            "table: expected (a, b) one of {(1, 1)}, but 1 of 3 values are not (33.33 %): row 1 has a=3, b=2.5",
        ]
    );
}

#[test]
fn numbers_and_text_have_no_order_and_text_does_not_add_up() {
    let suite = Suite::new("s")
        .expect(PairGreater::new("a", "c"))
        .expect(ColumnsAddUp::new(["a", "c"], 1.0))
        .expect(PairEqual::new("a", "nope"))
        .expect(PairEqual::new("a", "c"));
    let result = suite.validate(&[batch(&[(Some(1), None, Some("1".to_owned()))])]).unwrap();
    let reasons: Vec<_> = result.results.iter().map(|one| one.outcome.as_ref().err().cloned()).collect();
    assert!(reasons[0].as_ref().unwrap().contains("numbers are neither above nor below text"));
    assert!(reasons[1].as_ref().unwrap().contains("do not add up"));
    assert!(reasons[2].as_ref().unwrap().contains("there is no such column"));
    assert_eq!(reasons[3], None);
}

#[test]
fn parameters_of_a_suite_have_values_or_the_result_says_which_are_not_there() {
    let suite = json!({"name": "s", "expectations": [
        {"type": "expect_column_values_to_be_between",
         "kwargs": {"column": "a", "min_value": {"$PARAMETER": "lo"}, "max_value": {"$PARAMETER": "hi", "$PARAMETER.hi": 5}}},
        {"type": "expect_column_values_to_be_in_set",
         "kwargs": {"column": "c", "value_set": [{"$PARAMETER": "word"}]}},
    ]});
    let suite = Suite::from_json(&suite.to_string()).unwrap();
    let table = [batch(&[(Some(7), None, Some("x".to_owned()))])];
    let result = suite.validate(&table).unwrap();
    assert_eq!(result.statistics().successful, 0);
    assert!(result.lines()[0].contains("no value was given for one of the suite's parameters (\"lo\")"));
    let bound = suite.clone().with_parameters([("lo", json!(0)), ("word", json!("x"))]).unwrap();
    assert_eq!(bound.to_json(), suite.to_json());
    let result = bound.validate(&table).unwrap();
    assert_eq!(
        result.lines(),
        ["a: expected between 0 and 5, but 1 of 1 values are not (100 %): row 0 has 7"]
    );
    assert_eq!(result.to_json()["results"][0]["expectation_config"]["kwargs"]["min_value"], json!(0.0));
    let error = suite.with_parameters([("lo", json!([])), ("word", json!("x"))]).unwrap_err();
    assert!(error.to_string().contains("expectations[0].kwargs.min_value is []"), "{error}");
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        prop::option::of(0_i64..3),
        prop::option::of(prop::sample::select(vec![0.0, 1.0, 1.5, -0.0, f64::NAN])),
        prop::option::of(prop::sample::select(vec!["x", "y"]).prop_map(str::to_owned)),
    );
    prop::collection::vec(row, 1..24)
}

/// Row numbers that each expectation of [`suite`] has to report, worked out row by row.
fn expected(rows: &[Row]) -> Vec<Vec<usize>> {
    let b = |row: &Row| row.1.filter(|b| !b.is_nan());
    let a = |row: &Row| row.0.map(|a| a as f64);
    let pick = |breaks: &dyn Fn(&Row) -> bool| (0..rows.len()).filter(|at| breaks(&rows[*at])).collect();
    let both_missing = |row: &Row| a(row).is_none() && b(row).is_none();
    let key = |row: &Row| (row.0, b(row).map(|b| (b + 0.0).to_bits()), row.2.clone());
    let out_of_order = |value: &dyn Fn(&Row) -> Option<f64>, allowed: &dyn Fn(f64, f64) -> bool| {
        let present: Vec<usize> = (0..rows.len()).filter(|at| value(&rows[*at]).is_some()).collect();
        let pairs = present.windows(2);
        let broken =
            pairs.filter(|pair| !allowed(value(&rows[pair[0]]).unwrap(), value(&rows[pair[1]]).unwrap()));
        broken.map(|pair| pair[1]).collect()
    };
    vec![
        pick(&|row| a(row).is_none() || a(row) != b(row)),
        pick(&|row| !both_missing(row) && !matches!((a(row), b(row)), (Some(a), Some(b)) if a >= b)),
        pick(&|row| a(row) != b(row)),
        pick(&|row| {
            let missing = [a(row).is_none(), b(row).is_none(), row.2.is_none()];
            let missing = missing.iter().filter(|missing| **missing).count();
            missing == 2 || (a(row).is_some() && a(row) == b(row))
        }),
        pick(&|row| !both_missing(row) && !matches!((a(row), b(row)), (Some(a), Some(b)) if a + b == 3.0)),
        pick(&|row| {
            let all_missing = both_missing(row) && row.2.is_none();
            !all_missing && rows.iter().filter(|other| key(other) == key(row)).count() > 1
        }),
        out_of_order(&a, &|before, value| value >= before),
        out_of_order(&b, &|before, value| value < before),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// As a whole and in parts that are merged, against a search row by row.
    #[test]
    fn rows_are_those_of_a_plain_search_however_the_table_is_split(rows in rows(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4)) {
        let suite = suite();
        let batch = batch(&rows);
        let validator = suite.validator().result_format(ResultFormat::new(Level::Complete));
        let compiled = validator.compile(&batch.schema());
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(rows.len())).collect();
        cuts.extend([0, rows.len()]);
        cuts.sort_unstable();
        let mut whole = compiled.part(0);
        for pair in cuts.windows(2) {
            let mut part = compiled.part(pair[0] as u64);
            part.update(&[batch.slice(pair[0], pair[1] - pair[0])]).unwrap();
            whole.merge(part).unwrap();
        }
        let merged = whole.finish().to_json();
        let mut whole = compiled.part(0);
        whole.update(&[batch]).unwrap();
        prop_assert_eq!(whole.finish().to_json(), merged.clone());
        let found: Vec<Value> = merged["results"].as_array().unwrap().iter().map(|one| one["result"]["unexpected_index_list"].clone()).collect();
        let expected: Vec<Value> = expected(&rows).into_iter().map(Value::from).collect();
        prop_assert_eq!(found, expected);
    }
}
