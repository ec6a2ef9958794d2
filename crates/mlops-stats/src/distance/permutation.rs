use rayon::prelude::*;

use crate::Random;

/// How two-sample statistics come out when rows change sides at random: the share of
/// permutations, the observed one among them, whose statistic is at least as large.
///
/// `statistic` gets, for each row of the pool, whether it is one of the first sample. Replicate
/// `i` has its own random stream: the number of threads does not matter.
pub(super) fn p_value(
    rows: usize,
    in_first: usize,
    permutations: u32,
    seed: u64,
    statistic: impl Fn(&[bool]) -> f64 + Sync,
) -> f64 {
    let sides: Vec<bool> = (0..rows).map(|row| row < in_first).collect();
    let observed = statistic(&sides);
    // Rounding must not decide between equal statistics.
    let at_least = observed - 1e-12 * observed.abs();
    let larger = (0..permutations)
        .into_par_iter()
        .filter(|replicate| {
            let mut random = Random::replicate(seed, u64::from(*replicate));
            let mut sides = sides.clone();
            for row in (1..rows).rev() {
                sides.swap(row, random.index(row + 1));
            }
            statistic(&sides) >= at_least
        })
        .count();
    (larger + 1) as f64 / (f64::from(permutations) + 1.0)
}
