use crate::distribution::{normal_isf, normal_sf};
use crate::interval::{Interval, proper_share};
use crate::{Alternative, Error, Result};

use super::McNemar;

/// By how much the shares of two classifiers differ on the same rows, such as their
/// accuracies: `McNemar`'s table with the number of all rows.
///
/// Its test against 0 is `McNemar`'s chi-square without correction; against another value
/// it is the score test, and the interval is all values that this does not refuse. Rows are
/// taken as independent; where they come in clusters, it claims too much.
///
/// ```
/// use mlops_stats::Alternative;
/// use mlops_stats::paired::{McNemar, PairedShares};
/// // Only the candidate was right on 60 of 1,000 rows, only the baseline on 40.
/// let accuracies = PairedShares::new(McNemar::new(60, 40)?, 1_000)?;
/// assert_eq!(accuracies.difference(), 0.02);
/// let interval = accuracies.interval(0.95)?;
/// assert!(interval.lower > 0.0 && accuracies.p_value_against(0.0, Alternative::Greater) < 0.025);
/// assert!(accuracies.p_value_against(-0.01, Alternative::Greater) < 0.002);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Tango, *Statistics in Medicine* 17 (1998).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairedShares {
    discordant: McNemar,
    rows: u64,
}

impl PairedShares {
    /// Of the discordant rows and the number of all rows.
    ///
    /// # Errors
    /// [`Error::Parameter`] for fewer rows than discordant ones, none, or more than 2⁵³.
    pub fn new(discordant: McNemar, rows: u64) -> Result<Self> {
        let of_these = discordant.only_first() + discordant.only_second();
        if rows == 0 || rows < of_these || rows > 1 << 53 {
            let expected = "at least 1, at least the discordant rows, at most 2^53";
            return Err(Error::Parameter { what: "rows", value: rows as f64, expected });
        }
        Ok(Self { discordant, rows })
    }

    /// The discordant rows.
    pub const fn discordant(&self) -> McNemar {
        self.discordant
    }

    /// The share of the first less that of the second.
    pub fn difference(&self) -> f64 {
        (self.discordant.only_first() as f64 - self.discordant.only_second() as f64) / self.rows as f64
    }

    /// How likely so large a difference is if it is `value`, by the score test; against one
    /// that can't be, from 1 on, 0 or 1.
    pub fn p_value_against(&self, value: f64, alternative: Alternative) -> f64 {
        let z = self.statistic_against(value);
        alternative.of_tails(normal_sf(-z), normal_sf(z))
    }

    /// All differences that the test does not refuse at this level, such as 0.95.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a level not within 0..1.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        proper_share("level", level)?;
        let limit = normal_isf(0.5 * (1.0 - level));
        let seen = self.difference();
        Ok(Interval {
            level,
            lower: self.reaching(limit, -1.0, seen),
            upper: self.reaching(-limit, seen, 1.0),
        })
    }

    /// The difference at which the statistic, which falls with it, is `limit`.
    fn reaching(&self, limit: f64, mut low: f64, mut high: f64) -> f64 {
        // Halving 2 sixty times leaves less than the last digit.
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if self.statistic_against(middle) > limit {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    }

    fn statistic_against(&self, value: f64) -> f64 {
        let (first, second) = (self.discordant.only_first() as f64, self.discordant.only_second() as f64);
        let rows = self.rows as f64;
        let distance = first - second - rows * value;
        if value.abs() >= 1.0 {
            return if distance == 0.0 { 0.0 } else { distance * f64::INFINITY };
        }
        // The likeliest share of "only the second" if the difference is `value`.
        let half = 0.5 * ((2.0 * rows - first + second) * value - first - second);
        let root = (half * half + 2.0 * rows * second * value * (1.0 - value)).max(0.0).sqrt();
        let only_second = ((root - half) / (2.0 * rows)).max(0.0).max(-value);
        let variance = rows * (2.0 * only_second + value * (1.0 - value));
        // Nothing differs and nothing varies: no evidence, rather than 0 / 0.
        if distance == 0.0 { 0.0 } else { distance / variance.max(0.0).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(first: u64, second: u64, rows: u64) -> PairedShares {
        PairedShares::new(McNemar::new(first, second).unwrap(), rows).unwrap()
    }

    /// The likeliest share of "only the second" by trying many.
    fn likeliest(first: u64, second: u64, rows: u64, value: f64) -> f64 {
        let (least, most) = ((-value).max(0.0), (1.0 - value) / 2.0);
        let term = |count: u64, share: f64| if count == 0 { 0.0 } else { count as f64 * share.ln() };
        let likelihood = |share: f64| {
            let neither = 1.0 - value - 2.0 * share;
            term(first, share + value) + term(second, share) + term(rows - first - second, neither)
        };
        let steps = 20_000;
        let tried = (0..=steps).map(|step| least + (most - least) * f64::from(step) / f64::from(steps));
        tried.max_by(|left, right| likelihood(*left).total_cmp(&likelihood(*right))).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn it_is_the_score_test_of_the_likeliest_shares(
            first in 0_u64..30, second in 0_u64..30, more in 1_u64..200, value in -0.6_f64..0.6,
        ) {
            let rows = first + second + more;
            let share = likeliest(first, second, rows, value);
            let variance = rows as f64 * (2.0 * share + value - value * value);
            prop_assume!(variance > 1e-3);
            let naive = (first as f64 - second as f64 - rows as f64 * value) / variance.sqrt();
            let seen = of(first, second, rows).statistic_against(value);
            prop_assert!((seen - naive).abs() < 2e-2 * naive.abs().max(1.0), "{seen} {naive}");
        }

        #[test]
        fn the_interval_and_the_p_value_agree(first in 0_u64..40, second in 0_u64..40, more in 1_u64..900) {
            let shares = of(first, second, first + second + more);
            let ends = shares.interval(0.9).unwrap();
            prop_assert!(ends.lower <= shares.difference() && shares.difference() <= ends.upper);
            for (end, inward, alternative) in
                [(ends.lower, 1e-6, Alternative::Greater), (ends.upper, -1e-6, Alternative::Less)]
            {
                prop_assert!(shares.p_value_against(end + inward, alternative) >= 0.05 - 1e-9);
                prop_assert!(shares.p_value_against(end - inward, alternative) <= 0.05 + 1e-9);
            }
            let mirrored = of(second, first, first + second + more).interval(0.9).unwrap();
            prop_assert!((mirrored.lower + ends.upper).abs() < 1e-9);
        }
    }

    #[test]
    fn against_nothing_it_is_mcnemars() {
        for (first, second) in [(60, 40), (3, 9), (0, 5), (0, 0)] {
            let shares = of(first, second, 500);
            let p = shares.p_value_against(0.0, Alternative::TwoSided);
            assert!((p - shares.discordant().p_chi_square(false)).abs() < 1e-12, "{first} {second}");
        }
        // Without discordant rows the ends are z² / (n + z²).
        let z = normal_isf(0.025);
        let ends = of(0, 0, 100).interval(0.95).unwrap();
        assert!(
            (ends.upper - z * z / (100.0 + z * z)).abs() < 1e-12 && (ends.lower + ends.upper).abs() < 1e-12
        );
        assert!(PairedShares::new(McNemar::new(3, 4).unwrap(), 6).is_err());
        assert!(PairedShares::new(McNemar::new(0, 0).unwrap(), 0).is_err());
    }
}
