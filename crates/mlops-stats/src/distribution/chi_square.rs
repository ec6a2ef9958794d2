//! The distributions of sums of squares and of their ratios.

use statrs::function::gamma::gamma_ur;

use super::beta::incomplete_beta;

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

/// How likely a variable of the F distribution exceeds `f`; 1 at and below 0.
pub(crate) fn f_sf(of_numerator: f64, of_denominator: f64, f: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let scaled = of_numerator * f;
    if scaled.is_infinite() {
        return 0.0;
    }
    let sum = of_denominator + scaled;
    incomplete_beta(of_denominator / 2.0, of_numerator / 2.0, of_denominator / sum, scaled / sum).0
}
