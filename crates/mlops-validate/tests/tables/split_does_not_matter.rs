//! However the rows are split into batches, parts and threads, the result is the same.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
};
use mlops_validate::Suite;
use mlops_validate::result::{Level, ResultFormat};
use proptest::prelude::*;
use serde_json::{Value, json};

fn suite() -> Suite {
    let columns = ["i", "f", "s", "d", "b"];
    let mut expectations = vec![
        json!({"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 10}}),
        json!({"type": "expect_table_row_count_to_equal", "kwargs": {"value": 3, "row_condition": "i > 2 and f < 1"}}),
        json!({"type": "expect_column_mean_to_be_between", "kwargs": {"column": "f", "min_value": 0}}),
        json!({"type": "expect_column_mean_to_be_between", "kwargs": {"column": "i", "max_value": 0, "row_condition": "s == \"a\""}}),
        json!({"type": "expect_column_values_to_be_between", "kwargs": {"column": "i", "min_value": 0, "mostly": 0.5}}),
        json!({"type": "expect_column_values_to_be_between", "kwargs": {"column": "f", "max_value": 1, "strict_max": true, "row_condition": "not b"}}),
        json!({"type": "expect_column_values_to_be_between", "kwargs": {"column": "s", "max_value": 1}}),
        json!({"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "s", "value_set": ["a", "b"]}}),
        json!({"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "d", "value_set": ["a"]}}),
        json!({"type": "expect_column_values_to_be_unique", "kwargs": {"column": "d", "row_condition": "i > 0"}}),
        json!({"type": "expect_column_values_to_be_unique", "kwargs": {"column": "nowhere"}}),
    ];
    // What is made of a whole column, of each type that has it. (A deviation is the same to
    // 1e-12 only, which is tested beside it.)
    for (columns, names) in [
        ("if", &["max", "min", "median", "sum", "unique_value_count", "proportion_of_unique_values"][..]),
        ("sdb", &["unique_value_count", "proportion_of_non_null_values", "max"][..]),
    ] {
        for column in columns.chars() {
            for name in names {
                let name = format!("expect_column_{name}_to_be_between");
                expectations.push(json!({"type": name, "kwargs": {"column": column.to_string()}}));
            }
        }
    }
    for column in ["i", "f"] {
        for (name, kwargs) in [
            ("value_z_scores_to_be_less_than", json!({"threshold": 1, "double_sided": true})),
            ("values_to_not_be_outliers", json!({"multiplier": 0.5})),
            ("values_to_not_be_outliers", json!({"method": "std", "multiplier": 1})),
            (
                "quantile_values_to_be_between",
                json!({"quantile_ranges": {"quantiles": [0.1, 0.7], "value_ranges": [[0, 1], [0, 2]]}}),
            ),
            (
                "kl_divergence_to_be_less_than",
                json!({"partition_object": {"bins": [-3, 0, 3], "weights": [0.5, 0.5]}, "threshold": 1}),
            ),
            ("kl_divergence_to_be_less_than", json!({"partition_object": null, "threshold": 1})),
            (
                "most_common_value_to_be_in_set",
                json!({"value_set": [1], "ties_okay": true, "row_condition": "i > 0"}),
            ),
            ("distinct_values_to_equal_set", json!({"value_set": [0, 0.1]})),
        ] {
            let mut kwargs = kwargs;
            kwargs["column"] = json!(column);
            expectations.push(json!({"type": format!("expect_column_{name}"), "kwargs": kwargs}));
        }
    }
    for column in columns {
        for name in ["to_not_be_null", "to_be_null", "to_be_unique"] {
            let name = format!("expect_column_values_{name}");
            expectations.push(json!({"type": name, "kwargs": {"column": column}}));
        }
    }
    Suite::from_json(&json!({"name": "all", "expectations": expectations}).to_string()).unwrap()
}

type Row = (Option<i64>, Option<f64>, Option<&'static str>, Option<bool>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let texts = prop::sample::select(vec!["a", "b", "c", ""]);
    let floats = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(-0.0), -5.0f64..5.0, Just(0.1)];
    let row = (
        prop::option::of(-5i64..5),
        prop::option::of(floats),
        prop::option::of(texts),
        prop::option::of(any::<bool>()),
    );
    prop::collection::vec(row, 0..80)
}

fn table(rows: &[Row]) -> RecordBatch {
    let dictionary: DictionaryArray<Int32Type> = rows.iter().map(|row| row.2).collect();
    let columns: [(&str, ArrayRef); 5] = [
        ("i", Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>())),
        ("f", Arc::new(rows.iter().map(|row| row.1).collect::<Float64Array>())),
        ("s", Arc::new(rows.iter().map(|row| row.2).collect::<StringArray>())),
        ("d", Arc::new(dictionary)),
        ("b", Arc::new(rows.iter().map(|row| row.3).collect::<BooleanArray>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

/// The table cut at these rows; a part may be empty.
fn cut(table: &RecordBatch, cuts: &[usize]) -> Vec<RecordBatch> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (table.num_rows() + 1)).collect();
    cuts.sort_unstable();
    cuts.insert(0, 0);
    cuts.push(table.num_rows());
    cuts.windows(2).map(|ends| table.slice(ends[0], ends[1] - ends[0])).collect()
}

fn formats() -> impl Strategy<Value = ResultFormat> {
    let levels =
        prop::sample::select(vec![Level::BooleanOnly, Level::Basic, Level::Summary, Level::Complete]);
    (levels, 0usize..8, any::<bool>(), any::<bool>()).prop_map(|(level, partial, keys, whole)| {
        let format = ResultFormat::new(level).partial_unexpected_count(partial);
        let format = if keys { format.index_columns(["s", "i"]) } else { format };
        if whole { format.include_unexpected_rows() } else { format }
    })
}

/// Everything that a result says; a float by its bits, since JSON text keeps them.
fn all(result: &mlops_validate::ValidationResult) -> (Value, Vec<String>) {
    (result.to_json(), result.lines())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn batches_parts_and_threads_give_the_same(
        rows in rows(), cuts in prop::collection::vec(any::<usize>(), 0..6), format in formats(),
    ) {
        let (suite, table) = (suite(), table(&rows));
        let whole = all(&suite.validator().result_format(format.clone()).batches(std::slice::from_ref(&table)).unwrap());
        let batches = cut(&table, &cuts);

        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let result = pool.install(|| suite.validator().result_format(format.clone()).batches(&batches)).unwrap();
            prop_assert_eq!(&all(&result), &whole);
        }

        // Each batch gathered apart, as on a cluster, and merged in order.
        let compiled = suite.validator().result_format(format).compile(&table.schema());
        let mut merged = compiled.part(0);
        for batch in &batches {
            let mut part = compiled.part(merged.rows());
            part.update(std::slice::from_ref(batch)).unwrap();
            merged.merge(part).unwrap();
        }
        prop_assert_eq!(&all(&merged.finish()), &whole);
    }
}

#[test]
fn a_table_of_several_windows_is_the_same_as_its_batches_merged() {
    let values: Vec<f64> = (0..300_000).map(|row| f64::from(row % 1013) * 0.1 - 7.0).collect();
    let column: ArrayRef = Arc::new(Float64Array::from(values));
    let table = RecordBatch::try_from_iter([("f", column)]).unwrap();
    let suite = Suite::from_json(
        &json!({"name": "f", "expectations": [
            {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "f", "max_value": 0}},
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": "f", "min_value": 0}},
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "f"}},
        ]})
        .to_string(),
    )
    .unwrap();
    let format = || ResultFormat::new(Level::Complete);
    let whole =
        all(&suite.validator().result_format(format()).batches(std::slice::from_ref(&table)).unwrap());
    let batches: Vec<RecordBatch> =
        (0..300_000).step_by(7001).map(|from| table.slice(from, 7001.min(300_000 - from))).collect();
    let mut reported = Vec::new();
    let result = suite
        .validator()
        .result_format(format())
        .on_progress(|progress| {
            reported.push(progress.rows);
            std::ops::ControlFlow::Continue(())
        })
        .batches(&batches)
        .unwrap();
    assert_eq!(all(&result), whole);
    assert!(reported.is_sorted() && reported.last() == Some(&300_000), "{reported:?}");
}

/// The first row of a value is read back from what was kept of the value.
#[test]
fn both_zeros_look_the_same_in_one_batch_and_in_parts() {
    let table = table(&[(None, Some(-0.0), None, None), (None, Some(0.0), None, None)]);
    let suite = suite();
    let whole = all(&suite.validate(std::slice::from_ref(&table)).unwrap());
    let compiled = suite.validator().compile(&table.schema());
    let (mut first, mut second) = (compiled.part(0), compiled.part(1));
    first.update(&[table.slice(0, 1)]).unwrap();
    second.update(&[table.slice(1, 1)]).unwrap();
    first.merge(second).unwrap();
    assert_eq!(all(&first.finish()), whole);
}

#[test]
fn a_part_that_does_not_follow_is_refused() {
    let table = table(&[(Some(1), None, None, None)]);
    let suite = suite();
    let compiled = suite.validator().compile(&table.schema());
    let mut first = compiled.part(0);
    first.update(std::slice::from_ref(&table)).unwrap();
    let error = first.merge(compiled.part(2)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the part to be merged: it begins at row 2, expected row 1 of the same plan"
    );
}

/// As the row groups of a file have them.
#[test]
fn each_batch_may_have_a_dictionary_of_its_own() {
    let batch = |texts: [&str; 3]| {
        let dictionary: DictionaryArray<Int32Type> = texts.into_iter().collect();
        RecordBatch::try_from_iter([("d", Arc::new(dictionary) as ArrayRef)]).unwrap()
    };
    let of = |name: &str| json!({"type": format!("expect_column_{name}"), "kwargs": {"column": "d", "min_value": 4, "max_value": 4}});
    let unique = json!({"type": "expect_column_values_to_be_unique", "kwargs": {"column": "d"}});
    let suite = json!({"name": "d", "expectations": [of("unique_value_count_to_be_between"), unique]});
    let suite = Suite::from_json(&suite.to_string()).unwrap();
    let result = suite.validate(&[batch(["a", "b", "b"]), batch(["c", "d", "a"])]).unwrap();
    assert!(result.results[0].success(), "{:?}", result.lines());
    assert_eq!(result.results[1].broken().map(|broken| broken.count), Some(4), "{:?}", result.lines());
}
