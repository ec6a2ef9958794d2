use crate::distribution::{incomplete_beta, normal_sf};
use crate::{Error, Result};

/// `McNemar`'s test that two classifiers are right equally often on the same rows.
///
/// Only the discordant rows count, those where one is right and the other wrong. Without
/// any, nothing speaks for a difference: p is 1. Rows are taken as independent; where they
/// come in clusters, p is too small.
///
/// ```
/// use mlops_stats::paired::McNemar;
/// let test = McNemar::of(&[true, true, false, true], &[true, false, false, true])?;
/// assert_eq!((test.only_first(), test.only_second()), (1, 0));
/// assert_eq!(test.p_exact(), 1.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// `McNemar`, *Psychometrika* 12 (1947); equal to `statsmodels.stats.contingency_tables.mcnemar`
/// of statsmodels 0.15, except that its chi-square forms answer NaN or infinity without
/// discordant rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct McNemar {
    only_first: u64,
    only_second: u64,
}

impl McNemar {
    /// Of how often only the first and only the second classifier was right: the cells
    /// `[0][1]` and `[1][0]` of the table of both.
    ///
    /// # Errors
    /// [`Error::Parameter`] if they sum to more than 2⁵³.
    pub fn new(only_first: u64, only_second: u64) -> Result<Self> {
        if only_first.checked_add(only_second).is_none_or(|sum| sum > 1 << 53) {
            let value = only_first as f64 + only_second as f64;
            return Err(Error::Parameter { what: "discordant rows", value, expected: "at most 2^53" });
        }
        Ok(Self { only_first, only_second })
    }

    /// Of which rows each classifier was right on. O(n).
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there are no rows.
    pub fn of(first_right: &[bool], second_right: &[bool]) -> Result<Self> {
        crate::error::same_length("second_right", second_right.len(), "first_right", first_right.len())?;
        if first_right.is_empty() {
            return Err(Error::Shape { what: "first_right", found: 0, expected: "at least 1".to_owned() });
        }
        let only =
            |yes: &[bool], no: &[bool]| yes.iter().zip(no).filter(|(yes, no)| **yes && !**no).count() as u64;
        Self::new(only(first_right, second_right), only(second_right, first_right))
    }

    /// Rows on which only the first was right.
    pub const fn only_first(&self) -> u64 {
        self.only_first
    }

    /// Rows on which only the second was right.
    pub const fn only_second(&self) -> u64 {
        self.only_second
    }

    /// The smaller of the two counts: the statistic of the exact test.
    pub fn smaller(&self) -> u64 {
        self.only_first.min(self.only_second)
    }

    /// The exact two-sided p-value: each discordant row is a fair coin. O(√n).
    pub fn p_exact(&self) -> f64 {
        let (k, n) = (self.smaller() as f64, (self.only_first + self.only_second) as f64);
        if 2.0 * k >= n {
            return 1.0;
        }
        (2.0 * incomplete_beta(n - k, k + 1.0, 0.5, 0.5).0).min(1.0)
    }

    /// The chi-square statistic, with Edwards' continuity correction or without; 0 if no
    /// row is discordant.
    pub fn chi_square(&self, corrected: bool) -> f64 {
        let n = self.only_first + self.only_second;
        if n == 0 {
            return 0.0;
        }
        let distance = self.only_first.abs_diff(self.only_second) as f64;
        (distance - f64::from(u8::from(corrected))).powi(2) / n as f64
    }

    /// The p-value of [`chi_square`](Self::chi_square), for 25 discordant rows and more.
    pub fn p_chi_square(&self, corrected: bool) -> f64 {
        2.0 * normal_sf(self.chi_square(corrected).sqrt())
    }
}
