//! Tails of the normal and of Student's distribution, to the last digits also far out.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::incomplete_beta::incomplete_beta;

/// How likely a standard normal value exceeds `z`; 0 and 1 at the infinities, NaN for NaN.
pub(crate) fn normal_sf(z: f64) -> f64 {
    if z.is_nan() { f64::NAN } else { 0.5 * libm::erfc(z * std::f64::consts::FRAC_1_SQRT_2) }
}

/// The value that a standard normal one exceeds with the chance `share`, which is above 0 and below 1.
pub(crate) fn normal_isf(share: f64) -> f64 {
    let z = -Normal::standard().inverse_cdf(share);
    // The start has eleven digits, one step of Newton's doubles them.
    let density = (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
    let step = (normal_sf(z) - share) / density;
    if step.is_finite() { z + step } else { z }
}

/// How likely a value of Student's distribution exceeds `t`, for more than 0 degrees of freedom.
pub(crate) fn student_sf(t: f64, degrees_of_freedom: f64) -> f64 {
    if t.is_infinite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let squared = t * t;
    let whole = degrees_of_freedom + squared;
    let (beyond, _) =
        incomplete_beta(0.5 * degrees_of_freedom, 0.5, degrees_of_freedom / whole, squared / whole);
    if t >= 0.0 { 0.5 * beyond } else { 1.0 - 0.5 * beyond }
}

/// The value that Student's distribution exceeds with the chance `share`, below 0.5.
pub(crate) fn student_isf(share: f64, degrees_of_freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while student_sf(high, degrees_of_freedom) > share && high < f64::MAX / 4.0 {
        low = high;
        high *= 2.0;
    }
    // 200 halvings leave no double between the ends.
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if student_sf(middle, degrees_of_freedom) > share {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// `scipy.stats.norm.sf`, `t.sf` and `t.isf` (1.17.1).
    #[test]
    fn equal_to_scipy() {
        assert_relative_eq!(normal_sf(30.0), 4.906_713_927_147_908e-198, max_relative = 1e-12);
        assert_relative_eq!(normal_sf(-1.5), 0.933_192_798_731_141_9, max_relative = 1e-14);
        assert_relative_eq!(student_sf(12.0, 3.0), 0.000_622_507_900_394_668_1, max_relative = 1e-12);
        assert_relative_eq!(student_sf(-0.1, 11.0), 0.538_928_203_611_426_9, max_relative = 1e-12);
        assert_relative_eq!(student_sf(40.0, 1e6), 0.0, epsilon = 1e-300);
        assert_relative_eq!(normal_isf(0.025), 1.959_963_984_540_054, max_relative = 1e-15);
        assert_relative_eq!(normal_isf(1e-12), 7.034_483_825_301_131, max_relative = 1e-14);
        assert_relative_eq!(student_isf(0.025, 7.0), 2.364_624_251_592_784_4, max_relative = 1e-12);
        assert_eq!((student_sf(f64::INFINITY, 3.0), student_sf(f64::NEG_INFINITY, 3.0)), (0.0, 1.0));
    }
}
