//! A stream and its detectors as a section of a page: the course, what each detector looked at
//! and said, and its alarms.

use std::time::Duration;

use mlops_core::Timestamp;
use mlops_drift::stream::{PageHinkley, PageHinkleySettings, StreamMonitor};
use mlops_report::Html;

fn quick() -> PageHinkley {
    let mut settings = PageHinkleySettings::default();
    settings.threshold = 5.0;
    PageHinkley::new(settings).unwrap()
}

fn value(index: u32) -> f64 {
    f64::from(index * 37 % 101) / 100.0 + if index > 1_400 { 0.5 } else { 0.0 }
}

#[test]
fn alarms_states_and_statistics_are_to_be_seen() {
    let detectors = [("patient", PageHinkley::default()), ("nervous", quick())];
    let mut monitor = StreamMonitor::labelled("loss <of> a model", detectors).unwrap();
    let start: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
    let mut first = None;
    for index in 0..2_000 {
        let at = start + Duration::from_hours(u64::from(index));
        for alarm in monitor.update_at(at, value(index)).unwrap() {
            first.get_or_insert(alarm);
        }
    }
    let page = Html::from(monitor.section("Concept drift"));
    let page = page.as_str();
    let first = first.unwrap();
    assert!(first.detector == "nervous" && first.index > 1_400, "{first}");
    let moment = first.at.unwrap().to_string();
    for words in ["2,000 values", "loss &lt;of&gt; a model", "nervous: ", "patient: ", "drift", &moment] {
        assert!(page.contains(words), "{words} is not in\n{page}");
    }
    assert!(!page.contains("<of>") && !page.contains("NaN"), "escaped, and numbers only");
    for chart in [
        "mean of each stretch",
        "What each detector said",
        "What patient looked at",
        "What nervous looked at",
    ] {
        assert!(page.contains(chart), "{chart}");
    }
}

#[test]
fn without_times_the_axis_is_the_place_in_the_stream() {
    let mut monitor = StreamMonitor::new("loss", [quick()]).unwrap();
    assert!(Html::from(monitor.section("Empty")).as_str().contains("No value has come yet."));
    for index in 0..1_600 {
        monitor.update(value(index)).unwrap();
    }
    let page = Html::from(monitor.section("Concept drift"));
    assert!(page.as_str().contains("1,600 values of loss"), "{}", page.as_str());
    assert!(!page.as_str().contains("1970-"), "no moments where none were said");
}
