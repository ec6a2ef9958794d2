//! Boundaries that a sum of deviations, as a function of its accumulated variance, ever
//! crosses with a chance of at most α.
//!
//! | the sum is | start at |
//! | --- | --- |
//! | of bounded or normal terms (sub-Gaussian) | [`normal_mixture`], [`Mixture::normal`] |
//! | heavier on one side (sub-exponential), as with an estimated variance | [`gamma_exponential_mixture`], [`Mixture::gamma_exponential`] |
//! | of terms bounded above (sub-Poisson) | [`Mixture::gamma_poisson`] |
//! | of terms within two ends (sub-Bernoulli) | [`Mixture::beta_binomial`] |
//! | any of them, by a formula | [`poly_stitching`] |
//! | a distribution function, everywhere at once | [`EmpiricalProcess`] |
//! | the place of a quantile, for all quantiles at once | [`double_stitching`] |

mod empirical_process;
mod gamma;
mod mixture;
mod stitching;

pub use empirical_process::EmpiricalProcess;
pub(super) use gamma::Gamma;
#[cfg(test)]
pub(super) use gamma::log_integral;
pub use mixture::{Mixture, Sides};
pub use stitching::{double_stitching, poly_stitching};

use crate::interval::proper_share;
use crate::{Error, Result};

/// Two-sided normal mixture: what the absolute value of a sub-Gaussian sum of variance `v`
/// ever exceeds with a chance of at most `alpha`; tightest at the variance `tightest_at`.
///
/// # Errors
/// [`Error::Parameter`] if alpha is not within 0..1, a variance is negative or not finite, or
/// `tightest_at` is 0.
///
/// # Source
/// Howard et al., Annals of Statistics 49 (2021), equation 3.7, the mixing scale by their
/// approximation of 3.19; equal to `normal_mixture_bound(…, is_one_sided=False)` of confseq 0.0.11.
///
/// ```
/// let bound = mlops_stats::sequential::boundary::normal_mixture(100.0, 0.05, 100.0)?;
/// assert!((bound - 30.3).abs() < 0.1);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn normal_mixture(v: f64, alpha: f64, tightest_at: f64) -> Result<f64> {
    checked(v, alpha, tightest_at)?;
    Ok(normal_with(rho_two_sided(tightest_at, alpha), v, alpha))
}

/// Gamma-exponential mixture: what a sub-exponential sum of scale `c` and variance `v` ever
/// exceeds with a chance of at most `alpha` (one-sided); tightest at the variance `tightest_at`.
///
/// # Errors
/// [`Error::Parameter`] if alpha is not within 0..1, a variance is negative or not finite, or
/// `tightest_at` or `c` is 0.
///
/// # Source
/// Howard et al., Annals of Statistics 49 (2021), Proposition 9; equal to
/// `gamma_exponential_mixture_bound` of confseq 0.0.11.
///
/// ```
/// use mlops_stats::sequential::boundary::gamma_exponential_mixture;
/// let bound = gamma_exponential_mixture(1.0, 0.05, 10.0, 1.0)?;
/// assert!((bound - 5.8).abs() < 0.1);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn gamma_exponential_mixture(v: f64, alpha: f64, tightest_at: f64, c: f64) -> Result<f64> {
    checked(v, alpha, tightest_at)?;
    positive("c", c)?;
    Ok(Gamma { rho: rho_one_sided(tightest_at, alpha), c }.bound(v, -alpha.ln()))
}

fn checked(v: f64, alpha: f64, tightest_at: f64) -> Result<()> {
    proper_share("alpha", alpha)?;
    positive("tightest at", tightest_at)?;
    if v >= 0.0 && v.is_finite() {
        Ok(())
    } else {
        Err(Error::Parameter { what: "v", value: v, expected: "at least 0" })
    }
}

pub(super) fn positive(what: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value.is_finite() {
        Ok(())
    } else {
        Err(Error::Parameter { what, value, expected: "a positive number" })
    }
}

/// The mixing scale that makes a two-sided normal mixture tightest at `v`.
pub(super) fn rho_two_sided(v: f64, alpha: f64) -> f64 {
    let log = -2.0 * alpha.ln();
    v / (log + log.ln_1p())
}

/// The same for one side.
pub(super) fn rho_one_sided(v: f64, alpha: f64) -> f64 {
    // Two sides at twice the error; α may be so close to 1 that twice of it is none.
    rho_two_sided(v, (2.0 * alpha).min(0.99))
}

pub(super) fn normal_with(rho: f64, v: f64, alpha: f64) -> f64 {
    ((v + rho) * (((v + rho) / rho).ln() - 2.0 * alpha.ln())).sqrt()
}
