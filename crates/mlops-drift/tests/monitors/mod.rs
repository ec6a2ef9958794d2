//! Monitors of two columns that are the same every time.
#![allow(dead_code, reason = "every test takes what it needs of it")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{ManualClock, Timestamp};
use mlops_drift::monitor::{AlarmSettings, Cadence, CurrentWindow, DriftMonitor, Horizon};
use mlops_drift::{Columns, Detector, Settings, Window};

pub(crate) const NAMES: [&str; 2] = ["temp", "hour"];

pub(crate) fn window(rows: &[[f64; 2]]) -> Window {
    Window::read_rows(&NAMES.map(String::from), rows.iter().map(|row| &row[..]), &columns()).unwrap()
}

pub(crate) fn columns() -> Columns {
    Columns::default().categorical(["hour"])
}

pub(crate) fn monitor(cadence: Cadence) -> DriftMonitor {
    let reference: Vec<[f64; 2]> =
        (0..300).map(|row| [f64::from(row * 37 % 101) / 10.0, f64::from(row % 5)]).collect();
    DriftMonitor::builder(window(&reference), cadence)
        .columns(columns())
        .min_rows(8)
        .horizon(Horizon::EachLook)
        .build()
        .unwrap()
}

/// A monitor with everything that there is to remember, and its clock.
pub(crate) fn watched(
    cadence: Cadence,
    current: CurrentWindow,
    settings: AlarmSettings,
) -> (DriftMonitor, Arc<ManualClock>) {
    let reference: Vec<[f64; 2]> =
        (0..300).map(|row| [f64::from(row * 37 % 101) / 10.0, f64::from(row % 5)]).collect();
    let clock = Arc::new(ManualClock::new("2013-03-28".parse().unwrap()));
    let monitor = DriftMonitor::builder(window(&reference), cadence)
        .columns(columns())
        .window(current)
        .alarms(settings)
        .horizon(Horizon::Life)
        .min_rows(8)
        .keep(7)
        .clock(Arc::<ManualClock>::clone(&clock));
    let mut detector = Settings::default();
    detector.min_values = 5;
    (monitor.detector(Detector::new(detector).unwrap()).build().unwrap(), clock)
}

pub(crate) fn moved(from: Timestamp, hours: i64) -> Timestamp {
    let time = Duration::from_hours(hours.unsigned_abs());
    if hours < 0 { from - time } else { from + time }
}
