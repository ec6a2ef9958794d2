use super::proper_share;
use crate::Result;
use crate::distribution::incomplete_beta;
use crate::error::all_finite;

/// A quantile of what a sample was drawn from, and between which values of the sample it lies.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Quantile {
    /// The smallest value of the sample that at least this share of it does not exceed.
    pub value: f64,
    /// Confidence of the interval, such as 0.95.
    pub level: f64,
    /// Lower end; `None` if the sample is too small to have one.
    pub lower: Option<f64>,
    /// Upper end; `None` if the sample is too small to have one.
    pub upper: Option<f64>,
}

/// A quantile with its exact interval between order statistics, whatever the distribution.
///
/// `share` is 0.99 for the 99th percentile. Each tail has at most half of what the
/// level leaves; for a distribution with jumps the coverage is higher. The values need
/// no order. O(n log n).
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) without values, [`Error::Value`](crate::Error::Value)
/// for one that is not finite, [`Error::Parameter`](crate::Error::Parameter) for a share or
/// level that is not within 0..1.
///
/// # Source
/// David and Nagaraja, *Order Statistics* (2003), section 7.1; equal to
/// `scipy.stats.quantile_test(…).confidence_interval` of SciPy 1.17.
///
/// ```
/// let waits: Vec<f64> = (1..=100).map(f64::from).collect();
/// let median = mlops_stats::interval::quantile_estimate(&waits, 0.5, 0.95)?;
/// assert_eq!((median.lower, median.value, median.upper), (Some(40.0), 50.0, Some(61.0)));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn quantile_estimate(values: &[f64], share: f64, level: f64) -> Result<Quantile> {
    let sorted = ordered(values, share, level)?;
    let n = sorted.len();
    let tail = 0.5 * (1.0 - level);
    Ok(Quantile {
        value: sorted[nearest_rank(n, share) - 1],
        level,
        lower: lower_rank(n, share, tail).map(|rank| sorted[rank - 1]),
        upper: upper_rank(n, share, tail).map(|rank| sorted[rank - 1]),
    })
}

/// The value of the sample that the quantile does not exceed with this confidence, one-sided:
/// what it takes to claim "p99 is at most 100 ms". `None` if the sample is too small for the
/// claim: 0.99 at 95 % needs 299 values.
///
/// # Errors
/// As [`quantile_estimate`].
///
/// # Source
/// As [`quantile_estimate`].
pub fn quantile_upper_bound(values: &[f64], share: f64, level: f64) -> Result<Option<f64>> {
    let sorted = ordered(values, share, level)?;
    Ok(upper_rank(sorted.len(), share, 1.0 - level).map(|rank| sorted[rank - 1]))
}

fn ordered(values: &[f64], share: f64, level: f64) -> Result<Vec<f64>> {
    proper_share("share", share)?;
    proper_share("level", level)?;
    all_finite("values", values)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok(sorted)
}

/// Smallest rank, from 1, whose share of `n` is at least `share`.
fn nearest_rank(n: usize, share: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..=n")]
    let rank = (share * n as f64).ceil() as usize;
    rank.clamp(1, n)
}

/// Largest rank of which the chance that the quantile lies below it is at most `tail`.
fn lower_rank(n: usize, share: f64, tail: f64) -> Option<usize> {
    let above = first(n, |rank| at_most(rank - 1, n, share) > tail);
    above.checked_sub(1).filter(|rank| *rank >= 1)
}

/// Smallest rank of which the chance that the quantile lies above it is at most `tail`.
fn upper_rank(n: usize, share: f64, tail: f64) -> Option<usize> {
    let rank = first(n, |rank| at_most(rank - 1, n, share) >= 1.0 - tail);
    (rank <= n).then_some(rank)
}

/// The first rank of 1..=n for which `holds`, which stays true once it is; `n + 1` if none.
fn first(n: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (1, n + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The chance of at most `k` successes in `n` trials of chance `p`, `k < n`.
fn at_most(k: usize, n: usize, p: f64) -> f64 {
    incomplete_beta((n - k) as f64, k as f64 + 1.0, 1.0 - p, p).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn to(n: u32) -> Vec<f64> {
        (1..=n).map(f64::from).collect()
    }

    #[test]
    fn equal_to_scipy() {
        for (n, share, level, lower, upper) in SCIPY {
            let seen = quantile_estimate(&to(n), share, level).unwrap();
            assert_eq!((seen.lower, seen.upper), (lower, upper), "{n} {share} {level}");
        }
    }

    /// Sample size, share, level, both ends.
    type Recorded = (u32, f64, f64, Option<f64>, Option<f64>);

    /// `scipy.stats.quantile_test(range(1, n + 1), p=share).confidence_interval(level)`.
    const SCIPY: [Recorded; 9] = [
        (100, 0.5, 0.95, Some(40.0), Some(61.0)),
        (20, 0.5, 0.9, Some(6.0), Some(15.0)),
        (57, 0.9, 0.95, Some(47.0), Some(56.0)),
        (500, 0.95, 0.95, Some(465.0), Some(485.0)),
        (1000, 0.99, 0.99, Some(981.0), Some(998.0)),
        (50, 0.99, 0.95, Some(48.0), None),
        (10, 0.05, 0.95, None, Some(3.0)),
        (3, 0.5, 0.95, None, None),
        (2000, 0.99, 0.95, Some(1971.0), Some(1989.0)),
    ];

    #[test]
    fn the_upper_bound_of_a_high_percentile_takes_a_sample_that_supports_it() {
        assert_eq!(quantile_upper_bound(&to(298), 0.99, 0.95).unwrap(), None);
        assert_eq!(quantile_upper_bound(&to(299), 0.99, 0.95).unwrap(), Some(299.0));
        assert_eq!(quantile_upper_bound(&to(2000), 0.99, 0.95).unwrap(), Some(1988.0));
    }

    #[test]
    fn coverage_is_at_least_the_level_and_not_wasteful() {
        for n in [20_usize, 99, 500] {
            for share in [0.5, 0.9, 0.95] {
                let lower = lower_rank(n, share, 0.025).unwrap_or(0);
                let upper = upper_rank(n, share, 0.025).unwrap_or(n + 1);
                let binomial = |k: usize| {
                    let choose = (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
                    choose * share.powf(k as f64) * (1.0 - share).powf((n - k) as f64)
                };
                let below: f64 = (0..lower).map(binomial).sum();
                let above: f64 = (upper..=n).map(binomial).sum();
                assert!(below <= 0.025 + 1e-12 && above <= 0.025 + 1e-12, "{n} {share} {below} {above}");
                let below_next: f64 = (0..=lower).map(binomial).sum();
                assert!(below_next > 0.025, "{n} {share}");
            }
        }
    }

    #[test]
    fn what_can_not_be_is_refused() {
        assert!(matches!(quantile_estimate(&[], 0.5, 0.95), Err(Error::Shape { .. })));
        assert!(matches!(quantile_estimate(&[1.0, f64::NAN], 0.5, 0.95), Err(Error::Value { index: 1, .. })));
        assert!(matches!(quantile_estimate(&[1.0], 1.0, 0.95), Err(Error::Parameter { .. })));
        assert!(matches!(quantile_estimate(&[1.0], 0.5, f64::NAN), Err(Error::Parameter { .. })));
        let one = quantile_estimate(&[3.0], 0.5, 0.95).unwrap();
        assert_eq!((one.lower, one.value, one.upper), (None, 3.0, None));
    }
}
