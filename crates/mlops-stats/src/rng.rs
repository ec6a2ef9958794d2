//! Random numbers that stay the same: across threads, machines and releases.

use rand_core::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Random numbers of one replicate of a simulation.
///
/// Replicate `i` of a seed has its own stream, however many threads share the work, so
/// that results do not depend on their number. The numbers are a promise: a recorded
/// interval comes out the same in every later release. Not for secrets.
///
/// ```
/// use mlops_stats::Random;
/// let draw = |replicate| Random::replicate(7, replicate).below(1000);
/// assert_eq!((draw(0), draw(1)), (draw(0), draw(1)));
/// ```
///
/// # Source
/// xoshiro256++ (Blackman and Vigna, 2019), its state filled by `SplitMix64` (Steele,
/// Lea and Flood, 2014); ranges by multiplication with rejection (Lemire, 2019).
#[derive(Clone, Debug)]
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The stream of replicate number `replicate` of a simulation with this seed.
    pub fn replicate(seed: u64, replicate: u64) -> Self {
        // Mixed twice: neighbouring seeds, and neighbouring replicates, have nothing in common.
        let mut of_seed = seed;
        let mut of_replicate = split_mix(&mut of_seed).wrapping_add(replicate.wrapping_mul(GOLDEN));
        let mut state = split_mix(&mut of_replicate);
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&split_mix(&mut state).to_le_bytes());
        }
        Self(Xoshiro256PlusPlus::from_seed(bytes))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `bound - 1`, each as likely as the other; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let wide = |bits: u64| u128::from(bits) * u128::from(bound);
        let mut product = wide(self.bits());
        if low(product) < bound {
            let reject_below = bound.wrapping_neg() % bound;
            while low(product) < reject_below {
                product = wide(self.bits());
            }
        }
        low(product >> 64)
    }

    /// A place in something of this length, each as likely as the other; 0 if the length is 0.
    pub fn index(&mut self, length: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "below a number that is a usize")]
        let place = self.below(length as u64) as usize;
        place
    }

    /// A number from 0 up to, but not including, 1; a multiple of 2⁻⁵³.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
const fn low(wide: u128) -> u64 {
    wide as u64
}

/// 2⁶⁴ divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(GOLDEN);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by a second implementation of the sources; a change here changes every interval that users have recorded.
    #[test]
    fn the_numbers_are_a_promise() {
        let mut random = Random::replicate(20_130_401, 3);
        let drawn: Vec<u64> = (0..8).map(|_| random.below(31)).collect();
        assert_eq!(drawn, [14, 23, 27, 13, 24, 19, 13, 25]);
        assert_eq!(random.bits(), 3_871_499_260_184_447_932);
    }

    #[test]
    fn streams_differ_by_seed_and_by_replicate() {
        let mut seen = std::collections::HashSet::new();
        for seed in 0..50 {
            for replicate in 0..50 {
                assert!(seen.insert(Random::replicate(seed, replicate).bits()), "{seed} {replicate}");
            }
        }
    }

    #[test]
    fn every_number_below_the_bound_is_as_likely() {
        let mut random = Random::replicate(1, 0);
        let mut seen = [0_u32; 7];
        for _ in 0..70_000 {
            seen[usize::try_from(random.below(7)).unwrap()] += 1;
        }
        let chi_square: f64 = seen.iter().map(|n| (f64::from(*n) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi_square < 22.46, "6 degrees of freedom, 1 in 1000: {chi_square} {seen:?}");
        assert_eq!(random.below(0), 0);
        assert_eq!(random.below(1), 0);
        // A bound just above half of the range rejects almost half of the draws.
        assert!(random.below((1 << 63) + 1) <= 1 << 63);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.unit())));
    }
}
