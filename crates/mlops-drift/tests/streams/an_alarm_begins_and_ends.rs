//! What a person hears of: when it begins, that it goes on, and when it is over.
#![allow(clippy::float_cmp, reason = "a test says exactly what it expects")]

use std::sync::Arc;
use std::time::Duration;

use crate::table::{batch, numbers, ramp, texts};
use mlops_core::{Clock as _, ManualClock, Severity, Timestamp};
use mlops_drift::monitor::{
    AlarmSettings, AlarmState, Cadence, CurrentWindow, DriftMonitor, DriftMonitorBuilder, Horizon,
    WindowReport,
};
use mlops_drift::{Columns, Detector, Error, Settings, Window};

const DAY: Duration = Duration::from_hours(24);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// 100 values from 0 to 9.9.
fn daily() -> DriftMonitorBuilder {
    let reference = Window::read(&[batch(vec![("temp", numbers(ramp(100, 0.1)))])], &Columns::default());
    DriftMonitor::builder(Arc::new(reference.unwrap()), Cadence::Day)
}

/// A day of the first of April and so on, all its values moved by so much; none is a day
/// without rows.
fn days(monitor: &mut DriftMonitor, from: u32, shifts: &[Option<f64>]) -> Vec<(AlarmState, WindowReport)> {
    let mut told = Vec::new();
    for (place, shift) in shifts.iter().enumerate() {
        let noon = at("2013-04-01T12:00:00Z") + DAY * (from + u32::try_from(place).unwrap());
        if let Some(shift) = shift {
            for row in 0..100 {
                assert!(monitor.add_row(noon, &[f64::from(row) / 10.0 + shift]).unwrap().is_empty());
            }
        }
        let closed = monitor.advance(noon + DAY / 2);
        assert_eq!(closed.len(), 1);
        told.extend(closed.into_iter().map(|report| (monitor.alarm_state("temp"), report)));
    }
    told
}

fn states(told: &[(AlarmState, WindowReport)]) -> String {
    told.iter().map(|(state, _)| state.to_string().chars().next().unwrap()).collect()
}

const FAR: Option<f64> = Some(9.0);
const STILL: Option<f64> = Some(0.0);

#[test]
fn the_first_drift_begins_it_and_two_quiet_looks_end_it() {
    let mut monitor = daily().build().unwrap();
    monitor.advance(at("2013-04-01"));
    let told = days(&mut monitor, 0, &[STILL, FAR, STILL, FAR, STILL, None, STILL, STILL]);
    assert_eq!(states(&told), "qaaaaaqq", "a day without rows is no quiet look");
    let changes: Vec<usize> = told.iter().map(|(_, report)| report.alarms.len()).collect();
    assert_eq!(changes, [0, 1, 0, 0, 0, 0, 1, 0]);
    let began = &told[1].1.alarms[0];
    assert!(began.is_open());
    assert_eq!(
        began.to_string(),
        "temp: alarm since 2013-04-03T00:00:00Z: mean 5.0 → 13.9, shifted up by 3.12 reference standard deviations"
    );
    let over = &told[6].1.alarms[0];
    assert_eq!((over.since, over.until, over.drifts), (at("2013-04-03"), Some(at("2013-04-08")), 2));
    let finding = over.finding();
    assert_eq!((finding.subject.as_str(), finding.severity), ("temp", Severity::Warning));
    assert!(finding.reason.starts_with(
        "alarm from 2013-04-03T00:00:00Z until 2013-04-08T00:00:00Z, drift in 2 looks, at first: mean 5.0"
    ));
    assert_eq!(monitor.alarms().collect::<Vec<_>>(), [over]);
    // The looks themselves say what they saw.
    let drifted: Vec<usize> = told.iter().map(|(_, report)| report.findings().len()).collect();
    assert_eq!(drifted, [0, 1, 0, 1, 0, 0, 0, 0]);
}

#[test]
fn two_of_three_looks_make_one_and_fewer_are_a_suspicion() {
    let mut monitor = daily().alarms(AlarmSettings::default().after(2, 3).until_quiet(1)).build().unwrap();
    monitor.advance(at("2013-04-01"));
    let told = days(&mut monitor, 0, &[FAR, STILL, STILL, STILL, FAR, STILL, FAR, FAR, STILL, FAR, FAR]);
    assert_eq!(states(&told), "sssqssaaqsa");
    assert_eq!(monitor.alarms().count(), 2);
    assert_eq!(monitor.alarms().map(|alarm| alarm.drifts).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn after_one_began_no_other_does_for_a_while() {
    let settings = AlarmSettings::default().until_quiet(1).cool_down(5 * DAY);
    let mut monitor = daily().alarms(settings).build().unwrap();
    monitor.advance(at("2013-04-01"));
    let told =
        days(&mut monitor, 0, &[FAR, STILL, FAR, STILL, STILL, FAR, STILL, STILL, STILL, STILL, STILL]);
    assert_eq!(states(&told), "accccaccccq", "it began on the evening of the 1st, and again five days later");
    assert_eq!(monitor.alarms().count(), 2);
}

#[test]
fn close_to_the_limit_is_not_quiet_where_a_release_is_set() {
    // The limit is 0.2 deviations of 2.89: a shift of 0.58.
    let near = Some(0.45);
    let course = [FAR, near, near, STILL, near, STILL, STILL];
    let mut strict = daily().alarms(AlarmSettings::default().release(0.5)).build().unwrap();
    strict.advance(at("2013-04-01"));
    assert_eq!(states(&days(&mut strict, 0, &course)), "aaaaaaq");
    let mut plain = daily().build().unwrap();
    plain.advance(at("2013-04-01"));
    assert_eq!(states(&days(&mut plain, 0, &course)), "aaqqqqq");
}

#[test]
fn a_column_that_is_new_alarms_until_it_is_gone_again() {
    let mut monitor = daily().build().unwrap();
    let mut day = at("2013-04-01T12:00:00Z");
    let mut states = Vec::new();
    for names in [&["sky"][..], &["sky"], &[], &[]] {
        let mut columns = vec![("temp", numbers(ramp(100, 0.1)))];
        columns.extend(names.iter().map(|name| (*name, texts(&["x"; 100]))));
        let moments = arrow_array::TimestampMicrosecondArray::from(vec![day.as_micros(); 100]);
        columns.push(("seen_at", Arc::new(moments)));
        monitor.add_batch(&batch(columns), "seen_at").unwrap();
        day = day + DAY;
        monitor.advance(day - DAY / 2);
        states.push(monitor.alarm_state("sky"));
    }
    let (alarmed, quiet) = (AlarmState::Alarmed, AlarmState::Quiet);
    assert_eq!(states, [alarmed, alarmed, alarmed, quiet]);
    assert_eq!(monitor.alarms().map(|alarm| alarm.began_with.rule.as_str()).collect::<Vec<_>>(), ["schema"]);
}

#[test]
fn a_report_says_what_was_decided() {
    // 40 rows moved by a fifth of the range: p is about 0.01 alone.
    let look = |horizon: Horizon| {
        let mut monitor = daily().horizon(horizon).build().unwrap();
        let noon = at("2013-04-01T12:00:00Z");
        for row in 0..40 {
            monitor.add_row(noon, &[f64::from(row) / 4.0 + 2.6]).unwrap();
        }
        monitor.advance(noon + DAY).remove(0)
    };
    let (each, month) = (look(Horizon::EachLook), look(Horizon::Month));
    let adjusted = |report: &WindowReport| {
        report.columns().next().unwrap().values.as_ref().unwrap().adjusted_p_value.unwrap()
    };
    assert!((0.05 / 32.0..0.05).contains(&adjusted(&each)), "{}", adjusted(&each));
    assert_eq!(adjusted(&month), (adjusted(&each) * 32.0).min(1.0));
    assert_eq!((each.drifted().count(), month.drifted().count()), (1, 0));
    assert!(month.columns().next().unwrap().reason.contains("but chance explains it (adjusted p "));
    let spent = month.look.unwrap();
    assert_eq!((spent.number, spent.share, spent.alpha), (1, 1.0 / 32.0, 0.05 / 32.0));
    assert_eq!(month.drift.unwrap().alpha, 0.05);
}

#[test]
fn a_clock_closes_what_is_due_and_may_go_back() {
    let clock = Arc::new(ManualClock::new(at("2013-04-01T12:00:00Z")));
    let mut monitor = daily().clock(Arc::<ManualClock>::clone(&clock)).build().unwrap();
    assert_eq!(monitor.due(), None);
    assert!(monitor.tick().unwrap().is_empty());
    assert_eq!(monitor.due(), Some(at("2013-04-02")));
    for row in 0..100 {
        monitor.add_row(clock.now(), &[f64::from(row) / 10.0]).unwrap();
    }
    clock.set(at("2013-04-02"));
    assert_eq!(
        monitor.tick().unwrap()[0].to_string(),
        "2013-04-01 until 2013-04-02, 100 rows: 0 of 1 columns drifted"
    );
    assert!(monitor.tick().unwrap().is_empty(), "nothing is judged twice");
    let before = monitor.state();
    clock.set(at("2013-04-01T23:59:59Z"));
    let Err(Error::Input { what, found, expected }) = monitor.tick() else { panic!("it went back") };
    assert_eq!(
        (what.as_str(), found.as_str(), expected.as_str()),
        ("the clock", "2013-04-01T23:59:59Z", "2013-04-02T00:00:00Z, as before, or later")
    );
    assert_eq!(monitor.state(), before);
    clock.set(at("2013-04-04T05:00:00Z"));
    assert_eq!(monitor.tick().unwrap().len(), 2);
}

#[test]
fn an_hour_is_a_cadence() {
    let clock = Arc::new(ManualClock::new(at("2013-04-01T12:30:00Z")));
    let reference =
        Window::read(&[batch(vec![("temp", numbers(ramp(100, 0.1)))])], &Columns::default()).unwrap();
    let mut monitor = DriftMonitor::builder(reference, Cadence::Hour)
        .clock(Arc::<ManualClock>::clone(&clock))
        .build()
        .unwrap();
    monitor.tick().unwrap();
    clock.advance(Duration::from_hours(1));
    let closed = monitor.tick().unwrap();
    assert_eq!(closed[0].window.to_string(), "2013-04-01T12:00:00Z until 2013-04-01T13:00:00Z");
}

#[test]
fn settings_outside_their_range_are_refused() {
    let refused = |builder: DriftMonitorBuilder| match builder.build() {
        Err(Error::Setting { setting, .. }) => setting,
        other => panic!("{other:?}"),
    };
    let alarms = |settings: AlarmSettings| refused(daily().alarms(settings));
    let default = AlarmSettings::default;
    assert_eq!(alarms(default().after(0, 1)), "drifts before an alarm");
    assert_eq!(alarms(default().after(3, 2)), "drifts before an alarm");
    assert_eq!(alarms(default().after(1, 0)), "looks before an alarm");
    assert_eq!(alarms(default().after(1, 1_001)), "looks before an alarm");
    assert_eq!(alarms(default().until_quiet(0)), "quiet looks after an alarm");
    for release in [0.0, 1.5, f64::NAN] {
        assert_eq!(alarms(default().release(release)), "release of an alarm");
    }
    assert_eq!(refused(daily().horizon(Horizon::Looks(0))), "looks of the horizon");
    assert_eq!(refused(daily().window(CurrentWindow::LatestRows(0))), "latest rows");
    assert_eq!(refused(daily().window(CurrentWindow::LatestSpan(Duration::from_nanos(999)))), "latest span");
    let read: AlarmSettings = serde_json::from_str(r#"{"drifts": 2, "looks": 3, "release": 0.5}"#).unwrap();
    assert_eq!(read, default().after(2, 3).release(0.5));
    assert!(Detector::new(Settings::default()).is_ok());
}
