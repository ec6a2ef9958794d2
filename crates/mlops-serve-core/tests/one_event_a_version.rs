//! One event for each version that scored a request, in its role, to every observer.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::float_cmp, reason = "the models of the tests answer these very numbers")]

mod support;

use std::sync::Arc;

use mlops_core::{Observer, PredictionEvent, ServedBy};
use mlops_serve_core::predictor::{RateLimit, Route, Share, Trial};
use mlops_serve_core::testing::Recorder;
use support::*;

use ServedBy::{Canary, Champion, Constant, Fallback, Shadow};

#[test]
fn roles_follow_the_chain() {
    const PANIC: Result<f64, &str> = Err("model_panicked");
    let canary = |trial| Trial::canary(trial, Share::ALL);
    let cases = [
        (Route::new(constant(2, 0.7)), vec![(2, Champion, Ok(0.7))], vec![]),
        (
            Route::new(constant(2, 0.7)).with_trial(Trial::shadow(constant(3, 0.4))),
            vec![(2, Champion, Ok(0.7))],
            vec![(3, Shadow, Ok(0.4))],
        ),
        (
            Route::new(constant(2, 0.7)).with_trial(canary(constant(3, 0.4))),
            vec![(3, Canary, Ok(0.4))],
            vec![(2, Shadow, Ok(0.7))],
        ),
        (
            Route::new(constant(2, 0.7)).with_trial(canary(broken(3))),
            vec![(3, Canary, PANIC), (2, Fallback, Ok(0.7))],
            vec![],
        ),
        (
            Route::new(broken(2)).with_previous(constant(1, 0.1)).with_trial(canary(broken(3))),
            vec![(3, Canary, PANIC), (2, Fallback, PANIC), (1, Fallback, Ok(0.1))],
            vec![],
        ),
        (
            Route::new(broken(2)).with_constant(0.2).with_trial(Trial::shadow(constant(3, 0.4))),
            vec![(2, Champion, PANIC), (2, Constant, Ok(0.2))],
            vec![(3, Shadow, Ok(0.4))],
        ),
    ];
    for (route, at_once, later) in cases {
        let set = set(route);
        let predictor = set.builder.build().unwrap();
        drop(predictor.predict(&request(&id("a"), "N1")).unwrap());
        let events = set.events.take();
        assert_eq!(briefly(&events), at_once);
        drop(predictor.score_waiting());
        let late = set.events.take();
        assert_eq!(briefly(&late), later);
        for event in events.iter().chain(&late) {
            assert_eq!((event.id.as_str(), event.model.as_str(), event.at), ("a", "flight-delay", noon()));
            assert_eq!(*event.inputs, [18.0, 733.0]);
        }
    }
}

#[test]
fn who_is_turned_away_at_the_door_is_one_event() {
    let set = set(Route::new(constant(2, 0.7)));
    let predictor = set.builder.rate_limit(RateLimit::per_second(1, 1).unwrap()).build().unwrap();
    let ids = ["a", "b"].map(id);
    drop(predictor.predict_many(&ids.each_ref().map(|id| request(id, "N1"))));
    assert_eq!(briefly(&set.events.take()), [(2, Champion, Ok(0.7)), (2, Champion, Err("overloaded"))]);
}

#[test]
fn the_decision_moment_is_the_requests_own() {
    let set = set(Route::new(constant(2, 0.7)));
    let predictor = set.builder.build().unwrap();
    let earlier = "2013-06-30T08:00:00Z".parse().unwrap();
    assert_eq!(predictor.predict(&request(&id("a"), "N1").at(earlier)).unwrap().at, earlier);
    assert_eq!(set.events.take()[0].at, earlier);
}

#[derive(Debug)]
struct Rude;

impl Observer for Rude {
    fn observe(&self, _: &PredictionEvent) {
        panic!("an observer must not");
    }
}

#[test]
fn an_observer_that_panics_fails_nobody() {
    let set = set(Route::new(constant(2, 0.7)));
    let last = Arc::new(Recorder::default());
    let predictor =
        set.builder.observer(Arc::new(Rude)).observer(Arc::<Recorder>::clone(&last)).build().unwrap();
    assert_eq!(predictor.predict(&request(&id("a"), "N1")).unwrap().score, 0.7);
    assert_eq!((set.events.take().len(), last.take().len(), predictor.counts().observer_panics), (1, 1, 1));
}
