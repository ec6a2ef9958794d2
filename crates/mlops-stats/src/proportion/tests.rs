use proptest::prelude::*;

use super::*;
use crate::Alternative;

fn share(successes: u64, trials: u64) -> Share {
    Share::new(successes, trials).unwrap()
}

/// The variance from shares found by trying all that have the difference.
fn searched_variance(first: &Share, second: &Share, difference: f64) -> f64 {
    let log = |share: &Share, p: f64| {
        let (yes, no) = (share.successes() as f64, (share.trials() - share.successes()) as f64);
        let term = |count: f64, p: f64| if count == 0.0 { 0.0 } else { count * p.ln() };
        term(yes, p) + term(no, 1.0 - p)
    };
    let likelihood = |p_0: f64| log(first, p_0 + difference) + log(second, p_0);
    let (mut low, mut high) = ((-difference).max(0.0), (1.0 - difference).min(1.0));
    // The logarithm is concave.
    for _ in 0..200 {
        let (left, right) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if likelihood(left) < likelihood(right) {
            low = left;
        } else {
            high = right;
        }
    }
    let (p_0, n) = (0.5 * (low + high), (first.trials() + second.trials()) as f64);
    let p_1 = p_0 + difference;
    (p_1 * (1.0 - p_1) / first.trials() as f64 + p_0 * (1.0 - p_0) / second.trials() as f64) * (n / (n - 1.0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_score_takes_the_likeliest_shares(
        n in 2_u64..40, m in 2_u64..40, x in 0_u64..40, y in 0_u64..40, difference in -0.9_f64..0.9,
    ) {
        let (first, second) = (share(x.min(n), n), share(y.min(m), m));
        let (ours, searched) =
            (score::variance(&first, &second, difference, false), searched_variance(&first, &second, difference));
        prop_assert!((ours - searched).abs() < 1e-6, "{ours} {searched}");
    }

    #[test]
    fn the_score_interval_holds_what_the_test_does_not_refuse(
        n in 2_u64..60, m in 2_u64..60, x in 0_u64..60, y in 0_u64..60, difference in -0.95_f64..0.95,
    ) {
        let (first, second) = (share(x.min(n), n), share(y.min(m), m));
        let interval = first.difference_interval(&second, DifferenceMethod::Score, 0.9).unwrap();
        let seen = first.value() - second.value();
        prop_assert!(interval.lower <= seen && seen <= interval.upper);
        let mirrored = second.difference_interval(&first, DifferenceMethod::Score, 0.9).unwrap();
        prop_assert!((interval.lower + mirrored.upper).abs() < 1e-9, "swapping the samples mirrors it");
        if let Ok(test) = first.test_difference(&second, difference, DifferenceMethod::Score, Alternative::TwoSided) {
            let inside = interval.lower < difference && difference < interval.upper;
            let near = (interval.lower - difference).abs().min((interval.upper - difference).abs()) < 1e-6;
            prop_assert!(near || inside == (test.p_value() > 0.1), "{} {interval:?}", test.p_value());
        }
    }
}

#[test]
fn the_fault_that_statsmodels_has_is_only_under_its_name() {
    let half = share(50, 100);
    let ours = half.difference_interval(&half, DifferenceMethod::Score, 0.95).unwrap();
    assert!((ours.lower + ours.upper).abs() < 1e-12);
    let theirs = half.difference_interval(&half, DifferenceMethod::ScoreOfStatsmodels, 0.95).unwrap();
    assert!((theirs.lower + theirs.upper).abs() > 1e-5);
}

#[test]
fn all_or_nothing_has_an_interval_by_score_only() {
    let (none, all) = (share(0, 20), share(20, 20));
    let score = none.difference_interval(&none, DifferenceMethod::Score, 0.95).unwrap();
    assert!(score.lower < -0.1 && score.upper > 0.1, "{score:?}");
    let apart = all.difference_interval(&none, DifferenceMethod::Score, 0.95).unwrap();
    assert!(apart.upper == 1.0 && apart.lower > 0.7, "{apart:?}");
    assert!(
        none.difference_interval(&none, DifferenceMethod::ScoreOfStatsmodels, 0.95)
            .unwrap_err()
            .is_undefined()
    );
    let wald = none.difference_interval(&none, DifferenceMethod::Wald, 0.95).unwrap();
    assert_eq!((wald.lower, wald.upper), (0.0, 0.0));
    assert!(none.z_test(&none, Alternative::TwoSided).unwrap_err().is_undefined());
}

#[test]
fn what_can_not_be_is_refused() {
    assert!(Share::new(0, 0).unwrap_err().is_undefined());
    assert!(matches!(Share::new(2, 1), Err(Error::Parameter { .. })));
    let half = share(1, 2);
    for level in [0.0, 1.0, f64::NAN] {
        let interval = half.difference_interval(&half, DifferenceMethod::Wald, level);
        assert!(matches!(interval, Err(Error::Parameter { .. })));
    }
    for (value, method) in [
        (f64::NAN, DifferenceMethod::Wald),
        (1.5, DifferenceMethod::Score),
        (0.0, DifferenceMethod::Newcombe),
    ] {
        let test = half.test_difference(&half, value, method, Alternative::Less);
        assert!(matches!(test, Err(Error::Parameter { .. })));
    }
}
