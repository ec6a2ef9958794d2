//! A window closes once, when its time is over or it is full, with the rows that were its own.

use std::sync::Arc;

use crate::table::{batch, numbers, ramp, texts};
use arrow_array::{
    Array, ArrayRef, Int64Array, RecordBatch, TimestampMicrosecondArray, TimestampSecondArray,
};
use mlops_core::{Outcome, Timestamp};
use mlops_drift::monitor::{Cadence, DriftMonitor, WindowReport};
use mlops_drift::{Columns, Error, Status, Window};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// 100 values from 0 to 9.9.
fn reference() -> Window {
    Window::read(&[batch(vec![("temp", numbers(ramp(100, 0.1)))])], &Columns::default()).unwrap()
}

fn monitor(cadence: Cadence) -> DriftMonitor {
    DriftMonitor::new(reference(), cadence).unwrap()
}

/// Adds so many rows at one moment, all as in the reference but for `shift`.
fn add(monitor: &mut DriftMonitor, when: &str, rows: u32, shift: f64) -> Vec<WindowReport> {
    let row = |row| f64::from(row * 7 % 100) / 10.0 + shift;
    (0..rows).flat_map(|index| monitor.add_row(at(when), &[row(index)]).unwrap()).collect()
}

fn told(reports: &[WindowReport]) -> Vec<String> {
    reports.iter().map(ToString::to_string).collect()
}

#[test]
fn weeks_begin_on_monday_and_a_later_row_closes_them() {
    let mut monitor = monitor(Cadence::Week);
    assert!(add(&mut monitor, "2013-04-01T00:00:00Z", 50, 0.0).is_empty());
    assert!(add(&mut monitor, "2013-04-07T23:59:59.999999Z", 50, 0.0).is_empty());
    assert_eq!(monitor.open_rows(), 100);
    let first = add(&mut monitor, "2013-04-08T00:00:00Z", 100, 9.0);
    assert_eq!(told(&first), ["2013-04-01 until 2013-04-08, 100 rows: 0 of 1 columns drifted"]);
    assert_eq!(first[0].check("drift").outcome, Outcome::Passed);
    assert!(monitor.advance(at("2013-04-14T23:59:59Z")).is_empty(), "the week is not over");
    let second = monitor.advance(at("2013-04-15T00:00:00Z"));
    assert_eq!(told(&second), ["2013-04-08 until 2013-04-15, 100 rows: 1 of 1 columns drifted: temp"]);
    let check = second[0].check("drift");
    assert_eq!((check.outcome, check.reason), (Outcome::Failed, second[0].to_string()));
    assert_eq!(second[0].findings()[0].subject, "temp");
    assert!(second[0].findings()[0].reason.contains("shifted up by"));
    assert_eq!(second[0].effects().map(|(name, _)| name).collect::<Vec<_>>(), ["temp"]);
    assert!(monitor.advance(at("2013-04-15T00:00:00Z")).is_empty(), "it closes once");
}

#[test]
fn too_few_rows_are_never_the_answer_that_nothing_changed() {
    let mut monitor = monitor(Cadence::Day);
    add(&mut monitor, "2013-04-01T12:00:00Z", 29, 9.0);
    let closed = monitor.advance(at("2013-04-03"));
    assert_eq!(
        told(&closed),
        [
            "2013-04-01 until 2013-04-02, 29 rows: too few to say, of 30 rows",
            "2013-04-02 until 2013-04-03, 0 rows: too few to say, of 30 rows"
        ]
    );
    for report in &closed {
        assert_eq!(report.check("drift").outcome, Outcome::Inconclusive);
        assert_eq!((report.findings().len(), report.columns().count(), report.effects().count()), (0, 0, 0));
    }
    add(&mut monitor, "2013-04-03T12:00:00Z", 30, 9.0);
    assert_eq!(monitor.advance(at("2013-04-04"))[0].check("drift").outcome, Outcome::Failed);
}

#[test]
fn min_rows_may_be_more_than_the_detector_asks() {
    let mut monitor = DriftMonitor::builder(reference(), Cadence::Day).min_rows(200).build().unwrap();
    add(&mut monitor, "2013-04-01T12:00:00Z", 199, 9.0);
    add(&mut monitor, "2013-04-02T12:00:00Z", 200, 9.0);
    monitor.advance(at("2013-04-03"));
    assert_eq!(monitor.history().map(|report| report.drift.is_some()).collect::<Vec<_>>(), [false, true]);
    assert_eq!(monitor.history().map(|report| report.drifted().count()).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_long_silence_is_told_window_by_window_as_far_as_is_remembered() {
    let mut monitor = DriftMonitor::builder(reference(), Cadence::Month).keep(4).build().unwrap();
    add(&mut monitor, "2013-01-31T12:00:00Z", 1, 0.0);
    let closed = add(&mut monitor, "2013-04-01T00:00:00Z", 1, 0.0);
    let windows = |reports: &[WindowReport]| -> Vec<String> {
        reports.iter().map(|report| report.window.from().to_string()[..7].to_owned()).collect()
    };
    assert_eq!(windows(&closed), ["2013-01", "2013-02", "2013-03"]);
    let closed = monitor.advance(Timestamp::MAX);
    assert_eq!(windows(&closed), ["2013-04", "9999-08", "9999-09", "9999-10", "9999-11"]);
    assert_eq!(monitor.history().len(), 4);
    let mut early = self::monitor(Cadence::Week);
    add(&mut early, "0000-01-01", 1, 0.0);
    assert_eq!(early.advance(at("0000-02-01")).len(), 5);
    assert!(add(&mut early, "9999-12-31T23:59:59.999999Z", 40, 0.0).len() > 1);
}

#[test]
fn rows_of_a_closed_window_are_counted_and_left_out() {
    let mut monitor = monitor(Cadence::Day);
    add(&mut monitor, "2013-04-01T23:00:00Z", 40, 0.0);
    assert_eq!(add(&mut monitor, "2013-04-02T01:00:00Z", 40, 0.0).len(), 1);
    assert!(add(&mut monitor, "2013-04-01T23:30:00Z", 3, 500.0).is_empty());
    let closed = monitor.advance(at("2013-04-03"));
    assert_eq!((closed[0].rows, closed[0].late_rows), (40, 3));
    assert!(closed[0].to_string().ends_with("3 rows of windows before came too late and are left out"));
    assert_eq!(closed[0].drifted().count(), 0);
    assert_eq!(monitor.advance(at("2013-04-04"))[0].late_rows, 0);
}

#[test]
fn closing_early_splits_the_window() {
    let mut monitor = monitor(Cadence::Week);
    add(&mut monitor, "2013-04-02T12:00:00Z", 40, 0.0);
    let ended = monitor.close(at("2013-04-03T06:00:00Z"));
    assert_eq!(ended[0].window.to_string(), "2013-04-01T00:00:00Z until 2013-04-03T06:00:00Z");
    assert!(monitor.close(at("2013-04-03T06:00:00Z")).is_empty(), "nothing can be between");
    assert!(monitor.close(at("2013-04-02T06:00:00Z")).is_empty(), "that is over");
    add(&mut monitor, "2013-04-03T05:00:00Z", 1, 0.0);
    add(&mut monitor, "2013-04-03T06:00:00Z", 40, 0.0);
    let rest = monitor.advance(at("2013-04-08"));
    assert_eq!(rest[0].window.to_string(), "2013-04-03T06:00:00Z until 2013-04-08T00:00:00Z");
    assert_eq!((rest.len(), rest[0].rows, rest[0].late_rows), (1, 40, 1));
    assert!(monitor.advance(at("2013-04-14")).is_empty());
    assert_eq!(
        told(&monitor.advance(at("2013-04-15"))),
        ["2013-04-08 until 2013-04-15, 0 rows: too few to say, of 30 rows"]
    );
}

#[test]
fn a_count_of_rows_is_a_window_from_the_first_to_the_last() {
    let mut monitor = monitor(Cadence::Rows(40));
    assert!(monitor.close(at("2013-04-01")).is_empty(), "there is nothing to close");
    let mut closed = add(&mut monitor, "2013-04-02T12:00:00Z", 39, 0.0);
    assert!(monitor.advance(at("2014-01-01")).is_empty(), "rows don't end by time");
    closed.extend(add(&mut monitor, "2013-04-01T12:00:00Z", 1, 0.0));
    assert_eq!(
        told(&closed),
        ["2013-04-01T12:00:00Z until 2013-04-02T12:00:00.000001Z, 40 rows: 0 of 1 columns drifted"]
    );
    add(&mut monitor, "9999-12-31T23:59:59.999999Z", 35, 0.0);
    let ended = monitor.close(at("2013-04-01"));
    assert_eq!((ended[0].rows, ended[0].window.until()), (35, Timestamp::MAX));
}

fn dated(moments: ArrayRef, temp: Vec<Option<f64>>) -> RecordBatch {
    batch(vec![("seen_at", moments), ("temp", numbers(temp))])
}

#[test]
fn batches_and_rows_give_the_same_reports() {
    for cadence in [Cadence::Day, Cadence::Week, Cadence::Rows(70)] {
        let hours = |row: i64| (row * 3_600 + i64::from(row % 17 == 0) * -40_000) * 1_000_000;
        let start = at("2013-04-05").as_micros();
        let moments: Vec<i64> = (0..600).map(|row| start + hours(row)).collect();
        let temp: Vec<Option<f64>> =
            (0..600).map(|row| (row % 11 != 0).then(|| f64::from(row * 13 % 97) / 10.0)).collect();
        let mut by_rows = monitor(cadence);
        let mut expected = Vec::new();
        for (moment, temp) in moments.iter().zip(&temp) {
            let moment = Timestamp::from_micros(*moment);
            expected.extend(by_rows.add_row(moment, &[temp.unwrap_or(f64::NAN)]).unwrap());
        }
        assert!(expected.len() > 2);
        let whole = dated(Arc::new(TimestampMicrosecondArray::from(moments)), temp);
        for size in [1, 7, 100, 600] {
            let mut by_batches = monitor(cadence);
            let mut found = Vec::new();
            for start in (0..600).step_by(size) {
                let part = whole.slice(start, size.min(600 - start));
                found.extend(by_batches.add_batch(&part, "seen_at").unwrap());
            }
            assert_eq!(found, expected, "{cadence} in batches of {size}");
            assert_eq!(
                by_batches.history().cloned().collect::<Vec<_>>(),
                by_rows.history().cloned().collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn the_history_keeps_distributions_of_the_latest_only() {
    let mut monitor = monitor(Cadence::Day);
    for day in ["2013-04-01", "2013-04-02", "2013-04-03"] {
        for report in add(&mut monitor, day, 40, 0.0) {
            assert!(report.columns().all(|column| column.distribution.is_some()));
        }
    }
    monitor.advance(at("2013-04-04"));
    let kept = monitor.history().map(|report| report.columns().any(|column| column.distribution.is_some()));
    assert_eq!(kept.collect::<Vec<_>>(), [false, false, true]);
}

#[test]
fn names_and_categories_are_watched_in_batches_and_codes_in_rows() {
    let columns = Columns::default().categorical(["day"]).ignore(["id"]);
    let weeks = |names: &[&str]| {
        let rows = names.len();
        let day: ArrayRef = Arc::new(Int64Array::from_iter_values((0..7).cycle().take(rows)));
        let id: ArrayRef = Arc::new(Int64Array::from_iter_values((0..).take(rows)));
        vec![("carrier", texts(names)), ("day", day), ("id", id)]
    };
    let reference = Arc::new(Window::read(&[batch(weeks(&["UA"; 700]))], &columns).unwrap());
    let builder = || DriftMonitor::builder(Arc::clone(&reference), Cadence::Week).columns(columns.clone());
    let mut monitor = builder().build().unwrap();
    let seen_at: ArrayRef = Arc::new(
        TimestampSecondArray::from(vec![at("2013-04-01").as_micros() / 1_000_000; 70]).with_timezone("UTC"),
    );
    assert!(!seen_at.is_empty());
    let mut week = weeks(&["AA"; 70]);
    week.push(("seen_at", seen_at));
    monitor.add_batch(&batch(week), "seen_at").unwrap();
    let report = &monitor.advance(at("2013-04-08"))[0];
    let status: Vec<_> = report.columns().map(|column| (column.name.as_str(), column.status)).collect();
    assert_eq!(status, [("carrier", Status::Drifted), ("day", Status::Stable)]);

    let mut rows = builder().inputs(["day", "id"]).build().unwrap();
    for row in 0..70 {
        rows.add_row(at("2013-04-01"), &[f64::from(row % 7), f64::from(row)]).unwrap();
    }
    let report = &rows.advance(at("2013-04-08"))[0];
    let status: Vec<_> = report.columns().map(|column| (column.name.as_str(), column.status)).collect();
    assert_eq!(status, [("carrier", Status::SchemaChanged), ("day", Status::Stable)]);
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    let mut monitor = monitor(Cadence::Day);
    add(&mut monitor, "2013-04-01T12:00:00Z", 40, 0.0);
    let before = monitor.state();
    let next_day: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![at("2013-04-02").as_micros()]));
    let same_day: ArrayRef =
        Arc::new(TimestampMicrosecondArray::from(vec![at("2013-04-01T13:00:00Z").as_micros()]));
    let unknown: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![None]));
    assert_eq!(monitor.add_row(at("2013-04-02"), &[1.0, 2.0]), Err(Error::Row { found: 2, expected: 1 }));
    let time = |batch: Vec<(&str, ArrayRef)>, monitor: &mut DriftMonitor| {
        monitor.add_batch(&crate::table::batch(batch), "seen_at").unwrap_err().to_string()
    };
    let temp = || ("temp", numbers(vec![Some(1.0)]));
    assert_eq!(
        time(vec![temp()], &mut monitor),
        "the time column \"seen_at\" is missing, expected a timestamp without nulls"
    );
    assert!(time(vec![temp(), ("seen_at", texts(&["2013"]))], &mut monitor).contains("is Utf8,"));
    assert!(time(vec![temp(), ("seen_at", unknown)], &mut monitor).contains("is null in row 0,"));
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let other = vec![("temp", Arc::clone(&whole)), ("seen_at", same_day)];
    assert!(time(other, &mut monitor).contains("column \"temp\" is Int64, expected Float64"));
    let schema = arrow_schema::Schema::new(vec![
        arrow_schema::Field::new("temp", whole.data_type().clone(), true),
        arrow_schema::Field::new("temp", whole.data_type().clone(), true),
        arrow_schema::Field::new("seen_at", next_day.data_type().clone(), true),
    ]);
    let twice = RecordBatch::try_new(Arc::new(schema), vec![Arc::clone(&whole), whole, next_day]).unwrap();
    assert!(matches!(monitor.add_batch(&twice, "seen_at"), Err(Error::Schema { .. })));
    assert_eq!(monitor.state(), before);
}

#[test]
fn what_can_not_be_watched_is_refused_at_once() {
    let empty = Window::read(&[], &Columns::default()).unwrap();
    assert_eq!(DriftMonitor::new(empty, Cadence::Day).unwrap_err(), Error::Empty { window: "reference" });
    assert!(matches!(
        DriftMonitor::new(reference(), Cadence::Rows(0)).unwrap_err(),
        Error::Setting { setting: "rows", .. }
    ));
    let twice = DriftMonitor::builder(reference(), Cadence::Day).inputs(["temp", "temp"]).build();
    assert!(matches!(twice.unwrap_err(), Error::Schema { .. }));
}
