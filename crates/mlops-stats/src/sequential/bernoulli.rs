use super::boundary::{self, Mixture, Sides};
use crate::interval::{Interval, proper_share};
use crate::{Error, Result};

/// Between what the chance of a success lies, after `successes` of `trials`; to be looked at
/// after each trial, all of the intervals right with a chance of at least 1 − `alpha`.
///
/// Tightest after about `tightest_at` trials. Rows are independent, or at least of one chance
/// given those before. An end that nothing excludes is 0 or 1: so few trials may leave both.
///
/// # Errors
/// [`Error::Undefined`] without trials, [`Error::Parameter`] if successes exceed trials, alpha
/// is not within 0..1, or `tightest_at` is not positive.
///
/// # Source
/// Howard et al., Annals of Statistics 49 (2021), the two-sided beta-binomial mixture of
/// Proposition 7, inverted; equal to `bernoulli_confidence_interval` of confseq 0.0.11, which
/// has no answer where its lower end would be 0 in spite of successes.
///
/// ```
/// let seen = mlops_stats::sequential::bernoulli_interval(50, 100, 0.05, 100.0)?;
/// assert!((seen.lower - 0.350_737).abs() < 1e-6 && (seen.upper - 0.649_263).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn bernoulli_interval(successes: u64, trials: u64, alpha: f64, tightest_at: f64) -> Result<Interval> {
    bernoulli_interval_tuned(successes, trials, alpha, tightest_at, 0.05)
}

/// [`bernoulli_interval`], tightest for boundaries of another level than 0.05.
///
/// # Errors
/// As [`bernoulli_interval`], and [`Error::Parameter`] if `tightest_alpha` is not within 0..1.
pub fn bernoulli_interval_tuned(
    successes: u64,
    trials: u64,
    alpha: f64,
    tightest_at: f64,
    tightest_alpha: f64,
) -> Result<Interval> {
    proper_share("alpha", alpha)?;
    proper_share("tightest alpha", tightest_alpha)?;
    boundary::positive("tightest at", tightest_at)?;
    if trials == 0 {
        return Err(Error::undefined("share", "there are no trials"));
    }
    if successes > trials {
        let value = successes as f64;
        return Err(Error::Parameter { what: "successes", value, expected: "at most the trials" });
    }
    let n = trials as f64;
    let share = successes as f64 / n;
    let threshold = -alpha.ln();
    let excluded = |p: f64| -> Result<bool> {
        let variance = p * (1.0 - p);
        let mixture =
            Mixture::beta_binomial(variance * tightest_at, tightest_alpha, (p, 1.0 - p), Sides::Two)?;
        Ok(mixture.log_value((share - p) * n, variance * n)? > threshold)
    };
    let lower =
        if share > 0.0 && excluded(NEAREST.min(share))? { search(NEAREST, share, excluded)? } else { 0.0 };
    let upper = if share < 1.0 && excluded((1.0 - NEAREST).max(share))? {
        search(1.0 - NEAREST, share, excluded)?
    } else {
        1.0
    };
    Ok(Interval { level: 1.0 - alpha, lower, upper })
}

/// Closer to an end than this, the mixture does not change any more: what is not excluded here is
/// not excluded at all.
const NEAREST: f64 = 1e-12;

/// Where exclusion ends, between what is excluded and what is not.
fn search(mut outside: f64, mut inside: f64, excluded: impl Fn(f64) -> Result<bool>) -> Result<f64> {
    for _ in 0..100 {
        let middle = f64::midpoint(outside, inside);
        if middle >= outside.max(inside) || middle <= outside.min(inside) {
            break;
        }
        if excluded(middle)? {
            outside = middle;
        } else {
            inside = middle;
        }
    }
    Ok(f64::midpoint(outside, inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_checked_and_few_trials_exclude_nothing() {
        assert!(bernoulli_interval(0, 0, 0.05, 10.0).unwrap_err().is_undefined());
        assert!(matches!(bernoulli_interval(2, 1, 0.05, 10.0), Err(Error::Parameter { .. })));
        assert!(bernoulli_interval(1, 2, 1.0, 10.0).is_err() && bernoulli_interval(1, 2, 0.05, 0.0).is_err());
        for successes in [0, 1] {
            let seen = bernoulli_interval(successes, 1, 0.05, 10.0).unwrap();
            assert_eq!((seen.lower, seen.upper), (0.0, 1.0));
        }
    }

    #[test]
    fn failures_mirror_successes() {
        for (successes, trials) in [(3, 40), (20, 20), (199, 200)] {
            let there = bernoulli_interval(successes, trials, 0.05, 100.0).unwrap();
            let back = bernoulli_interval(trials - successes, trials, 0.05, 100.0).unwrap();
            assert!((there.lower - (1.0 - back.upper)).abs() < 1e-9, "{there:?} {back:?}");
            assert!((there.upper - (1.0 - back.lower)).abs() < 1e-9, "{there:?} {back:?}");
            let share = successes as f64 / trials as f64;
            assert!(there.lower < share && share <= there.upper);
        }
    }
}
