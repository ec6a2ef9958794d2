//! The exact two-sided distribution for one sample, by powers of a matrix.
//!
//! # Source
//! Durbin, *Distribution theory for tests based on the sample distribution function*
//! (1973); the matrix as in Marsaglia, Tsang and Wang, *Evaluating Kolmogorov's
//! distribution* (2003).

use crate::saddle_point::stirling_error;

/// How likely the distance stays below `d`; `1/n < d < 1`. `O(m³ log n)` with `m ≈ 2nd`.
pub(super) fn cdf(n: u64, d: f64) -> f64 {
    let size = n as f64;
    let above = (size * d).ceil();
    let lag = above - size * d;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below n")]
    let middle = above as usize - 1;
    let width = 2 * middle + 1;
    let mut power = matrix(width, lag);
    // The middle row of the matrix to the n-th: one product for each bit of n.
    let mut row = vec![0.0; width];
    row[middle] = 1.0;
    let mut bits = n;
    loop {
        if bits & 1 == 1 {
            row = times(&row, &power);
        }
        bits >>= 1;
        if bits == 0 {
            break;
        }
        power = power.chunks_exact(width).flat_map(|line| times(line, &power)).collect();
    }
    // n! / nⁿ, less the eⁿ that the matrix has been divided by.
    let rest = (2.0 * std::f64::consts::PI * size).sqrt() * stirling_error(size).exp();
    (row[middle] * rest).clamp(0.0, 1.0)
}

/// The matrix over e, which keeps its powers within doubles.
fn matrix(width: usize, lag: f64) -> Vec<f64> {
    // `1 / k! / e`
    let mut inverse = vec![(-1.0_f64).exp(); width + 1];
    let mut powers = vec![1.0; width + 1];
    for k in 1..=width {
        inverse[k] = inverse[k - 1] / k as f64;
        powers[k] = powers[k - 1] * lag;
    }
    let mut lines = vec![0.0; width * width];
    for (i, line) in lines.chunks_exact_mut(width).enumerate() {
        for (j, cell) in line.iter_mut().enumerate().take(i + 2) {
            let mut share = 1.0;
            if j == 0 {
                share -= powers[i + 1];
            }
            if i == width - 1 {
                share -= powers[width - j];
            }
            if j == 0 && i == width - 1 && lag > 0.5 {
                let exponent = i32::try_from(width).unwrap_or(i32::MAX);
                share += (2.0 * lag - 1.0).powi(exponent);
            }
            *cell = share * inverse[i + 1 - j];
        }
    }
    lines
}

fn times(row: &[f64], lines: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; row.len()];
    for (weight, line) in row.iter().zip(lines.chunks_exact(row.len())) {
        for (sum, cell) in product.iter_mut().zip(line) {
            *sum += weight * cell;
        }
    }
    product
}
