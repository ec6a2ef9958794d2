//! The section of a page (feature `report`).
#![cfg(feature = "report")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod table;

use mlops_drift::monitor::{Cadence, DriftMonitor};
use mlops_drift::{Columns, Window};
use mlops_report::{Html, Page};
use table::{batch, compare, numbers, ramp, texts};

#[test]
fn every_column_is_on_the_page() {
    let moved = ramp(100, 1.0).into_iter().map(|value| value.map(|value| value + 40.0)).collect();
    let report = compare(
        vec![
            ("<temp>", numbers(ramp(100, 1.0))),
            ("carrier", texts(&["UA"; 100])),
            ("gone", numbers(ramp(100, 1.0))),
        ],
        vec![("<temp>", numbers(moved)), ("carrier", texts(&["UA"; 100]))],
    );
    let page = Html::from(report.section("Input drift"));
    for words in ["&lt;temp&gt;", "shifted up by", "the column is gone", "carrier: stable", "<svg"] {
        assert!(page.as_str().contains(words), "{words}\n{page}");
    }
    assert!(Page::new("drift").section(report.section("Input drift")).render().len() > 1000);
}

#[test]
fn every_window_is_on_the_map_and_the_latest_in_words() {
    let table = batch(vec![("<temp>", numbers(ramp(100, 1.0))), ("hour", numbers(ramp(100, 0.2)))]);
    let reference = Window::read(&[table], &Columns::default()).unwrap();
    let mut monitor = DriftMonitor::new(reference, Cadence::Day).unwrap();
    let empty = Html::from(monitor.section("By day"));
    assert!(empty.as_str().contains("No window has been closed yet."));
    for (day, rows, shift) in [(1, 90, 0.0), (2, 7, 0.0), (3, 90, 40.0)] {
        let at = format!("2013-04-0{day}T12:00:00Z").parse().unwrap();
        for row in 0..rows {
            monitor.add_row(at, &[f64::from(row) * 1.1 + shift, f64::from(row) * 0.22]).unwrap();
        }
    }
    monitor.advance("2013-04-04".parse().unwrap());
    let page = Html::from(monitor.section("By day"));
    for words in [
        "2013-04-02",
        "&lt;temp&gt;, 2013-04-02: too few rows to say",
        "&lt;temp&gt;, 2013-04-03: mean 50 → 89, shifted up by",
        "hour, 2013-04-03: mean 9.9 → 9.8",
        "The latest: 2013-04-03 until 2013-04-04, 90 rows: 1 of 2 columns drifted: &lt;temp&gt;.",
    ] {
        assert!(page.as_str().contains(words), "{words}\n{page}");
    }
}
