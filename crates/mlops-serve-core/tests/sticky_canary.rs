//! A unit meets the same version as long as a trial runs, and who is in at a small share is in
//! at a larger one.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![allow(clippy::float_cmp, reason = "the models of the tests answer these very numbers")]

mod support;

use mlops_core::ServedBy;
use mlops_serve_core::predictor::{Predictor, Route, Share, Trial};
use proptest::prelude::*;
use support::*;

fn route(trial: u64, percent: f64) -> Route {
    let trial = Trial::canary(constant(trial, 0.4), Share::percent(percent).unwrap());
    Route::new(constant(2, 0.7)).with_trial(trial)
}

fn share(predictor: &Predictor, units: &[String]) -> f64 {
    units.iter().filter(|unit| predictor.is_canary_unit(unit)).count() as f64 / units.len() as f64
}

fn units() -> Vec<String> {
    (0..20_000).map(|unit| format!("N{unit}")).collect()
}

/// Tail numbers differ in their last letters only, where a weak hash would not tell them apart.
#[test]
fn the_share_is_what_it_says() {
    let units = units();
    let predictor = set(route(3, 0.0)).builder.build().unwrap();
    assert_eq!(share(&predictor, &units), 0.0);
    for percent in [0.1, 1.0, 10.0, 50.0, 90.0] {
        drop(predictor.swap(route(3, percent)).unwrap());
        let (expected, found) = (percent / 100.0, share(&predictor, &units));
        let deviation = (expected * (1.0 - expected) / units.len() as f64).sqrt();
        assert!((found - expected).abs() < 4.0 * deviation, "{percent} %: {found}");
    }
    drop(predictor.swap(route(3, 100.0)).unwrap());
    assert_eq!(share(&predictor, &units), 1.0);
}

/// Units that one bad version has met are not the ones that the next one meets.
#[test]
fn each_version_on_trial_and_each_salt_has_other_units() {
    let units = units();
    let of = |route, salt: &str| {
        let predictor = set(route).builder.salt(salt).build().unwrap();
        units.iter().map(|unit| predictor.is_canary_unit(unit)).collect::<Vec<_>>()
    };
    let first = of(route(3, 50.0), "a");
    for other in [of(route(4, 50.0), "a"), of(route(3, 50.0), "b")] {
        let both = first.iter().zip(&other).filter(|(one, other)| **one && **other).count();
        let deviation = (0.25 * 0.75 * units.len() as f64).sqrt();
        assert!((both as f64 - 0.25 * units.len() as f64).abs() < 4.0 * deviation, "{both} in both");
    }
    assert_eq!(first, of(route(3, 50.0), "a"), "another process decides the same");
}

proptest! {
    #[test]
    fn who_is_in_stays_in(unit in "\\PC{0,20}", mut shares in prop::collection::vec(0.0..=100.0_f64, 2..6)) {
        shares.sort_by(f64::total_cmp);
        let predictor = set(route(3, 0.0)).builder.build().unwrap();
        let mut was_in = false;
        for percent in shares {
            drop(predictor.swap(route(3, percent)).unwrap());
            let is_in = predictor.is_canary_unit(&unit);
            prop_assert!(is_in || !was_in, "out again at {percent} %");
            let served_by = predictor.predict(&request(&id("a"), &unit)).unwrap().served_by;
            prop_assert_eq!(served_by == ServedBy::Canary, is_in);
            was_in = is_in;
        }
    }
}

#[test]
fn a_share_is_a_percentage() {
    for wrong in [-0.1, 100.1, f64::NAN, f64::INFINITY] {
        assert!(Share::percent(wrong).is_err(), "{wrong}");
        assert!(serde_json::from_str::<Share>(&format!("{wrong}")).is_err());
    }
    assert_eq!(serde_json::from_str::<Share>("12.5").unwrap(), Share::percent(12.5).unwrap());
    assert_eq!(serde_json::to_string(&Share::ALL).unwrap(), "100.0");
}
