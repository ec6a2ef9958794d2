use approx::assert_relative_eq;
use proptest::prelude::*;

use super::*;
use crate::Alternative;

const DIRECTIONS: [Alternative; 3] = [Alternative::TwoSided, Alternative::Less, Alternative::Greater];

/// Whole numbers, so that ties and zeros are frequent and sums exact.
fn rows(most: usize) -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    proptest::collection::vec((-6_i8..6, -6_i8..6), 2..most)
        .prop_map(|rows| rows.into_iter().map(|(a, b)| (f64::from(a), f64::from(b))).unzip())
}

/// The p-value over every choice of signs of the differences, one by one.
fn by_enumeration(differences: &[f64], statistic: impl Fn(&[f64]) -> f64, alternative: Alternative) -> f64 {
    let seen = statistic(differences);
    let (mut at_most, mut at_least) = (0.0, 0.0);
    let choices = 1_u32 << differences.len();
    for choice in 0..choices {
        let signed: Vec<f64> = differences
            .iter()
            .enumerate()
            .map(|(row, difference)| if choice >> row & 1 == 1 { -difference } else { *difference })
            .collect();
        let drawn = statistic(&signed);
        at_most += f64::from(u8::from(drawn <= seen)) / f64::from(choices);
        at_least += f64::from(u8::from(drawn >= seen)) / f64::from(choices);
    }
    alternative.of_tails(at_most, at_least)
}

fn rank_sum(differences: &[f64]) -> f64 {
    let sizes = || differences.iter().map(|other| other.abs());
    let rank = |size: f64| {
        let smaller = sizes().filter(|other| *other > 0.0 && *other < size).count() as f64;
        let equal = sizes().filter(|other| other.total_cmp(&size).is_eq()).count() as f64;
        smaller + 0.5 * (equal + 1.0)
    };
    differences.iter().filter(|difference| **difference > 0.0).map(|difference| rank(*difference)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn permutation_is_the_enumeration((a, b) in rows(11)) {
        let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
        let test = PairedPermutation::of(&a, &b).unwrap();
        for alternative in DIRECTIONS {
            let expected = by_enumeration(&differences, |values| values.iter().sum(), alternative);
            let ours = test.p_exact(alternative).unwrap();
            prop_assert!((ours - expected).abs() < 1e-12, "{ours} {expected} {alternative:?}");
        }
    }

    #[test]
    fn signed_rank_with_ties_is_the_enumeration((a, b) in rows(11)) {
        let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a - b).collect();
        let test = Wilcoxon::of(&a, &b).unwrap();
        prop_assert_eq!(test.rank_sum(), rank_sum(&differences));
        for alternative in DIRECTIONS {
            let expected = by_enumeration(&differences, rank_sum, alternative);
            let ours = test.p_value_by(WilcoxonMethod::ExactWithTies, alternative).unwrap();
            prop_assert!((ours - expected).abs() < 1e-12, "{ours} {expected} {alternative:?}");
        }
    }

    #[test]
    fn without_ties_both_exact_tests_agree(sizes in proptest::collection::hash_set(1_u32..1_000, 2..12), signs in any::<u32>()) {
        let a: Vec<f64> = sizes.iter().enumerate()
            .map(|(row, size)| if signs >> row & 1 == 1 { f64::from(*size) } else { -f64::from(*size) })
            .collect();
        let test = Wilcoxon::of(&a, &vec![0.0; a.len()]).unwrap();
        for alternative in DIRECTIONS {
            let plain = test.p_value_by(WilcoxonMethod::Exact, alternative).unwrap();
            let tied = test.p_value_by(WilcoxonMethod::ExactWithTies, alternative).unwrap();
            prop_assert!((plain - tied).abs() < 1e-12);
        }
    }

    #[test]
    fn delong_is_the_naive_formula(rows in proptest::collection::vec((any::<bool>(), 0_u8..8, 0_u8..8), 8..40)) {
        let labels: Vec<bool> = rows.iter().map(|row| row.0).collect();
        let scores = |of: fn(&(bool, u8, u8)) -> u8| -> Vec<f64> { rows.iter().map(|row| f64::from(of(row))).collect() };
        let (a, b) = (scores(|row| row.1), scores(|row| row.2));
        let positives = labels.iter().filter(|label| **label).count();
        prop_assume!(positives >= 2 && labels.len() - positives >= 2);
        let test = DeLong::of(&labels, &a, &b).unwrap();
        let (of_a, of_b) = (naive(&labels, &a), naive(&labels, &b));
        prop_assert!((test.a().area() - mean(&of_a.0)).abs() < 1e-12);
        let close = |ours: f64, expected: f64| (ours - expected).abs() < 1e-12;
        prop_assert!(close(test.a().variance(), naive_covariance(&of_a, &of_a)));
        prop_assert!(close(test.covariance(), naive_covariance(&of_a, &of_b)));
        let of_difference = naive_covariance(&of_a, &of_a) + naive_covariance(&of_b, &of_b) - 2.0 * naive_covariance(&of_a, &of_b);
        prop_assert!(close(test.standard_error().powi(2), of_difference));
    }

    #[test]
    fn hodges_lehmann_moves_with_the_values((a, b) in rows(14), shift in -3_i8..4) {
        let shift = f64::from(shift);
        let moved: Vec<f64> = a.iter().map(|a| a + shift).collect();
        if let (Ok(before), Ok(after)) = (
            HodgesLehmann::two_sample(&a, &b, 0.9, ShiftMethod::Auto),
            HodgesLehmann::two_sample(&moved, &b, 0.9, ShiftMethod::Auto),
        ) {
            prop_assert!(before.interval().lower <= before.estimate() + 1e-3);
            prop_assert!(before.estimate() <= before.interval().upper + 1e-3);
            prop_assert!((after.interval().lower - before.interval().lower - shift).abs() < 1.0);
        }
    }
}

/// Shares of the other class that each positive beats, and that each negative loses to.
fn naive(labels: &[bool], scores: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let of = |class: bool| {
        let kept = labels.iter().zip(scores).filter(|(label, _)| **label == class);
        kept.map(|(_, score)| *score).collect::<Vec<f64>>()
    };
    let (positives, negatives) = (of(true), of(false));
    let wins = |p: f64, n: f64| {
        if p > n {
            1.0
        } else if p < n {
            0.0
        } else {
            0.5
        }
    };
    let of_positives = positives
        .iter()
        .map(|p| negatives.iter().map(|n| wins(*p, *n)).sum::<f64>() / negatives.len() as f64);
    let of_negatives = negatives
        .iter()
        .map(|n| positives.iter().map(|p| wins(*p, *n)).sum::<f64>() / positives.len() as f64);
    (of_positives.collect(), of_negatives.collect())
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn naive_covariance(left: &(Vec<f64>, Vec<f64>), right: &(Vec<f64>, Vec<f64>)) -> f64 {
    let of = |left: &[f64], right: &[f64]| {
        let (l, r) = (mean(left), mean(right));
        let products: f64 = left.iter().zip(right).map(|(a, b)| (a - l) * (b - r)).sum();
        products / (left.len() - 1) as f64 / left.len() as f64
    };
    of(&left.0, &right.0) + of(&left.1, &right.1)
}

#[test]
fn drawn_permutations_come_near_the_exact_p_and_do_not_know_the_threads() {
    let a: Vec<f64> = (0..24).map(|row| f64::from(row * 7 % 13) + 1.2).collect();
    let b: Vec<f64> = (0..24).map(|row| f64::from(row * 5 % 13)).collect();
    let test = PairedPermutation::of(&a, &b).unwrap();
    let exact = test.p_exact(Alternative::TwoSided).unwrap();
    let drawn = test.p_drawn(Alternative::TwoSided, 20_000, 3).unwrap();
    assert!((drawn - exact).abs() < 0.012, "{drawn} {exact}");
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again = pool.install(|| test.p_drawn(Alternative::TwoSided, 20_000, 3)).unwrap();
        assert_eq!(again.to_bits(), drawn.to_bits(), "{threads} threads");
    }
}

#[test]
fn many_rows_are_counted_in_full_up_to_a_bound() {
    let a: Vec<f64> = (0..34).map(|row| 0.1 * f64::from(row) - 1.2).collect();
    let zeros = vec![0.0; 34];
    let test = PairedPermutation::of(&a, &zeros).unwrap();
    let (less, greater) =
        (test.p_exact(Alternative::Less).unwrap(), test.p_exact(Alternative::Greater).unwrap());
    assert!(less + greater >= 1.0 && less + greater < 1.01, "{less} {greater}");
    let many = PairedPermutation::of(&vec![1.0; 43], &vec![0.0; 43]).unwrap();
    assert_eq!((many.is_exact(), many.p_exact(Alternative::Less)), (false, None));
    assert!(matches!(many.p_value(Alternative::Less, 0, 1), Err(Error::Parameter { .. })));
}

#[test]
fn what_says_nothing_is_not_certain() {
    assert_eq!(McNemar::new(0, 0).unwrap().p_chi_square(true), 1.0);
    assert_eq!(McNemar::new(0, 0).unwrap().p_exact(), 1.0);
    assert_eq!(McNemar::new(7, 7).unwrap().p_exact(), 1.0);
    let same = [0.1, 0.4, 0.3, 0.9];
    let test = DeLong::of(&[false, true, false, true], &same, &same).unwrap();
    assert_eq!((test.statistic(), test.p_value(Alternative::TwoSided)), (0.0, 1.0));
    assert!(PairedT::of(&[1.0], &[2.0]).unwrap_err().is_undefined());
    assert!(PairedT::of(&same, &same).unwrap().statistic().unwrap_err().is_undefined());
    assert!(DeLong::of(&[true, true, false], &same[..3], &same[..3]).unwrap_err().is_undefined());
    assert!(HodgesLehmann::paired(&same, &same, 0.95, ShiftMethod::Auto).unwrap_err().is_undefined());
    assert!(HodgesLehmann::two_sample(&[1.0], &[1.0], 0.95, ShiftMethod::Normal).unwrap_err().is_undefined());
}

#[test]
fn what_can_not_be_is_refused() {
    assert!(matches!(PairedT::of(&[1.0, 2.0], &[1.0]), Err(Error::Shape { .. })));
    assert!(matches!(Wilcoxon::of(&[], &[]), Err(Error::Shape { .. })));
    assert!(matches!(Wilcoxon::of(&[f64::NAN], &[1.0]), Err(Error::Value { index: 0, .. })));
    assert!(matches!(PairedT::of(&[f64::MAX, 1.0], &[f64::MIN, 0.0]), Err(Error::Value { .. })));
    assert!(matches!(PairedPermutation::of(&[1.0], &[1.0]), Err(Error::Shape { .. })));
    assert!(matches!(McNemar::new(u64::MAX, 1), Err(Error::Parameter { .. })));
    let long = vec![0.5; 1_001];
    let test = Wilcoxon::of(&long, &vec![0.0; 1_001]).unwrap();
    assert!(matches!(
        test.p_value_by(WilcoxonMethod::Exact, Alternative::Less),
        Err(Error::Parameter { .. })
    ));
}

/// `scipy.stats.ttest_rel(a, b).confidence_interval(0.9)` (1.17.1).
#[test]
fn interval_of_the_mean_equals_scipy() {
    let test = PairedT::of(&[1.1, 2.3, 3.1, 4.8, 5.0, 6.2], &[1.0, 2.0, 3.3, 4.1, 5.0, 5.9]).unwrap();
    let interval = test.interval(0.9).unwrap();
    assert_relative_eq!(interval.lower, -0.054_885_698_205_986_13, max_relative = 1e-10);
    assert_relative_eq!(interval.upper, 0.454_885_698_205_986, max_relative = 1e-10);
}
