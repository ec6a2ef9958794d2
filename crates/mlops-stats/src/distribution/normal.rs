//! The normal distribution, to the last digits also far out.

use statrs::distribution::{ContinuousCDF, Normal};

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

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// `scipy.stats.norm.sf` and `norm.isf` (1.17.1).
    #[test]
    fn equal_to_scipy() {
        assert_relative_eq!(normal_sf(30.0), 4.906_713_927_147_908e-198, max_relative = 1e-12);
        assert_relative_eq!(normal_sf(-1.5), 0.933_192_798_731_141_9, max_relative = 1e-14);
        assert_relative_eq!(normal_isf(0.025), 1.959_963_984_540_054, max_relative = 1e-15);
        assert_relative_eq!(normal_isf(1e-12), 7.034_483_825_301_131, max_relative = 1e-14);
    }
}
