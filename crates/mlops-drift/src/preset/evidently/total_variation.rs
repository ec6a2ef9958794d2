use mlops_stats::Random;

use super::Found;
use super::counts::Counts;
use super::hypergeometric::hypergeometric;

const PERMUTATIONS: u32 = 1000;
const SEED: u64 = 0;

/// `TVD`: half the sum of the differences of the shares, with the share of 1,000 random
/// divisions of all rows that are at least as far apart.
///
/// Not rows are divided but the counts of the categories, which are distributed the same.
/// Evidently draws with `NumPy`'s generator, so its p-value differs by chance, with a standard
/// deviation of 0.009 at the threshold; here the same counts give the same p-value always.
/// At most `O(100,000 · categories)`, however many rows there are.
pub(super) fn total_variation(counts: &Counts) -> Found {
    let (n, m) = counts.rows();
    let observed = distance(&counts.reference, n, &counts.current, m);
    let total: Vec<u64> = counts.reference.iter().zip(&counts.current).map(|(r, c)| r + c).collect();
    let mut random = Random::replicate(SEED, 0);
    let mut drawn = vec![0; total.len()];
    let mut rest = vec![0; total.len()];
    let mut as_far = 0_u32;
    for _ in 0..PERMUTATIONS {
        let (mut rows, mut places) = (n + m, n);
        for (category, count) in total.iter().enumerate() {
            drawn[category] = hypergeometric(&mut random, rows, *count, places);
            rest[category] = count - drawn[category];
            rows -= count;
            places -= drawn[category];
        }
        as_far += u32::from(distance(&drawn, n, &rest, m) >= observed);
    }
    let effect = observed as f64 / (n as f64 * m as f64) / 2.0;
    let p_value = f64::from(as_far) / f64::from(PERMUTATIONS);
    Found { effect, unit: "of the rows are in another category", p_value: Some(p_value) }
}

/// `Σ |rᵢ/n − cᵢ/m|` times `n·m`, so that equal distances are equal.
fn distance(r: &[u64], n: u64, c: &[u64], m: u64) -> u128 {
    let scaled = |count: u64, rows: u64| u128::from(count) * u128::from(rows);
    r.iter().zip(c).map(|(r, c)| scaled(*r, m).abs_diff(scaled(*c, n))).sum()
}
