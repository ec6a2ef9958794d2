//! The two-sided distribution for one sample: the limit and three corrections for `n`.
//!
//! # Source
//! Pelz and Good, *Approximating the lower tail-areas of the Kolmogorov–Smirnov
//! one-sample statistic* (1976), with the theta transforms of Simard and L'Ecuyer (2011).

use std::f64::consts::PI;

/// How likely the distance stays below `d`, `0 < d < 1`.
pub(super) fn cdf(n: f64, d: f64) -> f64 {
    let z = n.sqrt() * d;
    let log = -PI.powi(2) / (8.0 * z * z);
    if log < f64::MIN_POSITIVE.ln() {
        return 0.0;
    }
    let pi = [PI.powi(2), PI.powi(4), PI.powi(6)];
    let [z2, z4, z6, z8] = [2, 4, 6, 8].map(|power| z.powi(power));
    // Sums over odd m and over all k of a polynomial in them, times exp(log · m²) or exp(4 · log · k²).
    let mut odd = [0.0; 4];
    let mut all = [0.0; 2];
    let mut k = 0.0;
    loop {
        let m = (2.0 * k + 1.0_f64).powi(2);
        let weight = (log * m).exp();
        odd[0] += weight;
        odd[1] += weight * (pi[0] / 4.0 * m - z2);
        odd[2] += weight
            * (6.0 * z6
                + 2.0 * z4
                + pi[0] / 4.0 * (2.0 * z4 - 5.0 * z2) * m
                + pi[1] / 16.0 * (1.0 - 2.0 * z2) * m * m);
        odd[3] += weight
            * (-30.0 * z6 - 90.0 * z8
                + pi[0] / 4.0 * (135.0 * z4 - 96.0 * z6) * m
                + pi[1] / 16.0 * (212.0 * z4 - 60.0 * z2) * m * m
                + pi[2] / 64.0 * (5.0 - 30.0 * z2) * m * m * m);
        let square = k * k;
        let weight_all = (4.0 * log * square).exp() * square;
        all[0] += weight_all;
        all[1] += weight_all * (3.0 * z2 - pi[0] * square);
        // m⁶ at most: past this no term changes the last digit.
        if log * m < -60.0 {
            break;
        }
        k += 1.0;
    }
    let scale = (2.0 * PI).sqrt();
    let terms = [
        scale / z * odd[0],
        scale / (6.0 * z4) * odd[1],
        scale / (72.0 * z.powi(7)) * odd[2] - pi[0] * scale / (36.0 * z.powi(3)) * all[0],
        scale / (6480.0 * z.powi(10)) * odd[3] + pi[0] * scale / (216.0 * z6) * all[1],
    ];
    let root = n.sqrt();
    terms[0] + (terms[1] + (terms[2] + terms[3] / root) / root) / root
}
