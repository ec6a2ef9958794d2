//! One row is judged as a table of one row would be, and nothing is allocated for it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell as Count;
use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::BooleanBuffer;
use arrow_schema::SchemaRef;
use mlops_validate::expectation::{Expectation, Judge, Mostly};
use mlops_validate::plan::{Mismatch, Planner, ValueRule};
use mlops_validate::result::ExpectationResult;
use mlops_validate::{Cell, NanIs, Suite};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Counts what this thread allocates.
struct Counting;

thread_local! {
    static ALLOCATIONS: Count<u64> = const { Count::new(0) };
}

#[expect(unsafe_code, reason = "an allocator is unsafe by nature; this one hands all on to the system's")]
// SAFETY: every call goes to `System` with the same arguments, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A rule of one's own, which knows nothing of single values.
#[derive(Debug)]
struct Even;

impl ValueRule for Even {
    fn key(&self) -> String {
        "even".to_owned()
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        let values = values.as_any().downcast_ref::<Int64Array>().ok_or(Mismatch("no Int64".to_owned()))?;
        Ok(BooleanBuffer::collect_bool(values.len(), |row| values.value(row) % 2 != 0))
    }
}

#[derive(Debug)]
struct IsEven;

impl Expectation for IsEven {
    fn name(&self) -> &'static str {
        "expect_even"
    }

    fn kwargs(&self) -> Map<String, Value> {
        Map::new()
    }

    fn rule(&self) -> String {
        "even".to_owned()
    }

    fn plan(&self, planner: &mut Planner<'_>) -> mlops_validate::Result<Judge> {
        planner.judge_values("i", None, Mostly::ALL, Even)
    }
}

fn suite() -> Suite {
    let of = |name: &str, kwargs: Value| json!({"type": format!("expect_column_values_to_{name}"), "kwargs": kwargs});
    let expectations = [
        of("not_be_null", json!({"column": "i"})),
        of("be_null", json!({"column": "f", "mostly": 0.5})),
        of("not_be_null", json!({"column": "t", "row_condition": "s == \"a\" or s.isnull()"})),
        of("be_between", json!({"column": "i", "min_value": -1, "max_value": 2, "strict_max": true})),
        of("be_between", json!({"column": "i", "min_value": 0.5})),
        of("be_between", json!({"column": "f", "min_value": -1, "max_value": 1.5, "strict_min": true})),
        of("be_between", json!({"column": "s", "min_value": "a", "max_value": "bb", "strict_min": true})),
        of(
            "be_between",
            json!({"column": "t", "min_value": "1970-01-01T00:00:01", "max_value": "1970-01-02"}),
        ),
        of("be_between", json!({"column": "b", "min_value": 1})),
        of("be_in_set", json!({"column": "i", "value_set": [0, 1.0, true, "2", 3]})),
        of("not_be_in_set", json!({"column": "f", "value_set": [0, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8]})),
        of("be_in_set", json!({"column": "s", "value_set": ["a", "bb", ""]})),
        of("be_in_set", json!({"column": "t", "value_set": ["1970-01-01", "1970-01-01T00:00:03"]})),
        of("be_in_set", json!({"column": "b", "value_set": [1]})),
        of("match_regex", json!({"column": "s", "regex": "^b+$"})),
        json!({"type": "expect_column_value_lengths_to_be_between", "kwargs": {"column": "s", "min_value": 1, "max_value": 1}}),
        of("be_between", json!({"column": "i", "max_value": 1, "row_condition": "f > 0.5 and not b"})),
        of("be_between", json!({"column": "i", "max_value": 1, "row_condition": "i < f"})),
        of(
            "be_in_set",
            json!({"column": "s", "value_set": ["a"], "row_condition": "i in [0, 1, 2] and i != 1"}),
        ),
        of(
            "be_in_set",
            json!({"column": "s", "value_set": ["bb"], "row_condition": "t >= \"1970-01-01T00:00:02\""}),
        ),
        of("be_between", json!({"column": "i", "min_value": "x"})),
        of("be_between", json!({"column": "nowhere", "min_value": 1})),
        of("be_unique", json!({"column": "i"})),
    ];
    let suite = json!({"name": "rows", "expectations": expectations}).to_string();
    Suite::from_json(&suite).unwrap().expect(IsEven)
}

type Row = (Option<i64>, Option<f64>, Option<&'static str>, Option<i64>, Option<bool>);

fn table((i, f, s, t, b): Row) -> RecordBatch {
    let columns: [(&str, ArrayRef); 5] = [
        ("i", Arc::new(Int64Array::from(vec![i]))),
        ("f", Arc::new(Float64Array::from(vec![f]))),
        ("s", Arc::new(StringArray::from(vec![s]))),
        ("t", Arc::new(TimestampMicrosecondArray::from(vec![t]))),
        ("b", Arc::new(BooleanArray::from(vec![b]))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn cells((i, f, s, t, b): Row) -> [Cell<'static>; 5] {
    [
        i.map_or(Cell::Missing, |i| Cell::Int(i.into())),
        f.map_or(Cell::Missing, Cell::Float),
        s.map_or(Cell::Missing, |s| Cell::Text(s.into())),
        t.map_or(Cell::MissingMoment, |t| Cell::Moment { nanos: i128::from(t) * 1000, zoned: false }),
        b.map_or(Cell::Missing, Cell::Bool),
    ]
}

fn row() -> impl Strategy<Value = Row> {
    let floats = prop::sample::select(vec![-1.0, -0.5, 0.0, -0.0, 1.0, 1.5, 2.5, f64::NAN, f64::INFINITY]);
    let moments = prop::sample::select(vec![
        0,
        999_999,
        1_000_000,
        2_000_000,
        3_000_000,
        86_400_000_000,
        90_000_000_000,
    ]);
    (
        prop::option::weighted(0.9, -2i64..5),
        prop::option::weighted(0.9, floats),
        prop::option::weighted(0.9, prop::sample::select(vec!["", "a", "b", "bb", "c"])),
        prop::option::weighted(0.9, moments),
        prop::option::weighted(0.9, any::<bool>()),
    )
}

/// What a table of this row says of an expectation: broken, fine, or can't be evaluated.
fn broken(result: &ExpectationResult) -> Option<bool> {
    result.outcome.as_ref().ok().map(|_| result.broken().is_some_and(|broken| broken.count > 0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_row_is_judged_as_a_table_of_one_row(row in row(), missing: bool) {
        let suite = suite();
        let nan = if missing { NanIs::Missing } else { NanIs::AValue };
        let table = table(row);
        let rules = suite.validator().nan_is(nan).compile_row(&table.schema());
        prop_assert_eq!(rules.left_out(), [22]);
        let result = suite.validator().nan_is(nan).batches(&[table]).unwrap();
        let cells = cells(row);
        let found: Vec<(usize, bool)> = rules.broken(&cells).unwrap().map(|one| (one.index, one.is_broken)).collect();
        for (index, expected) in result.results.iter().enumerate().filter(|(index, _)| *index != 22) {
            let found = found.iter().find(|one| one.0 == index).map(|one| one.1);
            match broken(expected) {
                Some(false) => prop_assert_eq!(found, None, "{} {:?}", index, row),
                Some(true) => prop_assert_eq!(found, Some(true), "{} {:?}", index, row),
                None => prop_assert_eq!(found, Some(false), "{} {:?}", index, row),
            }
        }
        prop_assert_eq!(rules.accept(&cells).unwrap(), found.is_empty());
    }
}

#[test]
fn nothing_is_allocated_for_a_row() {
    let whole = suite();
    // Without the rule of one's own, and those that can't judge anything: a reason is text.
    let suite = whole.entries()[..20].iter().cloned().fold(Suite::new("fast"), Suite::expect);
    let row = (Some(7), Some(0.75), Some("bb"), Some(2_000_000), Some(false));
    let schema: SchemaRef = table(row).schema();
    let rules = suite.validator().compile_row(&schema);
    assert!(rules.left_out().is_empty() && suite.entries().len() == 20, "{rules:?}");
    let cells = cells(row);
    // A pattern takes its scratch space when a thread first uses it.
    let _ = rules.accept(&cells).unwrap();
    let _ = rules.broken(&cells).unwrap().count();
    let before = ALLOCATIONS.get();
    let mut broken = 0;
    for _ in 0..100 {
        broken += rules.broken(&cells).unwrap().filter(|one| one.is_broken).count();
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert!(broken >= 300, "{broken}");
    let before = ALLOCATIONS.get();
    let _ = whole.validator().compile_row(&schema).broken(&cells).unwrap().count();
    assert!(ALLOCATIONS.get() > before, "allocations are counted");
}

#[test]
fn a_row_of_another_shape_is_refused() {
    let suite = suite();
    let rules = suite.validator().compile_row(&table((None, None, None, None, None)).schema());
    let error = rules.accept(&[Cell::Int(1)]).unwrap_err();
    assert_eq!(error.to_string(), "row: it has 1 values, expected 5");
    // A value of another type than its column's is not judged, and not accepted.
    let strange = [Cell::Text("7".into()), Cell::Missing, Cell::Missing, Cell::Missing, Cell::Missing];
    assert!(rules.broken(&strange).unwrap().any(|one| one.index == 3 && !one.is_broken));
}
