use proptest::prelude::*;

use super::*;
use crate::Alternative;

const ALTERNATIVES: [Alternative; 3] = [Alternative::TwoSided, Alternative::Less, Alternative::Greater];

#[test]
fn fisher_knows_its_limits() {
    for alternative in ALTERNATIVES {
        for (reference, current) in [((0, 0), (3, 4)), ((0, 5), (0, 4)), ((0, 0), (0, 0))] {
            let test = FisherExact::new(reference, current).unwrap();
            assert_eq!(test.p_value(alternative), 1.0);
            assert!(test.odds_ratio().unwrap_err().is_undefined());
        }
    }
    assert!(FisherExact::new((u64::MAX, 1), (1, 1)).is_err());
    // Far beyond what a double can hold: vanishing, not wrong.
    let far = FisherExact::new((1_000_000, 0), (0, 1_000_000)).unwrap();
    assert!(far.p_value(Alternative::TwoSided) < 1e-300);
    assert_eq!((far.p_value(Alternative::Less), far.odds_ratio().unwrap()), (1.0, f64::INFINITY));
}

#[test]
fn a_table_that_can_not_be_compared_is_refused() {
    assert!(ContingencyTable::of_samples(&[0, 0], &[1, 2]).unwrap_err().is_undefined());
    assert!(ContingencyTable::of_samples(&[1, 0], &[1, 0]).unwrap_err().is_undefined());
    assert!(ContingencyTable::of_samples(&[], &[]).is_err());
    assert!(ContingencyTable::of_samples(&[1], &[1, 2]).is_err());
    assert!(ContingencyTable::new(&[[1.0, -2.0], [3.0, 4.0]]).is_err());
    assert!(ContingencyTable::new(&[[1.0, f64::NAN], [3.0, 4.0]]).is_err());
    let alone = ContingencyTable::of_samples(&[7], &[9]).unwrap();
    let test = alone.chi_square().unwrap();
    assert_eq!((test.statistic(), test.p_value(), alone.cramers_v()), (0.0, 1.0, 0.0));
    let apart = ContingencyTable::of_samples(&[5, 0], &[0, 7]).unwrap();
    assert!((apart.cramers_v() - 1.0).abs() < 1e-12);
    let neyman = apart.test(PowerDivergence::NEYMAN, Correction::None);
    assert!(neyman.unwrap_err().is_undefined());
}

#[test]
fn goodness_without_freedom_is_decided() {
    let pearson = PowerDivergence::PEARSON;
    let one = GoodnessOfFit::of_uniform(&[5.0], pearson).unwrap();
    assert_eq!(one.statistic(), 0.0);
    assert!(one.p_value(0).unwrap_err().is_undefined());
    let two = GoodnessOfFit::of_uniform(&[5.0, 6.0], pearson).unwrap();
    assert_eq!(two.p_value(1).unwrap(), 0.0);
    assert!(two.p_value(2).is_err());
    assert!(GoodnessOfFit::of_uniform(&[], pearson).unwrap().p_value(0).is_err());
    assert!(GoodnessOfFit::of_uniform(&[0.0, 0.0], pearson).unwrap_err().is_undefined());
    assert!(GoodnessOfFit::of(&[5.0, 6.0], &[5.0, 6.5], pearson).is_err());
    assert!(GoodnessOfFit::of(&[5.0, 6.0], &[11.0], pearson).is_err());
    assert!(GoodnessOfFit::of(&[-1.0, 3.0], &[1.0, 1.0], pearson).is_err());
    assert!(PowerDivergence::new(f64::NAN).is_err());
}

#[test]
fn a_share_at_the_edge_is_decided() {
    let p = |k, n, share, alternative| BinomialTest::new(k, n, share).unwrap().p_value(alternative);
    for (k, n, share, expected) in [
        (3, 5, 0.0, [0.0, 1.0, 0.0]),
        (5, 5, 1.0, [1.0, 1.0, 1.0]),
        (0, 5, 0.0, [1.0, 1.0, 1.0]),
        (3, 5, 1.0, [0.0, 0.0, 1.0]),
    ] {
        for (alternative, expected) in ALTERNATIVES.into_iter().zip(expected) {
            assert_eq!(p(k, n, share, alternative), expected, "{k} of {n}, {share}, {alternative:?}");
        }
    }
    assert!(BinomialTest::new(5, 3, 0.5).is_err() && BinomialTest::new(0, 0, 0.5).is_err());
    assert!(BinomialTest::new(3, 5, 1.5).is_err() && BinomialTest::new(3, 5, f64::NAN).is_err());
    // As SciPy 1.17 has it, five million trials on.
    let many = p(2_000_000, 5_000_000, 0.401, Alternative::TwoSided);
    assert!((many / 5.044_679_973_399_732e-6 - 1.0).abs() < 1e-8, "{many:e}");
}

fn choose(n: u64, k: u64) -> f64 {
    (0..k).fold(1.0, |so_far, i| so_far * (n - i) as f64 / (i + 1) as f64)
}

proptest! {
    #[test]
    fn fisher_sums_the_tables(a in 0_u64..8, b in 0_u64..8, c in 0_u64..8, d in 0_u64..8) {
        let weight = |k: u64| choose(a + b, k) * choose(c + d, a + c - k);
        let counts = (a + c).saturating_sub(c + d)..=(a + b).min(a + c);
        let all: f64 = counts.clone().map(weight).sum();
        let test = FisherExact::new((a, b), (c, d)).unwrap();
        for alternative in ALTERNATIVES {
            let rare: f64 = counts.clone().filter(|k| match alternative {
                Alternative::TwoSided => weight(*k) <= weight(a) * 1.000_000_1,
                Alternative::Less => *k <= a,
                Alternative::Greater => *k >= a,
            }).map(weight).sum();
            prop_assert!((test.p_value(alternative) - rare / all).abs() < 1e-12, "{:?}", alternative);
        }
    }

    #[test]
    fn binomial_sums_the_counts(n in 1_u64..40, k in 0_u64..40, share in 0.0..1.0_f64) {
        let k = k.min(n);
        let weight = |j: u64| {
            choose(n, j) * (0..n).map(|i| if i < j { share } else { 1.0 - share }).product::<f64>()
        };
        let test = BinomialTest::new(k, n, share).unwrap();
        for alternative in ALTERNATIVES {
            let naive: f64 = (0..=n).filter(|j| match alternative {
                Alternative::TwoSided => weight(*j) <= weight(k) * (1.0 + 1e-7),
                Alternative::Less => *j <= k,
                Alternative::Greater => *j >= k,
            }).map(weight).sum();
            prop_assert!((test.p_value(alternative) - naive).abs() < 1e-11, "{:?} {}", alternative, naive);
        }
    }

    #[test]
    fn a_table_of_two_rows_is_the_same_either_way(
        counts in prop::collection::vec((1_u64..50, 0_u64..50), 2..8)
    ) {
        let (mut one, other): (Vec<u64>, Vec<u64>) = counts.into_iter().unzip();
        one[0] += 1;
        if let Ok(table) = ContingencyTable::of_samples(&one, &other) {
            let turned = ContingencyTable::of_samples(&other, &one).unwrap();
            for test in [ContingencyTable::chi_square, ContingencyTable::g_test] {
                let (a, b) = (test(&table).unwrap(), test(&turned).unwrap());
                prop_assert!((a.statistic() - b.statistic()).abs() < 1e-9);
                prop_assert!((0.0..=1.0).contains(&a.p_value()));
            }
        }
    }
}
