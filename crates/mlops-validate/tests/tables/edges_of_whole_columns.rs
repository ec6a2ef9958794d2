//! What single values at the edge do to what is made of a whole column.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use mlops_validate::expectation::{AggregateBetween, Expectation, MostCommonInSet, ZScoresBelow};
use mlops_validate::{Cell, NanIs, Suite};
use serde_json::{Value, json};

fn table(column: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([("c", column, true)]).unwrap()
}

/// What was observed in a table of these batches, where a NaN is a value.
fn observed(batches: &[RecordBatch], expectation: impl Expectation + 'static) -> Value {
    let suite = Suite::new("s").expect(expectation);
    let result = suite.validator().nan_is(NanIs::AValue).batches(batches).unwrap();
    assert!(result.results[0].outcome.is_ok(), "{:?}", result.lines());
    result.to_json()["results"][0]["result"]["observed_value"].clone()
}

fn floats(values: &[f64]) -> RecordBatch {
    table(Arc::new(Float64Array::from(values.to_vec())))
}

#[test]
fn a_nan_that_is_a_value_leaves_no_extremes() {
    let (with, without) = (floats(&[1.0, f64::NAN]), floats(&[2.0, 3.0]));
    assert_eq!(observed(std::slice::from_ref(&without), AggregateBetween::maximum("c")), json!(3.0));
    for batches in [[with.clone(), without.clone()], [without, with]] {
        assert_eq!(observed(&batches, AggregateBetween::maximum("c")), Value::Null);
        assert_eq!(observed(&batches, AggregateBetween::minimum("c")), Value::Null);
        // Parts that were gathered apart say the same.
        let suite = Suite::new("s").expect(AggregateBetween::maximum("c"));
        let compiled = suite.validator().nan_is(NanIs::AValue).compile(&batches[0].schema());
        let mut whole = compiled.part(0);
        for batch in &batches {
            let mut part = compiled.part(whole.rows());
            part.update(std::slice::from_ref(batch)).unwrap();
            whole.merge(part).unwrap();
        }
        let result = whole.finish().to_json();
        assert_eq!(result["results"][0]["result"]["observed_value"], Value::Null);
    }
}

/// Rows without a value have the key of one all the same.
#[test]
fn values_of_a_dictionary_that_no_row_has_are_not_there() {
    let keys = Int32Array::from(vec![None, Some(1), Some(1), None, None]);
    let values: ArrayRef = Arc::new(StringArray::from(vec!["zz", "b", "a"]));
    let batch = table(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values).unwrap()));
    let batches = [batch];
    assert_eq!(observed(&batches, AggregateBetween::maximum("c")), json!("b"));
    assert_eq!(observed(&batches, AggregateBetween::minimum("c")), json!("b"));
    assert_eq!(observed(&batches, AggregateBetween::unique_count("c")), json!(1));
    let common = MostCommonInSet::new("c", [Cell::Text("b".into())]);
    assert_eq!(observed(&batches, common), json!(["b"]));
}

#[test]
fn both_zeros_of_a_dictionary_look_the_same() {
    let keys = Int32Array::from(vec![0, 1, 0]);
    let values: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 0.0]));
    let batch = table(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values).unwrap()));
    let common = observed(&[batch], MostCommonInSet::new("c", [Cell::Int(0)]));
    assert_eq!(common.to_string(), "[0.0]");
}

#[test]
fn a_sum_beyond_64_bits_is_a_floating_point_number() {
    let batch = table(Arc::new(Int64Array::from(vec![i64::MAX, i64::MAX])));
    assert_eq!(observed(&[batch], AggregateBetween::sum("c")), json!(2f64.powi(64)));
}

/// As pandas 3.1.1 has it: towards 1970, by the unit of the column.
#[test]
fn means_of_moments_are_whole_ticks() {
    for (values, middle) in [
        ([1, 2], "1970-01-01T00:00:00.000001"),
        ([-1, 0], "1970-01-01T00:00:00"),
        ([-4, -3], "1969-12-31T23:59:59.999997"),
    ] {
        let batches = [table(Arc::new(TimestampMicrosecondArray::from(values.to_vec())))];
        assert_eq!(observed(&batches, AggregateBetween::median("c")), json!(middle));
        assert_eq!(observed(&batches, AggregateBetween::mean("c")), json!(middle));
    }
}

#[test]
fn a_score_at_the_threshold_is_too_far() {
    let broken = |values: &[f64], expectation: ZScoresBelow| {
        let suite = Suite::new("s").expect(expectation);
        let result = suite.validate(&[floats(values)]).unwrap();
        let broken = result.results[0].broken().unwrap();
        broken.first.iter().map(|row| row.row).collect::<Vec<u64>>()
    };
    // Mean 0, deviation 1.
    let values = [-1.0, 0.0, 1.0];
    assert_eq!(broken(&values, ZScoresBelow::new("c", 1.0)), [0, 2]);
    assert_eq!(broken(&values, ZScoresBelow::new("c", 1.0).one_sided()), [2]);
    assert_eq!(broken(&values, ZScoresBelow::new("c", 1.01)), Vec::<u64>::new());
    // The mean of three tenths, rounded, is none of them.
    assert_eq!(broken(&[0.1; 3], ZScoresBelow::new("c", 0.5)), Vec::<u64>::new());
}
