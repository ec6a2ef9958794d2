//! What all four do alike: refuse, keep, go on, begin anew.

use mlops_stats::Random;

use super::*;
use crate::Error;
use crate::stream::{SavedDetector, Side, Status, StreamDetector};

fn all() -> Vec<SavedDetector> {
    let mut scores = ScoreMartingaleSettings::default();
    (scores.lay_from, scores.cells, scores.side) = (20, 8, Side::Up);
    let mut edges = ScoreMartingaleSettings::default();
    (edges.edges, edges.side) = (vec![0.25, 0.5, 0.75], Side::Down);
    vec![
        MeanEProcess::new(MeanEProcessSettings::default()).unwrap().into(),
        RiskEProcess::new(RiskEProcessSettings::default()).unwrap().into(),
        PValueMartingale::default().into(),
        ScoreMartingale::new(scores).unwrap().into(),
        ScoreMartingale::new(edges).unwrap().into(),
    ]
}

/// Values within 0 to 1 that drift for each of them, now and then.
fn values() -> Vec<f64> {
    let mut random = Random::replicate(21, 0);
    let power = |row: usize| [1.0, 8.0, 0.1][row / 150 % 3];
    (0..1_500).map(|row: usize| random.unit().powf(power(row))).collect()
}

#[test]
fn a_state_that_was_kept_goes_on_as_if_it_had_not_been() {
    for detector in all() {
        let (mut steady, mut kept) = (detector.clone(), detector.clone());
        let mut drifts = 0;
        for (row, value) in values().into_iter().enumerate() {
            if row % 7 == 0 {
                kept = SavedDetector::from_bytes(&kept.to_bytes()).unwrap();
            }
            let status = steady.update(value).unwrap();
            assert_eq!(kept.update(value).unwrap(), status);
            assert_eq!(kept, steady, "{}, value {row}", steady.name());
            let reading = steady.reading();
            let above = reading.value.zip(reading.drift).is_some_and(|(value, limit)| value >= limit);
            assert_eq!(above, status == Status::Drift, "{} {reading:?}", steady.name());
            drifts += u32::from(status == Status::Drift);
        }
        assert!(drifts > 0, "{} never drifts", steady.name());
        steady.reset();
        assert_eq!(steady, detector, "{}", detector.name());
    }
}

#[test]
fn what_is_refused_changes_nothing() {
    for mut detector in all() {
        for value in values().into_iter().take(60) {
            detector.update(value).unwrap();
        }
        let before = detector.clone();
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e200] {
            assert!(matches!(detector.update(value), Err(Error::Input { .. })), "{} {value}", before.name());
        }
        if detector.name() != "conformal martingale" {
            for value in [-1e-9, 1.000_001] {
                assert!(
                    matches!(detector.update(value), Err(Error::Input { .. })),
                    "{} {value}",
                    before.name()
                );
            }
        }
        assert_eq!(detector, before);
    }
}

#[test]
fn states_that_values_do_not_lead_to_are_refused() {
    let read = |json: &serde_json::Value| {
        // As `from_bytes` does once the frame is opened.
        serde_json::from_value::<SavedDetector>(json.clone()).map_err(|error| error.to_string()).map(drop)
    };
    for mut detector in all() {
        for value in values().into_iter().take(60) {
            detector.update(value).unwrap();
        }
        let kept = serde_json::to_value(&detector).unwrap();
        assert_eq!(read(&kept), Ok(()));
        let changes: [(&str, serde_json::Value); 7] = [
            ("/state/settings/alpha", 0.3.into()),
            ("/state/settings/warning", 2.0.into()),
            ("/state/bets/capital/n", 0.into()),
            ("/state/bets/capital/reserve", 7.0.into()),
            ("/state/bets/capital/highest", 50.0.into()),
            ("/state/bets/onset", "never".into()),
            ("/state/status", "drift".into()),
        ];
        for (place, value) in changes {
            let mut changed = kept.clone();
            *changed.pointer_mut(place).unwrap() = value;
            assert!(read(&changed).is_err(), "{} {place}", detector.name());
        }
    }
    let mut scores = all().swap_remove(3);
    (0..60).for_each(|row| assert!(scores.update(f64::from(row)).is_ok()));
    let kept = serde_json::to_value(&scores).unwrap();
    for (place, value) in [
        ("/state/ranks/counts", serde_json::json!([1, 2])),
        ("/state/ranks/counts/0", 99.into()),
        ("/state/ranks/seed", 4.into()),
        ("/state/ranks/edges/0", 1e9.into()),
        ("/state/first", serde_json::json!([1.0])),
        ("/state/course", 3.into()),
        ("/state/settings/cells", 2.into()),
    ] {
        let mut changed = kept.clone();
        *changed.pointer_mut(place).unwrap() = value;
        assert!(read(&changed).is_err(), "{place}");
    }
}

#[test]
fn settings_are_checked() {
    let mean = |change: &dyn Fn(&mut MeanEProcessSettings)| {
        let mut settings = MeanEProcessSettings::default();
        change(&mut settings);
        MeanEProcess::new(settings)
    };
    let setting = |made: Result<(), Error>| match made {
        Err(Error::Setting { setting, .. }) => setting,
        other => panic!("{other:?}"),
    };
    assert_eq!(setting(mean(&|it| it.alpha = 0.0).map(drop)), "alpha");
    assert_eq!(setting(mean(&|it| it.warning = 0.01).map(drop)), "warning");
    assert_eq!(setting(mean(&|it| it.level = 1.0).map(drop)), "level");
    assert_eq!(setting(mean(&|it| it.level = f64::NAN).map(drop)), "level");
    assert_eq!(setting(mean(&|it| it.tolerance = 0.6).map(drop)), "level");
    assert_eq!(setting(mean(&|it| it.tolerance = -0.1).map(drop)), "tolerance");
    assert!(mean(&|it| it.low = 2.0).is_err() && mean(&|it| it.high = f64::INFINITY).is_err());
    assert!(mean(&|it| (it.level, it.tolerance, it.side) = (0.3, 0.4, Side::Up)).is_ok());
    assert!(mean(&|it| (it.level, it.tolerance, it.side) = (0.3, 0.4, Side::Both)).is_err());

    let mut risk = RiskEProcessSettings { level: 0.0, ..RiskEProcessSettings::default() };
    assert_eq!(setting(RiskEProcess::new(risk).map(drop)), "tolerance");
    (risk.level, risk.tolerance) = (1.1, 0.0);
    assert_eq!(setting(RiskEProcess::new(risk).map(drop)), "level");

    let mut scores = ScoreMartingaleSettings { lay_from: 0, ..ScoreMartingaleSettings::default() };
    assert_eq!(setting(ScoreMartingale::new(scores.clone()).map(drop)), "lay_from");
    (scores.lay_from, scores.cells) = (10, 1);
    assert_eq!(setting(ScoreMartingale::new(scores.clone()).map(drop)), "cells");
    (scores.cells, scores.edges) = (8, vec![1.0, 1.0]);
    assert!(matches!(ScoreMartingale::new(scores), Err(Error::Input { .. })));
}

#[test]
fn a_reference_promises_what_it_bears() {
    assert!(matches!(RiskEProcessSettings::of_reference(&[], 0.05), Err(Error::Input { .. })));
    assert!(matches!(RiskEProcessSettings::of_reference(&[0.5, f64::NAN], 0.05), Err(Error::Input { .. })));
    assert!(RiskEProcessSettings::of_reference(&[0.5], 0.0).is_err());
    let losses: Vec<f64> = (0..500).map(|row| f64::from(u8::from(row % 5 == 0))).collect();
    let settings = RiskEProcessSettings::of_reference(&losses, 0.05).unwrap();
    assert!((0.23..0.27).contains(&settings.level), "{settings:?}");
    assert_eq!(settings.alpha, 0.025);
    assert!(RiskEProcess::new(settings).is_ok());
}

#[test]
fn a_stream_of_one_value_is_ranked() {
    let mut scores = ScoreMartingale::default();
    for _ in 0..3_000 {
        assert_ne!(scores.update(4.0).unwrap(), Status::Drift);
    }
    let found = (0..100).find(|_| scores.update(3.0).unwrap() == Status::Drift);
    assert!(found.is_some_and(|row| row < 40), "{found:?}");
}
