//! The gamma-exponential mixture, computed so that nothing cancels.

use statrs::function::gamma::ln_gamma;

use super::normal_with;

/// A mixture of `exp(λ s − ψ(λ) v)`, `ψ(λ) = (−ln(1 − cλ) − cλ) / c²`, over `λ` in `0..1/c`,
/// where `1 − cλ` has a gamma density cut off at 1.
#[derive(Clone, Copy, Debug)]
pub(in crate::sequential) struct Gamma {
    pub(in crate::sequential) rho: f64,
    pub(in crate::sequential) c: f64,
}

impl Gamma {
    /// The sum at which the logarithm of the mixture is `log_threshold`, above 0.
    ///
    /// The logarithm is convex and rises in the sum: Newton's method from the right of the
    /// root never steps over it.
    pub(in crate::sequential) fn bound(self, v: f64, log_threshold: f64) -> f64 {
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
pub(in crate::sequential) fn log_integral(a: f64, s: f64) -> f64 {
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
