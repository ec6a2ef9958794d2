use std::f64::consts::{E, LN_2};

use super::EmptyBins;
use super::shares::{both, shares};
use crate::{Error, Result};

/// Entropy of a list of counts or shares: `−Σ pᵢ ln pᵢ`, in units of the logarithm's `base`
/// (e: nats, 2: bits).
///
/// The weights are divided by their sum; empty bins add nothing.
///
/// # Errors
/// [`Error::Shape`] if there is no bin, [`Error::Value`] if a weight is negative or not finite,
/// [`Error::Undefined`] if there is no weight, [`Error::Parameter`] if the base is not a
/// positive number other than 1.
///
/// # Source
/// Shannon (1948). Equal to `scipy.stats.entropy(pk, base=…)` (1.17) for weights of at least 0.
///
/// ```
/// assert_eq!(mlops_stats::distance::entropy(&[5.0, 5.0, 5.0, 5.0], 2.0)?, 2.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn entropy(weights: &[f64], base: f64) -> Result<f64> {
    let unit = unit(base)?;
    let p = shares("entropy", "weights", weights)?;
    let nats: f64 = p.iter().map(|p| if *p > 0.0 { -p * p.ln() } else { 0.0 }).sum();
    Ok(nats / unit)
}

/// Kullback–Leibler divergence of `p` from `q`, `Σ pᵢ ln(pᵢ / qᵢ)`, in units of the
/// logarithm's `base` (e: nats, 2: bits). Nothing is smoothed.
///
/// Each side is divided by its sum. Infinite if a bin of `p` is empty in `q`. Not symmetric:
/// the first argument says how much each bin counts.
///
/// # Errors
/// As [`entropy`], and [`Error::Shape`] if the lengths differ.
///
/// # Source
/// Kullback and Leibler (1951). Equal to `scipy.stats.entropy(pk, qk, base=…)` (1.17).
///
/// ```
/// use mlops_stats::distance::kullback_leibler;
/// assert!((kullback_leibler(&[1.0, 9.0], &[9.0, 1.0], 2.0)? - 2.535_94).abs() < 1e-6);
/// assert_eq!(kullback_leibler(&[1.0, 1.0], &[1.0, 0.0], 2.0)?, f64::INFINITY);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn kullback_leibler(p: &[f64], q: &[f64], base: f64) -> Result<f64> {
    let unit = unit(base)?;
    let (p, q) = both("kullback-leibler divergence", p, q)?;
    Ok(relative(&p, &q) / unit)
}

/// Kullback–Leibler divergence with the empty bins of both sides filled first, so that it is
/// always finite; in nats.
///
/// Each side is divided by its sum, filled, and divided by its sum again.
///
/// # Errors
/// As [`kullback_leibler`], and [`Error::Parameter`] if a floor is outside (0, 1).
///
/// # Source
/// With [`EmptyBins::Evidently`] equal to Evidently's `kl_div` (0.7.23) of the reference from
/// the current data, on the same bins.
///
/// ```
/// use mlops_stats::distance::{EmptyBins, kullback_leibler_filled};
/// let nats = kullback_leibler_filled(&[5.0, 5.0], &[10.0, 0.0], EmptyBins::Evidently)?;
/// assert!((nats - 3.912_123).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn kullback_leibler_filled(p: &[f64], q: &[f64], empty_bins: EmptyBins) -> Result<f64> {
    let empty_bins = empty_bins.checked()?;
    let (p, q) = both("kullback-leibler divergence", p, q)?;
    kullback_leibler(&empty_bins.fill(p), &empty_bins.fill(q), E)
}

/// Jensen–Shannon divergence of two lists of counts or shares: the mean of the
/// [Kullback–Leibler divergences](kullback_leibler) from their middle, in units of the
/// logarithm's `base`.
///
/// From 0 (equal shares) to ln 2 nats or 1 bit (nothing in common). Each side is divided by
/// its sum. Needs no floor: empty bins are fine. Its root is the
/// [distance](jensen_shannon_distance), which most tools show.
///
/// # Errors
/// As [`kullback_leibler`].
///
/// # Source
/// Lin, *Divergence measures based on the Shannon entropy* (1991).
///
/// ```
/// let bits = mlops_stats::distance::jensen_shannon_divergence(&[1.0, 0.0], &[0.0, 1.0], 2.0)?;
/// assert_eq!(bits, 1.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn jensen_shannon_divergence(reference: &[f64], current: &[f64], base: f64) -> Result<f64> {
    let unit = unit(base)?;
    let (r, c) = both("jensen-shannon divergence", reference, current)?;
    let middle: Vec<f64> = r.iter().zip(&c).map(|(r, c)| f64::midpoint(*r, *c)).collect();
    // Rounding may leave a hair below 0 for equal shares, or above ln 2 for disjoint ones.
    let nats = (0.5 * (relative(&r, &middle) + relative(&c, &middle))).clamp(0.0, LN_2);
    Ok(nats / unit)
}

/// Jensen–Shannon distance of two lists of counts or shares: the square root of the
/// [divergence](jensen_shannon_divergence) in units of the logarithm's `base`. A metric.
///
/// # Errors
/// As [`kullback_leibler`], and [`Error::Parameter`] if the base is below 1.
///
/// # Source
/// Endres and Schindelin, *A new metric for probability distributions* (2003). Equal to
/// `scipy.spatial.distance.jensenshannon(base=…)` (1.17), whose default is nats, as
/// Evidently's; `NannyML` takes bits.
///
/// ```
/// use mlops_stats::distance::jensen_shannon_distance;
/// let distance = jensen_shannon_distance(&[3.0, 5.0, 2.0], &[1.0, 1.0, 8.0], 2.0)?;
/// assert!((distance - 0.530_823_5).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn jensen_shannon_distance(reference: &[f64], current: &[f64], base: f64) -> Result<f64> {
    if base < 1.0 {
        return Err(Error::Parameter { what: "base", value: base, expected: "a number above 1" });
    }
    Ok(jensen_shannon_divergence(reference, current, base)?.sqrt())
}

/// Jensen–Shannon distance in bits, from 0 (equal shares) to 1 (nothing in common):
/// [`jensen_shannon_distance`] with base 2.
///
/// # Errors
/// As [`kullback_leibler`].
pub fn jensen_shannon(reference: &[f64], current: &[f64]) -> Result<f64> {
    jensen_shannon_distance(reference, current, 2.0)
}

/// One unit of the logarithm, in nats.
fn unit(base: f64) -> Result<f64> {
    // 1 would divide by nothing.
    if base > 0.0 && base.is_finite() && (base - 1.0).abs() > 0.0 {
        Ok(if base.total_cmp(&E).is_eq() { 1.0 } else { base.ln() })
    } else {
        Err(Error::Parameter { what: "base", value: base, expected: "a positive number other than 1" })
    }
}

/// `Σ pᵢ ln(pᵢ / qᵢ)`.
fn relative(p: &[f64], q: &[f64]) -> f64 {
    let term = |(p, q): (&f64, &f64)| match (*p > 0.0, *q > 0.0) {
        (false, _) => 0.0,
        (true, false) => f64::INFINITY,
        (true, true) => p * (p / q).ln(),
    };
    p.iter().zip(q).map(term).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn degenerate_input_is_decided() {
        for two in [kullback_leibler, jensen_shannon_divergence, jensen_shannon_distance] {
            assert!(two(&[0.0], &[1.0], E).unwrap_err().is_undefined());
            assert!(two(&[f64::MAX, f64::MAX], &[1.0, 1.0], E).unwrap_err().is_undefined());
            assert!(matches!(two(&[-1.0], &[1.0], E), Err(Error::Value { index: 0, .. })));
            assert!(matches!(two(&[1.0], &[f64::NAN], E), Err(Error::Value { .. })));
            assert!(matches!(two(&[1.0], &[1.0, 2.0], E), Err(Error::Shape { .. })));
            for base in [0.0, 1.0, -2.0, f64::NAN, f64::INFINITY] {
                assert!(matches!(two(&[1.0], &[1.0], base), Err(Error::Parameter { .. })), "{base}");
            }
        }
        assert!(matches!(entropy(&[], E), Err(Error::Shape { .. })));
        assert!(entropy(&[0.0], E).unwrap_err().is_undefined());
    }

    #[test]
    fn smoothing_is_the_one_that_is_named() {
        let filled = |rule| kullback_leibler_filled(&[0.5, 0.5], &[1.0, 0.0], rule).unwrap();
        let by_hand = |floor: f64| 0.5 * (0.25 * (1.0 + floor) * (1.0 + floor) / floor).ln();
        for floor in [1e-3, 1e-5] {
            assert!((filled(EmptyBins::Replace(floor)) - by_hand(floor)).abs() < 1e-12);
        }
        assert_eq!(filled(EmptyBins::Evidently), filled(EmptyBins::Replace(1e-4)));
        assert!(kullback_leibler_filled(&[1.0], &[1.0], EmptyBins::Clip(2.0)).is_err());
    }

    proptest! {
        #[test]
        fn divergences_have_their_bounds(pairs in prop::collection::vec((0_u32..1000, 0_u32..1000), 1..8)) {
            let (r, c): (Vec<f64>, Vec<f64>) =
                pairs.into_iter().map(|(r, c)| (f64::from(r), f64::from(c))).unzip();
            prop_assume!(r.iter().sum::<f64>() > 0.0 && c.iter().sum::<f64>() > 0.0);
            let bits = jensen_shannon_divergence(&r, &c, 2.0).unwrap();
            prop_assert!((0.0..=1.0).contains(&bits));
            prop_assert!((jensen_shannon_divergence(&c, &r, 2.0).unwrap() - bits).abs() < 1e-12);
            prop_assert!(jensen_shannon(&r, &r).unwrap() < 1e-7);
            prop_assert!(bits <= kullback_leibler(&r, &c, 2.0).unwrap() + 1e-12);
            prop_assert!(kullback_leibler(&r, &c, E).unwrap() >= -1e-12);
            prop_assert!(entropy(&r, 2.0).unwrap() <= (r.len() as f64).log2() + 1e-12);
        }
    }
}
