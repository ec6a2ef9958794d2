//! The regularised incomplete beta function and its inverse, for large arguments too.

use statrs::function::gamma::ln_gamma;

/// `Iₓ(a, b)` and `1 − Iₓ(a, b)`, each with its own digits; `y` is `1 − x`, given apart so
/// that it keeps its digits where `x` is close to 1. `a` and `b` are above 0.
///
/// O(√max(a, b)) steps. The factor before the fraction is a binomial density taken from
/// deviances, not from differences of large logarithms: at a million trials those would
/// leave nine digits.
///
/// # Source
/// Continued fraction: Abramowitz and Stegun, 26.5.8, by Lentz' method; density: Loader,
/// *Fast and Accurate Computation of Binomial Probabilities* (2000).
pub(crate) fn incomplete_beta(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        let (upper, lower) = incomplete_beta_low(b, a, y, x);
        (lower, upper)
    } else {
        incomplete_beta_low(a, b, x, y)
    }
}

fn incomplete_beta_low(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    let lower = (kernel(a, b, x, y) / a * fraction(a, b, x)).clamp(0.0, 1.0);
    (lower, 1.0 - lower)
}

/// The `x` of which `Iₓ(a, b)` is `share`, above 0 and below 1.
pub(crate) fn incomplete_beta_inverse(a: f64, b: f64, share: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = a / (a + b);
    for _ in 0..1_100 {
        let y = 1.0 - x;
        let (lower, upper) = incomplete_beta(a, b, x, y);
        // The side that is small has the digits.
        let off = if share < 0.5 { lower - share } else { (1.0 - share) - upper };
        if off == 0.0 {
            return x;
        }
        if off > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let slope = kernel(a, b, x, y) / (x * y);
        let newton = x - off / slope;
        // Geometric halving finds ends that are powers of ten away from where it starts.
        let middle = if low > 0.0 && high > 4.0 * low { (low * high).sqrt() } else { 0.5 * (low + high) };
        let next = if newton > low && newton < high { newton } else { middle };
        if (next - x).abs() <= 2.0 * f64::EPSILON * next || next <= low || next >= high {
            return next;
        }
        x = next;
    }
    x
}

/// `xᵃ yᵇ / B(a, b)`.
fn kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let log =
        stirling_error(n) - stirling_error(a) - stirling_error(b) - deviance(a, n * x) - deviance(b, n * y);
    log.exp() * (a * b / (std::f64::consts::TAU * n)).sqrt()
}

/// `ln Γ(x + 1) − ln(√(2πx) (x/e)ˣ)`.
fn stirling_error(x: f64) -> f64 {
    if x < 15.0 {
        const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;
        return ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - HALF_LN_TAU;
    }
    let squared = x * x;
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    terms.iter().rev().fold(0.0, |sum, term| sum / squared + term) / x
}

/// `x ln(x / m) + m − x`, without cancellation where the two are close.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() - difference;
    }
    let ratio = difference / (x + m);
    let mut sum = difference * ratio;
    let mut power = 2.0 * x * ratio;
    for k in 1..1_000 {
        power *= ratio * ratio;
        let next = sum + power / f64::from(2 * k + 1);
        if next.total_cmp(&sum).is_eq() {
            break;
        }
        sum = next;
    }
    sum
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..200_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            change = c * d;
            h *= change;
        }
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    /// `scipy.special.betainc` and `betaincinv` (1.17.1).
    #[test]
    fn equal_to_scipy() {
        for (a, b, x, expected) in SCIPY {
            assert_relative_eq!(incomplete_beta(a, b, x, 1.0 - x).0, expected, max_relative = 1e-12);
            let back = incomplete_beta_inverse(a, b, expected);
            assert_relative_eq!(back, x, max_relative = 1e-12);
        }
    }

    const SCIPY: [(f64, f64, f64, f64); 5] = [
        (2.5, 0.5, 0.3, 0.018_927_124_071_945_658),
        (0.5, 1000.5, 1e-06, 0.035_675_056_772_841_315),
        (123_457.0, 876_544.0, 0.1228, 0.022_798_092_839_411_387),
        (5101.0, 4900.0, 0.5, 0.022_212_899_523_040_314),
        (999.5, 1.5, 0.9953, 0.024_200_011_451_697_475),
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn equal_to_the_sum_of_binomial_chances(n in 1_u32..60, k in 0_u32..60, p in 0.01_f64..0.99) {
            prop_assume!(k < n);
            let mut chance = (1.0 - p).powi(i32::try_from(n).unwrap());
            let mut at_most = chance;
            for i in 0..k {
                chance *= f64::from(n - i) / f64::from(i + 1) * p / (1.0 - p);
                at_most += chance;
            }
            let ours = incomplete_beta(f64::from(n - k), f64::from(k) + 1.0, 1.0 - p, p).0;
            prop_assert!((ours - at_most).abs() <= 1e-11 * at_most, "{ours} {at_most}");
        }
    }
}
