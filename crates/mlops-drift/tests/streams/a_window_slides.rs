//! A look at the latest rows, or at those of the latest days, is one at just these.

use std::sync::Arc;
use std::time::Duration;

use crate::table::{batch, numbers, ramp, texts};
use arrow_array::{ArrayRef, BooleanArray, Date32Array, RecordBatch, TimestampMicrosecondArray};
use mlops_core::Timestamp;
use mlops_drift::monitor::{Cadence, CurrentWindow, DriftMonitor, Horizon, WindowReport};
use mlops_drift::{Columns, Detector, DriftReport, Error, Status, Window};
use proptest::prelude::*;

const DAY: Duration = Duration::from_hours(24);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn columns() -> Columns {
    Columns::default().categorical(["hour"]).ignore(["id"])
}

/// A number, a code, a name, a flag, something without a distribution, and an identifier.
fn table(rows: &[u32]) -> Vec<(&'static str, ArrayRef)> {
    let of = |some: &dyn Fn(u32) -> Option<f64>| numbers(rows.iter().map(|row| some(*row)).collect());
    let sky: Vec<&str> = rows.iter().map(|row| ["clear", "rain", "snow"][*row as usize % 7 % 3]).collect();
    vec![
        ("temp", of(&|row| (row % 9 != 0).then(|| f64::from(row * 37 % 101) / 10.0))),
        ("hour", of(&|row| (row % 13 != 0).then(|| f64::from(row % 5)))),
        ("sky", texts(&sky)),
        (
            "wet",
            Arc::new(rows.iter().map(|row| (row % 4 != 0).then_some(row % 3 == 0)).collect::<BooleanArray>()),
        ),
        ("day", Arc::new(rows.iter().map(|row| (row % 6 != 0).then_some(1_i32)).collect::<Date32Array>())),
        ("id", of(&|row| Some(f64::from(row)))),
    ]
}

fn reference() -> Window {
    Window::read(&[batch(table(&(0..300).collect::<Vec<_>>()))], &columns()).unwrap()
}

fn monitor(cadence: Cadence, window: CurrentWindow) -> DriftMonitor {
    DriftMonitor::builder(reference(), cadence)
        .columns(columns())
        .window(window)
        .horizon(Horizon::EachLook)
        .min_rows(8)
        .build()
        .unwrap()
}

fn dated(rows: &[(Timestamp, u32)]) -> RecordBatch {
    let moments: Vec<i64> = rows.iter().map(|(at, _)| at.as_micros()).collect();
    let mut columns = table(&rows.iter().map(|(_, row)| *row).collect::<Vec<_>>());
    columns.push(("seen_at", Arc::new(TimestampMicrosecondArray::from(moments))));
    batch(columns)
}

/// What a look at these rows should say.
fn slowly(rows: &[u32]) -> Option<DriftReport> {
    let current = Window::read(&[batch(table(rows))], &columns()).unwrap();
    (rows.len() >= 8).then(|| Detector::default().compare(&reference(), &current).unwrap())
}

fn rows() -> impl Strategy<Value = Vec<(Timestamp, u32)>> {
    prop::collection::vec((0_u64..9, any::<u16>()), 1..200).prop_map(|steps| {
        let mut moment = at("2013-03-28");
        let mut rows = Vec::new();
        for (hours, value) in steps {
            moment = moment + Duration::from_hours(hours);
            rows.push((moment, u32::from(value)));
        }
        rows
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn each_look_is_one_at_the_rows_of_its_window(
        rows in rows(), days in 1_u32..9, count in 1_u64..40, parts in 1_usize..60
    ) {
        let by_batches = |mut monitor: DriftMonitor| -> Vec<WindowReport> {
            rows.chunks(parts).flat_map(|part| monitor.add_batch(&dated(part), "seen_at").unwrap()).collect()
        };
        // Every day, at the rows of some days.
        let mut fresh = at("2013-03-28");
        for report in by_batches(monitor(Cadence::Day, CurrentWindow::LatestSpan(DAY * days))) {
            let until = report.window.until();
            prop_assert_eq!(report.window.from(), until - DAY * days);
            let of: Vec<u32> =
                rows.iter().filter(|(at, _)| report.window.contains(*at)).map(|(_, row)| *row).collect();
            prop_assert_eq!(report.rows, of.len() as u64);
            let new = rows.iter().filter(|(at, _)| fresh <= *at && *at < until).count() as u64;
            prop_assert_eq!(report.new_rows, new);
            prop_assert_eq!(report.drift, slowly(&of).filter(|_| new > 0));
            fresh = until;
        }
        // Every so many rows, at the latest of them.
        let (every, latest) = (10, usize::try_from(count).unwrap());
        let looks = by_batches(monitor(Cadence::Rows(every as u64), CurrentWindow::LatestRows(count)));
        prop_assert_eq!(looks.len(), rows.len() / every);
        for (look, report) in looks.into_iter().enumerate() {
            let end = (look + 1) * every;
            let of = &rows[end.saturating_sub(latest)..end];
            prop_assert_eq!(report.window.from(), of[0].0);
            prop_assert_eq!(report.rows, of.len() as u64);
            prop_assert_eq!(report.drift, slowly(&of.iter().map(|(_, row)| *row).collect::<Vec<_>>()));
        }
    }
}

fn plain(window: CurrentWindow) -> DriftMonitor {
    let reference = Window::read(&[batch(vec![("temp", numbers(ramp(100, 0.1)))])], &Columns::default());
    DriftMonitor::builder(reference.unwrap(), Cadence::Day).window(window).build().unwrap()
}

fn day(monitor: &mut DriftMonitor, noon: &str, rows: u32, shift: f64) -> Vec<WindowReport> {
    let noon = at(noon);
    for row in 0..rows {
        assert!(monitor.add_row(noon, &[f64::from(row * 7 % 100) / 10.0 + shift]).unwrap().is_empty());
    }
    monitor.advance(noon + DAY / 2)
}

#[test]
fn the_same_rows_are_not_judged_twice() {
    let mut monitor = plain(CurrentWindow::LatestRows(100));
    assert_eq!(day(&mut monitor, "2013-04-01T12:00:00Z", 100, 9.0)[0].drifted().count(), 1);
    let silent = &day(&mut monitor, "2013-04-02T12:00:00Z", 0, 0.0)[0];
    assert_eq!((silent.rows, silent.new_rows, silent.drift.is_some()), (100, 0, false));
    assert_eq!(
        silent.to_string(),
        "2013-04-01T12:00:00Z until 2013-04-03T00:00:00Z, 100 rows: none of them new, so nothing to say"
    );
    assert_eq!(day(&mut monitor, "2013-04-03T12:00:00Z", 1, 0.0)[0].drifted().count(), 1);
}

#[test]
fn late_rows_are_left_out_though_the_window_holds_their_day() {
    let mut monitor = plain(CurrentWindow::LatestSpan(3 * DAY));
    day(&mut monitor, "2013-04-01T12:00:00Z", 50, 0.0);
    assert!(monitor.add_row(at("2013-04-01T13:00:00Z"), &[500.0]).unwrap().is_empty());
    let report = &day(&mut monitor, "2013-04-02T12:00:00Z", 50, 0.0)[0];
    assert_eq!((report.rows, report.late_rows), (100, 1));
}

#[test]
fn memory_is_that_of_the_window_however_many_names_come() {
    let reference = Window::read(&[batch(vec![("who", texts(&["a"; 100]))])], &Columns::default()).unwrap();
    let mut monitor = DriftMonitor::builder(reference, Cadence::Rows(1_000))
        .window(CurrentWindow::LatestRows(40))
        .keep(1)
        .build()
        .unwrap();
    for part in 0..60_u32 {
        let names: Vec<String> = (0..50).map(|row| format!("name {part} {row}")).collect();
        let moments: ArrayRef =
            Arc::new(TimestampMicrosecondArray::from(vec![at("2013-04-01").as_micros(); 50]));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        monitor.add_batch(&batch(vec![("who", texts(&names)), ("seen_at", moments)]), "seen_at").unwrap();
    }
    let text = serde_json::to_string(&monitor.state()).unwrap();
    let (_, latest) = text.split_once("\"latest\":").unwrap();
    let (latest, _) = latest.split_once("\"history\":").unwrap();
    assert!(latest.matches("\"name ").count() <= 2 * 40 + 64, "{}", latest.matches("\"name ").count());
}

#[test]
fn other_columns_are_refused_within_a_look_and_begin_anew_after_one() {
    let mut monitor = plain(CurrentWindow::LatestRows(1_000));
    let whole = |noon: &str| {
        let moments: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![at(noon).as_micros(); 100]));
        batch(vec![("temp", texts(&["warm"; 100])), ("seen_at", moments)])
    };
    for row in 0..50 {
        monitor.add_row(at("2013-04-01T12:00:00Z"), &[f64::from(row)]).unwrap();
    }
    let before = monitor.state();
    let refused = monitor.add_batch(&whole("2013-04-01T13:00:00Z"), "seen_at");
    assert!(matches!(refused, Err(Error::Schema { .. })));
    assert_eq!(monitor.state(), before);
    assert_eq!(monitor.add_batch(&whole("2013-04-02T13:00:00Z"), "seen_at").unwrap().len(), 1);
    let report = &monitor.advance(at("2013-04-03"))[0];
    assert_eq!((report.rows, report.columns().next().unwrap().status), (100, Status::SchemaChanged));
}
