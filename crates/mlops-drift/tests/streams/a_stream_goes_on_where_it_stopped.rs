//! A detector whose state was kept and read goes on as if it had never stopped, and what it
//! refuses changes nothing.

use mlops_drift::Error;
use mlops_drift::stream::{
    Baseline, DetectorSettings, EddmSettings, HddmASettings, HddmWSettings, PageHinkleySettings,
    RddmSettings, SavedDetector, StreamDetector,
};
use proptest::prelude::*;

/// Every detector with its defaults, and some that are short of memory or go by another rule.
fn detectors() -> Vec<SavedDetector> {
    let mut page_hinkley = PageHinkleySettings::frouros();
    page_hinkley.threshold = 5.0;
    let mut rddm = RddmSettings::default();
    (rddm.min_instances, rddm.min_concept_size) = (20, 40);
    (rddm.max_concept_size, rddm.max_warnings) = (150, 10);
    let more: [DetectorSettings; 5] = [
        page_hinkley.into(),
        rddm.into(),
        EddmSettings::frouros().into(),
        HddmASettings::frouros().into(),
        HddmWSettings::frouros().into(),
    ];
    assert_eq!(page_hinkley.baseline, Baseline::Zero);
    DetectorSettings::defaults().iter().chain(&more).map(|settings| settings.detector().unwrap()).collect()
}

/// The value as this detector takes it: some want errors of 0 and 1.
fn fit(detector: &SavedDetector, value: f64) -> f64 {
    if detector.clone().update(0.25).is_ok() { value } else { value.round() }
}

fn refuses(detector: &mut SavedDetector, value: f64) {
    let before = detector.clone();
    let answer = detector.update(value);
    assert!(matches!(answer, Err(Error::Input { .. })), "{answer:?} to {value}");
    assert_eq!(*detector, before, "{value} was refused and changed it");
}

fn kept(detector: &SavedDetector) -> SavedDetector {
    SavedDetector::from_bytes(&detector.to_bytes()).unwrap()
}

/// A stream within 0 to 1 that changes twice.
fn stream() -> impl Strategy<Value = Vec<f64>> {
    let part =
        |rate: f64| prop::collection::vec((0.0..1.0_f64).prop_map(move |value| value.powf(rate)), 60..200);
    (part(6.0), part(0.5), part(3.0)).prop_map(|(first, second, third)| [first, second, third].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_state_that_was_kept_goes_on(
        stream in stream(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..8)
    ) {
        for mut whole in detectors() {
            let mut parts = whole.clone();
            let cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
            for (at, value) in stream.iter().enumerate() {
                let value = fit(&whole, *value);
                if cuts.contains(&at) {
                    parts = kept(&parts);
                    for refused in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e200] {
                        refuses(&mut parts, refused);
                    }
                }
                prop_assert_eq!(whole.update(value), parts.update(value), "{} at {}", whole.name(), at);
                prop_assert_eq!(whole.reading(), parts.reading(), "{} at {}", whole.name(), at);
                prop_assert_eq!(whole.status(), parts.status());
                prop_assert_eq!(whole.observations(), parts.observations());
            }
            prop_assert_eq!(whole.to_bytes(), parts.to_bytes());
        }
    }
}

#[test]
fn a_drift_is_kept_too() {
    // Cut right after the drift: what was read has to begin anew with the next value.
    for settings in DetectorSettings::defaults() {
        let mut whole = settings.detector().unwrap();
        let mut parts = whole.clone();
        for step in 0..6_000_u32 {
            let rate = if step / 1_500 % 2 == 0 { 0.05 } else { 0.9 };
            let value = fit(&whole, f64::from(u8::from(f64::from(step * 61 % 100) < rate * 100.0)));
            parts = if parts.status() == mlops_drift::stream::Status::Stable { parts } else { kept(&parts) };
            assert_eq!(whole.update(value), parts.update(value), "{} at {step}", whole.name());
        }
        assert_eq!(whole, parts);
    }
}

#[test]
fn memory_does_not_grow_with_the_stream() {
    for settings in DetectorSettings::defaults() {
        let mut detector = settings.detector().unwrap();
        let mut feed = |values: u32| {
            for step in 0..values {
                let value = fit(&detector, f64::from(step * 7_919 % 1_000) / 1_000.0);
                detector.update(value).unwrap();
            }
            detector.to_bytes().len()
        };
        let (some, four_times) = (feed(10_000), feed(30_000));
        // The logarithm of the length, and counts with more digits.
        assert!(four_times < some + some / 4 + 300, "{settings:?}: {some} bytes, then {four_times}");
    }
}
