//! Student's distribution, accurate relative to its tails.

use statrs::function::gamma::ln_gamma;

use super::beta::incomplete_beta;
use super::normal::normal_sf;

/// How likely Student's t exceeds `t`.
pub(crate) fn student_sf(degrees_of_freedom: f64, t: f64) -> f64 {
    let square = t * t;
    let beyond = if degrees_of_freedom >= NEAR_NORMAL {
        near_normal(degrees_of_freedom, t.abs())
    } else if square.is_infinite() {
        // Far out the density falls as a power of `t`; its square has overflowed.
        if t.is_infinite() { 0.0 } else { far_out(degrees_of_freedom, t.abs()) }
    } else {
        let sum = degrees_of_freedom + square;
        incomplete_beta(degrees_of_freedom / 2.0, 0.5, degrees_of_freedom / sum, square / sum).0 / 2.0
    };
    if t < 0.0 { 1.0 - beyond } else { beyond }
}

/// From here on the continued fraction is slow and loses digits, and this does not.
///
/// # Source
/// Hill, *Algorithm 395: Student's t-distribution* (1970), his first correction.
const NEAR_NORMAL: f64 = 1e5;

fn near_normal(degrees_of_freedom: f64, t: f64) -> f64 {
    let a = degrees_of_freedom - 0.5;
    // In two steps: the square of a large `t` may overflow.
    let z = (a * (t / degrees_of_freedom * t).ln_1p()).sqrt();
    normal_sf(z + (z * z + 3.0) * z / (48.0 * a * a))
}

fn far_out(degrees_of_freedom: f64, t: f64) -> f64 {
    let half = degrees_of_freedom / 2.0;
    let ln_beta = ln_gamma(half) + ln_gamma(0.5) - ln_gamma(half + 0.5);
    (half * (degrees_of_freedom.ln() - 2.0 * t.ln()) - half.ln() - ln_beta).exp() / 2.0
}

/// The `t` that Student's t exceeds with this probability, between 0 and ½.
pub(crate) fn student_isf(degrees_of_freedom: f64, probability: f64) -> f64 {
    let mut high = 1.0;
    while student_sf(degrees_of_freedom, high) > probability && high < f64::MAX / 2.0 {
        high *= 2.0;
    }
    let mut low = 0.0;
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if student_sf(degrees_of_freedom, middle) > probability { low = middle } else { high = middle }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::distribution::{chi_square_sf, f_sf};

    fn close(a: f64, b: f64, relative: f64) -> bool {
        (a - b).abs() <= relative * b.abs()
    }

    /// `scipy.stats.t.sf` and `t.isf` (1.17.1).
    #[test]
    fn equal_to_scipy() {
        assert!(close(student_sf(3.0, 12.0), 0.000_622_507_900_394_668_1, 1e-12));
        assert!(close(student_sf(11.0, -0.1), 0.538_928_203_611_426_9, 1e-12));
        assert!(student_sf(1e6, 40.0) < 1e-300);
        assert!(close(student_isf(7.0, 0.025), 2.364_624_251_592_784_4, 1e-12));
        assert_eq!((student_sf(5.0, f64::INFINITY), student_sf(5.0, f64::NEG_INFINITY)), (0.0, 1.0));
    }

    #[test]
    fn tails_equal_their_closed_forms() {
        for t in [0.0_f64, 1e-9, 0.1, 0.7, 1.0, 3.0, 40.0, 1e5, 1e80, 1e200] {
            let cauchy = if t > 1.0 { (1.0 / t).atan() } else { PI / 2.0 - t.atan() } / PI;
            assert!(close(student_sf(1.0, t), cauchy, 1e-13), "{t}: {} {cauchy}", student_sf(1.0, t));
            assert!(close(student_sf(1.0, -t), 1.0 - cauchy, 1e-13));
            let root = 2.0_f64.sqrt().hypot(t);
            let two = 1.0 / (root * (root + t));
            assert!(close(student_sf(2.0, t), two, 1e-13) || two == 0.0, "{t}: {} {two}", student_sf(2.0, t));
            assert!(close(chi_square_sf(2.0, t), (-t / 2.0).exp(), 1e-13) || t > 1400.0);
            for d in [1.0, 7.0, 300.0] {
                let expected = (-d / 2.0 * (2.0 * t / d).ln_1p()).exp();
                assert!(close(f_sf(2.0, d, t), expected, 1e-12) || expected < 1e-300, "{t} {d}");
            }
        }
        assert_eq!((student_sf(5.0, f64::INFINITY), student_sf(5.0, f64::NEG_INFINITY)), (0.0, 1.0));
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
                let ours = student_sf(degrees, t);
                assert!(close(ours, expected, 1e-9), "{degrees} {t}: {ours} {expected}");
            }
        }
    }

    #[test]
    fn quantiles_invert_tails() {
        for degrees in [1.0, 2.6, 30.0, 1e6] {
            for share in [0.5, 0.4, 0.025, 1e-6, 1e-15] {
                let t = student_isf(degrees, share);
                assert!(close(student_sf(degrees, t), share, 1e-10), "{degrees} {share} {t}");
            }
        }
    }
}
