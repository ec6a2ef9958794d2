//! Tails of the distributions that tests refer to, accurate relative to themselves.

use std::f64::consts::{PI, SQRT_2};

use statrs::function::erf::erfc;
use statrs::function::gamma::{gamma_ur, ln_gamma};

use crate::Alternative;

/// How likely a standard normal variable exceeds `z`.
pub(super) fn normal_sf(z: f64) -> f64 {
    erfc(z / SQRT_2) / 2.0
}

/// How likely a chi-square variable exceeds `x`; 1 at and below 0.
pub(crate) fn chi_square_sf(degrees_of_freedom: f64, x: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else if x.is_infinite() {
        0.0
    } else {
        gamma_ur(degrees_of_freedom / 2.0, x / 2.0)
    }
}

/// How likely Student's t exceeds `t`.
pub(super) fn student_t_sf(degrees_of_freedom: f64, t: f64) -> f64 {
    let square = t * t;
    let beyond = if degrees_of_freedom >= NEAR_NORMAL {
        near_normal_student_t_sf(degrees_of_freedom, t.abs())
    } else if square.is_infinite() {
        // Far out the density falls as a power of `t`; its square has overflowed.
        if t.is_infinite() { 0.0 } else { far_student_t_sf(degrees_of_freedom, t.abs()) }
    } else {
        let sum = degrees_of_freedom + square;
        incomplete_beta(degrees_of_freedom / 2.0, 0.5, degrees_of_freedom / sum, square / sum) / 2.0
    };
    if t < 0.0 { 1.0 - beyond } else { beyond }
}

/// From here on the continued fraction is slow and loses digits, and this does not.
///
/// # Source
/// Hill, *Algorithm 395: Student's t-distribution* (1970), his first correction.
const NEAR_NORMAL: f64 = 1e5;

fn near_normal_student_t_sf(degrees_of_freedom: f64, t: f64) -> f64 {
    let a = degrees_of_freedom - 0.5;
    // In two steps: the square of a large `t` may overflow.
    let z = (a * (t / degrees_of_freedom * t).ln_1p()).sqrt();
    normal_sf(z + (z * z + 3.0) * z / (48.0 * a * a))
}

fn far_student_t_sf(degrees_of_freedom: f64, t: f64) -> f64 {
    let half = degrees_of_freedom / 2.0;
    let ln_beta = ln_gamma(half) + ln_gamma(0.5) - ln_gamma(half + 0.5);
    (half * (degrees_of_freedom.ln() - 2.0 * t.ln()) - half.ln() - ln_beta).exp() / 2.0
}

/// The `t` that Student's t exceeds with this probability, between 0 and ½.
pub(super) fn student_t_quantile_above(degrees_of_freedom: f64, probability: f64) -> f64 {
    let mut high = 1.0;
    while student_t_sf(degrees_of_freedom, high) > probability && high < f64::MAX / 2.0 {
        high *= 2.0;
    }
    let mut low = 0.0;
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if student_t_sf(degrees_of_freedom, middle) > probability { low = middle } else { high = middle }
    }
}

/// How likely a variable of the F distribution exceeds `f`; 1 at and below 0.
pub(super) fn f_sf(of_numerator: f64, of_denominator: f64, f: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let scaled = of_numerator * f;
    if scaled.is_infinite() {
        return 0.0;
    }
    let sum = of_denominator + scaled;
    incomplete_beta(of_denominator / 2.0, of_numerator / 2.0, of_denominator / sum, scaled / sum)
}

/// The p-value of a statistic whose distribution is symmetric around 0.
pub(super) fn symmetric_p_value(statistic: f64, alternative: Alternative, sf: impl Fn(f64) -> f64) -> f64 {
    match alternative {
        Alternative::Less => sf(-statistic),
        Alternative::Greater => sf(statistic),
        Alternative::TwoSided => 2.0 * sf(statistic.abs()),
    }
}

/// The regularised incomplete beta function at `x = 1 − y`. Both are given, so that
/// neither end loses its digits.
///
/// # Source
/// The continued fraction DLMF 8.17.22, evaluated as Lentz did.
fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if y <= 0.0 {
        return 1.0;
    }
    if x * (a + b + 2.0) <= a + 1.0 {
        beta_front(a, b, x, y) / a * beta_fraction(a, b, x)
    } else {
        1.0 - beta_front(b, a, y, x) / b * beta_fraction(b, a, y)
    }
}

/// `xᵃ yᵇ / B(a, b)`. The large parts of the logarithms of the gamma functions cancel on
/// paper, as they would not in doubles.
fn beta_front(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let away = b * x - a * y;
    let ln = |share: f64, of_mean: f64| if share.abs() < 0.5 { share.ln_1p() } else { of_mean.ln() };
    let powers = a * ln(away / a, x * ((a + b) / a)) + b * ln(-away / b, y * ((a + b) / b));
    let rest = stirling_rest(a + b) - stirling_rest(a) - stirling_rest(b);
    (powers + rest).exp() * (a / (a + b) * b / (2.0 * PI)).sqrt()
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

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    // About the root of the larger argument is enough.
    for m in 1..200_000 {
        let m = f64::from(m);
        for term in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            value *= c * d;
        }
        if (c * d - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    #[test]
    fn tails_equal_their_closed_forms() {
        for t in [0.0_f64, 1e-9, 0.1, 0.7, 1.0, 3.0, 40.0, 1e5, 1e80, 1e200] {
            let cauchy = if t > 1.0 { (1.0 / t).atan() } else { PI / 2.0 - t.atan() } / PI;
            assert!(close(student_t_sf(1.0, t), cauchy, 1e-13), "{t}: {} {cauchy}", student_t_sf(1.0, t));
            assert!(close(student_t_sf(1.0, -t), 1.0 - cauchy, 1e-13));
            let root = 2.0_f64.sqrt().hypot(t);
            let two = 1.0 / (root * (root + t));
            assert!(
                close(student_t_sf(2.0, t), two, 1e-13) || two == 0.0,
                "{t}: {} {two}",
                student_t_sf(2.0, t)
            );
            assert!(close(chi_square_sf(2.0, t), (-t / 2.0).exp(), 1e-13) || t > 1400.0);
            for d in [1.0, 7.0, 300.0] {
                let expected = (-d / 2.0 * (2.0 * t / d).ln_1p()).exp();
                assert!(close(f_sf(2.0, d, t), expected, 1e-12) || expected < 1e-300, "{t} {d}");
            }
        }
        assert_eq!((student_t_sf(5.0, f64::INFINITY), student_t_sf(5.0, f64::NEG_INFINITY)), (0.0, 1.0));
        assert_eq!((f_sf(3.0, 5.0, f64::INFINITY), f_sf(3.0, 5.0, 0.0)), (0.0, 1.0));
        assert_eq!((chi_square_sf(3.0, f64::INFINITY), chi_square_sf(3.0, 0.0)), (0.0, 1.0));
    }

    #[test]
    fn many_degrees_of_freedom_are_the_normal_limit() {
        // The next term of the expansion is (t³ + t) φ(t) / 4ν.
        for t in [0.3_f64, 1.0, 3.0] {
            for degrees in [1e7, 1e9] {
                let density = (-t * t / 2.0).exp() / (2.0 * PI).sqrt();
                let expected = normal_sf(t) + (t.powi(3) + t) * density / (4.0 * degrees);
                let ours = student_t_sf(degrees, t);
                assert!(close(ours, expected, 1e-9), "{degrees} {t}: {ours} {expected}");
            }
        }
    }

    #[test]
    fn quantiles_invert_tails() {
        for degrees in [1.0, 2.6, 30.0, 1e6] {
            for share in [0.5, 0.4, 0.025, 1e-6, 1e-15] {
                let t = student_t_quantile_above(degrees, share);
                assert!(close(student_t_sf(degrees, t), share, 1e-10), "{degrees} {share} {t}");
            }
        }
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
