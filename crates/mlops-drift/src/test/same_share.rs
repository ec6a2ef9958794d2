use mlops_stats::Alternative;
use mlops_stats::counts::FisherExact;
use mlops_stats::proportion::Share;

/// With an expected count above this the number of tables that Fisher's test looks at would
/// grow without a bound, and the normal distribution has long been as good.
const EXACT: f64 = 1e6;

/// How likely two samples with the same share of something differ as much, two-sided; each is
/// how many have it and how many do not.
///
/// Fisher's exact test while the smallest expected count is at most a million, and there are
/// no more than 2⁵³ rows; beyond it the z-test of two shares. 1 if all have it, or none, or a
/// sample has no rows: nothing differs. A few ten thousand steps at most.
pub(crate) fn same_share(reference: (u64, u64), current: (u64, u64)) -> f64 {
    let sum = |(a, b): (u64, u64)| a as f64 + b as f64;
    let ((n, m), yes) = ((sum(reference), sum(current)), reference.0 as f64 + current.0 as f64);
    let smallest = n.min(m) / (n + m) * yes.min(n + m - yes);
    if smallest.is_nan() || smallest <= 0.0 {
        return 1.0;
    }
    if smallest <= EXACT
        && let Ok(test) = FisherExact::new(reference, current)
    {
        return test.p_value(Alternative::TwoSided);
    }
    let share = |(yes, no): (u64, u64)| Share::new(yes, yes.saturating_add(no));
    let z_test =
        share(reference).and_then(|reference| reference.z_test(&share(current)?, Alternative::TwoSided));
    // Undefined only where the shares are the same to the last digit.
    z_test.map_or(1.0, |test| test.p_value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tests_meet_where_the_one_takes_over() {
        // The smallest expected count is just below a million, then just above.
        let below = same_share((999_000, 999_000), (1_000_700, 998_300));
        let above = same_share((1_001_000, 1_001_000), (1_002_700, 1_000_300));
        let exact = |r, c| FisherExact::new(r, c).unwrap().p_value(Alternative::TwoSided);
        let expected = exact((1_001_000, 1_001_000), (1_002_700, 1_000_300));
        assert!((above / expected - 1.0).abs() < 2e-3, "{above} {expected}");
        assert_eq!(below, exact((999_000, 999_000), (1_000_700, 998_300)));
        assert!((below / above - 1.0).abs() < 0.05, "{below} {above}");
    }

    #[test]
    fn counts_of_any_size_have_an_answer() {
        let huge = 1_u64 << 52;
        assert_eq!(same_share((huge, huge), (huge, huge)), 1.0);
        assert_eq!(same_share((huge, huge), (huge / 2, huge)), 0.0);
        assert_eq!(same_share((0, huge), (0, huge)), 1.0);
        // Few that have it stay exact, however many do not: 5 and 5, then 5 and none of as many.
        assert!(same_share((5, huge / 2), (5, huge / 2)) > 0.99);
        assert!((same_share((5, huge / 2), (0, huge / 2)) - 0.0625).abs() < 1e-9);
        assert_eq!(same_share((0, 0), (huge * 2, huge)), 1.0);
        assert_eq!(same_share((u64::MAX, 0), (u64::MAX, 1)), 1.0);
    }
}
