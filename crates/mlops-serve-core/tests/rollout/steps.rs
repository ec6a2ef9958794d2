//! Steps take their full days, and no data means wait.

use mlops_core::{Digest, Outcome, ServedBy, Subject, Version};
use mlops_serve_core::rollout::{Action, Cause, Event, Phase, Rollout, RolloutPlan, Step};

use crate::{CANDIDATE, hour, id, minute, pair, start};

/// Requests of hours `from..until`, `a_day` of them a day, labelled at once if `labelled`.
fn feed(rollout: &mut Rollout, (from, until): (u64, u64), a_day: u64, labelled: bool) -> Vec<(u64, Action)> {
    let mut actions = Vec::new();
    for at in (60 * from..60 * until).step_by(usize::try_from(1_440 / a_day).unwrap()) {
        let number = usize::try_from(at).unwrap();
        let mut now = rollout.apply(Event::Pair(&pair(number, minute(at), 0.3, 0.3)));
        if labelled {
            now.extend(rollout.apply(Event::Label { id: &id(number), value: 0.0, known_at: minute(at) }));
        }
        actions.extend(now.into_iter().map(|action| (at / 60, action)));
    }
    actions
}

#[test]
fn each_step_takes_its_full_days() {
    let mut rollout = start(RolloutPlan::default(), hour(12));
    let actions = feed(&mut rollout, (12, 400), 48, true);
    assert_eq!(actions, [(84, Action::SetShare(0.5)), (156, Action::Complete)]);
    assert_eq!(rollout.share(), 0.5);
    assert_eq!(*rollout.phase(), Phase::Complete { at: hour(156) });
    assert_eq!(rollout.shares(), [(hour(12), 0.1), (hour(84), 0.5)]);
}

#[test]
fn time_alone_never_passes() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    for at in 0..2_000 {
        assert_eq!(rollout.apply(Event::Tick(hour(at))), []);
    }
    let status = rollout.status();
    assert_eq!(
        status.waits_for,
        ["3 full days of at least 20 canary requests", "60 labels", "a request with segments"]
    );
    assert_eq!(
        status.to_string(),
        "step 1 of 2, 10 % since 2013-01-01T00:00:00Z: 0 of 3 full days, 0 canary requests, 0 labels; \
         waits for 3 full days of at least 20 canary requests and 60 labels and a request with segments"
    );
    assert!(rollout.checks().iter().all(|check| check.outcome == Outcome::Inconclusive));
}

#[test]
fn a_day_with_too_few_requests_does_not_count() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    assert_eq!(feed(&mut rollout, (0, 48), 48, true), []);
    assert_eq!(feed(&mut rollout, (48, 72), 12, true), []);
    assert_eq!(feed(&mut rollout, (72, 96), 48, true), []);
    assert_eq!(rollout.status().full_days, (2, 3));
    assert_eq!(rollout.apply(Event::Tick(hour(96))), [Action::SetShare(0.5)]);
}

#[test]
fn a_step_waits_for_its_labels() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    assert_eq!(feed(&mut rollout, (0, 100), 48, false), []);
    for number in 0..59 {
        assert_eq!(rollout.apply(Event::Label { id: &id(number * 30), value: 1.0, known_at: hour(100) }), []);
    }
    assert_eq!(rollout.status().waits_for, ["1 labels"]);
    // A label of somebody else's, a second one and a wrong one are none.
    for (number, value) in [(7, 1.0), (0, 1.0), (60 * 30, f64::NAN), (60 * 30, 2.0)] {
        assert_eq!(rollout.apply(Event::Label { id: &id(number), value, known_at: hour(100) }), []);
    }
    assert_eq!(rollout.counts().invalid_labels, 2);
    let last = Event::Label { id: &id(60 * 30), value: 1.0, known_at: hour(100) };
    assert_eq!(rollout.apply(last), [Action::SetShare(0.5)]);
}

#[test]
fn without_harm_no_labels_are_needed() {
    let mut plan = RolloutPlan::default();
    plan.harm = None;
    let mut rollout = start(plan, hour(0));
    assert_eq!(feed(&mut rollout, (0, 73), 48, false), [(72, Action::SetShare(0.5))]);
    assert_eq!(rollout.waiting(), 0);
}

#[test]
fn a_label_that_never_comes_is_given_up() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    feed(&mut rollout, (0, 24), 48, false);
    assert_eq!(rollout.waiting(), 48);
    let _ = rollout.apply(Event::Tick(hour(24 + 7 * 24)));
    assert_eq!((rollout.waiting(), rollout.counts().given_up), (0, 48));
}

#[test]
fn pairs_of_others_are_left_out() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    let mut shadow = pair(1, hour(1), 0.9, 0.1);
    shadow.candidate_role = ServedBy::Shadow;
    let mut foreign = pair(2, hour(1), 0.9, 0.1);
    foreign.candidate_version = Version::new(9, 0, 0);
    let mut former = pair(3, hour(1), 0.9, 0.1);
    former.production_version = CANDIDATE;
    for pair in [&shadow, &foreign, &former] {
        assert_eq!(rollout.apply(Event::Pair(pair)), []);
    }
    let twice = pair(4, hour(1), 0.9, 0.1);
    let _ = rollout.apply(Event::Pair(&twice));
    let _ = rollout.apply(Event::Pair(&twice));
    let counts = rollout.counts();
    assert_eq!((counts.pairs, counts.shadow, counts.foreign, counts.repeated), (1, 1, 2, 1));
}

#[test]
fn a_person_can_end_it_and_the_end_is_final() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    feed(&mut rollout, (0, 24), 48, true);
    let actions = rollout.apply(Event::Abort { at: hour(24), reason: "the weather data is wrong" });
    let [Action::SetShare(share), Action::Stop(stop)] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!((*share, &stop.cause, stop.at), (0.0, &Cause::Aborted, hour(24)));
    assert_eq!(feed(&mut rollout, (24, 400), 48, true), []);
    assert_eq!(rollout.counts().pairs, 48);

    let subject =
        Subject { model: "flight-delay".parse().unwrap(), version: CANDIDATE, artifact: Digest::of(b"") };
    let verdict = rollout.verdict(subject);
    assert!(!verdict.passed());
    let steps = verdict.checks.iter().find(|check| check.name == "steps").unwrap();
    assert_eq!(steps.outcome, Outcome::Failed);
    assert!(steps.reason.ends_with("by hand: the weather data is wrong"), "{}", steps.reason);
}

/// The fourth value and all later ones share one group, and a request counts in it once.
#[test]
fn values_beyond_the_planned_ones_are_watched_together() {
    let mut plan = RolloutPlan::default();
    plan.steps = vec![Step::new(0.1, 100)];
    plan.segments.as_mut().unwrap().values = 3;
    let mut rollout = start(plan, hour(0));
    let mut stop = None;
    for number in 0..2_000_usize {
        let value = number % 10;
        let different = if value >= 3 { 0.2 } else { 0.0 };
        let mut pair = pair(number, minute(number as u64), 0.3 + different, 0.3);
        pair.segments = ["a", "b"].map(|field| (field.into(), format!("{value}").into())).to_vec();
        pair.segments.push(("a".into(), "9".into()));
        let seen = rollout.reading(&Cause::OtherSegments).map_or(0, |point| point.n);
        if let Some(Action::Stop(stopped)) = rollout.apply(Event::Pair(&pair)).pop() {
            stop = Some(stopped);
            break;
        }
        let now = rollout.reading(&Cause::OtherSegments).map_or(0, |point| point.n);
        assert!(now - seen <= 1);
    }
    assert_eq!(stop.unwrap().cause, Cause::OtherSegments);
    let words: Vec<String> = rollout.watched().iter().map(ToString::to_string).collect();
    assert_eq!(words, ["failures", "harm", "a=0", "b=0", "a=9", "other segments"]);
}

#[test]
fn a_course_is_kept_and_stays_short() {
    let mut rollout = start(RolloutPlan::default(), hour(0));
    feed(&mut rollout, (0, 24), 48, true);
    let course = rollout.course(&Cause::Failures);
    assert_eq!(course.iter().map(|point| point.at).collect::<Vec<_>>(), [hour(6), hour(12), hour(18)]);
    assert_eq!(course.iter().map(|point| point.n).collect::<Vec<_>>(), [12, 24, 36]);
    assert!(course.windows(2).all(|pair| pair[1].interval.upper < pair[0].interval.upper));
    for at in 0..20_000 {
        let _ = rollout.apply(Event::Tick(hour(at)));
    }
    for watched in rollout.watched() {
        assert!(rollout.course(&watched).len() <= 241, "{watched}");
    }
}

#[test]
fn a_plan_that_cannot_be_followed_never_starts() {
    let mut plan = RolloutPlan::default();
    plan.steps[0].pairs_a_day = 0;
    let refused = Rollout::start(plan, CANDIDATE, crate::PRODUCTION, hour(0)).unwrap_err();
    assert_eq!(refused.field, "steps[0].pairs_a_day");
}
