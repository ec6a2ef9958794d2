use proptest::prelude::*;

use super::*;
use crate::{Alternative, Error};

#[test]
fn what_can_not_be_compared_is_decided() {
    assert!(matches!(Sample::new(vec![]), Err(crate::Error::Shape { .. })));
    assert!(matches!(Sample::new(vec![1.0, f64::NAN]), Err(crate::Error::Value { index: 1, .. })));
    assert!(Sample::new(vec![1.0]).unwrap().quantile(1.1).is_err());
    assert!(Sample::new(vec![f64::INFINITY; 2]).unwrap().standard_deviation().is_nan());
}

#[test]
fn huge_and_tiny_values_neither_overflow_nor_vanish() {
    let of = |values: &[f64]| {
        let sample = Sample::new(values.to_vec()).unwrap();
        (sample.mean(), sample.standard_deviation())
    };
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-14 * b.abs();
    assert_eq!(of(&[f64::MAX; 3]), (f64::MAX, 0.0));
    assert_eq!(of(&[-f64::MAX, f64::MAX]), (0.0, f64::MAX));
    assert_eq!(of(&[0.0, f64::MAX]), (f64::MAX / 2.0, f64::MAX / 2.0));
    assert_eq!(of(&[5e-324; 3]), (5e-324, 0.0));
    for size in [1e-200, 1.0, 1e200, 1e307] {
        let (mean, deviation) = of(&[size, 2.0 * size, 3.0 * size, 4.0 * size]);
        assert!(close(mean, 2.5 * size) && close(deviation, 1.25_f64.sqrt() * size), "{size}");
    }
    for sentinel in [1e200, -1e200, f64::MAX] {
        let mut values: Vec<f64> = (0..999).map(f64::from).collect();
        values.push(sentinel);
        let (mean, deviation) = of(&values);
        assert!(close(mean, sentinel / 1000.0), "{sentinel}: {mean}");
        assert!(close(deviation, 999_f64.sqrt() / 1000.0 * sentinel.abs()), "{sentinel}: {deviation}");
    }
    let (mean, deviation) = of(&[1.0, f64::INFINITY]);
    assert!(mean.is_infinite() && deviation.is_nan());
    assert!(of(&[f64::NEG_INFINITY, f64::INFINITY]).0.is_nan());
}

/// The test from summaries is the test of the values.
#[test]
fn a_t_test_needs_only_summaries() {
    let mut random = crate::Random::replicate(5, 0);
    for size in [2_u64, 3, 40] {
        let mut draw = |scale: f64| (0..size).map(|_| scale * random.unit()).collect::<Vec<f64>>();
        let (x, y) = (draw(1.0), draw(3.0));
        let summary = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / size as f64;
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            Summary { mean, variance: squares / (size - 1) as f64, count: size }
        };
        let (ours, plain) =
            (TTest::of_summaries(summary(&x), summary(&y)).unwrap(), TTest::welch(&x, &y).unwrap());
        for alternative in [Alternative::Less, Alternative::Greater, Alternative::TwoSided] {
            assert!((ours.p_value(alternative) - plain.p_value(alternative)).abs() < 1e-10);
        }
    }
    let summary = |mean, variance, count| Summary { mean, variance, count };
    let good = summary(0.0, 1.0, 5);
    for bad in [summary(f64::NAN, 1.0, 5), summary(0.0, -1.0, 5), summary(0.0, f64::INFINITY, 5)] {
        assert!(matches!(TTest::of_summaries(good, bad), Err(Error::Value { index: 1, .. })));
    }
    assert!(TTest::of_summaries(summary(0.0, 0.0, 1), good).unwrap_err().is_undefined());
    assert!(TTest::of_summaries(summary(0.0, 0.0, 5), summary(0.0, 0.0, 5)).unwrap_err().is_undefined());
}

proptest! {
    #[test]
    fn the_order_of_the_rows_does_not_show(mut values in prop::collection::vec(-1e6..1e6, 1..50)) {
        let one = Sample::new(values.clone()).unwrap();
        values.reverse();
        let other = Sample::new(values).unwrap();
        prop_assert_eq!(one.mean().to_bits(), other.mean().to_bits());
        prop_assert_eq!(one.standard_deviation().to_bits(), other.standard_deviation().to_bits());
        let median = one.quantile(0.5).unwrap();
        prop_assert!(one.min() <= median && median <= one.max());
    }

    #[test]
    fn sorted_is_sorted(bits in prop::collection::vec(any::<u64>(), 1..300)) {
        let values: Vec<f64> = bits.into_iter().map(f64::from_bits).filter(|v| !v.is_nan()).collect();
        let mut expected = values.clone();
        expected.sort_by(f64::total_cmp);
        if let Ok(sample) = Sample::new(values) {
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(sample.values()), bits(&expected));
        }
    }
}

#[test]
fn many_values_are_sorted_by_several_threads() {
    let mut random = crate::Random::replicate(3, 0);
    let values: Vec<f64> = (0..400_000).map(|_| (random.unit() - 0.5) * 1e3).collect();
    let mut expected = values.clone();
    expected.sort_by(f64::total_cmp);
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(pool.install(|| Sample::new(values.clone())).unwrap().values(), expected);
    }
}
