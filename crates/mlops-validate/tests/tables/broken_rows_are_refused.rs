//! A table with broken rows is refused in plain words: column, rule, how many, and which.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use mlops_core::Severity;
use mlops_validate::expectation::{
    Mostly, RowCount, ValuesBetween, ValuesInSet, ValuesNotNull, ValuesUnique,
};
use mlops_validate::result::{ExpectationResult, Level, ResultFormat};
use mlops_validate::{NanIs, Suite, SuiteEntry, ValidationResult};
use serde_json::json;

const SUITE: &str = include_str!("../../testdata/suites/flights_gx_1.json");
const MICROS_PER_HOUR: i64 = 3_600_000_000;

fn flights(rows: usize) -> RecordBatch {
    flights_with(rows, |_, _| {})
}

struct Flight {
    id: Option<i64>,
    carrier: Option<&'static str>,
    distance: Option<i64>,
}

fn flights_with(rows: usize, change: impl Fn(usize, &mut Flight)) -> RecordBatch {
    let flights: Vec<Flight> = (0..rows)
        .map(|row| {
            let number = i64::try_from(row).unwrap();
            let mut flight = Flight {
                id: Some(1000 + number),
                carrier: Some(["AA", "DL", "UA"][row % 3]),
                distance: Some(500 + number * 7 % 1000),
            };
            change(row, &mut flight);
            flight
        })
        .collect();
    let start = "2013-01-01T05:00:00Z".parse::<mlops_core::Timestamp>().unwrap().as_micros();
    let departures = (0..i64::try_from(rows).unwrap()).map(|row| Some(start + row % 700 * MICROS_PER_HOUR));
    let columns: [(&str, ArrayRef); 4] = [
        ("flight_id", Arc::new(flights.iter().map(|flight| flight.id).collect::<Int64Array>())),
        ("carrier", Arc::new(flights.iter().map(|flight| flight.carrier).collect::<StringArray>())),
        ("distance", Arc::new(flights.iter().map(|flight| flight.distance).collect::<Int64Array>())),
        ("sched_dep", Arc::new(departures.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn validate(table: &RecordBatch) -> ValidationResult {
    let suite = Suite::from_json(SUITE).unwrap();
    let format = ResultFormat::new(Level::Summary).index_columns(["flight_id"]);
    suite.validator().result_format(format).batches(std::slice::from_ref(table)).unwrap()
}

#[test]
fn a_sound_table_passes() {
    let result = validate(&flights(1000));
    assert!(result.success(), "{:#?}", result.lines());
    assert_eq!(result.rows, 1000);
    assert_eq!((result.statistics().evaluated, result.statistics().successful), (9, 9));
    assert!(result.lines().is_empty() && result.findings().is_empty());
}

#[test]
fn each_kind_of_broken_row_is_named() {
    let table = flights_with(1000, |row, flight| match row {
        3 | 4 => flight.id = None,
        17 => flight.distance = Some(-5),
        40 => flight.carrier = Some("ZZ"),
        99 => flight.id = Some(1098),
        _ => {}
    });
    let result = validate(&table);
    assert!(!result.success());
    assert_eq!(
        result.lines(),
        [
            "flight_id: expected not null, but 2 of 1000 rows are not (0.20 %): \
             row 3 [flight_id=null] has null, row 4 [flight_id=null] has null",
            "flight_id: expected unique, but 2 of 998 values are not (0.20 %): \
             row 98 [flight_id=1098] has 1098, row 99 [flight_id=1098] has 1098",
            "distance: expected between 1 and 5000, but 1 of 1000 values are not (0.10 %): \
             row 17 [flight_id=1017] has -5",
            "carrier: expected one of {\"AA\", \"DL\", \"UA\"}, but 1 of 1000 values are not (0.10 %): \
             row 40 [flight_id=1040] has \"ZZ\"",
        ]
    );
    let finding = &result.findings()[2];
    assert_eq!(
        (finding.subject.as_str(), finding.rule.as_str()),
        ("distance", "expect_column_values_to_be_between")
    );
    assert_eq!((finding.severity, finding.observed), (Severity::Warning, Some(0.1)));
    assert_eq!(finding.expected, "between 1 and 5000");
    assert!(!result.passed_at(Severity::Critical));
    let json = result.to_json();
    assert_eq!(json["results"][4]["expectation_config"]["severity"], json!("warning"));
    assert_eq!(
        json["results"][4]["result"]["partial_unexpected_index_list"],
        json!([{"distance": -5, "flight_id": 1017}])
    );
    assert_eq!(
        json["statistics"],
        json!({"evaluated_expectations": 9, "successful_expectations": 5, "unsuccessful_expectations": 4,
               "success_percent": 5.0 / 9.0 * 100.0})
    );
}

#[test]
fn a_warning_alone_does_not_fail_what_is_critical() {
    let result = validate(&flights_with(100, |row, flight| {
        if row == 17 {
            flight.distance = Some(0);
        }
    }));
    assert!(!result.success());
    assert!(result.passed_at(Severity::Critical) && !result.passed_at(Severity::Warning));
}

#[test]
fn an_expectation_that_cannot_be_evaluated_is_no_pass_and_the_others_go_on() {
    let suite = Suite::from_json(
        &json!({"name": "s", "expectations": [
            {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "nope"}},
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": "carrier", "min_value": 1}},
            {"type": "expect_column_mean_to_be_between", "kwargs": {"column": "carrier"}},
            {"type": "expect_column_values_to_be_between", "kwargs": {"column": "distance", "min_value": 2, "max_value": 1}},
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "flight_id", "row_condition": "nope > 1"}},
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "flight_id", "row_condition": "carrier > 1"}},
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "flight_id", "row_condition": "distance +"}},
            {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "flight_id"}},
        ]})
        .to_string(),
    )
    .unwrap();
    let result = suite.validate(&[flights(10)]).unwrap();
    let outcomes: Vec<bool> = result.results.iter().map(ExpectationResult::success).collect();
    assert_eq!(outcomes, [false, false, false, false, false, false, false, true]);
    assert!(result.results[..7].iter().all(|result| result.outcome.is_err()));
    assert_eq!(
        result.lines()[0],
        "nope: expected not null, but that can't be said: \
         column \"nope\" can't be evaluated: there is no such column"
    );
    let json = result.to_json();
    assert_eq!(json["results"][1]["exception_info"]["raised_exception"], json!(true));
    assert_eq!(json["results"][1]["result"], json!({}));
}

#[test]
fn secret_values_are_left_out_everywhere() {
    let table = flights_with(10, |row, flight| {
        if row == 2 {
            flight.carrier = Some("hunter2");
        }
    });
    let suite = Suite::new("s").expect(ValuesInSet::texts("carrier", ["AA", "DL", "UA"]));
    let format = ResultFormat::new(Level::Complete).exclude_unexpected_values();
    let result = suite.validator().result_format(format).batches(&[table]).unwrap();
    let everything = format!("{:?} {:?} {}", result.lines(), result.findings(), result.to_json());
    assert!(!everything.contains("hunter2"), "{everything}");
    assert!(everything.contains("row 2"), "{everything}");
}

#[test]
fn nan_is_missing_or_a_value_as_one_likes() {
    let column: ArrayRef = Arc::new(arrow_array::Float64Array::from(vec![Some(1.0), Some(f64::NAN), None]));
    let table = RecordBatch::try_from_iter_with_nullable([("x", column, true)]).unwrap();
    let suite = Suite::new("s").expect(ValuesNotNull::new("x")).expect(ValuesBetween::new("x").min(0));
    let counts = |nan| -> Vec<u64> {
        let result = suite.validator().nan_is(nan).batches(std::slice::from_ref(&table)).unwrap();
        result.results.iter().map(|result| result.broken().unwrap().count).collect()
    };
    assert_eq!(counts(NanIs::Missing), [2, 0]);
    assert_eq!(counts(NanIs::AValue), [1, 1]);
}

#[test]
fn what_is_kept_is_bounded_unless_all_was_asked_for() {
    let table = flights_with(10_000, |_, flight| flight.distance = Some(-1));
    let suite = Suite::new("s").expect(ValuesBetween::new("distance").min(0));
    let kept = |level| {
        let format = ResultFormat::new(level);
        let result = suite.validator().result_format(format).batches(std::slice::from_ref(&table)).unwrap();
        let broken = result.results[0].broken().unwrap();
        (broken.count, broken.first.len(), broken.further.len())
    };
    assert_eq!(kept(Level::Summary), (10_000, 20, 0));
    assert_eq!(kept(Level::Complete), (10_000, 200, 9_800));
}

#[test]
fn only_the_columns_that_are_looked_at_need_be_there() {
    let table = flights(10);
    let suite = Suite::new("s")
        .expect(SuiteEntry::new(ValuesUnique::new("flight_id").mostly(Mostly::new(0.9).unwrap())))
        .expect(RowCount::equal(10));
    let compiled = suite.validator().compile(&table.schema());
    assert_eq!(compiled.columns(), ["flight_id"]);
    let mut part = compiled.part(0);
    part.update(&[table.project(&[0]).unwrap()]).unwrap();
    let error = part.update(&[table.project(&[1]).unwrap()]).unwrap_err();
    assert_eq!(error.to_string(), "record batch: column \"flight_id\" is missing");
    assert!(part.finish().success());
}

#[test]
fn work_can_be_stopped() {
    let suite = Suite::new("s").expect(RowCount::equal(10));
    let stop = |_| std::ops::ControlFlow::Break(());
    let error = suite.validator().on_progress(stop).batches(&[flights(10)]).unwrap_err();
    assert_eq!(error.to_string(), "stopped after 10 rows");
}

#[test]
fn no_batch_is_no_table_but_an_empty_batch_is() {
    let suite = Suite::from_json(SUITE).unwrap();
    assert!(suite.validate(&[]).unwrap_err().to_string().starts_with("table: "));
    let other = suite.validate(&[flights(1), flights(1).project(&[0]).unwrap()]).unwrap_err();
    assert_eq!(other.to_string(), "table: record batch 1 has other columns than the first");
    let result = suite.validate(&[flights(0)]).unwrap();
    // Without a value there is no mean; all else holds of nothing.
    assert_eq!(result.lines(), ["distance: expected a mean between 500 and 1500, but there is none"]);
}
