use super::EmptyBins;
use super::shares::{of_counts, shares};
use crate::Result;
use crate::error::same_length;

/// Population stability index of two binned samples, in nats; 0 means equal shares.
///
/// `Σ (cᵢ − rᵢ) · ln(cᵢ / rᵢ)` over the shares `r` and `c` of each bin. A bin that is empty
/// on one side counts as the share `floor` there ([`EmptyBins::Replace`]): without it the
/// logarithm is infinite. What is empty on both sides adds nothing. [`psi_filled`] has the
/// other rules.
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) if the lengths differ or there is no bin,
/// [`Error::Undefined`](crate::Error::Undefined) if a side has no counts,
/// [`Error::Parameter`](crate::Error::Parameter) unless `floor` lies in (0, 1).
///
/// # Source
/// Yurdakul, *Statistical Properties of Population Stability Index* (2018). Evidently's
/// floor is 0.0001 as long as every other share is above that.
///
/// ```
/// let psi = mlops_stats::distance::psi(&[50, 50], &[60, 40], 1e-4)?;
/// assert!((psi - 0.040_546_5).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn psi(reference: &[u64], current: &[u64], floor: f64) -> Result<f64> {
    psi_filled(&of_counts(reference), &of_counts(current), EmptyBins::Replace(floor))
}

/// Population stability index of two lists of counts or shares, in nats, with the rule for
/// empty bins named.
///
/// Each side is divided by its sum, then filled; the filled shares are not scaled again. Under
/// [`EmptyBins::Evidently`] each side has a floor of its own, and where those differ a bin that
/// is empty on both sides adds something, as it does in the tool.
///
/// # Errors
/// As [`psi`], and [`Error::Value`](crate::Error::Value) if a weight is negative or not finite.
///
/// # Source
/// With [`EmptyBins::Evidently`] equal to Evidently's `psi` (0.7.23) on the same bins; with
/// [`EmptyBins::Clip`] the scorecard's: Siddiqi, *Credit Risk Scorecards* (2006), its shares
/// kept from 0.
///
/// ```
/// use mlops_stats::distance::{EmptyBins, psi_filled};
/// let (before, after) = ([0.5, 0.5, 0.0], [30.0, 60.0, 10.0]);
/// let ours = psi_filled(&before, &after, EmptyBins::Evidently)?;
/// assert!((ours - 0.810_482).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn psi_filled(reference: &[f64], current: &[f64], empty_bins: EmptyBins) -> Result<f64> {
    let empty_bins = empty_bins.checked()?;
    same_length("current", current.len(), "reference", reference.len())?;
    let r = empty_bins.fill(shares("psi", "reference", reference)?);
    let c = empty_bins.fill(shares("psi", "current", current)?);
    Ok(r.iter().zip(&c).map(|(r, c)| (c - r) * (c / r).ln()).sum())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use proptest::prelude::*;

    #[test]
    fn degenerate_input_is_decided() {
        assert!(matches!(psi(&[1], &[1, 2], 1e-4), Err(Error::Shape { .. })));
        assert!(matches!(psi(&[], &[], 1e-4), Err(Error::Shape { .. })));
        assert!(matches!(psi(&[1], &[1], 0.0), Err(Error::Parameter { .. })));
        assert!(psi(&[0, 0], &[1, 2], 1e-4).unwrap_err().is_undefined());
    }

    #[test]
    fn an_empty_bin_costs_as_much_as_its_floor() {
        let expected = (0.5 - 1e-4) * (0.5_f64 / 1e-4).ln() + 0.5 * 2.0_f64.ln();
        assert!((psi(&[0, 2], &[4, 4], 1e-4).unwrap() - (expected)).abs() < 1e-12);
        assert_eq!(psi(&[0, 1], &[0, 5], 1e-4).unwrap(), 0.0);
    }

    proptest! {
        #[test]
        fn it_is_symmetric_and_never_negative(
            pairs in prop::collection::vec((0_u64..1000, 0_u64..1000), 1..8)
        ) {
            let (r, c): (Vec<u64>, Vec<u64>) = pairs.into_iter().unzip();
            if r.iter().sum::<u64>() > 0 && c.iter().sum::<u64>() > 0 {
                for rule in [EmptyBins::Replace(1e-4), EmptyBins::Clip(1e-3), EmptyBins::Evidently] {
                    let (r, c) = (of_counts(&r), of_counts(&c));
                    let there = psi_filled(&r, &c, rule).unwrap();
                    let back = psi_filled(&c, &r, rule).unwrap();
                    prop_assert!((there - back).abs() < 1e-9 && there >= 0.0);
                }
            }
        }
    }
}
