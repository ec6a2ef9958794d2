//! The sections of a page hold the figures, the words and the alerts, escaped.
#![cfg(feature = "report")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, ServedBy, Timestamp, Version, Window};
use mlops_monitor::html::{alerts_section, cost_section, performance_section};
use mlops_monitor::{
    AlertRule, Condition, Label, MemoryPredictionLog, Performance, PredictionLog, Price, RuleState, Sample,
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
    assert!(html.contains(&format!("{gap}<br><small>[{lower}, ")), "gap and interval are in the table");
    assert!(!html.contains("April"), "long names of months make the table too wide");
    for text in [
        "<td class=\"start\">2013-04</td>",
        "<td class=\"start\">2013-05</td>",
        "1.0.0",
        "1.1.0",
        "late rate",
        "360",
        "240",
    ] {
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
    let sample = |value, words| Sample::new(value).label("v", "<1>").words(words);
    let start: Timestamp = "2013-05-02".parse().unwrap();
    let mut alerts = state.evaluate(start, &[sample(0.029, "April is <too> low")]).unwrap();
    alerts.extend(state.evaluate(start + Duration::from_mins(1), &[sample(0.001, "May is well")]).unwrap());
    let html = Page::new("t").section(alerts_section("Alerts", &alerts)).render();
    for text in [
        "firing",
        "resolved",
        "0.029",
        "0.001",
        "2013-05-02T00:01:00Z",
        "April is &lt;too&gt; low",
        "May is well",
        "&lt;1&gt;",
    ] {
        assert!(html.contains(text), "{text} is not there");
    }
    assert!(!html.contains("<too>") && !html.contains("<1>"));
    assert_eq!(html.matches("0.029").count(), 1, "what is resolved shows no figure of before");
    assert_eq!(badges(&html), ["bad firing", "good resolved"]);
}

/// Tone and words of each badge of a page.
fn badges(html: &str) -> Vec<String> {
    let after = html.split("<span class=\"badge ").skip(1);
    after.map(|badge| badge.split('<').next().unwrap().replace("\">", " ")).collect()
}

#[test]
fn an_alert_that_ends_without_a_sample_is_no_good_news() {
    let rule = AlertRule::new("gap", Condition::Above(0.025)).unwrap().at_least(1_000);
    let mut state = RuleState::new(rule.clone());
    let start: Timestamp = "2013-05-02".parse().unwrap();
    let sample = |count| Sample::new(0.029).count(count).words("it is bad");
    let mut alerts = state.evaluate(start, &[sample(1_000)]).unwrap();
    alerts.extend(state.evaluate(start + Duration::from_mins(1), &[sample(999)]).unwrap());
    let mut pending = RuleState::new(rule.held_for(Duration::from_mins(5)));
    alerts.extend(pending.evaluate(start, &[sample(1_000)]).unwrap());
    alerts.extend(pending.evaluate(start, &[Sample::new(0.01).count(1_000)]).unwrap());
    let html = Page::new("t").section(alerts_section("Alerts", &alerts)).render();
    assert_eq!(badges(&html), ["bad firing", "neutral no sample", "caution pending", "neutral inactive"]);
    assert!(html.contains("no sample with at least 1,000 observations"));
    assert!(!html.contains("NaN"));
}

#[test]
fn costs_are_rows() {
    let april = Window::month_of("2013-04-01".parse().unwrap());
    let may = Window::month_of(april.until());
    let price = Price::new(0.05, 2, "EUR").unwrap();
    let html = Page::new("t").section(cost_section("Cost", &price, &[(april, 27_578), (may, 0)])).render();
    // 2 instances, 0.05 an hour, 720 and 744 hours; 72 / 27.578 = 2.6108.
    for text in [
        "month",
        "2013-04",
        "27,578",
        "72.00",
        "2.6108",
        "2013-05",
        "74.40",
        "2 instances at 0.05 EUR an hour",
    ] {
        assert!(html.contains(text), "{text} is not there");
    }
    assert_eq!(html.matches("<span class=\"none\">").count(), 1, "no predictions, no cost of 1,000");
    let day = Window::day_of("2013-04-01".parse().unwrap());
    let html = Page::new("t").section(cost_section("Cost", &price, &[(day, 1)])).render();
    assert!(html.contains("2013-04-01 until 2013-04-02") && html.contains("window"));
}
