//! Binomial weights without the cancellation of large logarithms.
//!
//! # Source
//! Loader, *Fast and accurate computation of binomial probabilities* (2000).

use std::f64::consts::{PI, TAU};

/// `ln n! − ln(√(2πn) · (n/e)ⁿ)`: what Stirling's formula lacks. `n` is a count, not 0.
pub(crate) fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        let mut factorial = 1.0;
        let mut factor = 2.0;
        while factor <= n {
            factorial *= factor;
            factor += 1.0;
        }
        return f64::ln(factorial) - (n + 0.5) * n.ln() + n - 0.5 * TAU.ln();
    }
    // Bernoulli numbers: the term that is left out is below 1e-17.
    let square = n * n;
    let inner = 1.0 / 1188.0 - 691.0 / 360_360.0 / square + 1.0 / 156.0 / (square * square);
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - inner / square) / square) / square) / square)
        / n
}

/// `δ − ln(1 + δ)`, to the last digits near 0 too. `δ > −1`.
pub(crate) fn log_excess(delta: f64) -> f64 {
    if delta.abs() > 0.2 {
        return delta - delta.ln_1p();
    }
    let s = delta / (2.0 + delta);
    let square = s * s;
    let series = (1..=10).rev().fold(0.0, |inner, k| square * (inner + 1.0 / f64::from(2 * k + 1)));
    s * (delta - 2.0 * series)
}

/// `C(n, k) · pᵏ · qⁿ⁻ᵏ` for `p = (k + a) / n` and `q = 1 − p`: how likely `k` is where
/// `k + a` is expected. `0 < k < n`; 0 where `q` is none.
pub(crate) fn binomial_weight(n: f64, k: f64, a: f64) -> f64 {
    let rest = n - k;
    if a >= rest {
        return 0.0;
    }
    let far = k * log_excess(a / k) + rest * log_excess(-a / rest);
    let log = stirling_error(n) - stirling_error(k) - stirling_error(rest) - far;
    log.exp() * (n / (2.0 * PI * k * rest)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_of_the_binomial_distribution() {
        for n in 2..60_u32 {
            for k in 1..n {
                for p in [0.01, 0.3, 0.5, 0.93] {
                    let (n, k) = (f64::from(n), f64::from(k));
                    let mut direct = (1.0_f64 - p).powf(n - k);
                    let mut factor = 0.0;
                    while factor < k {
                        direct *= (n - factor) / (k - factor) * p;
                        factor += 1.0;
                    }
                    let ours = binomial_weight(n, k, n * p - k);
                    assert!((ours / direct - 1.0).abs() < 1e-12, "{n} {k} {p}: {ours:e} {direct:e}");
                }
            }
        }
    }

    #[test]
    fn both_branches_meet() {
        for delta in [-0.2, 0.2] {
            let (below, above) = (log_excess(delta * 0.999_999_999), log_excess(delta * 1.000_000_001));
            assert!((below / above - 1.0).abs() < 1e-8, "{below} {above}");
        }
        assert!((stirling_error(15.0) - 0.005_554_733_551_962_801).abs() < 1e-13);
        assert!((stirling_error(16.0) - 0.005_207_655_919_609_64).abs() < 1e-16);
    }
}
