use proptest::prelude::*;

use super::*;
use crate::stream::{SavedDetector, Status, StreamDetector};

/// Halves within 0 to 9, so that there are ties, and now and then a jump.
fn streams() -> impl Strategy<Value = Vec<f64>> {
    let run = (0_u8..10, 1_usize..150, 1_u8..8);
    prop::collection::vec(run, 1..6).prop_map(|runs| {
        let mut values = Vec::new();
        for (level, length, spread) in runs {
            let value = |row: usize| f64::from(level) + (row * 7 % usize::from(spread)) as f64 / 2.0;
            values.extend((0..length).map(value));
        }
        values
    })
}

/// The distance by its definition, from two lists.
fn naive_distance(older: &[f64], newer: &[f64]) -> f64 {
    let share = |values: &[f64], point: f64| {
        values.iter().filter(|value| **value <= point).count() as f64 / values.len() as f64
    };
    let points = older.iter().chain(newer);
    points.map(|point| (share(older, *point) - share(newer, *point)).abs()).fold(0.0, f64::max)
}

fn adwin(delta: f64, clock: u64, max_buckets: usize, after_drift: AfterDrift) -> Adwin {
    Adwin::new(AdwinSettings { delta, clock, max_buckets, after_drift, ..AdwinSettings::default() }).unwrap()
}

#[test]
fn settings_out_of_range_are_named() {
    let adwin = |change: fn(&mut AdwinSettings)| {
        let mut settings = AdwinSettings::default();
        change(&mut settings);
        Adwin::new(settings).unwrap_err().to_string()
    };
    assert_eq!(adwin(|settings| settings.delta = 0.0), "delta is 0, expected between 0 and 1");
    assert_eq!(adwin(|settings| settings.delta = f64::NAN), "delta is NaN, expected between 0 and 1");
    assert_eq!(adwin(|settings| settings.clock = 0), "clock is 0, expected at least 1");
    assert_eq!(adwin(|settings| settings.max_buckets = 0), "max_buckets is 0, expected within 1 to 1000");
    let kswin = |alpha, window_size, stat_size| {
        Kswin::new(KswinSettings { alpha, window_size, stat_size }).unwrap_err().to_string()
    };
    assert_eq!(kswin(-1.0, 100, 30), "alpha is -1, expected within 0 to 1");
    assert_eq!(kswin(0.1, 100, 100), "stat_size is 100, expected at least 1 and below window_size");
    assert_eq!(kswin(0.1, 100, 0), "stat_size is 0, expected at least 1 and below window_size");
    assert_eq!(
        kswin(0.1, usize::MAX, 30),
        format!("window_size is {}, expected at most 10000", usize::MAX as f64)
    );
}

#[test]
fn values_that_are_none_change_nothing() {
    for mut detector in [SavedDetector::from(Adwin::default()), SavedDetector::from(Kswin::default())] {
        for value in 0..150 {
            detector.update(f64::from(value % 7)).unwrap();
        }
        let before = detector.clone();
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            let error = detector.update(value).unwrap_err().to_string();
            assert!(error.starts_with("value 150 of the stream is "), "{error}");
        }
        assert_eq!(detector, before);
    }
}

#[test]
fn what_comes_after_a_change_can_be_kept() {
    let mut detector = adwin(0.002, 32, 5, AfterDrift::KeepNewer);
    let value = |row: u32| f64::from(u8::from(row.is_multiple_of(10) || row >= 1000));
    let found = (0..1200).filter(|row| detector.update(value(*row)) == Ok(Status::Drift)).collect::<Vec<_>>();
    assert_eq!(found[0], 1023);
    assert_eq!(detector.observations(), 1200);
    assert!(detector.width() >= 190 && detector.width() < 260, "{}", detector.width());
    assert!(detector.mean().unwrap() > 0.75, "{:?}", detector.mean());
    assert_eq!(detector.detections(), found.len() as u64);
}

#[test]
fn a_window_that_is_known_is_compared_with_the_next_value() {
    let settings = KswinSettings { alpha: 0.005, window_size: 60, stat_size: 30 };
    let known: Vec<f64> = (0..100).map(|row| f64::from(row % 5)).collect();
    let mut detector = Kswin::with_window(settings, &known).unwrap();
    assert_eq!((detector.observations(), detector.status()), (0, Status::Stable));
    let found = (0..60).find(|_| detector.update(9.0) == Ok(Status::Drift));
    assert_eq!(found, Some(13));
    assert!(Kswin::with_window(settings, &[f64::NAN]).is_err());
}

#[test]
fn the_p_value_decides() {
    // Against what is calculated at each value: the least distance that is a drift is right.
    for (alpha, window_size, stat_size) in
        [(0.01, 60, 30), (0.005, 100, 30), (0.2, 21, 4), (0.0, 20, 10), (1.0, 20, 10)]
    {
        let mut detector = Kswin::new(KswinSettings { alpha, window_size, stat_size }).unwrap();
        for row in 0..2000_u32 {
            let value = f64::from(row * 7919 % 101) + f64::from(row / 300 % 2) * 30.0;
            let status = detector.update(value).unwrap();
            let expected = detector.p_value().is_some_and(|p| p <= alpha) && detector.statistic() > Some(0.1);
            assert_eq!(status == Status::Drift, expected, "{alpha} {window_size} {stat_size} at {row}");
        }
    }
}

#[test]
fn a_state_that_values_do_not_lead_to_is_damaged() {
    let mut detector = Adwin::default();
    for row in 0..100 {
        detector.update(f64::from(row % 3)).unwrap();
    }
    let state = serde_json::to_value(&detector).unwrap();
    let changed = |field: &str, value: serde_json::Value| {
        let mut state = state.clone();
        state[field] = value;
        serde_json::from_value::<Adwin>(state)
    };
    assert!(changed("n", 100.into()).is_ok());
    assert!(changed("n", 99.into()).is_err());
    assert!(changed("width", 99.into()).is_err());
    assert!(changed("total", 1e200.into()).is_err());
    assert!(changed("buckets", serde_json::json!([[[0.0, 0.0]], []])).is_err());
    let mut settings = state["settings"].clone();
    settings["max_buckets"] = 2.into();
    assert!(changed("settings", settings).is_err());
    let kswin = r#"{"settings":{"alpha":0.1,"window_size":4,"stat_size":2},"n":9,"window":[1,2,3,4,5],"status":"stable"}"#;
    assert!(serde_json::from_str::<Kswin>(kswin).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn adwin_holds_the_newest_values(
        values in streams(), clock in 1_u64..40, max_buckets in 1_usize..7, keep in any::<bool>(),
    ) {
        let after_drift = if keep { AfterDrift::KeepNewer } else { AfterDrift::Forget };
        let mut detector = adwin(0.05, clock, max_buckets, after_drift);
        let mut since = 0;
        for (row, value) in values.iter().enumerate() {
            if detector.status() == Status::Drift && !keep {
                since = row;
            }
            detector.update(*value).unwrap();
            let width = usize::try_from(detector.width()).unwrap();
            prop_assert!(width <= row + 1 - since && width > 0);
            let held = &values[row + 1 - width..=row];
            let mean = held.iter().sum::<f64>() / width as f64;
            let variance = held.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / width as f64;
            prop_assert!((detector.mean().unwrap() - mean).abs() < 1e-9);
            prop_assert!((detector.variance().unwrap() - variance).abs() < 1e-9);
            let count = detector.observations();
            prop_assert_eq!(count, (row + 1 - since) as u64);
        }
    }

    #[test]
    fn kswin_compares_the_newest_with_the_rest(
        values in streams(), window_size in 2_usize..60, stat_size in 1_usize..59,
    ) {
        let stat_size = stat_size.min(window_size - 1);
        let mut detector = Kswin::new(KswinSettings { alpha: 0.01, window_size, stat_size }).unwrap();
        let mut window = Vec::new();
        for value in values {
            if detector.status() == Status::Drift {
                window.clear();
            }
            window.push(value);
            detector.update(value).unwrap();
            let full = window.len() >= window_size;
            let expected = full.then(|| {
                let (older, newer) = window[window.len() - window_size..].split_at(window_size - stat_size);
                naive_distance(older, newer)
            });
            match (detector.statistic(), expected) {
                (Some(found), Some(expected)) => prop_assert!((found - expected).abs() < 1e-12),
                (found, expected) => prop_assert_eq!(found, expected),
            }
        }
    }
}
