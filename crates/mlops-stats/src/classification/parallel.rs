use rayon::prelude::*;

/// Rows of one task. Fixed, so that no sum hangs on the number of threads.
pub(super) const ROWS: usize = 1 << 16;

/// `Σ weight · value` and `Σ weight` over rows that are summed in parallel, chunk by chunk.
/// Each chunk and the whole are summed with compensation.
pub(super) fn weighted_sums(
    rows: usize,
    weight: impl Fn(usize) -> f64 + Sync,
    value: impl Fn(usize) -> f64 + Sync,
) -> (f64, f64) {
    let of_chunk = |start: usize| {
        let chunk = start..rows.min(start + ROWS);
        let total = crate::sum::sum(chunk.clone().map(|row| weight(row) * value(row)));
        (total, crate::sum::sum(chunk.map(&weight)))
    };
    let parts: Vec<(f64, f64)> = (0..rows).into_par_iter().step_by(ROWS).map(of_chunk).collect();
    let total = crate::sum::sum(parts.iter().map(|part| part.0));
    (total, crate::sum::sum(parts.iter().map(|part| part.1)))
}
