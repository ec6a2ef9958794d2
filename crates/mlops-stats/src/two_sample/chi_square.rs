use crate::error::same_length;
use crate::{Error, Result};

/// Pearson's chi-square test that two lists of counts share one distribution.
///
/// Both sides are taken as samples. (Taking the shares of one of them as known, as a test
/// of goodness of fit does, alarms far too often.) No correction for continuity. Trust
/// the p-value where the expected counts are about 5 or more.
///
/// ```
/// use mlops_stats::two_sample::ChiSquare;
/// let test = ChiSquare::of(&[12, 5, 7], &[8, 9, 14])?;
/// assert!((test.statistic() - 3.441_020).abs() < 1e-6);
/// assert!((test.p_value() - 0.178_975).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Agrees with `scipy.stats.chi2_contingency(correction=False)` (1.17) on tables of two rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    statistic: f64,
    degrees_of_freedom: u32,
    total: f64,
}

impl ChiSquare {
    /// Compares the counts of the same categories in two samples. One category alone
    /// can't differ: its statistic is 0 and its p-value 1.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there is no category;
    /// [`Error::Undefined`] if a side has no counts, or neither side has a category.
    pub fn of(reference: &[u64], current: &[u64]) -> Result<Self> {
        same_length("current", current.len(), "reference", reference.len())?;
        if reference.is_empty() {
            return Err(Error::Shape { what: "reference", found: 0, expected: "at least 1".to_owned() });
        }
        let of_side = |counts: &[u64]| counts.iter().map(|count| *count as f64).sum::<f64>();
        let (r, c) = (of_side(reference), of_side(current));
        if r == 0.0 || c == 0.0 {
            let side = if r == 0.0 { "reference" } else { "current" };
            return Err(Error::undefined("chi-square", format!("all counts of {side} are 0")));
        }
        let total = r + c;
        let mut statistic = 0.0;
        for (index, (a, b)) in reference.iter().zip(current).enumerate() {
            let (a, b) = (*a as f64, *b as f64);
            let both = a + b;
            if both == 0.0 {
                return Err(Error::undefined(
                    "chi-square",
                    format!("category {index} has no counts on either side"),
                ));
            }
            // Both cells of the column deviate by the same amount from what is expected.
            let deviation = a - both * (r / total);
            statistic += deviation * deviation / both * (total / r) * (total / c);
        }
        let categories = u32::try_from(reference.len()).map_err(|_| Error::Shape {
            what: "reference",
            found: reference.len(),
            expected: "at most 4294967295".to_owned(),
        })?;
        Ok(Self { statistic, degrees_of_freedom: categories - 1, total })
    }

    /// `Σ (observed − expected)² / expected`.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The number of categories less one.
    pub fn degrees_of_freedom(&self) -> u32 {
        self.degrees_of_freedom
    }

    /// How likely a statistic this large is if both sides share one distribution.
    pub fn p_value(&self) -> f64 {
        if self.degrees_of_freedom == 0 || self.statistic <= 0.0 {
            return 1.0;
        }
        let half = f64::from(self.degrees_of_freedom) / 2.0;
        statrs::function::gamma::checked_gamma_ur(half, self.statistic / 2.0).unwrap_or(0.0).clamp(0.0, 1.0)
    }

    /// Cramér's V: the size of the difference from 0 to 1, whatever the number of rows.
    ///
    /// # Source
    /// Cramér, *Mathematical Methods of Statistics* (1946), § 21.9, for two rows.
    pub fn cramers_v(&self) -> f64 {
        if self.degrees_of_freedom == 0 { 0.0 } else { (self.statistic / self.total).sqrt().min(1.0) }
    }
}
