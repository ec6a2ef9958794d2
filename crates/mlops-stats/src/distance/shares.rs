use crate::error::same_length;
use crate::{Error, Result};

/// Hellinger distance of two lists of counts or shares, from 0 (equal shares) to 1 (nothing
/// in common): `√(½ Σ (√rᵢ − √cᵢ)²)`.
///
/// Each side is divided by its sum. Needs no floor: empty bins are fine.
///
/// # Errors
/// [`Error::Shape`] if the lengths differ or there is no bin, [`Error::Value`] if a weight is
/// negative or not finite, [`Error::Undefined`] if a side has no weight.
///
/// # Source
/// Hellinger (1909) with the factor that ends it at 1; `NannyML`'s `hellinger` (0.13).
///
/// ```
/// let distance = mlops_stats::distance::hellinger(&[1.0, 1.0], &[0.0, 3.0])?;
/// assert!((distance - (1.0 - 0.5_f64.sqrt()).sqrt()).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn hellinger(reference: &[f64], current: &[f64]) -> Result<f64> {
    let (r, c) = both("hellinger distance", reference, current)?;
    let squares: f64 = r.iter().zip(&c).map(|(r, c)| (r.sqrt() - c.sqrt()).powi(2)).sum();
    Ok((0.5 * squares).sqrt().min(1.0))
}

/// Total variation distance of two lists of counts or shares, from 0 to 1: the share of the
/// rows that would have to change their bin, `½ Σ |rᵢ − cᵢ|`.
///
/// Each side is divided by its sum. Needs no floor: empty bins are fine.
///
/// # Errors
/// As [`hellinger`].
///
/// # Source
/// Gibbs and Su, *On choosing and bounding probability metrics* (2002).
///
/// ```
/// let distance = mlops_stats::distance::total_variation(&[50.0, 50.0], &[6.0, 4.0])?;
/// assert!((distance - 0.1).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn total_variation(reference: &[f64], current: &[f64]) -> Result<f64> {
    let (r, c) = both("total variation distance", reference, current)?;
    Ok((0.5 * r.iter().zip(&c).map(|(r, c)| (r - c).abs()).sum::<f64>()).min(1.0))
}

/// The shares of two sides with as many bins.
pub(super) fn both(
    statistic: &'static str,
    reference: &[f64],
    current: &[f64],
) -> Result<(Vec<f64>, Vec<f64>)> {
    same_length("current", current.len(), "reference", reference.len())?;
    Ok((shares(statistic, "reference", reference)?, shares(statistic, "current", current)?))
}

/// Weights divided by their sum.
pub(super) fn shares(statistic: &'static str, side: &'static str, weights: &[f64]) -> Result<Vec<f64>> {
    if weights.is_empty() {
        return Err(Error::Shape { what: side, found: 0, expected: "at least 1".to_owned() });
    }
    if let Some(index) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
        let expected = "a finite number of at least 0";
        return Err(Error::Value { what: side, index, value: weights[index], expected });
    }
    let total: f64 = weights.iter().sum();
    if total > 0.0 && total.is_finite() {
        Ok(weights.iter().map(|weight| weight / total).collect())
    } else {
        Err(Error::undefined(statistic, format!("the weights of {side} sum to {total}")))
    }
}

pub(super) fn of_counts(counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|count| *count as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn degenerate_input_is_decided() {
        for distance in [hellinger, total_variation] {
            assert!(distance(&[0.0], &[1.0]).unwrap_err().is_undefined());
            assert!(distance(&[f64::MAX, f64::MAX], &[1.0, 1.0]).unwrap_err().is_undefined());
            assert!(matches!(distance(&[-1.0], &[1.0]), Err(Error::Value { index: 0, .. })));
            assert!(matches!(distance(&[1.0], &[f64::NAN]), Err(Error::Value { .. })));
            assert!(matches!(distance(&[], &[]), Err(Error::Shape { .. })));
            assert!(matches!(distance(&[1.0], &[1.0, 0.0]), Err(Error::Shape { .. })));
        }
    }

    proptest! {
        /// `H² ≤ TV ≤ H √2`, both symmetric and 0 for equal shares.
        #[test]
        fn they_bound_each_other(pairs in prop::collection::vec((0.0_f64..9.0, 0.0_f64..9.0), 1..8)) {
            let (r, c): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            prop_assume!(r.iter().sum::<f64>() > 0.0 && c.iter().sum::<f64>() > 0.0);
            let (h, tv) = (hellinger(&r, &c).unwrap(), total_variation(&r, &c).unwrap());
            prop_assert!(h * h <= tv + 1e-12 && tv <= h * 2.0_f64.sqrt() + 1e-12, "{} {}", h, tv);
            prop_assert!((hellinger(&c, &r).unwrap() - h).abs() < 1e-12);
            prop_assert!((total_variation(&c, &r).unwrap() - tv).abs() < 1e-12);
            prop_assert_eq!((hellinger(&r, &r).unwrap(), total_variation(&c, &c).unwrap()), (0.0, 0.0));
        }
    }
}
