//! The limiting distribution of the Cramér–von Mises statistic, to the digits that `SciPy` has.

use std::f64::consts::PI;

use statrs::function::gamma::ln_gamma;

/// The modified Bessel function of the second kind of order ¼, above 0, to 13 digits.
///
/// # Source
/// Temme, *On the numerical evaluation of the modified Bessel function of the third kind*
/// (1975): his series up to 2, the continued fraction DLMF 10.74(v) by Steed's method beyond.
/// The gamma functions are rounded as in Amos, *Algorithm 644* (1986), which `SciPy` has: the
/// far tail of [`cramer_von_mises_limit_cdf`] is what such digits leave.
fn bessel_k_quarter(x: f64) -> f64 {
    const ORDER: f64 = 0.25;
    /// 1 / Γ(1 + ¼) and 1 / Γ(1 − ¼).
    const RECIPROCALS: (f64, f64) = (1.103_262_651_320_838_1, 0.816_048_939_098_262_4);
    if x > 2.0 {
        return (PI / (2.0 * x)).sqrt() * (-x).exp() / steed_sum(ORDER, x);
    }
    let (above, below) = RECIPROCALS;
    let angle = ORDER * (2.0 / x).ln();
    let (odd, even) = ((below - above) / (2.0 * ORDER), (below + above) * 0.5);
    let factor = PI * ORDER / (PI * ORDER).sin();
    let growth = angle.exp();
    let mut f = factor * (odd * angle.cosh() + angle.sinh() / ORDER * even);
    let mut p = 0.5 * growth * (1.0 / above);
    let mut q = 0.5 / growth * (1.0 / below);
    let quarter_square = 0.25 * x * x;
    let (mut total, mut weight) = (f, 1.0);
    for k in 1..100_u8 {
        let k = f64::from(k);
        f = (k * f + p + q) / (k * k - ORDER * ORDER);
        p *= 1.0 / (k - ORDER);
        q *= 1.0 / (k + ORDER);
        weight *= quarter_square * (1.0 / k);
        total += weight * f;
        if weight <= f64::EPSILON {
            break;
        }
    }
    total
}

/// The sum by which `√(π / 2x) e⁻ˣ` is divided.
fn steed_sum(order: f64, x: f64) -> f64 {
    let start = 0.25 - order * order;
    let mut b = 2.0 * (1.0 + x);
    let mut d = 1.0 / b;
    let mut delta = d;
    let (mut q_before, mut q_here) = (0.0, 1.0);
    let mut c = start;
    let mut a = -start;
    let mut q = start;
    let mut sum = 1.0 + q * delta;
    for k in 2..10_000_u16 {
        let k = f64::from(k);
        a -= 2.0 * (k - 1.0);
        c = -a * c / k;
        let q_next = (q_before - b * q_here) / a;
        (q_before, q_here) = (q_here, q_next);
        q += c * q_next;
        b += 2.0;
        d = 1.0 / (b + a * d);
        delta *= b * d - 1.0;
        let step = q * delta;
        sum += step;
        if (step / sum).abs() <= f64::EPSILON / 8.0 {
            break;
        }
    }
    sum
}

/// The limiting distribution function of the Cramér–von Mises statistic, above 0.
///
/// # Source
/// Csörgő and Faraway, *The exact and asymptotic distributions of Cramér-von Mises statistics*
/// (1996), (1.3). Ends with the first term below 1e−7 as `SciPy` (1.17), whose far tail is
/// what this and rounding leave.
pub(super) fn cramer_von_mises_limit_cdf(x: f64) -> f64 {
    let mut total = 0.0;
    for k in 0..1000_u16 {
        let k = f64::from(k);
        let gammas = (ln_gamma_of_halves(k + 0.5) - ln_gamma_of_halves(k + 1.0)).exp();
        let y = 4.0 * k + 1.0;
        let q = y * y / (16.0 * x);
        let term = gammas / (PI.powf(1.5) * x.sqrt()) * y.sqrt() * (-q).exp() * bessel_k_quarter(q);
        total += term;
        if term < 1e-7 {
            break;
        }
    }
    total
}

/// `ln Γ` of a multiple of ½ above 0: products below 13, Stirling's formula from there.
fn ln_gamma_of_halves(x: f64) -> f64 {
    /// ln Γ(2½)
    const OF_FIVE_HALVES: f64 = 0.284_682_870_472_919_2;
    if x >= 13.0 {
        return (x - 0.5) * x.ln() - x + (2.0 * PI).ln() / 2.0 + stirling_rest(x);
    }
    let (mut product, mut place) = (1.0, x);
    while place >= 3.0 {
        place -= 1.0;
        product *= place;
    }
    while place < 2.0 {
        product /= place;
        place += 1.0;
    }
    if place > 2.0 { product.ln() + OF_FIVE_HALVES } else { product.ln() }
}

/// What Stirling's formula leaves of `ln Γ(z)`.
///
/// # Source
/// DLMF 5.11.1.
fn stirling_rest(z: f64) -> f64 {
    if z < 10.0 {
        return ln_gamma(z) - ((z - 0.5) * z.ln() - z + (2.0 * PI).ln() / 2.0);
    }
    let terms = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    terms.iter().rev().fold(0.0, |sum, term| sum / (z * z) + term) / z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    #[test]
    fn bessel_is_its_integral() {
        for x in [0.003_f64, 0.1, 0.9, 1.999, 2.001, 5.0, 30.0] {
            // The trapezoidal rule is exact but for rounding on what falls off like this.
            let step = 1.0 / 64.0;
            let at = |t: f64| (-x * t.cosh()).exp() * (t / 4.0).cosh();
            let integral = step * (at(0.0) / 2.0 + (1..640).map(|i| at(f64::from(i) * step)).sum::<f64>());
            assert!(close(bessel_k_quarter(x), integral, 2e-13), "{x}: {} {integral}", bessel_k_quarter(x));
        }
    }

    #[test]
    fn the_limit_of_cramer_von_mises_has_its_percentiles() {
        // Anderson and Darling, Asymptotic theory of certain goodness of fit criteria (1952), table 1.
        for (x, share) in [(0.118_88, 0.5), (0.347_30, 0.9), (0.461_36, 0.95), (0.743_46, 0.99)] {
            let ours = cramer_von_mises_limit_cdf(x);
            assert!((ours - share).abs() < 2e-5, "{x}: {ours}");
        }
    }
}
