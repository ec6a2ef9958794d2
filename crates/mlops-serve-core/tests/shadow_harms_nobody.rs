//! Whatever a model in the shadow does, no caller waits for it or fails by it; and what can be
//! compared becomes a pair.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::float_cmp, reason = "the models of the tests answer these very numbers")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};

use mlops_core::ServedBy;
use mlops_serve_core::Pair;
use mlops_serve_core::predictor::{
    FieldRule, InputGuard, OutputGuard, Reaction, Request, Route, ShadowWorker, Share, Trial, UnknownFields,
};
use support::*;

type Sides = (ServedBy, Result<f64, &'static str>, Result<f64, &'static str>);

fn sides(pairs: &[Pair]) -> Vec<Sides> {
    pairs.iter().map(|pair| (pair.candidate_role, pair.candidate, pair.production)).collect()
}

#[test]
fn a_shadow_that_fails_is_a_pair_and_no_more() {
    let cases = [
        (broken(3), Err("model_panicked")),
        (constant(3, f64::NAN), Err("output_not_finite")),
        (constant(3, 1.5), Err("output_out_of_range")),
        (constant(3, 0.4), Ok(0.4)),
    ];
    for (trial, outcome) in cases {
        let set = set(Route::new(constant(2, 0.7)).with_trial(Trial::shadow(trial)));
        let builder = set.builder.output_guard(OutputGuard::probability()).segments(["carrier", "origin"]);
        let predictor = builder.build().unwrap();
        let answer = predictor.predict(&request(&id("a"), "N1")).unwrap();
        assert_eq!((answer.score, answer.served_by, answer.attempts.len()), (0.7, ServedBy::Champion, 0));
        assert_eq!(briefly(&set.events.take()), [(2, ServedBy::Champion, Ok(0.7))], "not scored yet");

        let pairs = predictor.score_waiting();
        assert_eq!(sides(&pairs), [(ServedBy::Shadow, outcome, Ok(0.7))]);
        let pair = &pairs[0];
        assert_eq!((pair.id.as_str(), pair.at), ("a", noon()));
        assert_eq!((pair.segment("carrier"), pair.segment("origin")), (Some("UA"), None));
        assert_eq!((pair.candidate_version.minor(), pair.production_version.minor()), (3, 2));
        assert_eq!(briefly(&set.events.take()), [(3, ServedBy::Shadow, outcome)]);
        assert!(predictor.score_waiting().is_empty(), "once is enough");
    }
}

#[test]
fn a_model_that_hangs_holds_up_its_worker_only() {
    let (entered, inside) = mpsc::channel();
    let entered = std::sync::Mutex::new(entered);
    let leave = Arc::new(Barrier::new(2));
    let (theirs, first) = (Arc::clone(&leave), AtomicBool::new(true));
    let hanging = deployed(3, move |_| {
        if first.swap(false, Ordering::SeqCst) {
            entered.lock().unwrap().send(()).unwrap();
            theirs.wait();
        }
        0.4
    });
    let set = set(Route::new(constant(2, 0.7)).with_trial(Trial::shadow(hanging)));
    let predictor = Arc::new(set.builder.shadow_capacity(5).build().unwrap());
    let (sender, pairs) = mpsc::channel();
    let worker = ShadowWorker::spawn(Arc::clone(&predictor), move |pair| sender.send(pair).unwrap()).unwrap();

    assert_eq!(predictor.predict(&request(&id("first"), "N1")).unwrap().score, 0.7);
    inside.recv().unwrap();
    // The worker hangs in the model of the first. A hundred callers are answered meanwhile.
    for number in 0..100 {
        let id = id(&number.to_string());
        assert_eq!(predictor.predict(&request(&id, "N1")).unwrap().score, 0.7);
    }
    assert_eq!((predictor.waiting(), predictor.counts().dropped_pairs), (5, 95));
    leave.wait();
    worker.finish();
    let ids: Vec<String> = pairs.iter().map(|pair| pair.id.to_string()).collect();
    assert_eq!(ids, ["first", "0", "1", "2", "3", "4"], "what fits waits its turn, in order");
    assert_eq!(predictor.counts().answered, 101);
}

#[test]
fn a_worker_that_is_dropped_while_its_model_hangs_is_not_waited_for() {
    let leave = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&leave);
    let hanging = deployed(3, move |_| {
        theirs.wait();
        0.4
    });
    let set = set(Route::new(constant(2, 0.7)).with_trial(Trial::shadow(hanging)));
    let predictor = Arc::new(set.builder.build().unwrap());
    let (sender, pairs) = mpsc::channel();
    let worker = ShadowWorker::spawn(Arc::clone(&predictor), move |pair| sender.send(pair).unwrap()).unwrap();
    drop(predictor.predict(&request(&id("a"), "N1")).unwrap());
    drop(worker);
    leave.wait();
    assert_eq!(pairs.recv().unwrap().id.as_str(), "a");
}

#[test]
fn a_canary_is_compared_with_the_version_in_production() {
    let cases = [
        // The canary answers: production is scored later.
        (constant(3, 0.4), constant(2, 0.7), 0.4, Ok(0.4), Ok(0.7)),
        (constant(3, 0.4), broken(2), 0.4, Ok(0.4), Err("model_panicked")),
        // It fails: production has answered already.
        (broken(3), constant(2, 0.7), 0.7, Err("model_panicked"), Ok(0.7)),
        // Both fail: the version before them answers, and is no part of the pair.
        (broken(3), constant(2, f64::NAN), 0.1, Err("model_panicked"), Err("output_not_finite")),
    ];
    for (trial, champion, score, candidate, production) in cases {
        let route = Route::new(champion).with_previous(constant(1, 0.1));
        let route = route.with_trial(Trial::canary(trial, Share::ALL).and_shadow());
        let predictor = set(route).builder.build().unwrap();
        assert_eq!(predictor.predict(&request(&id("a"), "N1")).unwrap().score, score);
        assert_eq!(sides(&predictor.score_waiting()), [(ServedBy::Canary, candidate, production)]);
    }
}

#[test]
fn a_failed_champion_is_compared_with_the_shadow() {
    let route =
        Route::new(broken(2)).with_previous(constant(1, 0.1)).with_trial(Trial::shadow(constant(3, 0.4)));
    let predictor = set(route).builder.build().unwrap();
    assert_eq!(predictor.predict(&request(&id("a"), "N1")).unwrap().score, 0.1);
    assert_eq!(sides(&predictor.score_waiting()), [(ServedBy::Shadow, Ok(0.4), Err("model_panicked"))]);
}

#[test]
fn without_a_shadow_only_canary_units_make_pairs() {
    let trial = Trial::canary(constant(3, 0.4), Share::percent(50.0).unwrap());
    let predictor = set(Route::new(constant(2, 0.7)).with_trial(trial)).builder.build().unwrap();
    let units: Vec<String> = (0..200).map(|unit| format!("N{unit}")).collect();
    for unit in &units {
        drop(predictor.predict(&request(&id(unit), unit)).unwrap());
    }
    let expected: Vec<&String> = units.iter().filter(|unit| predictor.is_canary_unit(unit)).collect();
    let pairs = predictor.score_waiting();
    assert!(pairs.iter().all(|pair| pair.candidate_role == ServedBy::Canary));
    assert_eq!(pairs.iter().map(|pair| pair.id.as_str()).collect::<Vec<_>>(), expected);
    assert!((60..140).contains(&pairs.len()));
}

#[test]
fn one_bad_row_harms_no_other_of_its_batch() {
    let route = Route::new(constant(2, 0.7)).with_trial(Trial::shadow(deployed(3, |row| {
        assert_ne!(row[0], 17.0, "seventeen");
        row[0] / 100.0
    })));
    let predictor = set(route).builder.build().unwrap();
    let ids: Vec<_> = (0..40).map(|hour| id(&hour.to_string())).collect();
    for (hour, id) in ids.iter().enumerate() {
        let fields = [("hour", (hour as f64).into())];
        drop(predictor.predict(&Request::new(id, "N1", &fields)).unwrap());
    }
    for (hour, pair) in predictor.score_waiting().iter().enumerate() {
        let expected = if hour == 17 { Err("model_panicked") } else { Ok(hour as f64 / 100.0) };
        assert_eq!((pair.id.as_str(), pair.candidate), (&*hour.to_string(), expected));
    }
}

/// What a guard took away, and what no segment would be called, is none.
#[test]
fn segments_are_taken_past_the_guard() {
    let guard = InputGuard::new([FieldRule::text("carrier").one_of(["UA"]).or(Reaction::Missing)]).unwrap();
    let route = Route::new(constant(2, 0.7)).with_trial(Trial::shadow(constant(3, 0.4)));
    let builder = set(route).builder.input_guard(guard.unknown(UnknownFields::Ignore));
    let predictor = builder.segments(["carrier", "origin"]).build().unwrap();
    let long = "x".repeat(257);
    for (carrier, origin) in [("UA", "JFK"), ("' or 1=1", &long)] {
        let fields = [("carrier", carrier.into()), ("origin", origin.into())];
        drop(predictor.predict(&Request::new(&id("a"), "N1", &fields)).unwrap());
    }
    let segments: Vec<_> = predictor.score_waiting().into_iter().map(|pair| pair.segments).collect();
    let named = |field: &str, value: &str| (field.into(), value.into());
    assert_eq!(segments, [vec![named("carrier", "UA"), named("origin", "JFK")], vec![]]);
}

/// A pair belongs to the route on which its request was answered, whenever it is scored; long
/// queues keep their order.
#[test]
fn pairs_outlive_their_route_in_order() {
    let predictor = set(Route::new(constant(2, 0.2))).builder.build().unwrap();
    let mut expected = Vec::new();
    for number in 0..3000_u64 {
        let trial = 3 + number / 700;
        if number % 700 == 0 {
            let route = Route::new(constant(2, 0.2)).with_trial(
                Trial::canary(constant(trial, trial as f64), Share::percent(30.0).unwrap()).and_shadow(),
            );
            drop(predictor.swap(route).unwrap());
        }
        let unit = format!("N{number}");
        drop(predictor.predict(&request(&id(&unit), &unit)).unwrap());
        let role = if predictor.is_canary_unit(&unit) { ServedBy::Canary } else { ServedBy::Shadow };
        expected.push((unit, trial, role, Ok(trial as f64), Ok(0.2)));
    }
    drop(predictor.swap(Route::new(constant(9, 0.9))).unwrap());
    let found: Vec<_> = predictor
        .score_waiting()
        .into_iter()
        .map(|pair| {
            let trial = pair.candidate_version.minor();
            (pair.id.to_string(), trial, pair.candidate_role, pair.candidate, pair.production)
        })
        .collect();
    assert_eq!(found, expected);
}
