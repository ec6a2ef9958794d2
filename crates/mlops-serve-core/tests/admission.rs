//! Who comes too fast, too many at once, or too late is turned away with a reason.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::float_cmp, reason = "the models of the tests answer these very numbers")]

mod support;

use std::sync::{Arc, Barrier};
use std::time::Duration;

use mlops_core::{Clock, ManualClock, ServedBy, Timestamp};
use mlops_serve_core::predictor::{
    FeatureLookup, LookupError, PredictError, Predictor, RateLimit, Request, Route, Share, Trial,
};
use support::*;

#[test]
fn who_comes_too_fast_hears_when_to_come_back() {
    let set = set(Route::new(constant(2, 0.7)));
    let predictor = set.builder.rate_limit(RateLimit::per_second(5, 2).unwrap()).build().unwrap();
    let ask = || predictor.predict(&request(&id("a"), "N1"));
    assert!(ask().is_ok() && ask().is_ok());
    let error = ask().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the rate of 5 requests a second is reached, expected to have room in 200ms"
    );
    assert!(
        matches!(error, PredictError::Overloaded { retry_after: Some(wait), .. } if wait.as_millis() == 200)
    );
    assert!(error.is_transient() && !error.is_callers_fault());
    set.clock.advance(Duration::from_millis(199));
    assert!(ask().is_err());
    set.clock.advance(Duration::from_millis(1));
    assert!(ask().is_ok() && ask().is_err());
    // A clock that goes back a year must not shut the door for a year.
    set.clock.set(noon() - Duration::from_hours(24 * 365));
    set.clock.advance(Duration::from_millis(400));
    assert!(ask().is_err());
    set.clock.advance(Duration::from_millis(400));
    assert!(ask().is_ok());
    assert!(RateLimit::per_second(0, 1).is_err() && RateLimit::per_second(1, 0).is_err());
}

#[test]
fn so_many_at_a_time_and_a_place_is_given_back() {
    let (entered, leave) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(3)));
    let (theirs, out) = (Arc::clone(&entered), Arc::clone(&leave));
    let slow = deployed(2, move |row| {
        if row[0] > 0.0 {
            theirs.wait();
            out.wait();
        }
        assert!(row[0] > -1.0, "below -1 it panics");
        0.7
    });
    let predictor = set(Route::new(slow)).builder.concurrency_limit(2).build().unwrap();
    let ask = |hour: f64| predictor.predict(&Request::new(&id("a"), "N1", &[("hour", hour.into())]));
    std::thread::scope(|scope| {
        let inside = [scope.spawn(|| ask(1.0)), scope.spawn(|| ask(1.0))];
        entered.wait();
        let error = ask(0.0).unwrap_err();
        assert!(matches!(error, PredictError::Overloaded { retry_after: None, .. }));
        assert_eq!(
            error.to_string(),
            "the limit of 2 requests at a time is reached, expected to have room soon"
        );
        leave.wait();
        assert!(inside.into_iter().all(|thread| thread.join().unwrap().is_ok()));
    });
    // Whatever comes of a request, its place is free again.
    for _ in 0..5 {
        assert!(ask(0.0).is_ok() && ask(-2.0).is_err());
    }
    assert!(set(Route::new(constant(1, 0.1))).builder.concurrency_limit(0).build().is_err());
    assert!(set(Route::new(constant(1, 0.1))).builder.time_limit(Duration::ZERO).build().is_err());
}

/// A look-up that takes its time, on the clock.
#[derive(Debug)]
struct Slow(Vec<String>, Arc<ManualClock>);

impl FeatureLookup for Slow {
    fn names(&self) -> &[String] {
        &self.0
    }
    fn look_up(&self, _: &Request<'_>, _: Timestamp, inputs: &mut [f64]) -> Result<(), LookupError> {
        self.1.advance(Duration::from_millis(30));
        inputs[0] = 1.0;
        Ok(())
    }
}

fn slow(clock: &Arc<ManualClock>, route: Route) -> mlops_serve_core::predictor::PredictorBuilder {
    let lookup = Slow(INPUTS.map(Into::into).into(), Arc::clone(clock));
    Predictor::builder("m".parse().unwrap(), route, Arc::new(lookup)).clock(Arc::<ManualClock>::clone(clock))
}

#[test]
fn nobody_is_answered_too_late() {
    let clock = Arc::new(ManualClock::new(noon()));
    let limit = |millis| slow(&clock, Route::new(constant(2, 0.7))).time_limit(Duration::from_millis(millis));
    assert!(limit(31).build().unwrap().predict(&request(&id("a"), "N1")).is_ok());
    clock.set(noon());
    let error = limit(30).build().unwrap().predict(&request(&id("a"), "N1")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the deadline 2013-07-01T12:00:00.030Z has passed, it is 2013-07-01T12:00:00.030Z"
    );
    assert_eq!(error.kind(), "deadline_exceeded");

    clock.set(noon());
    let patient = slow(&clock, Route::new(constant(2, 0.7))).build().unwrap();
    assert!(patient.predict(&request(&id("a"), "N1").deadline(noon())).is_err());
    assert_eq!(clock.now(), noon(), "a request that comes too late is not looked up");
    assert!(patient.predict(&request(&id("a"), "N1").deadline(noon() + Duration::from_millis(31))).is_ok());
}

/// The canary takes all the time that there is, and fails: nobody else is asked, and the pair
/// is made all the same.
#[test]
fn a_fallback_is_not_asked_after_the_deadline() {
    let clock = Arc::new(ManualClock::new(noon()));
    let theirs = Arc::clone(&clock);
    let trial = deployed(3, move |_| {
        theirs.advance(Duration::from_secs(1));
        f64::NAN
    });
    let events = Arc::new(mlops_serve_core::testing::Recorder::default());
    let route = Route::new(constant(2, 0.7)).with_trial(Trial::canary(trial, Share::ALL));
    let predictor = slow(&clock, route)
        .time_limit(Duration::from_millis(500))
        .observer(Arc::<mlops_serve_core::testing::Recorder>::clone(&events))
        .build()
        .unwrap();
    let error = predictor.predict(&request(&id("a"), "N1")).unwrap_err();
    assert_eq!(error.kind(), "deadline_exceeded");
    let [pair] = &predictor.score_waiting()[..] else { panic!("one pair") };
    assert_eq!((pair.candidate, pair.production), (Err("output_not_finite"), Ok(0.7)));
    let roles = [(3, ServedBy::Canary, Err("output_not_finite")), (2, ServedBy::Shadow, Ok(0.7))];
    assert_eq!(briefly(&events.take()), roles);
}
