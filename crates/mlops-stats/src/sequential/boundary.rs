//! Boundaries that a sum of deviations, as a function of its accumulated variance, ever
//! crosses with a chance of at most α.

use statrs::function::gamma::ln_gamma;

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

/// A mixture of `exp(λ s − ψ(λ) v)`, `ψ(λ) = (−ln(1 − cλ) − cλ) / c²`, over `λ` in `0..1/c`,
/// where `1 − cλ` has a gamma density cut off at 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gamma {
    pub(super) rho: f64,
    pub(super) c: f64,
}

impl Gamma {
    /// The sum at which the logarithm of the mixture is `log_threshold`, above 0.
    ///
    /// The logarithm is convex and rises in the sum: Newton's method from the right of the
    /// root never steps over it.
    pub(super) fn bound(self, v: f64, log_threshold: f64) -> f64 {
        // In units of c, everything is that of c = 1.
        let (v, rho) = (v / self.c / self.c, self.rho / self.c / self.c);
        let constant = log_integral(rho, 0.0);
        let mut s = normal_with(rho, v, (-log_threshold).exp()) + log_threshold;
        while log_integral(v + rho, s) - constant < log_threshold {
            s *= 2.0;
        }
        for _ in 0..100 {
            let log = log_integral(v + rho, s);
            let slope = (s + (-log).exp()) / (v + rho + s);
            let step = (log - constant - log_threshold) / slope;
            s -= step;
            if step <= 1e-13 * s {
                break;
            }
        }
        s * self.c
    }
}

/// `ln(eˣ γ(a, x) / xᵃ)` for `x = a + s` and `s ≥ 0`, where `γ` is the lower incomplete gamma
/// function. Relative error about 1e-15 times the logarithm, whatever the size of `a`.
pub(super) fn log_integral(a: f64, s: f64) -> f64 {
    let x = a + s;
    if s <= 2.0 * a.sqrt() + 1.0 {
        // All terms are positive: nothing cancels. About s + 9 √x of them count.
        let (mut term, mut total, mut n) = (1.0 / a, 1.0 / a, 0.0);
        while term > total * 1e-17 {
            n += 1.0;
            term *= x / (a + n);
            total += term;
        }
        return total.ln();
    }
    // −ln of xᵃ e⁻ˣ / Γ(a); what is large in it would cancel, so it is left out beforehand.
    let density = if a < 10.0 {
        ln_gamma(a) + x - a * x.ln()
    } else {
        let u = s / a;
        0.5 * (std::f64::consts::TAU / a).ln() + stirling(a) + a * (u - u.ln_1p())
    };
    density + (-(-density).exp() * upper_fraction(a, x)).ln_1p()
}

/// What Stirling's formula lacks of `ln Γ(a)`, for `a ≥ 10`.
fn stirling(a: f64) -> f64 {
    let square = 1.0 / (a * a);
    let series = 1.0 / 1188.0 - square * (691.0 / 360_360.0 - square / 156.0);
    let series = 1.0 / 1260.0 - square * (1.0 / 1680.0 - square * series);
    (1.0 / 12.0 - square * (1.0 / 360.0 - square * series)) / a
}

/// `Γ(a, x) / (xᵃ e⁻ˣ)` by Legendre's continued fraction, evaluated as Lentz did.
fn upper_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let mut c = f64::MAX;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for index in 1..100_000 {
        let n = f64::from(index);
        let numerator = n * (a - n);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        let factor = c * d;
        fraction *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}
