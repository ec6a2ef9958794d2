use serde::{Deserialize, Serialize};
use statrs::function::beta::ln_beta;
use statrs::function::erf::erfc;
use statrs::function::gamma::{gamma_ur, ln_gamma};

use super::gamma::{Gamma, log_integral};
use super::{checked, normal_with, positive, rho_one_sided, rho_two_sided};
use crate::distribution::incomplete_beta;
use crate::interval::proper_share;
use crate::{Error, Result};

/// On which sides a boundary stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "there is no third number of sides")]
pub enum Sides {
    /// Above the sum only.
    One,
    /// Above the sum and, mirrored, below it.
    Two,
}

/// A mixture of exponential supermartingales `exp(λ s − ψ(λ) v)` over `λ`, in closed form, and
/// the boundary at which it reaches 1/α.
///
/// `s` is a sum of deviations, `v` its accumulated variance (its *intrinsic time*). It is
/// tightest where `v` is `tightest_at`, for boundaries of the level `tightest_alpha`; other
/// times and levels are as valid, and wider.
///
/// # Source
/// Howard, Ramdas, `McAuliffe` and Sekhon, *Time-uniform, nonparametric, nonasymptotic confidence
/// sequences*, Annals of Statistics 49 (2021), Propositions 5 to 9; equal to the
/// `…_log_mixture` and `…_mixture_bound` of confseq 0.0.11.
///
/// ```
/// use mlops_stats::sequential::boundary::{Mixture, Sides};
/// let mixture = Mixture::normal(10.0, 0.05, Sides::One)?;
/// assert!((mixture.bound(1.0, 0.05)? - 3.634_305).abs() < 1e-6);
/// assert!((mixture.log_value(3.634_305, 1.0)? - 20_f64.ln()).abs() < 1e-5);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixture(Kind);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Normal { rho: f64, sides: Sides },
    GammaExponential { rho: f64, c: f64 },
    GammaPoisson { rho: f64, c: f64 },
    BetaBinomial { r: f64, g: f64, h: f64, sides: Sides },
}

impl Mixture {
    /// For sub-Gaussian sums.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `tightest_at` is positive and `tightest_alpha` within 0..1.
    pub fn normal(tightest_at: f64, tightest_alpha: f64, sides: Sides) -> Result<Self> {
        Ok(Self(Kind::Normal { rho: rho(tightest_at, tightest_alpha, sides)?, sides }))
    }

    /// For sub-exponential sums of scale `c`, one-sided.
    ///
    /// # Errors
    /// As [`normal`](Self::normal), and unless `c` is positive.
    pub fn gamma_exponential(tightest_at: f64, tightest_alpha: f64, c: f64) -> Result<Self> {
        positive("c", c)?;
        Ok(Self(Kind::GammaExponential { rho: rho(tightest_at, tightest_alpha, Sides::One)?, c }))
    }

    /// For sub-Poisson sums of scale `c`, such as of terms at most `c` above their mean,
    /// one-sided.
    ///
    /// # Errors
    /// As [`gamma_exponential`](Self::gamma_exponential).
    pub fn gamma_poisson(tightest_at: f64, tightest_alpha: f64, c: f64) -> Result<Self> {
        positive("c", c)?;
        Ok(Self(Kind::GammaPoisson { rho: rho(tightest_at, tightest_alpha, Sides::One)?, c }))
    }

    /// For sub-Bernoulli sums: of terms from `−g` to `h`, whose mean is 0.
    ///
    /// # Errors
    /// As [`normal`](Self::normal), and unless `g` and `h` are positive.
    pub fn beta_binomial(
        tightest_at: f64,
        tightest_alpha: f64,
        (g, h): (f64, f64),
        sides: Sides,
    ) -> Result<Self> {
        positive("g", g)?;
        positive("h", h)?;
        let r = (rho(tightest_at, tightest_alpha, sides)? - g * h).max(1e-3 * g * h);
        Ok(Self(Kind::BetaBinomial { r, g, h, sides }))
    }

    /// Natural logarithm of the mixture at the sum `s` of variance `v`: evidence against "the
    /// sum is one of the kind".
    ///
    /// # Errors
    /// [`Error::Parameter`] if `v` is negative or `s` is not finite, [`Error::Undefined`] if no
    /// sum of that variance can be so large (or small).
    pub fn log_value(&self, s: f64, v: f64) -> Result<f64> {
        checked(v, 0.5, 1.0)?;
        if !s.is_finite() {
            return Err(Error::Parameter { what: "s", value: s, expected: "a finite number" });
        }
        let log = self.log_at(s, v);
        if log.is_nan() {
            Err(Error::undefined("mixture", format!("a sum of variance {v} is never {s}")))
        } else {
            Ok(log)
        }
    }

    /// What the sum of variance `v` ever exceeds with a chance of at most `alpha`.
    ///
    /// Where terms are bounded, at most the largest possible sum. Cost: about 60 evaluations
    /// of the mixture.
    ///
    /// # Errors
    /// [`Error::Parameter`] if alpha is not within 0..1 or `v` is negative or not finite.
    pub fn bound(&self, v: f64, alpha: f64) -> Result<f64> {
        checked(v, alpha, 1.0)?;
        let threshold = -alpha.ln();
        match self.0 {
            Kind::Normal { rho, sides: Sides::Two } => return Ok(normal_with(rho, v, alpha)),
            Kind::GammaExponential { rho, c } => return Ok(Gamma { rho, c }.bound(v, threshold)),
            _ => {}
        }
        let (mut below, mut above) = (0.0, self.largest(v));
        if above.is_infinite() {
            above = v.max(1e-300);
            while self.log_at(above, v) < threshold {
                above *= 2.0;
            }
        } else if self.log_at(above, v) < threshold {
            return Ok(above);
        }
        // The logarithm rises in the sum. 100 halvings leave nothing but rounding.
        for _ in 0..100 {
            let middle = f64::midpoint(below, above);
            if self.log_at(middle, v) < threshold {
                below = middle;
            } else {
                above = middle;
            }
            if above - below <= 1e-15 * above {
                break;
            }
        }
        Ok(f64::midpoint(below, above))
    }

    /// The largest sum of variance `v`.
    fn largest(&self, v: f64) -> f64 {
        match self.0 {
            Kind::BetaBinomial { g, .. } => v / g,
            _ => f64::INFINITY,
        }
    }

    /// The logarithm; NaN outside of where it is defined.
    fn log_at(&self, s: f64, v: f64) -> f64 {
        match self.0 {
            Kind::Normal { rho, sides } => {
                let total = v + rho;
                let both = 0.5 * (rho / total).ln() + s * s / (2.0 * total);
                match sides {
                    Sides::Two => both,
                    Sides::One => both + erfc(-s / (2.0 * total).sqrt()).ln(),
                }
            }
            Kind::GammaExponential { rho, c } => {
                let (v, rho, s) = (v / c / c, rho / c / c, s / c);
                if v + rho + s > 0.0 { log_integral(v + rho, s) - log_integral(rho, 0.0) } else { f64::NAN }
            }
            Kind::GammaPoisson { rho, c } => {
                let (v, rho, s) = (v / c / c, rho / c / c, s / c);
                if v + rho + s > 0.0 {
                    log_upper(v + rho + s, v + rho) - log_upper(rho, rho)
                } else {
                    f64::NAN
                }
            }
            Kind::BetaBinomial { r, g, h, sides } => {
                let width = g + h;
                let (a, b) = ((r + v - g * s) / (g * width), (r + v + h * s) / (h * width));
                if a <= 0.0 || b <= 0.0 {
                    return f64::NAN;
                }
                let x = match sides {
                    Sides::One => h / width,
                    Sides::Two => 1.0,
                };
                v / (g * h) * width.ln()
                    - (v + h * s) / (h * width) * g.ln()
                    - (v - g * s) / (g * width) * h.ln()
                    + log_incomplete_beta(a, b, x)
                    - log_incomplete_beta(r / (g * width), r / (h * width), x)
            }
        }
    }
}

fn rho(tightest_at: f64, tightest_alpha: f64, sides: Sides) -> Result<f64> {
    positive("tightest at", tightest_at)?;
    proper_share("tightest alpha", tightest_alpha)?;
    Ok(match sides {
        Sides::One => rho_one_sided(tightest_at, tightest_alpha),
        Sides::Two => rho_two_sided(tightest_at, tightest_alpha),
    })
}

/// `ln(eˣ Γ(a, x) / xᵃ)` with the upper incomplete gamma function.
fn log_upper(a: f64, x: f64) -> f64 {
    ln_gamma(a) + gamma_ur(a, x).ln() - a * x.ln() + x
}

/// `ln ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt`.
fn log_incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    ln_beta(a, b) + if x < 1.0 { incomplete_beta(a, b, x, 1.0 - x).0.ln() } else { 0.0 }
}
