use proptest::prelude::*;

use super::*;

#[test]
fn fisher_knows_its_limits() {
    assert_eq!(fisher_exact((0, 0), (3, 4)).unwrap(), 1.0);
    assert_eq!(fisher_exact((0, 5), (0, 4)).unwrap(), 1.0);
    assert!(fisher_exact((u64::MAX, 1), (1, 1)).is_err());
    // Far beyond what a double can hold: vanishing, not wrong.
    assert!(fisher_exact((1_000_000, 0), (0, 1_000_000)).unwrap() < 1e-300);
}

#[test]
fn what_can_not_be_compared_is_decided() {
    assert!(matches!(Sample::new(vec![]), Err(crate::Error::Shape { .. })));
    assert!(matches!(Sample::new(vec![1.0, f64::NAN]), Err(crate::Error::Value { index: 1, .. })));
    assert!(Sample::new(vec![1.0]).unwrap().quantile(1.1).is_err());
    assert!(Sample::new(vec![f64::INFINITY; 2]).unwrap().standard_deviation().is_nan());
    assert!(ChiSquare::of(&[0, 0], &[1, 2]).unwrap_err().is_undefined());
    assert!(ChiSquare::of(&[1, 0], &[1, 0]).unwrap_err().is_undefined());
    assert!(ChiSquare::of(&[], &[]).is_err());
    assert!(ChiSquare::of(&[1], &[1, 2]).is_err());
    let alone = ChiSquare::of(&[7], &[9]).unwrap();
    assert_eq!((alone.statistic(), alone.p_value(), alone.cramers_v()), (0.0, 1.0, 0.0));
    assert!((ChiSquare::of(&[5, 0], &[0, 7]).unwrap().cramers_v() - 1.0).abs() < 1e-12);
}

proptest! {
    #[test]
    fn fisher_sums_the_tables_that_are_no_likelier(a in 0_u64..8, b in 0_u64..8, c in 0_u64..8, d in 0_u64..8) {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |so_far, i| so_far * (n - i) as f64 / (i + 1) as f64);
        let weight = |k: u64| choose(a + b, k) * choose(c + d, a + c - k);
        let counts = (a + c).saturating_sub(c + d)..=(a + b).min(a + c);
        let all: f64 = counts.clone().map(weight).sum();
        let rare: f64 = counts.map(weight).filter(|other| *other <= weight(a) * 1.000_000_1).sum();
        prop_assert!((fisher_exact((a, b), (c, d)).unwrap() - rare / all).abs() < 1e-12);
    }

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
