use crate::distribution::{student_isf, student_sf};
use crate::interval::{Interval, proper_share};
use crate::sum::sum;
use crate::{Alternative, Error, Result};

use super::differences;

/// The paired t-test: is the mean of `a − b` zero?
///
/// Takes rows as independent; where they come in clusters, give it one mean per cluster.
/// If all differences are the same but not 0 the statistic is infinite and p is 0, as in
/// `SciPy`: with few rows that says nothing, look at the number of rows.
///
/// # Source
/// Student, *Biometrika* 6 (1908); equal to `scipy.stats.ttest_rel` (1.17) and, for
/// [`equivalence`](Self::equivalence), to `statsmodels.stats.weightstats.ttost_paired` (0.15).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedT {
    rows: usize,
    mean: f64,
    standard_error: f64,
}

impl PairedT {
    /// Of two values a row. O(n).
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there are no rows, [`Error::Value`] for
    /// what is not finite, [`Error::Undefined`] for a single row.
    pub fn of(a: &[f64], b: &[f64]) -> Result<Self> {
        Self::of_differences(&differences(a, b)?)
    }

    /// Of one difference a row.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn of_differences(differences: &[f64]) -> Result<Self> {
        crate::error::all_finite("differences", differences)?;
        let rows = differences.len();
        if rows < 2 {
            return Err(Error::undefined("paired t", "one row has no variance"));
        }
        let n = rows as f64;
        let mean = sum(differences.iter().copied()) / n;
        let squares = sum(differences.iter().map(|difference| (difference - mean).powi(2)));
        let standard_error = (squares / (n - 1.0) / n).sqrt();
        if !(mean.is_finite() && standard_error.is_finite()) {
            return Err(Error::undefined("paired t", "the sums overflow"));
        }
        Ok(Self { rows, mean, standard_error })
    }

    /// Mean of `a − b`.
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard error of the mean.
    pub const fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// Rows less one.
    pub const fn degrees_of_freedom(&self) -> f64 {
        self.rows as f64 - 1.0
    }

    /// The mean in standard errors; infinite if all differences are the same.
    ///
    /// # Errors
    /// [`Error::Undefined`] if all differences are 0.
    pub fn statistic(&self) -> Result<f64> {
        self.statistic_against(0.0)
    }

    /// How likely a mean this far from 0 is if there is no difference.
    ///
    /// # Errors
    /// As [`statistic`](Self::statistic).
    pub fn p_value(&self, alternative: Alternative) -> Result<f64> {
        self.p_value_against(0.0, alternative)
    }

    /// The p-value against a mean of `value` instead of 0: with `-margin` and
    /// [`Alternative::Greater`] that of "at most `margin` worse".
    ///
    /// # Errors
    /// [`Error::Undefined`] if all differences are `value`, [`Error::Parameter`] if it is NaN.
    pub fn p_value_against(&self, value: f64, alternative: Alternative) -> Result<f64> {
        let t = self.statistic_against(value)?;
        let tail = |t| student_sf(self.degrees_of_freedom(), t);
        Ok(alternative.of_tails(tail(-t), tail(t)))
    }

    /// Two one-sided tests: the p-value of "the mean is not between `low` and `high`". A
    /// small one says that the two are equivalent within these bounds.
    ///
    /// # Errors
    /// [`Error::Parameter`] if a bound is NaN, [`Error::Undefined`] if all differences are
    /// one of the bounds.
    pub fn equivalence(&self, low: f64, high: f64) -> Result<f64> {
        let above = self.p_value_against(low, Alternative::Greater)?;
        Ok(above.max(self.p_value_against(high, Alternative::Less)?))
    }

    /// The interval of the mean at this level, such as 0.95.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a level not within 0..1.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        proper_share("level", level)?;
        let half = student_isf(self.degrees_of_freedom(), 0.5 * (1.0 - level)) * self.standard_error;
        Ok(Interval { level, lower: self.mean - half, upper: self.mean + half })
    }

    fn statistic_against(&self, value: f64) -> Result<f64> {
        if value.is_nan() {
            return Err(Error::Parameter { what: "value", value, expected: "a number" });
        }
        let t = (self.mean - value) / self.standard_error;
        if t.is_nan() {
            return Err(Error::undefined("paired t", format!("all differences are {value}")));
        }
        Ok(t)
    }
}
