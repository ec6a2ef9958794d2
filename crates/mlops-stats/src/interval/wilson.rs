use super::{Interval, proper_share};
use crate::distribution::normal_isf;
use crate::{Error, Result};

/// Wilson score interval of a share: `successes` of `trials`.
///
/// It stays within 0..=1 and is of use for small counts and shares near the ends, where
/// the textbook interval is not.
///
/// # Errors
/// [`Error::Parameter`] if the level is not within 0..1 or successes exceed trials,
/// [`Error::Undefined`] without trials.
///
/// # Source
/// Wilson, *JASA* 22 (1927), without continuity correction; equal to
/// `binomtest(…).proportion_ci(method="wilson")` of SciPy 1.17.
///
/// ```
/// let seen = mlops_stats::interval::wilson(8, 10, 0.95)?;
/// assert!((seen.lower - 0.490_162_5).abs() < 1e-6 && (seen.upper - 0.943_317_8).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn wilson(successes: u64, trials: u64, level: f64) -> Result<Interval> {
    proper_share("level", level)?;
    if trials == 0 {
        return Err(Error::undefined("share", "there are no trials"));
    }
    if successes > trials {
        let value = successes as f64;
        return Err(Error::Parameter { what: "successes", value, expected: "at most the trials" });
    }
    wilson_of_share(successes as f64 / trials as f64, trials as f64, level)
}

/// The same of a share of so many trials, which need not be a whole number.
pub(crate) fn wilson_of_share(p: f64, n: f64, level: f64) -> Result<Interval> {
    proper_share("level", level)?;
    let z = normal_isf(0.5 * (1.0 - level));
    let scale = 1.0 + z * z / n;
    let centre = (p + z * z / (2.0 * n)) / scale;
    let half = z / scale * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    // At 0 and 1 the exact end is 0 or 1; rounding must not step over it.
    let lower = if p <= 0.0 { 0.0 } else { (centre - half).max(0.0) };
    let upper = if p >= 1.0 { 1.0 } else { (centre + half).min(1.0) };
    Ok(Interval { level, lower, upper })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn equal_to_scipy() {
        for (successes, trials, level, lower, upper) in [
            (0, 10, 0.95, 0.0, 0.277_532_799_862_889_26),
            (10, 10, 0.95, 0.722_467_200_137_110_7, 1.0),
            (3, 17, 0.9, 0.072_814_466_547_064_44, 0.368_966_978_069_025_8),
            (235, 1000, 0.99, 0.202_279_609_404_138_8, 0.271_213_707_994_666_9),
        ] {
            let seen = wilson(successes, trials, level).unwrap();
            assert_relative_eq!(seen.lower, lower, max_relative = 1e-9);
            assert_relative_eq!(seen.upper, upper, max_relative = 1e-9);
        }
    }

    #[test]
    fn what_can_not_be_is_refused() {
        assert!(wilson(0, 0, 0.95).unwrap_err().is_undefined());
        for (successes, trials, level) in [(2, 1, 0.95), (1, 2, 1.0), (1, 2, 0.0), (1, 2, f64::NAN)] {
            assert!(matches!(wilson(successes, trials, level), Err(Error::Parameter { .. })));
        }
    }
}
