use rayon::prelude::*;

use crate::sum::sum;
use crate::{Alternative, Error, Random, Result};

use super::differences;

/// Up to this many rows with a difference every choice of signs is counted: 2²¹ sums a half.
const EXACT_UP_TO: usize = 42;

/// Sums this close, as a share of the sum of all sizes, are the same sum in another order.
const SAME_SUM: f64 = 64.0 * f64::EPSILON;

/// The paired permutation test of the mean of `a − b`: if the two models are alike, each
/// difference could as well have the other sign.
///
/// No distribution is assumed, but independent rows are; where they come in clusters, give
/// it one mean per cluster. Rows without a difference change nothing.
///
/// # Source
/// Fisher, *The Design of Experiments* (1935), § 21; equal to `scipy.stats.permutation_test`
/// with `permutation_type="samples"` (1.17) where that enumerates. Two lists of half the
/// rows: Horowitz and Sahni, *JACM* 21 (1974). Monte Carlo p-values: Phipson and Smyth,
/// *SAGMB* 9 (2010).
#[derive(Clone, Debug, PartialEq)]
pub struct PairedPermutation {
    differences: Vec<f64>,
    /// Sizes of the differences that are not 0.
    sizes: Vec<f64>,
    total: f64,
}

impl PairedPermutation {
    /// Of two values a row.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there are fewer than two rows,
    /// [`Error::Value`] for what is not finite.
    pub fn of(a: &[f64], b: &[f64]) -> Result<Self> {
        let differences = differences(a, b)?;
        let rows = differences.len();
        if rows < 2 {
            return Err(Error::Shape { what: "a", found: rows, expected: "at least 2".to_owned() });
        }
        let total = sum(differences.iter().copied());
        if !total.is_finite() {
            return Err(Error::undefined("paired permutation", "the sum overflows"));
        }
        let sizes = differences.iter().map(|value| value.abs()).filter(|size| *size > 0.0).collect();
        Ok(Self { differences, sizes, total })
    }

    /// Mean of `a − b`.
    pub fn mean(&self) -> f64 {
        self.total / self.differences.len() as f64
    }

    /// Whether [`p_value`](Self::p_value) is exact: at most 42 rows have a difference.
    pub fn is_exact(&self) -> bool {
        self.sizes.len() <= EXACT_UP_TO
    }

    /// The p-value: over all choices of signs up to 42 rows with a difference, which takes
    /// `O(2^(n/2))` time and memory; beyond over `draws` random ones, in parallel, with
    /// numbers of the `seed` that do not depend on the number of threads.
    ///
    /// # Errors
    /// [`Error::Parameter`] if draws are needed and there are none.
    pub fn p_value(&self, alternative: Alternative, draws: u32, seed: u64) -> Result<f64> {
        match self.p_exact(alternative) {
            Some(exact) => Ok(exact),
            None => self.p_drawn(alternative, draws, seed),
        }
    }

    /// The exact p-value; `None` for more than 42 rows with a difference.
    pub fn p_exact(&self, alternative: Alternative) -> Option<f64> {
        if !self.is_exact() {
            return None;
        }
        let (left, right) = self.sizes.split_at(self.sizes.len() / 2);
        let (left, right) = (signed_sums(left), signed_sums(right));
        let all = left.len() as f64 * right.len() as f64;
        let slack = self.slack();
        let at_most = pairs_up_to(&left, &right, self.total + slack) as f64 / all;
        // The distribution is symmetric: sums of at least the total are those of at most its negative.
        let at_least = pairs_up_to(&left, &right, -self.total + slack) as f64 / all;
        Some(alternative.of_tails(at_most, at_least))
    }

    /// The p-value over `draws` random choices of signs, the one seen counted among them.
    ///
    /// # Errors
    /// [`Error::Parameter`] without draws.
    pub fn p_drawn(&self, alternative: Alternative, draws: u32, seed: u64) -> Result<f64> {
        if draws == 0 {
            return Err(Error::Parameter { what: "draws", value: 0.0, expected: "at least 1" });
        }
        let slack = self.slack();
        let (at_most, at_least) = (0..draws)
            .into_par_iter()
            .map(|draw| {
                let drawn = self.draw(&mut Random::replicate(seed, u64::from(draw)));
                (u64::from(drawn <= self.total + slack), u64::from(drawn >= self.total - slack))
            })
            .reduce(|| (0, 0), |left, right| (left.0 + right.0, left.1 + right.1));
        let share = |count: u64| (count as f64 + 1.0) / (f64::from(draws) + 1.0);
        Ok(alternative.of_tails(share(at_most), share(at_least)))
    }

    fn draw(&self, random: &mut Random) -> f64 {
        let mut drawn = 0.0;
        for word in self.sizes.chunks(64) {
            let mut bits = random.bits();
            for size in word {
                // The lowest bit becomes the sign.
                drawn += f64::from_bits(size.to_bits() | bits << 63);
                bits >>= 1;
            }
        }
        drawn
    }

    pub(super) fn differences(&self) -> &[f64] {
        &self.differences
    }

    /// How far sums in another order may be apart.
    pub(super) fn slack(&self) -> f64 {
        SAME_SUM * self.sizes.iter().sum::<f64>()
    }
}

/// Every sum of the sizes with some choice of signs, in ascending order. `O(2ⁿ)`: each size
/// merges two sorted copies.
fn signed_sums(sizes: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for size in sizes {
        let mut merged = Vec::with_capacity(2 * sums.len());
        let (mut below, mut above) = (0, 0);
        while above < sums.len() {
            if below < sums.len() && sums[below] - size <= sums[above] + size {
                merged.push(sums[below] - size);
                below += 1;
            } else {
                merged.push(sums[above] + size);
                above += 1;
            }
        }
        sums = merged;
    }
    sums
}

/// How many pairs of one sum of each side are at most `limit`.
fn pairs_up_to(left: &[f64], right: &[f64], limit: f64) -> u64 {
    let mut within = right.len();
    let mut pairs = 0;
    for sum in left {
        while within > 0 && sum + right[within - 1] > limit {
            within -= 1;
        }
        pairs += within as u64;
    }
    pairs
}
