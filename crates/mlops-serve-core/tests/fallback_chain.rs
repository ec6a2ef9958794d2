//! Version on trial, version in production, the one before it, constant, typed error: in this
//! order, and the answer says which.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::float_cmp, reason = "the models of the tests answer these very numbers")]

mod support;

use std::sync::Arc;

use mlops_core::{ServedBy, Timestamp};
use mlops_serve_core::predictor::{
    Deployment, Failure, FeatureLookup, LookupError, NoModel, OutputGuard, PredictError, Predictor, Request,
    RequestLookup, Route, Share, Trial,
};
use mlops_serve_core::testing::FnModel;
use mlops_serve_core::{Error, Model, Scale, Signature};
use support::*;

fn everybody(trial: Deployment) -> Trial {
    Trial::canary(trial, Share::ALL)
}

#[test]
fn each_link_answers_when_those_before_it_fail() {
    use ServedBy::{Canary, Champion, Constant, Fallback};
    let full = |trial, champion, previous| {
        Route::new(champion).with_previous(previous).with_trial(everybody(trial)).with_constant(0.2)
    };
    let cases = [
        (full(constant(3, 0.3), constant(2, 0.7), constant(1, 0.1)), 0.3, Canary, 3, vec![]),
        (full(broken(3), constant(2, 0.7), constant(1, 0.1)), 0.7, Fallback, 2, vec![(3, Canary)]),
        (full(broken(3), broken(2), constant(1, 0.1)), 0.1, Fallback, 1, vec![(3, Canary), (2, Fallback)]),
        (
            full(broken(3), broken(2), broken(1)),
            0.2,
            Constant,
            2,
            vec![(3, Canary), (2, Fallback), (1, Fallback)],
        ),
        (Route::new(constant(2, 0.7)), 0.7, Champion, 2, vec![]),
        (Route::new(broken(2)).with_previous(constant(1, 0.1)), 0.1, Fallback, 1, vec![(2, Champion)]),
    ];
    for (route, score, served_by, minor, failed) in cases {
        let set = set(route);
        let predictor = set.builder.build().unwrap();
        let answer = predictor.predict(&request(&id("a"), "N1")).unwrap();
        let attempts: Vec<_> =
            answer.attempts.iter().map(|attempt| (attempt.version.minor(), attempt.served_by)).collect();
        assert_eq!(
            (answer.score, answer.served_by, answer.version.minor(), attempts),
            (score, served_by, minor, failed)
        );
        assert_eq!(answer.no_model.is_some(), served_by == Constant);
        assert!(matches!(answer.no_model, None | Some(NoModel::AllFailed)));
    }
}

#[test]
fn without_a_constant_the_error_names_every_failure() {
    let route = Route::new(deployed(2, |_| f64::NAN))
        .with_previous(constant(1, 1.5))
        .with_trial(everybody(broken(3)));
    let predictor = set(route).builder.output_guard(OutputGuard::probability()).build().unwrap();
    let error = predictor.predict(&request(&id("a"), "N1")).unwrap_err();
    let PredictError::NoAnswer { attempts } = &error else { panic!("{error:?}") };
    assert!(matches!(
        attempts.iter().map(|attempt| &attempt.failure).collect::<Vec<_>>()[..],
        [Failure::Panicked { .. }, Failure::NotFinite { .. }, Failure::OutOfRange { .. }]
    ));
    assert_eq!(
        error.to_string(),
        "no version answered: 1.3.0 (Canary): the model panicked: boom; \
         1.2.0 (Fallback): the answer is NaN, expected a finite number; \
         1.1.0 (Fallback): the answer is 1.5, expected 0 to 1"
    );
    assert_eq!(error.kind(), "output_out_of_range");
}

#[test]
fn the_output_guard_decides_what_a_failure_is() {
    let sure = OutputGuard::probability().confidence_at_least(0.6).unwrap();
    let cases = [
        (OutputGuard::finite(), 7.0, Ok(7.0)),
        (OutputGuard::finite(), f64::INFINITY, Err("output_not_finite")),
        (OutputGuard::finite(), f64::NAN, Err("output_not_finite")),
        (OutputGuard::probability(), 1.0, Ok(1.0)),
        (OutputGuard::probability(), 0.0, Ok(0.0)),
        (OutputGuard::probability(), 1.0 + f64::EPSILON, Err("output_out_of_range")),
        (OutputGuard::probability(), -1e-300, Err("output_out_of_range")),
        (sure, 0.6, Ok(0.6)),
        (sure, 0.4, Ok(0.4)),
        (sure, 0.55, Err("output_low_confidence")),
        (OutputGuard::within(-5.0, 5.0).unwrap(), -5.0, Ok(-5.0)),
        (OutputGuard::within(-5.0, 5.0).unwrap(), 5.1, Err("output_out_of_range")),
    ];
    for (guard, score, expected) in cases {
        let predictor = set(Route::new(constant(1, score))).builder.output_guard(guard).build().unwrap();
        let found = predictor.predict(&request(&id("a"), "N1"));
        assert_eq!(
            found.map(|answer| answer.score).map_err(|error| error.kind()),
            expected,
            "{guard:?}, {score}"
        );
    }
    assert!(OutputGuard::within(1.0, 0.0).is_err());
    assert!(OutputGuard::within(0.0, f64::INFINITY).is_err());
    assert!(OutputGuard::probability().confidence_at_least(0.3).is_err());
    assert!(OutputGuard::finite().confidence_at_least(0.6).is_err(), "no confidence without probabilities");
    let read = |json| serde_json::from_str::<OutputGuard>(json);
    assert_eq!(read(r#"{"min": 0.0, "max": 1.0, "confidence_floor": 0.6}"#).unwrap(), sure);
    assert!(read(r#"{"min": 1.0, "max": 0.0}"#).is_err(), "serde can't smuggle a range that is none");
}

#[test]
fn an_error_of_the_model_is_a_failure_with_its_cause() {
    #[derive(Debug)]
    struct Choosy(Signature);
    impl Model for Choosy {
        fn signature(&self) -> &Signature {
            &self.0
        }
        fn score_row(&self, _: Scale, row: &[f64], _: &mut [f64]) -> Result<(), Error> {
            Err(Error::ForbiddenValue { row: 0, feature: "hour".into(), value: row[0], expected: "less" })
        }
        fn score_rows(
            &self,
            scale: Scale,
            rows: mlops_serve_core::ndarray::ArrayView2<'_, f64>,
            out: &mut [f64],
        ) -> Result<(), Error> {
            self.score_row(scale, &rows.row(0).to_vec(), out)
        }
    }
    let choosy = Arc::new(Choosy(Signature::new(2, 1).with_feature_names(INPUTS).unwrap()));
    let deployment = Deployment::new(version(2), choosy);
    let predictor = set(Route::new(deployment).with_previous(constant(1, 0.1))).builder.build().unwrap();
    let answer = predictor.predict(&request(&id("a"), "N1")).unwrap();
    assert_eq!((answer.score, answer.attempts[0].failure.kind()), (0.1, "model_error"));
    assert!(matches!(answer.attempts[0].failure, Failure::Model(Error::ForbiddenValue { .. })));
}

#[derive(Debug)]
struct Failing(Vec<String>, bool);

impl FeatureLookup for Failing {
    fn names(&self) -> &[String] {
        &self.0
    }
    fn look_up(&self, _: &Request<'_>, _: Timestamp, inputs: &mut [f64]) -> Result<(), LookupError> {
        inputs[0] = 1.0;
        assert!(!self.1, "the look-up is broken");
        Err(LookupError::Unavailable { store: "redis".into(), source: "connection refused".into() })
    }
}

#[test]
fn without_inputs_no_version_is_asked() {
    let names: Vec<String> = INPUTS.map(Into::into).into();
    for (panics, kind) in [(false, "lookup_unavailable"), (true, "lookup_broken")] {
        let lookup = Arc::new(Failing(names.clone(), panics));
        let route = Route::new(constant(2, 0.7)).with_previous(constant(1, 0.1));
        let build = |route| {
            Predictor::builder("m".parse().unwrap(), route, Arc::<Failing>::clone(&lookup)).build().unwrap()
        };

        let answer = build(route.clone().with_constant(0.2)).predict(&request(&id("a"), "N1")).unwrap();
        assert_eq!((answer.score, answer.served_by), (0.2, ServedBy::Constant));
        assert!(matches!(&answer.no_model, Some(NoModel::Lookup(error)) if error.kind() == kind));
        assert!(answer.inputs.is_empty(), "half a row is no row");

        let error = build(route).predict(&request(&id("a"), "N1")).unwrap_err();
        assert_eq!((error.kind(), error.is_transient(), error.is_callers_fault()), (kind, !panics, false));
    }
}

#[test]
fn each_version_takes_its_inputs_by_name() {
    let wide = FnModel::new(["carrier_code", "hour"], |row| row[0] * 100.0 + row[1]);
    let trial = everybody(Deployment::new(version(3), wide));
    let route = Route::new(deployed(2, |row| row[1])).with_trial(trial);
    let lookup = Arc::new(RequestLookup::new(["hour", "distance", "carrier_code"]));
    let predictor = Predictor::builder("m".parse().unwrap(), route, lookup).build().unwrap();
    let (id, fields) =
        (id("a"), [("carrier_code", 7.0.into()), ("hour", 18.0.into()), ("distance", 733.0.into())]);
    let answer = predictor.predict(&Request::new(&id, "N1", &fields)).unwrap();
    assert_eq!((answer.score, &*answer.inputs), (718.0, &[7.0, 18.0][..]));
    let [pair] = &predictor.score_waiting()[..] else { panic!("one pair") };
    assert_eq!((pair.candidate, pair.production), (Ok(718.0), Ok(733.0)));
}

#[test]
fn a_route_that_can_not_be_is_refused_and_the_old_one_stays() {
    let predictor = set(Route::new(constant(2, 0.7))).builder.build().unwrap();
    let stranger = FnModel::new(["altitude"], |_| 0.5);
    let stranger = Deployment::new(version(9), stranger);
    let error = predictor.swap(Route::new(stranger.clone())).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"input "altitude" of 1.9.0 is not valid: expected one that the look-up gives"#
    );
    assert!(predictor.swap(predictor.route().with_previous(stranger.clone())).is_err());
    assert!(predictor.swap(predictor.route().with_trial(Trial::shadow(stranger))).is_err());
    assert!(predictor.swap(predictor.route().with_constant(f64::NAN)).is_err());
    assert_eq!(predictor.route().champion.version, version(2));
    assert_eq!(predictor.predict(&request(&id("a"), "N1")).unwrap().score, 0.7);
}
