//! Corrections that bound the chance of a single false alarm, on sorted p-values.

use super::adjust::Decided;

pub(super) fn bonferroni(sorted: &[f64], alpha: f64) -> Decided {
    let n = sorted.len() as f64;
    (sorted.iter().map(|p| p * n).collect(), sorted.iter().map(|p| *p <= alpha / n).collect())
}

pub(super) fn sidak(sorted: &[f64], alpha: f64) -> Decided {
    let n = sorted.len() as f64;
    let threshold = of_each(alpha, n);
    (sorted.iter().map(|p| one_of(*p, n)).collect(), sorted.iter().map(|p| *p <= threshold).collect())
}

pub(super) fn holm_sidak(sorted: &[f64], alpha: f64) -> Decided {
    let rejected = first_run(with_left(sorted).map(|(p, left)| p <= of_each(alpha, left)));
    (rising(with_left(sorted).map(|(p, left)| one_of(p, left))), rejected)
}

pub(super) fn holm(sorted: &[f64], alpha: f64) -> Decided {
    let rejected = first_run(with_left(sorted).map(|(p, left)| p <= alpha / left));
    (rising(with_left(sorted).map(|(p, left)| p * left)), rejected)
}

pub(super) fn simes_hochberg(sorted: &[f64], alpha: f64) -> Decided {
    let passes: Vec<bool> = with_left(sorted).map(|(p, left)| p <= alpha / left).collect();
    let raw: Vec<f64> = with_left(sorted).map(|(p, left)| p * left).collect();
    (falling(raw), up_to_last(passes))
}

pub(super) fn hommel(sorted: &[f64]) -> Vec<f64> {
    let n = sorted.len();
    let mut adjusted = sorted.to_vec();
    for m in (2..=n).rev() {
        let of_m = m as f64;
        let (smaller, larger) = sorted.split_at(n - m);
        let simes = larger.iter().enumerate().map(|(rank, p)| of_m * p / (rank + 1) as f64);
        let simes = simes.fold(f64::INFINITY, f64::min);
        for p in &mut adjusted[n - m..] {
            *p = p.max(simes);
        }
        for (p, raw) in adjusted.iter_mut().zip(smaller) {
            *p = p.max(simes.min(of_m * raw));
        }
    }
    adjusted
}

/// Each p-value with the number of those that are not smaller.
fn with_left(sorted: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    sorted.iter().enumerate().map(|(rank, p)| (*p, (sorted.len() - rank) as f64))
}

/// The chance that one of `n` independent p-values is at most `p`.
fn one_of(p: f64, n: f64) -> f64 {
    -(n * (-p).ln_1p()).exp_m1()
}

/// The chance of each that makes one of `n` happen with a chance of `alpha`.
fn of_each(alpha: f64, n: f64) -> f64 {
    -((-alpha).ln_1p() / n).exp_m1()
}

/// True until the first false.
fn first_run(passes: impl Iterator<Item = bool>) -> Vec<bool> {
    let mut all = true;
    passes
        .map(|passes| {
            all &= passes;
            all
        })
        .collect()
}

/// True up to the last true.
pub(super) fn up_to_last(mut passes: Vec<bool>) -> Vec<bool> {
    let last = passes.iter().rposition(|passes| *passes).unwrap_or(0);
    passes[..last].fill(true);
    passes
}

/// The largest so far.
pub(super) fn rising(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut largest = 0.0_f64;
    values
        .map(|value| {
            largest = largest.max(value);
            largest
        })
        .collect()
}

/// The smallest from here on.
pub(super) fn falling(mut values: Vec<f64>) -> Vec<f64> {
    let mut smallest = f64::INFINITY;
    for value in values.iter_mut().rev() {
        smallest = smallest.min(*value);
        *value = smallest;
    }
    values
}
