use super::{Correction, false_discovery, family_wise, local};
use crate::interval::proper_share;
use crate::{Error, Result};

/// What became of the p-values of many tests, in the order in which they were given.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "two lists are what a correction gives")]
pub struct Adjusted {
    /// Adjusted p-values, at most 1, each to be compared with α.
    pub p_values: Vec<f64>,
    /// Which tests are rejected at α. Decided on the scale of the p-values: a p-value that is
    /// exactly the threshold is rejected, whatever rounding made of the adjusted one.
    pub rejected: Vec<bool>,
}

/// Corrects the p-values of many tests for their number. No p-values give no p-values.
///
/// `O(n log n)`; [`Correction::Hommel`] `O(n²)`.
///
/// # Errors
/// [`Error::Value`] if a p-value is NaN or outside 0 to 1, [`Error::Parameter`] if alpha is
/// not within 0..1.
///
/// # Source
/// Equal to `multipletests(p_values, alpha, method=…)` of statsmodels 0.15, two-stage methods
/// with `maxiter=1`, its default.
///
/// ```
/// use mlops_stats::multiple_testing::{Correction, adjust};
/// let adjusted = adjust(&[0.01, 0.04, 0.9], 0.05, Correction::Holm)?;
/// assert_eq!(adjusted.p_values, [0.03, 0.08, 0.9]);
/// assert_eq!(adjusted.rejected, [true, false, false]);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn adjust(p_values: &[f64], alpha: f64, correction: Correction) -> Result<Adjusted> {
    proper_share("alpha", alpha)?;
    in_order(p_values, |sorted| {
        let (adjusted, rejected) = match correction {
            Correction::Bonferroni => family_wise::bonferroni(sorted, alpha),
            Correction::Sidak => family_wise::sidak(sorted, alpha),
            Correction::HolmSidak => family_wise::holm_sidak(sorted, alpha),
            Correction::Holm => family_wise::holm(sorted, alpha),
            Correction::SimesHochberg => family_wise::simes_hochberg(sorted, alpha),
            Correction::Hommel => at_most(family_wise::hommel(sorted), alpha),
            Correction::BenjaminiHochberg => false_discovery::step_up(sorted, alpha, 1.0),
            Correction::BenjaminiYekutieli => {
                false_discovery::step_up(sorted, alpha, false_discovery::harmonic(sorted.len()))
            }
            Correction::TwoStageBenjaminiHochberg => false_discovery::two_stage(sorted, alpha, 1.0),
            Correction::TwoStageBenjaminiKriegerYekutieli => {
                let more = 1.0 + alpha;
                false_discovery::two_stage(sorted, alpha / more, more)
            }
            Correction::GavrilovBenjaminiSarkar => at_most(false_discovery::step_down(sorted), alpha),
            Correction::LocalFalseDiscovery => at_most(local::rates(sorted), alpha),
        };
        (adjusted.into_iter().map(|p| p.min(1.0)).collect(), rejected)
    })
}

/// Adjusted p-values of Bonferroni, `n · p`: refusing all that are at most α makes a single
/// false alarm with a chance of at most α, however the tests depend on each other.
///
/// [`holm`] keeps the same promise and finds more.
///
/// # Errors
/// [`Error::Value`] if one is NaN or outside 0 to 1.
///
/// ```
/// let adjusted = mlops_stats::multiple_testing::bonferroni(&[0.01, 0.04, 0.9])?;
/// assert_eq!(adjusted, [0.03, 0.12, 1.0]);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn bonferroni(p_values: &[f64]) -> Result<Vec<f64>> {
    Ok(adjust(p_values, ANY_ALPHA, Correction::Bonferroni)?.p_values)
}

/// Adjusted p-values of Holm: refusing all that are at most α makes a single false alarm with
/// a chance of at most α, however the tests depend on each other.
///
/// # Errors
/// [`Error::Value`] if one is NaN or outside 0 to 1.
///
/// # Source
/// Holm, *A simple sequentially rejective multiple test procedure* (1979).
///
/// ```
/// let adjusted = mlops_stats::multiple_testing::holm(&[0.01, 0.04, 0.9])?;
/// assert_eq!(adjusted, [0.03, 0.08, 0.9]);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>> {
    Ok(adjust(p_values, ANY_ALPHA, Correction::Holm)?.p_values)
}

/// Adjusted p-values of Benjamini and Hochberg, in the order given: refusing all that are
/// at most α keeps the expected share of false alarms among the alarms at α.
///
/// Holds for tests that are independent or depend positively on each other, as columns of
/// one table usually do. No p-values give no p-values. `O(n log n)`.
///
/// # Errors
/// [`Error::Value`] if one is NaN or outside 0 to 1.
///
/// # Source
/// Benjamini and Hochberg, *Controlling the false discovery rate* (1995). Agrees with
/// statsmodels' `multipletests(method="fdr_bh")` (0.15).
///
/// ```
/// let adjusted = mlops_stats::multiple_testing::benjamini_hochberg(&[0.01, 0.04, 0.9])?;
/// assert!(adjusted.iter().zip([0.03, 0.06, 0.9]).all(|(p, expected)| (p - expected).abs() < 1e-12));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>> {
    Ok(adjust(p_values, ANY_ALPHA, Correction::BenjaminiHochberg)?.p_values)
}

/// Adjusted p-values of Benjamini and Yekutieli: as [`benjamini_hochberg`], but however the
/// tests depend on each other, at the price of a factor of about `ln n`.
///
/// # Errors
/// [`Error::Value`] if one is NaN or outside 0 to 1.
///
/// # Source
/// Benjamini and Yekutieli, *The control of the false discovery rate in multiple testing under
/// dependency* (2001).
///
/// ```
/// let adjusted = mlops_stats::multiple_testing::benjamini_yekutieli(&[0.01, 0.04])?;
/// assert!(adjusted.iter().zip([0.03, 0.06]).all(|(p, expected)| (p - expected).abs() < 1e-12));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn benjamini_yekutieli(p_values: &[f64]) -> Result<Vec<f64>> {
    Ok(adjust(p_values, ANY_ALPHA, Correction::BenjaminiYekutieli)?.p_values)
}

/// For corrections whose adjusted p-values do not depend on it.
const ANY_ALPHA: f64 = 0.05;

pub(super) type Decided = (Vec<f64>, Vec<bool>);

fn at_most(adjusted: Vec<f64>, alpha: f64) -> Decided {
    let rejected = adjusted.iter().map(|p| *p <= alpha).collect();
    (adjusted, rejected)
}

/// Sorts, lets `of` work on the sorted p-values, and puts its answer back in order.
fn in_order(p_values: &[f64], of: impl FnOnce(&[f64]) -> Decided) -> Result<Adjusted> {
    if let Some(index) = p_values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let expected = "between 0 and 1";
        return Err(Error::Value { what: "p_values", index, value: p_values[index], expected });
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let sorted: Vec<f64> = order.iter().map(|index| p_values[*index]).collect();
    let (adjusted, rejected) = of(&sorted);
    let mut made = Adjusted { p_values: vec![1.0; sorted.len()], rejected: vec![false; sorted.len()] };
    for (rank, index) in order.into_iter().enumerate() {
        made.p_values[index] = adjusted[rank];
        made.rejected[index] = rejected[rank];
    }
    Ok(made)
}
