use crate::error::same_length;
use crate::{Error, Result};

/// Population stability index of two binned samples, in nats; 0 means equal shares.
///
/// `Σ (cᵢ − rᵢ) · ln(cᵢ / rᵢ)` over the shares `r` and `c` of each bin. A bin that is empty
/// on one side counts as the share `floor` there: without it the logarithm is infinite.
/// What is empty on both sides adds nothing.
///
/// # Errors
/// [`Error::Shape`] if the lengths differ or there is no bin, [`Error::Undefined`] if a
/// side has no counts, [`Error::Parameter`] unless `floor` lies in (0, 1).
///
/// # Source
/// Yurdakul, *Statistical Properties of Population Stability Index* (2018). Evidently's
/// floor is 0.0001; tools that add it to every bin differ in the last digits.
///
/// ```
/// let psi = mlops_stats::distance::psi(&[50, 50], &[60, 40], 1e-4)?;
/// assert!((psi - 0.040_546_5).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn psi(reference: &[u64], current: &[u64], floor: f64) -> Result<f64> {
    if !(floor > 0.0 && floor < 1.0) {
        return Err(Error::Parameter { what: "floor", value: floor, expected: "between 0 and 1" });
    }
    same_length("current", current.len(), "reference", reference.len())?;
    let as_numbers = |counts: &[u64]| counts.iter().map(|count| *count as f64).collect::<Vec<f64>>();
    let r = shares("psi", "reference", &as_numbers(reference))?;
    let c = shares("psi", "current", &as_numbers(current))?;
    let filled = |share: f64| if share == 0.0 { floor } else { share };
    let terms = r.iter().zip(&c).map(|(r, c)| (filled(*r), filled(*c)));
    Ok(terms.map(|(r, c)| (c - r) * (c / r).ln()).sum())
}

/// Jensen–Shannon distance of two lists of counts or shares, from 0 (equal shares) to 1
/// (nothing in common): the square root of the divergence in bits.
///
/// Each side is divided by its sum. Needs no floor: empty bins are fine.
///
/// # Errors
/// [`Error::Shape`] if the lengths differ or there is no bin, [`Error::Value`] if a weight
/// is negative or not finite, [`Error::Undefined`] if a side has no weight.
///
/// # Source
/// Endres and Schindelin, *A new metric for probability distributions* (2003). Agrees with
/// `scipy.spatial.distance.jensenshannon(base=2)` (1.17); in nats, as its default, it is
/// √ln 2 times this.
///
/// ```
/// let distance = mlops_stats::distance::jensen_shannon(&[3.0, 5.0, 2.0], &[1.0, 1.0, 8.0])?;
/// assert!((distance - 0.530_823_5).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn jensen_shannon(reference: &[f64], current: &[f64]) -> Result<f64> {
    same_length("current", current.len(), "reference", reference.len())?;
    let r = shares("jensen-shannon distance", "reference", reference)?;
    let c = shares("jensen-shannon distance", "current", current)?;
    let relative = |p: f64, middle: f64| if p > 0.0 { p * (p / middle).log2() } else { 0.0 };
    let divergence: f64 = r
        .iter()
        .zip(&c)
        .map(|(r, c)| {
            let middle = f64::midpoint(*r, *c);
            relative(*r, middle) + relative(*c, middle)
        })
        .sum();
    // Rounding may leave a hair below 0 for equal shares, or above 1 for disjoint ones.
    Ok((divergence / 2.0).clamp(0.0, 1.0).sqrt())
}

fn shares(statistic: &'static str, side: &'static str, weights: &[f64]) -> Result<Vec<f64>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn degenerate_input_is_decided() {
        assert!(matches!(psi(&[1], &[1, 2], 1e-4), Err(Error::Shape { .. })));
        assert!(matches!(psi(&[], &[], 1e-4), Err(Error::Shape { .. })));
        assert!(matches!(psi(&[1], &[1], 0.0), Err(Error::Parameter { .. })));
        assert!(psi(&[0, 0], &[1, 2], 1e-4).unwrap_err().is_undefined());
        assert!(jensen_shannon(&[0.0], &[1.0]).unwrap_err().is_undefined());
        assert!(jensen_shannon(&[f64::MAX, f64::MAX], &[1.0, 1.0]).unwrap_err().is_undefined());
        assert!(matches!(jensen_shannon(&[-1.0], &[1.0]), Err(Error::Value { index: 0, .. })));
        assert!(matches!(jensen_shannon(&[1.0], &[f64::NAN]), Err(Error::Value { .. })));
    }

    #[test]
    fn an_empty_bin_costs_as_much_as_its_floor() {
        let expected = (0.5 - 1e-4) * (0.5_f64 / 1e-4).ln() + 0.5 * 2.0_f64.ln();
        assert!((psi(&[0, 2], &[4, 4], 1e-4).unwrap() - (expected)).abs() < 1e-12);
        assert_eq!(psi(&[0, 1], &[0, 5], 1e-4).unwrap(), 0.0);
    }

    proptest! {
        #[test]
        fn both_are_symmetric_and_bounded(
            pairs in prop::collection::vec((0_u64..1000, 0_u64..1000), 1..8)
        ) {
            let (r, c): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
            if r.iter().sum::<u64>() > 0 && c.iter().sum::<u64>() > 0 {
                let (there, back) = (psi(&r, &c, 1e-4).unwrap(), psi(&c, &r, 1e-4).unwrap());
                prop_assert!((there - back).abs() < 1e-9 && there >= 0.0);
                let float = |counts: &[u64]| counts.iter().map(|count| *count as f64).collect::<Vec<_>>();
                let distance = jensen_shannon(&float(&r), &float(&c)).unwrap();
                prop_assert!((0.0..=1.0).contains(&distance));
                prop_assert!(jensen_shannon(&float(&r), &float(&r)).unwrap() < 1e-7);
            }
        }
    }
}
