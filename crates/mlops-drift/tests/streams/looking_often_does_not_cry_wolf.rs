//! Months of daily looks at rows in which nothing has changed: each look at α alarms falsely
//! in every second month, a budget over the month keeps it to α.
//!
//! All limits of the effect are 0: nothing but the p-values and the budget keeps quiet.
#![allow(clippy::print_stdout, reason = "how many months alarmed is worth seeing")]

use std::sync::Arc;
use std::time::Duration;

use crate::table::normal;
use mlops_core::Timestamp;
use mlops_drift::monitor::{Cadence, CurrentWindow, DriftMonitor, Horizon};
use mlops_drift::{Columns, Detector, Settings, Window};
use mlops_stats::{Alternative, Random, counts::BinomialTest};

const ALPHA: f64 = 0.05;
const DAYS: u64 = 30;
const DAY: Duration = Duration::from_hours(24);

fn by_chance_alone() -> Detector {
    let mut settings = Settings::default();
    (settings.shift, settings.mix, settings.missing) = (0.0, 0.0, 0.0);
    Detector::new(settings).unwrap()
}

/// A reference and days of so many rows, and how they are looked at.
#[derive(Clone, Copy)]
struct Course {
    columns: usize,
    /// Whether the columns are nearly copies of each other, every second with its sign turned.
    copies: bool,
    reference: u32,
    /// Of a day.
    rows: u32,
    window: CurrentWindow,
    cadence: Cadence,
    months: u64,
}

const DAILY: Course = Course {
    columns: 1,
    copies: false,
    reference: 120,
    rows: 100,
    window: CurrentWindow::SinceLastLook,
    cadence: Cadence::Day,
    months: 300,
};

impl Course {
    fn row(&self, random: &mut Random) -> Vec<f64> {
        if !self.copies {
            return (0..self.columns).map(|_| normal(random)).collect();
        }
        let shared = normal(random);
        let copy = |column| (shared + 0.1 * normal(random)) * if column % 2 == 0 { 1.0 } else { -1.0 };
        (0..self.columns).map(copy).collect()
    }

    fn monitor(&self, random: &mut Random, horizon: Horizon) -> DriftMonitor {
        let names: Vec<String> = (0..self.columns).map(|column| format!("column {column}")).collect();
        let rows: Vec<Vec<f64>> = (0..self.reference).map(|_| self.row(random)).collect();
        let reference =
            Window::read_rows(&names, rows.iter().map(Vec::as_slice), &Columns::default()).unwrap();
        DriftMonitor::builder(Arc::new(reference), self.cadence)
            .window(self.window)
            .detector(by_chance_alone())
            .horizon(horizon)
            .build()
            .unwrap()
    }

    /// The first look of a month that alarms, if one does; from `shift_from` on the values of
    /// the first column lie one deviation higher.
    fn first_alarm(&self, month: u64, horizon: Horizon, shift_from: u64) -> Option<usize> {
        let mut random = Random::replicate(83, month);
        let mut monitor = self.monitor(&mut random, horizon);
        let start: Timestamp = "2013-04-01T12:00:00Z".parse().unwrap();
        let mut reports = Vec::new();
        let mut day = start;
        for number in 0..DAYS {
            for _ in 0..self.rows {
                let mut row = self.row(&mut random);
                row[0] += if number >= shift_from { 1.0 } else { 0.0 };
                reports.extend(monitor.add_row(day, &row).unwrap());
            }
            day = day + DAY;
        }
        reports.extend(monitor.advance(day));
        assert_eq!(reports.len() as u64, DAYS);
        assert!(reports.iter().all(|report| report.look.is_some()));
        reports.iter().position(|report| report.drifted().count() > 0)
    }

    fn false_months(&self, horizon: Horizon) -> u64 {
        (0..self.months).filter(|month| self.first_alarm(*month, horizon, DAYS).is_some()).count() as u64
    }

    /// How likely so many false months are if each has probability α.
    fn p_value(&self, found: u64) -> f64 {
        BinomialTest::new(found, self.months, ALPHA).unwrap().p_value(Alternative::Greater)
    }

    fn keeps_to_alpha(&self, horizon: Horizon) {
        let found = self.false_months(horizon);
        println!("{horizon:?}, {}: {found} of {} months", self.window, self.months);
        assert!(self.p_value(found) > 0.001, "{found} of {} months, {horizon:?}", self.months);
    }
}

#[test]
fn every_second_month_alarms_where_each_look_has_the_whole_alpha() {
    let found = DAILY.false_months(Horizon::EachLook);
    println!("no correction: {found} of {} months", DAILY.months);
    let share = found as f64 / DAILY.months as f64;
    assert!((0.45..0.62).contains(&share), "{found} of {}", DAILY.months);
}

#[test]
fn a_month_of_daily_looks_keeps_to_alpha() {
    DAILY.keeps_to_alpha(Horizon::Month);
}

#[test]
fn so_do_thirty_looks_and_a_life() {
    Course { months: 200, ..DAILY }.keeps_to_alpha(Horizon::Looks(DAYS));
    DAILY.keeps_to_alpha(Horizon::Life);
}

#[test]
fn so_do_counted_rows_and_several_columns() {
    let course =
        Course { columns: 5, reference: 60, rows: 60, cadence: Cadence::Rows(60), months: 100, ..DAILY };
    course.keeps_to_alpha(Horizon::Month);
}

#[test]
fn so_do_columns_that_are_nearly_copies_of_each_other() {
    let course = Course { columns: 5, copies: true, reference: 60, rows: 60, months: 100, ..DAILY };
    let naive = course.false_months(Horizon::EachLook);
    println!("no correction, copies: {naive} of {} months", course.months);
    assert!(course.p_value(naive) < 1e-6, "{naive} of {}", course.months);
    course.keeps_to_alpha(Horizon::Month);
}

#[test]
fn sliding_windows_share_rows_and_keep_to_alpha() {
    let week = CurrentWindow::LatestSpan(7 * DAY);
    let course = Course { window: week, reference: 300, rows: 40, months: 120, ..DAILY };
    let naive = course.false_months(Horizon::EachLook);
    println!("no correction, {week}: {naive} of {} months", course.months);
    assert!(course.p_value(naive) < 1e-6, "{naive} of {}", course.months);
    course.keeps_to_alpha(Horizon::Month);
    let latest = Course { window: CurrentWindow::LatestRows(200), ..course };
    latest.keeps_to_alpha(Horizon::Month);
}

#[test]
fn a_shift_is_found_within_three_looks() {
    for horizon in [Horizon::Month, Horizon::Looks(DAYS), Horizon::Life] {
        for window in [CurrentWindow::SinceLastLook, CurrentWindow::LatestSpan(2 * DAY)] {
            let course = Course { window, months: 20, ..DAILY };
            for month in 0..course.months {
                let found = course.first_alarm(month, horizon, 20);
                assert!(found.is_some_and(|look| look <= 22), "{horizon:?} {window}: {found:?}");
            }
        }
    }
}
