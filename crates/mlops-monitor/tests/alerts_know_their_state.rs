//! An alert rule has the states that Prometheus gives it; kept as text and read back, it
//! goes on as if nothing had happened; the sinks hear of each change once.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::sync::Arc;
use std::time::Duration;

use mlops_core::Timestamp;
use mlops_monitor::{
    Alert, AlertRule, AlertSink, AlertState, Condition, Dispatcher, Ending, Error, Labels, LogSink,
    MemorySink, RuleState, Sample,
};
use parking_lot::Mutex;
use proptest::prelude::*;

fn minute(minute: u64) -> Timestamp {
    "2013-04-01".parse::<Timestamp>().unwrap() + Duration::from_secs(60 * minute)
}

fn above(threshold: f64) -> AlertRule {
    AlertRule::new("high", Condition::Above(threshold)).unwrap()
}

/// The states of a single series, a letter an evaluation: `.` inactive, `p` pending, `F` firing.
fn states(rule: AlertRule, values: &[Option<f64>]) -> String {
    let mut state = RuleState::new(rule);
    let mut states = String::new();
    for (at, value) in (0..).zip(values) {
        let samples: Vec<Sample> = value.iter().map(|value| Sample::new(*value)).collect();
        state.evaluate(minute(at), &samples).unwrap();
        states.push(state.active().next().map_or('.', |alert| match alert.state {
            AlertState::Firing => 'F',
            AlertState::Pending => 'p',
            AlertState::Inactive => '?',
        }));
    }
    states
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

const MINUTES: fn(u64) -> Duration = |minutes| Duration::from_secs(60 * minutes);

#[test]
fn conditions_are_plain_comparisons() {
    let of = |condition| AlertRule::new("r", condition).unwrap();
    let values = some(&[4.0, 5.0, 6.0, f64::NAN]);
    assert_eq!(states(of(Condition::Above(5.0)), &values), "..F.");
    assert_eq!(states(of(Condition::Below(5.0)), &values), "F...");
    assert_eq!(states(of(Condition::AtLeast(5.0)), &values), ".FF.");
    assert_eq!(states(of(Condition::AtMost(5.0)), &values), "FF..");
    assert_eq!(states(of(Condition::Equal(5.0)), &values), ".F..");
    assert_eq!(states(of(Condition::NotEqual(5.0)), &values), "F.FF");
    assert_eq!(states(of(Condition::Absent), &[Some(1.0), None, Some(f64::NAN), None]), ".F.F");
    assert!(matches!(AlertRule::new("r", Condition::Above(f64::NAN)), Err(Error::Parameter { .. })));
    assert!(matches!(AlertRule::new(" ", Condition::Absent), Err(Error::Parameter { .. })));
}

#[test]
fn the_condition_has_to_hold_for_a_time() {
    let rule = || above(5.0).held_for(MINUTES(3));
    assert_eq!(states(rule(), &some(&[1.0, 9.0, 9.0, 9.0, 9.0, 9.0, 1.0])), ".pppFF.");
    assert_eq!(
        states(rule(), &some(&[9.0, 9.0, 1.0, 9.0, 9.0, 9.0, 9.0])),
        "pp.pppF",
        "one good value begins anew"
    );
    assert_eq!(
        states(above(5.0).held_for(Duration::from_secs(90)), &some(&[9.0; 4])),
        "ppFF",
        "the first evaluation after the time"
    );
    assert_eq!(
        states(rule(), &[Some(9.0), Some(9.0), Some(9.0), None, Some(9.0)]),
        "ppp.p",
        "a gap is not true"
    );
}

#[test]
fn it_goes_on_firing_for_a_time() {
    let rule = || above(5.0).keep_firing_for(MINUTES(3));
    assert_eq!(states(rule(), &some(&[9.0, 1.0, 1.0, 1.0, 1.0, 1.0])), "FFFF..");
    assert_eq!(
        states(rule(), &some(&[9.0, 1.0, 1.0, 9.0, 1.0, 1.0, 1.0, 1.0])),
        "FFFFFFF.",
        "it begins anew"
    );
    let both = || rule().held_for(MINUTES(2));
    assert_eq!(states(both(), &some(&[9.0, 9.0, 1.0, 9.0])), "pp.p", "not for what never fired");
    assert_eq!(states(both(), &some(&[9.0, 9.0, 9.0, 1.0, 9.0, 1.0])), "ppFFFF", "no new waiting");
}

#[test]
fn each_series_has_its_own_clock() {
    let mut state = RuleState::new(above(5.0).held_for(MINUTES(1)));
    let sample = |version: &str, value| Sample::new(value).label("version", version).label("empty", "");
    let mut states = Vec::new();
    for (at, (one, two)) in (0..).zip([(9.0, 1.0), (9.0, 9.0), (1.0, 9.0), (1.0, 1.0)]) {
        let changed = state.evaluate(minute(at), &[sample("2", two), sample("1", one)]).unwrap();
        let said = |alert: Alert| format!("{} {}→{}", alert.labels, alert.before, alert.state);
        states.push(changed.into_iter().map(said).collect::<Vec<_>>().join(", "));
    }
    assert_eq!(
        states,
        [
            r#"{version="1"} inactive→pending"#,
            r#"{version="1"} pending→firing, {version="2"} inactive→pending"#,
            r#"{version="1"} firing→inactive, {version="2"} pending→firing"#,
            r#"{version="2"} firing→inactive"#,
        ]
    );
    let twice = [sample("1", 1.0), Sample::new(9.0).label("version", "1")];
    let before = state.clone();
    assert!(matches!(state.evaluate(minute(9), &twice), Err(Error::Parameter { .. })));
    assert_eq!(state, before, "nothing has changed");
}

#[test]
fn too_few_observations_are_no_sample() {
    let mut state = RuleState::new(above(5.0).at_least(1_000));
    let firing = |state: &RuleState| state.active().count();
    for (count, expected) in [(Some(999), 0), (None, 0), (Some(1_000), 1), (Some(999), 0)] {
        let sample = count.into_iter().fold(Sample::new(9.0), Sample::count);
        state.evaluate(minute(0), &[sample]).unwrap();
        assert_eq!(firing(&state), expected, "{count:?}");
    }
    let mut absent = RuleState::new(AlertRule::new("none", Condition::Absent).unwrap().at_least(10));
    absent.evaluate(minute(0), &[Sample::new(1.0).count(9)]).unwrap();
    assert_eq!(firing(&absent), 1, "nine are not enough to be there");
    absent.evaluate(minute(0), &[Sample::new(1.0).count(10)]).unwrap();
    assert_eq!(firing(&absent), 0);
}

#[test]
fn an_alert_says_what_happened() {
    let mut state = RuleState::new(above(0.025).held_for(MINUTES(1)));
    let sample = |value: f64| Sample::new(value).label("v", "1");
    state.evaluate(minute(0), &[sample(0.03)]).unwrap();
    let firing = &state.evaluate(minute(2), &[sample(0.04)]).unwrap()[0];
    assert!(firing.has_begun() && !firing.is_resolved());
    assert_eq!((firing.value, firing.at, firing.since), (0.04, minute(2), minute(0)));
    assert_eq!(firing.summary, r#"high {v="1"}: 0.04 > 0.025"#);
    let resolved = &state.evaluate(minute(3), &[sample(0.01).words("March is well")]).unwrap()[0];
    assert!(resolved.is_resolved() && resolved.has_ended());
    assert_eq!(
        (resolved.value, resolved.since, resolved.summary.as_str()),
        (0.01, minute(0), "March is well"),
        "what is well now, not what was bad"
    );
    let own = state.evaluate(minute(4), &[sample(0.03).words("April is too low")]).unwrap();
    assert_eq!(own[0].summary, "April is too low");
    let json = serde_json::to_value(&own[0]).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "rule": "high", "labels": {"v": "1"}, "before": "inactive", "state": "pending", "value": 0.03,
            "at": "2013-04-01T00:04:00Z", "since": "2013-04-01T00:04:00Z", "summary": "April is too low",
        })
    );
    assert_eq!(serde_json::from_value::<Alert>(json).unwrap(), own[0]);
}

/// The last change that these evaluations, a minute each, bring about.
fn last_of(rule: AlertRule, evaluations: &[&[Sample]]) -> Alert {
    let mut state = RuleState::new(rule);
    let mut changes = Vec::new();
    for (at, samples) in (0..).zip(evaluations) {
        changes.extend(state.evaluate(minute(at), samples).unwrap());
    }
    changes.pop().unwrap()
}

#[test]
fn an_alert_that_ends_says_why() {
    let sample = |value: f64, count| [Sample::new(value).label("v", "1").count(count)];
    let rule = || above(0.025).at_least(1_000);
    let bad = sample(0.03, 1_000);

    let over = last_of(rule(), &[&bad, &sample(0.01, 1_000)]);
    assert!(over.is_resolved() && over.has_ended());
    assert_eq!((over.ended, over.value), (Some(Ending::Over), 0.01));
    assert_eq!(over.summary, r#"high {v="1"}: 0.01, no longer > 0.025"#);
    let unknown = last_of(above(5.0), &[&[Sample::new(9.0)], &[Sample::new(f64::NAN)]]);
    assert_eq!((unknown.ended, unknown.summary.as_str()), (Some(Ending::Over), "high: NaN, no longer > 5"));

    for nothing in [vec![], sample(0.03, 999).to_vec(), sample(0.01, 999).to_vec()] {
        let ended = last_of(rule(), &[&bad, &nothing]);
        assert!(ended.has_ended() && !ended.is_resolved(), "{nothing:?} is no good news");
        assert_eq!(ended.ended, Some(Ending::NoSample));
        assert!(ended.value.is_nan(), "no figure of before: {}", ended.value);
        assert_eq!(ended.summary, r#"high {v="1"}: no sample with at least 1,000 observations"#);
    }
    let ended = last_of(above(5.0), &[&[Sample::new(9.0).words("too high")], &[]]);
    assert_eq!((ended.ended, ended.summary.as_str()), (Some(Ending::NoSample), "high: no sample"));

    let pending = last_of(rule().held_for(MINUTES(9)), &[&bad, &[]]);
    assert_eq!((pending.before, pending.ended), (AlertState::Pending, Some(Ending::NoSample)));
    assert!(!pending.has_ended(), "it never fired");
    assert_eq!(last_of(rule(), &[&bad]).ended, None);
}

#[test]
fn the_evaluation_that_ends_a_kept_alert_says_why() {
    let (bad, good) = ([Sample::new(9.0)], [Sample::new(1.0)]);
    let rule = || above(5.0).keep_firing_for(MINUTES(2));
    let over = last_of(rule(), &[&bad, &[], &[], &good]);
    assert_eq!((over.at, over.ended, over.value), (minute(3), Some(Ending::Over), 1.0));
    let none = last_of(rule(), &[&bad, &good, &good, &[]]);
    assert_eq!((none.at, none.ended), (minute(3), Some(Ending::NoSample)));
    let mut kept = RuleState::new(rule());
    kept.evaluate(minute(0), &bad).unwrap();
    kept.evaluate(minute(1), &good).unwrap();
    let alert = kept.active().next().unwrap();
    assert_eq!((alert.state, alert.ended, alert.value), (AlertState::Firing, None, 9.0), "it has not ended");
}

#[test]
fn absence_ends_when_there_is_a_sample() {
    let rule = AlertRule::new("silence", Condition::Absent).unwrap();
    let begun = last_of(rule.clone(), &[&[]]);
    assert_eq!((begun.value, begun.summary.as_str()), (1.0, "silence: there is no sample"));
    let sample = [Sample::new(0.3).label("v", "1").words("of another series")];
    let over = last_of(rule, &[&[], &sample]);
    assert!(over.is_resolved());
    assert_eq!((over.value, over.summary.as_str()), (0.0, "silence: there is a sample again"));
}

#[test]
fn a_rule_is_a_setting() {
    let rule = above(0.025).held_for(MINUTES(1)).keep_firing_for(MINUTES(2)).at_least(1_000);
    assert_eq!(rule.to_string(), "high > 0.025 for 60s, kept firing for 120s, of at least 1,000");
    let json = serde_json::to_string(&rule).unwrap();
    assert_eq!(serde_json::from_str::<AlertRule>(&json).unwrap(), rule, "{json}");
    let short = r#"{"name": "gap", "op": ">", "threshold": 0.025}"#;
    assert_eq!(serde_json::from_str::<AlertRule>(short).unwrap().condition(), Condition::Above(0.025));
    let none = serde_json::from_str::<AlertRule>(r#"{"name": "none", "op": "absent"}"#).unwrap();
    assert_eq!(none.condition(), Condition::Absent);
    for wrong in [
        r#"{"name": "", "op": "absent"}"#,
        r#"{"name": "x", "op": "=>", "threshold": 1}"#,
        r#"{"name": "x", "op": ">", "threshold": "NaN"}"#,
        r#"{"name": "x", "op": ">"}"#,
    ] {
        assert!(serde_json::from_str::<AlertRule>(wrong).is_err(), "{wrong}");
    }
}

/// An evaluation: seconds since the one before (a clock may go back), and samples of two series.
type Step = (i64, [Option<f64>; 2]);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let value =
        prop_oneof![3 => Just(Some(9.0)), 2 => Just(Some(1.0)), 1 => Just(None), 1 => Just(Some(f64::NAN))];
    prop::collection::vec((-30_i64..120, [value.clone(), value]), 1..40)
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![Just(Condition::Above(5.0)), Just(Condition::NotEqual(1.0)), Just(Condition::Absent)]
}

fn samples(values: &[Option<f64>; 2]) -> Vec<Sample> {
    let series = values.iter().zip(["a", "b"]);
    series.filter_map(|(value, name)| Some(Sample::new((*value)?).label("series", name))).collect()
}

proptest! {
    #[test]
    fn interrupted_is_uninterrupted(
        steps in steps(),
        condition in condition(),
        (hold, keep) in (0_u64..4, 0_u64..4),
    ) {
        let rule = AlertRule::new("r", condition).unwrap().held_for(MINUTES(hold)).keep_firing_for(MINUTES(keep));
        let mut straight = RuleState::new(rule.clone());
        let mut interrupted = RuleState::new(rule);
        let mut at = minute(100);
        for (seconds, values) in steps {
            let step = Duration::from_secs(seconds.unsigned_abs());
            at = if seconds < 0 { at - step } else { at + step };
            let changed = straight.evaluate(at, &samples(&values)).unwrap();
            let text = serde_json::to_string(&interrupted).unwrap();
            interrupted = serde_json::from_str(&text).unwrap();
            let after = interrupted.evaluate(at, &samples(&values)).unwrap();
            // As text, since NaN differs from itself.
            prop_assert_eq!(serde_json::to_string(&after).unwrap(), serde_json::to_string(&changed).unwrap());
            prop_assert_eq!(
                serde_json::to_string(&interrupted).unwrap(),
                serde_json::to_string(&straight).unwrap()
            );
        }
    }

    /// The state follows from the history alone: fires if the condition held at every evaluation
    /// over the time it must, or did so and has been away for less than it is kept.
    #[test]
    fn the_state_follows_from_the_history(
        steps in prop::collection::vec((0_i64..120, prop_oneof![Just(9.0), Just(1.0)]), 1..40),
        (hold, keep) in (0_u64..4, 0_u64..4),
    ) {
        let rule = above(5.0).held_for(MINUTES(hold)).keep_firing_for(MINUTES(keep));
        let mut state = RuleState::new(rule);
        let mut history: Vec<(Timestamp, bool)> = Vec::new();
        let mut at = minute(100);
        for (seconds, value) in steps {
            at = at + Duration::from_secs(seconds.unsigned_abs());
            state.evaluate(at, &[Sample::new(value)]).unwrap();
            history.push((at, value > 5.0));
            let seen = state.active().next().map_or(AlertState::Inactive, |alert| alert.state);
            prop_assert_eq!(seen, of_history(&history, MINUTES(hold), MINUTES(keep)));
        }
    }
}

/// The state after the last of these evaluations, from the definition, by recursion over stretches.
fn of_history(history: &[(Timestamp, bool)], hold: Duration, keep: Duration) -> AlertState {
    let Some(((at, holds), before)) = history.split_last() else { return AlertState::Inactive };
    // The stretch of equal conditions that ends now, and what was before it.
    let length = history.iter().rev().take_while(|(_, other)| other == holds).count();
    let (earlier, stretch) = history.split_at(history.len() - length);
    let since = stretch[0].0;
    if *holds {
        let firing =
            at.saturating_since(since) >= hold || of_history(before, hold, keep) == AlertState::Firing;
        return if firing { AlertState::Firing } else { AlertState::Pending };
    }
    let kept = at.saturating_since(since) < keep && of_history(earlier, hold, keep) == AlertState::Firing;
    if kept { AlertState::Firing } else { AlertState::Inactive }
}

fn alerts() -> Vec<Vec<Alert>> {
    let mut state = RuleState::new(above(5.0).held_for(MINUTES(1)));
    let values = [9.0, 9.0, 1.0, 9.0, 1.0, 9.0, 9.0];
    (0..).zip(values).map(|(at, value)| state.evaluate(minute(at), &[Sample::new(value)]).unwrap()).collect()
}

#[test]
fn the_log_sink_writes_a_line_an_alert() {
    let sink = LogSink::new(Vec::new());
    let alerts = alerts().concat();
    for alert in &alerts {
        sink.send(alert).unwrap();
    }
    let text = String::from_utf8(sink.into_inner()).unwrap();
    let read: Vec<Alert> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, alerts);
    let ends = last_of(above(5.0).at_least(2), &[&[Sample::new(9.0).count(2)], &[Sample::new(9.0).count(1)]]);
    let sink = LogSink::new(Vec::new());
    sink.send(&ends).unwrap();
    assert_eq!(
        String::from_utf8(sink.into_inner()).unwrap(),
        concat!(
            r#"{"rule":"high","labels":{},"before":"firing","state":"inactive","ended":"no_sample","value":"NaN","#,
            r#""at":"2013-04-01T00:01:00Z","since":"2013-04-01T00:00:00Z","#,
            r#""summary":"high: no sample with at least 2 observations"}"#,
            "\n"
        )
    );
    let ended: Vec<_> = alerts.iter().filter_map(|alert| alert.ended).collect();
    assert_eq!(ended, [Ending::Over, Ending::Over]);
    let mut room = [0_u8; 10];
    let broken = LogSink::new(&mut room[..]);
    let error = broken.send(&alerts[0]).unwrap_err();
    assert!(matches!(error, Error::NotDelivered { attempts: 1, .. }), "{error}");
}

/// Takes so many alerts, then none.
#[derive(Debug)]
struct Failing(Mutex<usize>, MemorySink);

impl AlertSink for Failing {
    fn send(&self, alert: &Alert) -> mlops_monitor::Result<()> {
        let mut left = self.0.lock();
        if *left == 0 {
            let source = std::io::Error::other("it is away").into();
            return Err(Error::NotDelivered { sink: "test".to_owned(), attempts: 1, source });
        }
        *left -= 1;
        self.1.send(alert)
    }
}

fn heard(sink: &MemorySink) -> Vec<(Timestamp, AlertState)> {
    sink.alerts().into_iter().map(|alert| (alert.at, alert.state)).collect()
}

#[test]
fn an_end_without_a_sample_is_told_too() {
    let sink = MemorySink::new();
    let mut dispatcher = Dispatcher::new([Arc::new(sink.clone()) as Arc<dyn AlertSink>]);
    let mut state = RuleState::new(above(5.0));
    for (at, samples) in [(0, &[Sample::new(9.0)][..]), (1, &[])] {
        assert!(dispatcher.dispatch(&state.evaluate(minute(at), samples).unwrap()).is_empty());
    }
    let ended: Vec<_> = sink.alerts().iter().map(|alert| alert.ended).collect();
    assert_eq!(ended, [None, Some(Ending::NoSample)]);
}

#[test]
fn each_change_is_told_once() {
    let sink = MemorySink::new();
    let mut dispatcher = Dispatcher::new([Arc::new(sink.clone()) as Arc<dyn AlertSink>]);
    for changed in alerts() {
        assert!(dispatcher.dispatch(&changed).is_empty());
        assert!(dispatcher.dispatch(&changed).is_empty(), "the same again");
    }
    let firing = AlertState::Firing;
    assert_eq!(heard(&sink), [(minute(1), firing), (minute(2), AlertState::Inactive), (minute(6), firing)]);
}

#[test]
fn a_sink_that_fails_gets_it_later_and_holds_up_nobody() {
    let (steady, late) = (MemorySink::new(), MemorySink::new());
    let failing = Arc::new(Failing(Mutex::new(1), late.clone()));
    let sinks: [Arc<dyn AlertSink>; 2] = [Arc::clone(&failing) as _, Arc::new(steady.clone())];
    let mut dispatcher = Dispatcher::new(sinks);
    let errors: Vec<usize> = alerts().iter().map(|changed| dispatcher.dispatch(changed).len()).collect();
    assert_eq!(errors, [0, 0, 1, 1, 1, 1, 1], "the error lasts while something waits");
    assert_eq!((steady.alerts().len(), late.alerts().len(), dispatcher.waiting()), (3, 1, 2));
    *failing.0.lock() = 9;
    assert!(dispatcher.dispatch(&[]).is_empty());
    assert_eq!(heard(&late), heard(&steady));
    assert_eq!((dispatcher.waiting(), dispatcher.dropped()), (0, 0));
}

#[test]
fn labels_without_value_are_none() {
    let labels: Labels = [("a", ""), ("b", "1")].into_iter().collect();
    assert_eq!(labels, serde_json::from_str(r#"{"b": "1", "c": ""}"#).unwrap());
    assert_eq!((labels.get("a"), labels.get("b")), (None, Some("1")));
}
