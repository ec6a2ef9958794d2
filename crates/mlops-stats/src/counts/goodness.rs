use super::PowerDivergence;
use crate::distribution::chi_square_sf;
use crate::error::same_length;
use crate::{Error, Result};

/// How far the sums of observed and expected counts may differ, relative to the smaller:
/// the root of the rounding of a double.
const SAME_SUM: f64 = 1.490_116_119_384_765_6e-8;

/// Whether counts are as expected, the expected counts being known and no sample
/// themselves: the chi-square test of goodness of fit and its relatives.
///
/// For two samples take [`super::ContingencyTable`].
///
/// ```
/// use mlops_stats::counts::{GoodnessOfFit, PowerDivergence};
/// let dice = GoodnessOfFit::of_uniform(&[16.0, 18.0, 16.0, 14.0, 12.0, 12.0], PowerDivergence::PEARSON)?;
/// assert_eq!(dice.statistic(), 2.0);
/// assert!((dice.p_value(0)? - 0.849_145).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Agrees with `scipy.stats.power_divergence` and `chisquare` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GoodnessOfFit {
    statistic: f64,
    categories: usize,
}

impl GoodnessOfFit {
    /// Compares counts with expected counts of the same sum. Without a category the statistic is 0.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ; [`Error::Value`] if a count is negative or
    /// not finite; [`Error::Parameter`] if the sums differ by more than rounding;
    /// [`Error::Undefined`] where the divergence has no value for a count of 0.
    pub fn of(observed: &[f64], expected: &[f64], divergence: PowerDivergence) -> Result<Self> {
        same_length("expected", expected.len(), "observed", observed.len())?;
        all_counts("observed", observed)?;
        all_counts("expected", expected)?;
        let (found, asked): (f64, f64) = (observed.iter().sum(), expected.iter().sum());
        if (found - asked).abs() > SAME_SUM * found.min(asked) {
            let expected = "the sum of the observed counts";
            return Err(Error::Parameter { what: "the sum of the expected counts", value: asked, expected });
        }
        let pairs = observed.iter().copied().zip(expected.iter().copied());
        Ok(Self { statistic: divergence.statistic(pairs)?, categories: observed.len() })
    }

    /// Compares counts with the same expectation for each category.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn of_uniform(observed: &[f64], divergence: PowerDivergence) -> Result<Self> {
        all_counts("observed", observed)?;
        let mean = observed.iter().sum::<f64>() / observed.len() as f64;
        let statistic = divergence.statistic(observed.iter().map(|count| (*count, mean)))?;
        Ok(Self { statistic, categories: observed.len() })
    }

    /// The divergence; infinite where an expected count is impossible beside the observed.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// How likely a statistic this large is if the expectation is right. `estimated` counts
    /// the parameters of the expectation that were estimated from these very counts
    /// (`ddof`); each takes a degree of freedom from the number of categories less one.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no degree of freedom is left, unless there are just none and
    /// the statistic is above 0, which can't be: 0.
    pub fn p_value(&self, estimated: i32) -> Result<f64> {
        let degrees_of_freedom = self.categories as f64 - 1.0 - f64::from(estimated);
        if degrees_of_freedom > 0.0 {
            return Ok(chi_square_sf(degrees_of_freedom, self.statistic));
        }
        if degrees_of_freedom >= 0.0 && self.statistic > 0.0 {
            return Ok(0.0);
        }
        let reason = format!("{degrees_of_freedom} degrees of freedom");
        Err(Error::undefined("p-value of goodness of fit", reason))
    }
}

fn all_counts(what: &'static str, counts: &[f64]) -> Result<()> {
    match counts.iter().position(|count| !(count.is_finite() && *count >= 0.0)) {
        None => Ok(()),
        Some(index) => {
            Err(Error::Value { what, index, value: counts[index], expected: "a count, not negative" })
        }
    }
}
