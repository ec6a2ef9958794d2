//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use std::sync::{Arc, OnceLock};

use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use mlops_validate::Suite;
use serde_json::{Value, json};

/// Reads bytes as a suite. If they are one, it can be written and read again, given
/// parameters, and validates a small table; whatever it says, each expectation has a result.
pub(crate) fn read_suite(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(suite) = Suite::from_json(text) else { return };
    let written = suite.to_json();
    let again = Suite::from_json(&written.to_string()).expect("what was read can be written and read again");
    assert_eq!(again.to_json(), written);
    validate(&suite);
    let parameters = [("lo", json!(0)), ("hi", json!(5)), ("n", json!("x"))];
    if let Ok(bound) = suite.with_parameters(parameters) {
        assert_eq!(bound.to_json(), written, "the parameters stay in the suite");
        validate(&bound);
    }
}

fn validate(suite: &Suite) {
    let table = table();
    let whole = suite.validate(std::slice::from_ref(table)).expect("the table is one");
    assert_eq!(whole.results.len(), suite.entries().len());
    let apart = suite.validate(&[table.slice(0, 2), table.slice(2, 3)]).expect("the table is one");
    let results = |result: &Value| result["results"].to_string();
    let (whole, apart) = (whole.to_json(), apart.to_json());
    assert_eq!(results(&whole), results(&apart), "a split makes no difference");
    assert!(serde_json::from_str::<Value>(&whole.to_string()).is_ok(), "a result is JSON");
}

/// A column of each kind, with the names that the seeds use.
fn table() -> &'static RecordBatch {
    static TABLE: OnceLock<RecordBatch> = OnceLock::new();
    TABLE.get_or_init(|| {
        let ints = |values: [Option<i64>; 5]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
        let floats = Float64Array::from(vec![Some(1.5), Some(f64::NAN), None, Some(-0.0), Some(1e300)]);
        let texts = StringArray::from(vec![Some("a"), None, Some(""), Some("2024-01-01"), Some("a")]);
        let flags = BooleanArray::from(vec![Some(true), None, Some(false), Some(true), Some(true)]);
        let moments = TimestampMicrosecondArray::from(vec![Some(0), None, Some(-1), Some(1), Some(1)]);
        RecordBatch::try_from_iter_with_nullable([
            ("x", ints([Some(1), Some(2), Some(9), None, Some(i64::MAX)]), true),
            ("a", ints([Some(1), Some(1), None, Some(3), Some(3)]), true),
            ("b", Arc::new(floats) as ArrayRef, true),
            ("c", Arc::new(texts) as ArrayRef, true),
            ("d", Arc::new(flags) as ArrayRef, true),
            ("t", Arc::new(moments) as ArrayRef, true),
        ])
        .expect("the columns have five rows each")
    })
}
