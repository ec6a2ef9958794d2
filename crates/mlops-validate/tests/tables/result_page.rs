//! A validation as a page.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use mlops_core::Severity;
use mlops_validate::expectation::{AggregateBetween, ValuesBetween, ValuesInSet, ValuesNotNull};
use mlops_validate::result::{Level, ResultFormat, page};
use mlops_validate::{Suite, SuiteEntry, ValidationResult};

fn validate(carrier: &'static str, distance: i64) -> ValidationResult {
    let carriers: ArrayRef = Arc::new(StringArray::from(vec!["UA", carrier]));
    let distances: ArrayRef = Arc::new(Int64Array::from(vec![100, distance]));
    let table = RecordBatch::try_from_iter([("carrier", carriers), ("distance", distances)]).unwrap();
    let warning = SuiteEntry::new(ValuesBetween::new("distance").above(0)).severity(Severity::Warning);
    let suite = Suite::new("flights")
        .expect(ValuesInSet::texts("carrier", ["UA", "AA"]))
        .expect(warning)
        .expect(ValuesNotNull::new("distance"));
    let format = ResultFormat::new(Level::Summary).index_columns(["distance"]);
    suite.validator().result_format(format).batches(&[table]).unwrap()
}

#[test]
fn it_says_the_answer_every_rule_and_the_broken_rows() {
    let result = validate("<script>alert(1)</script>", -5);
    let html = page(&result);
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("Refused"));
    assert!(html.contains("not null") && html.contains("above 0") && html.contains("50.00"));
    assert!(html.contains("Rows that break a rule") && html.contains("-5"));
    assert!(!html.contains("<script>alert"), "what the data holds is escaped");
}

#[test]
fn a_warning_alone_is_not_a_refusal() {
    let html = page(&validate("AA", -5));
    assert!(html.contains("Passed with warnings") && !html.contains("Refused"));
    let html = page(&validate("AA", 5));
    assert!(html.contains("All 3 expectations hold.") && !html.contains("Rows that break"));
}

#[test]
fn charts_show_how_many_rows_break_and_where_observed_values_lie() {
    let distances: ArrayRef = Arc::new(Int64Array::from(vec![-5, -5, -5, -7, 30, 62]));
    let table = RecordBatch::try_from_iter([("distance", distances)]).unwrap();
    let suite = Suite::new("flights")
        .expect(ValuesBetween::new("distance").above(0))
        .expect(AggregateBetween::mean("distance").min(0).max(50));
    let html = page(&suite.validate(&[table]).unwrap());
    assert!(html.contains("Rows that break a rule, in percent") && html.contains("66.67"), "{html}");
    assert!(html.contains("distance: a mean between 0 and 50 is 11.67"), "{html}");
    assert!(html.contains("Most frequent among the first of them"));
    let html = page(&validate("AA", 5));
    assert!(!html.contains("At a glance"), "without anything to draw");
}
