//! The sections of a page hold the figures, the words and the alerts, escaped.
#![cfg(feature = "report")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, ServedBy, Timestamp, Version, Window};
use mlops_monitor::html::{alerts_section, performance_section};
use mlops_monitor::{
    AlertRule, Condition, Label, MemoryPredictionLog, Performance, PredictionLog, RuleState, Sample,
};
use mlops_report::Page;
use mlops_stats::bootstrap::BlockBootstrap;

#[test]
fn months_and_versions_are_rows_and_lines() {
    let log = MemoryPredictionLog::new();
    let start: Timestamp = "2013-04-01".parse().unwrap();
    for id in 0..600_u32 {
        let at = start + Duration::from_secs(7200 * u64::from(id));
        let event = PredictionEvent {
            id: id.to_string().parse().unwrap(),
            model: "flight-delay".parse().unwrap(),
            version: Version::new(1, 0, 0),
            at,
            latency: Duration::ZERO,
            served_by: ServedBy::Champion,
            inputs: [].into(),
            prediction: Prediction::Score(f64::from(id % 11) / 20.0),
        };
        let late = f64::from(u8::from(id % 4 == 0));
        log.label(&[Label::new(event.model.clone(), event.id.clone(), late, at).unwrap()]).unwrap();
        log.append(&[event]).unwrap();
    }
    let bootstrap = BlockBootstrap::new(100, 7, 0.95).unwrap();
    let months = [start, start + Duration::from_hours(31 * 24)].map(Window::month_of);
    let mut summaries = Vec::new();
    for month in months {
        for minor in [0, 1] {
            let (model, version) = ("flight-delay".parse().unwrap(), Version::new(1, minor, 0));
            let seen = Performance::of(&log, &model, &version, month, month.until()).unwrap();
            summaries.push(seen.summary(&bootstrap));
        }
    }
    let html = Page::new("t")
        .section(performance_section("Performance", "late rate", Some(0.025), &summaries))
        .render();
    let (value, interval) = summaries[0].gap.map(|gap| (gap.value, gap.interval)).unwrap();
    let gap = mlops_report::number::fixed(value, 3);
    let lower = mlops_report::number::fixed(interval.lower, 3);
    assert!(html.contains(&format!("{gap} [{lower}, ")), "gap and interval are in the table");
    for text in ["April 2013", "May 2013", "1.0.0", "1.1.0", "late rate", "360", "240"] {
        assert!(html.contains(text), "{text} is not there");
    }
    assert!(!html.contains("NaN"));
    assert!(
        Page::new("t")
            .section(performance_section("P", "rate", None, &[]))
            .render()
            .contains("Nothing to show.")
    );
}

#[test]
fn alerts_have_state_and_words() {
    let mut state = RuleState::new(AlertRule::new("gap", Condition::Above(0.025)).unwrap());
    let sample = |value| Sample::new(value).label("v", "<1>").words("April is <too> low");
    let start: Timestamp = "2013-05-02".parse().unwrap();
    let mut alerts = state.evaluate(start, &[sample(0.029)]).unwrap();
    alerts.extend(state.evaluate(start + Duration::from_mins(1), &[sample(0.001)]).unwrap());
    let html = Page::new("t").section(alerts_section("Alerts", &alerts)).render();
    for text in
        ["firing", "resolved", "0.029", "2013-05-02T00:01:00Z", "April is &lt;too&gt; low", "&lt;1&gt;"]
    {
        assert!(html.contains(text), "{text} is not there");
    }
    assert!(!html.contains("<too>") && !html.contains("<1>"));
}
