//! The signed-rank statistic of a shifted sample, and its pairwise means.

use crate::distribution::normal_isf;
use crate::{Error, Result};

use super::hodges_lehmann::Found;
use super::signed_rank::chances_of_sums;
use crate::root::brent;

/// R's root finder stops this close to the answer.
pub(super) const TOLERANCE: f64 = 1e-4;

/// Ranks of the values, ties sharing the mean of theirs, and `Σ (t³ − t)` over ties.
pub(super) fn ranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_unstable_by(|left, right| values[*left].total_cmp(&values[*right]));
    let mut ranks = vec![0.0; values.len()];
    let (mut before, mut ties) = (0.0, 0.0);
    #[expect(clippy::float_cmp, reason = "a tie is the same value")]
    for tie in order.chunk_by(|left, right| values[*left] == values[*right]) {
        let size = tie.len() as f64;
        for place in tie {
            ranks[*place] = before + 0.5 * (size + 1.0);
        }
        before += size;
        ties += size * size * size - size;
    }
    (ranks, ties)
}

/// Rank sum of the positive values, how many values there are, and the ties of their sizes;
/// zeros are dropped.
pub(super) fn signed_rank(values: &[f64]) -> (f64, f64, f64) {
    let kept: Vec<f64> = values.iter().copied().filter(|value| *value != 0.0).collect();
    let sizes: Vec<f64> = kept.iter().map(|value| value.abs()).collect();
    let (ranks, ties) = ranks(&sizes);
    let plus = ranks.iter().zip(&kept).filter(|(_, value)| **value > 0.0).map(|(rank, _)| rank).sum();
    (plus, kept.len() as f64, ties)
}

/// Order statistics of the means of any two values.
pub(super) fn exact(values: &[f64], level: f64) -> Result<Found> {
    let n = values.len();
    let ranks: Vec<u64> = (1..=n as u64).collect();
    let chances = chances_of_sums(&ranks)?;
    let mut means = Vec::with_capacity(n * (n + 1) / 2);
    for (place, value) in values.iter().enumerate() {
        means.extend(values[place..].iter().map(|other| 0.5 * (value + other)));
    }
    let (plus, _, _) = signed_rank(values);
    Ok(Found::of_order(means, &chances, plus, level))
}

/// Shifts at which the test with its normal limit turns significant.
pub(super) fn normal(values: &[f64], level: f64) -> Result<Found> {
    let standard = |shift: f64, corrected: bool| {
        let shifted: Vec<f64> = values.iter().map(|value| value - shift).collect();
        let (plus, n, ties) = signed_rank(&shifted);
        let distance = plus - n * (n + 1.0) / 4.0;
        let deviation = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0).sqrt();
        let half = if corrected && distance != 0.0 { 0.5 * distance.signum() } else { 0.0 };
        (distance - half) / deviation
    };
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let (at_low, at_high) = (standard(low, true), standard(high, true));
    if !(at_low.is_finite() && at_high.is_finite()) {
        return Err(Error::undefined("interval of the shift", "all differences are the same"));
    }
    // With too few rows for the level, as in R, the next one that they can have.
    let mut alpha = 1.0 - level;
    while alpha < 1.0 && {
        let z = normal_isf(0.5 * alpha);
        at_low < z || at_high > -z
    } {
        alpha *= 2.0;
    }
    let root = |z: f64, corrected: bool| {
        let f = |shift| standard(shift, corrected) - z;
        brent((low, standard(low, true) - z), (high, standard(high, true) - z), TOLERANCE, f)
    };
    let estimate = root(0.0, false);
    let (ends, reached) = if alpha < 1.0 {
        let z = normal_isf(0.5 * alpha);
        ((root(z, true), root(-z, true)), if alpha > 1.0 - level { 1.0 - alpha } else { level })
    } else {
        ((estimate, estimate), 0.0)
    };
    Found::of_normal(estimate, ends, reached, standard(0.0, true))
}
