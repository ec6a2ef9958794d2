use proptest::prelude::*;

use super::buckets::Bucket;
use super::sums::Sums;
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
    assert!(changed("n", u64::MAX.into()).is_err(), "nothing could be counted on from there");
    assert!(changed("width", 99.into()).is_err());
    assert!(changed("total", 1e200.into()).is_err());
    assert!(changed("buckets", serde_json::json!([[[0.0, 0.0]], []])).is_err());
    let mut settings = state["settings"].clone();
    settings["max_buckets"] = 2.into();
    assert!(changed("settings", settings).is_err());
    let kswin = r#"{"settings":{"alpha":0.1,"window_size":4,"stat_size":2},"n":9,"window":[1,2,3,4,5],"status":"stable"}"#;
    assert!(serde_json::from_str::<Kswin>(kswin).is_err());
}

/// ADWIN as it is written down: one value at a time, and every cut held against the bound.
struct PlainAdwin {
    settings: AdwinSettings,
    n: u64,
    sums: Sums,
    /// By the power of two, the oldest first.
    rows: Vec<Vec<Bucket>>,
    drift: bool,
}

impl PlainAdwin {
    fn new(settings: AdwinSettings) -> Self {
        Self { settings, n: 0, sums: Sums::NOTHING, rows: vec![Vec::new()], drift: false }
    }

    fn update(&mut self, value: f64) -> bool {
        if self.drift && self.settings.after_drift == AfterDrift::Forget {
            *self = Self::new(self.settings);
        }
        self.drift = false;
        self.n += 1;
        self.sums = self.sums.with(&[value]);
        self.rows[0].push(Bucket { total: value, variance: 0.0, end: 0.0 });
        for row in 0.. {
            if self.rows[row].len() <= self.settings.max_buckets {
                break;
            }
            let size = (1_u64 << row) as f64;
            let [one, two] = [self.rows[row].remove(0), self.rows[row].remove(0)];
            let difference = one.total / size - two.total / size;
            let variance = one.variance + two.variance + 0.5 * size * difference * difference;
            if self.rows.len() == row + 1 {
                self.rows.push(Vec::new());
            }
            self.rows[row + 1].push(Bucket { total: one.total + two.total, variance, end: 0.0 });
        }
        if self.n.is_multiple_of(self.settings.clock) && self.sums.width > self.settings.grace_period as f64 {
            while self.has_cut() {
                self.drift = true;
                let row = self.rows.len() - 1;
                let oldest = self.rows[row].remove(0);
                self.sums = self.sums.without(oldest, (1_u64 << row) as f64);
                while self.rows.len() > 1 && self.rows.last().is_some_and(Vec::is_empty) {
                    self.rows.pop();
                }
            }
        }
        self.drift
    }

    fn has_cut(&self) -> bool {
        let Sums { width, total, variance } = self.sums;
        let AdwinSettings { delta, min_window_length, .. } = self.settings;
        let (least, level) = (min_window_length as f64, (2.0 * width.ln() / delta).ln());
        let (mut n0, mut n1, mut u0, mut u1) = (0.0, width, 0.0, total);
        self.rows.iter().enumerate().rev().any(|(row, buckets)| {
            buckets.iter().any(|bucket| {
                let size = (1_u64 << row) as f64;
                (n0, n1, u0, u1) = (n0 + size, n1 - size, u0 + bucket.total, u1 - bucket.total);
                let parts = 1.0 / (n0 - least + 1.0) + 1.0 / (n1 - least + 1.0);
                let bound = (2.0 * parts * (variance / width) * level).sqrt() + 2.0 / 3.0 * level * parts;
                n1 > 0.0 && n0 >= least && n1 >= least && (u0 / n0 - u1 / n1).abs() > bound
            })
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn adwin_overlooks_no_cut(
        values in streams(), times in 1_usize..20, clock in 1_u64..40, max_buckets in 1_usize..7,
        keep in any::<bool>(), least in 0_u64..6, scale in -6_i32..3, offset in 0_usize..4,
        delta in 0.002_f64..0.9, every in 1_usize..400,
    ) {
        let after_drift = if keep { AfterDrift::KeepNewer } else { AfterDrift::Forget };
        let settings = AdwinSettings {
            delta, clock, max_buckets, after_drift, min_window_length: least, ..AdwinSettings::default()
        };
        let (mut plain, mut detector) = (PlainAdwin::new(settings), Adwin::new(settings).unwrap());
        let offset = [0.0, 1e3, -1e7, 1e12][offset];
        for (row, value) in values.iter().cycle().take(values.len() * times).enumerate() {
            let value = value * 10_f64.powi(scale) + offset;
            let found = detector.update(value).unwrap() == Status::Drift;
            prop_assert_eq!(found, plain.update(value), "at {}", row);
            if row % every == 0 {
                // What is not written must not matter.
                let written = serde_json::to_string(&detector).unwrap();
                detector = serde_json::from_str(&written).unwrap();
            }
        }
    }

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
