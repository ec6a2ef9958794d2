use crate::distribution::{incomplete_beta_inverse, normal_isf};
use crate::{Error, Result};

use super::{Interval, proper_share, wilson};

/// How the interval of a share is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShareMethod {
    /// Inverts the score test; of use for all counts.
    #[default]
    Wilson,
    /// Clopper and Pearson's exact interval: never covers less than the level, often more.
    ClopperPearson,
    /// Wilson's centre with a normal width.
    AgrestiCoull,
    /// The textbook interval; of no use for small counts or shares near 0 and 1.
    Normal,
    /// Quantiles of the beta distribution that Jeffreys' prior leads to.
    Jeffreys,
}

/// The interval of a share, `successes` of `trials` independent rows, by this method.
///
/// Without trials only Agresti and Coull's and Jeffreys' have an answer, (almost) all of 0..1.
///
/// # Errors
/// [`Error::Parameter`] if the level is not within 0..1 or successes exceed trials,
/// [`Error::Undefined`] without trials.
///
/// # Source
/// Brown, Cai and `DasGupta`, *Statistical Science* 16 (2001); equal to
/// `statsmodels.stats.proportion.proportion_confint` (0.15).
///
/// ```
/// use mlops_stats::interval::{ShareMethod, share_interval};
/// let exact = share_interval(8, 10, 0.95, ShareMethod::ClopperPearson)?;
/// assert!((exact.lower - 0.443_904_5).abs() < 1e-6 && (exact.upper - 0.974_789_3).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn share_interval(successes: u64, trials: u64, level: f64, method: ShareMethod) -> Result<Interval> {
    proper_share("level", level)?;
    if successes > trials {
        let value = successes as f64;
        return Err(Error::Parameter { what: "successes", value, expected: "at most the trials" });
    }
    let tail = 0.5 * (1.0 - level);
    let (k, n) = (successes as f64, trials as f64);
    let around = |centre: f64, half: f64| Interval {
        level,
        lower: (centre - half).clamp(0.0, 1.0),
        upper: (centre + half).clamp(0.0, 1.0),
    };
    match method {
        ShareMethod::AgrestiCoull => {
            let z = normal_isf(tail);
            let trials = n + z * z;
            let centre = (k + 0.5 * z * z) / trials;
            Ok(around(centre, z * (centre * (1.0 - centre) / trials).sqrt()))
        }
        ShareMethod::Jeffreys => {
            let (yes, no) = (k + 0.5, n - k + 0.5);
            Ok(beta_interval((yes, no), (yes, no), tail, level))
        }
        _ if trials == 0 => Err(Error::undefined("share", "there are no trials")),
        ShareMethod::Wilson => wilson(successes, trials, level),
        ShareMethod::Normal => {
            let share = k / n;
            Ok(around(share, normal_isf(tail) * (share * (1.0 - share) / n).sqrt()))
        }
        ShareMethod::ClopperPearson => {
            // An end at 0 or 1 has no beta distribution: any other in its place.
            let lower = (k.max(1.0), n - k + 1.0);
            let upper = (k + 1.0, (n - k).max(1.0));
            let ends = beta_interval(lower, upper, tail, level);
            Ok(Interval {
                level,
                lower: if successes == 0 { 0.0 } else { ends.lower },
                upper: if successes == trials { 1.0 } else { ends.upper },
            })
        }
    }
}

fn beta_interval(lower: (f64, f64), upper: (f64, f64), tail: f64, level: f64) -> Interval {
    Interval {
        level,
        lower: incomplete_beta_inverse(lower.0, lower.1, tail),
        // From the other end, where the tail is small.
        upper: 1.0 - incomplete_beta_inverse(upper.1, upper.0, tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ShareMethod; 5] = [
        ShareMethod::Wilson,
        ShareMethod::ClopperPearson,
        ShareMethod::AgrestiCoull,
        ShareMethod::Normal,
        ShareMethod::Jeffreys,
    ];

    #[test]
    fn the_exact_interval_covers_at_every_share() {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
        for n in [1_u64, 7, 23] {
            for p in [0.01, 0.2, 0.5, 0.77, 0.99] {
                let chance =
                    |k: u64| choose(n, k) * f64::powf(p, k as f64) * f64::powf(1.0 - p, (n - k) as f64);
                let covered: f64 = (0..=n)
                    .filter(|k| {
                        let ends = share_interval(*k, n, 0.9, ShareMethod::ClopperPearson).unwrap();
                        ends.lower <= p && p <= ends.upper
                    })
                    .map(chance)
                    .sum();
                assert!(covered >= 0.9 - 1e-12, "{n} {p} {covered}");
            }
        }
    }

    #[test]
    fn ends_are_in_order_and_mirrored() {
        for method in ALL {
            for (k, n) in [(0, 1), (0, 9), (3, 9), (9, 9), (1, 1_000_000)] {
                let ends = share_interval(k, n, 0.95, method).unwrap();
                let mirrored = share_interval(n - k, n, 0.95, method).unwrap();
                assert!(0.0 <= ends.lower && ends.lower <= ends.upper && ends.upper <= 1.0);
                assert!((ends.lower + mirrored.upper - 1.0).abs() < 1e-9, "{method:?} {k} {n}");
            }
        }
    }

    #[test]
    fn what_can_not_be_is_refused() {
        for method in ALL {
            assert!(matches!(share_interval(2, 1, 0.95, method), Err(Error::Parameter { .. })));
            assert!(matches!(share_interval(1, 2, f64::NAN, method), Err(Error::Parameter { .. })));
        }
        assert!(share_interval(0, 0, 0.95, ShareMethod::ClopperPearson).unwrap_err().is_undefined());
        let without_rows = share_interval(0, 0, 0.95, ShareMethod::Jeffreys).unwrap();
        assert!(without_rows.lower < 0.01 && without_rows.upper > 0.99);
    }
}
