//! Corrections that bound the share of false alarms among the alarms, on sorted p-values.

use super::adjust::Decided;
use super::family_wise::{falling, rising, up_to_last};

/// `1 + 1/2 + … + 1/n`: what dependence may cost.
pub(super) fn harmonic(n: usize) -> f64 {
    crate::sum::sum((1..=n).map(|k| 1.0 / k as f64))
}

/// Benjamini and Hochberg's, for tests whose dependence costs a factor.
pub(super) fn step_up(sorted: &[f64], alpha: f64, cost: f64) -> Decided {
    let n = sorted.len() as f64;
    let share = |rank: usize| (rank + 1) as f64 / n / cost;
    let passes = sorted.iter().enumerate().map(|(rank, p)| *p <= share(rank) * alpha).collect();
    let raw = sorted.iter().enumerate().map(|(rank, p)| p / share(rank)).collect();
    (falling(raw), up_to_last(passes))
}

/// Steps up at `alpha`, then again at an α made larger by the share of tests that passed.
/// `scale` brings adjusted p-values to the scale of the α that they are compared with.
pub(super) fn two_stage(sorted: &[f64], alpha: f64, scale: f64) -> Decided {
    let (mut adjusted, mut rejected) = step_up(sorted, alpha, 1.0);
    let left = rejected.iter().filter(|rejected| !**rejected).count();
    let mut share_left = 1.0;
    if left > 0 && left < sorted.len() {
        share_left = left as f64 / sorted.len() as f64;
        (adjusted, rejected) = step_up(sorted, alpha / share_left, 1.0);
    }
    // Capped before it is scaled: an adjusted p-value of 1 says that nothing is left.
    (adjusted.into_iter().map(|p| p.min(1.0) * share_left * scale).collect(), rejected)
}

/// Gavrilov, Benjamini and Sarkar's.
pub(super) fn step_down(sorted: &[f64]) -> Vec<f64> {
    let n = sorted.len();
    rising(sorted.iter().enumerate().map(|(rank, p)| (n - rank) as f64 / (rank + 1) as f64 * p / (1.0 - p)))
}
