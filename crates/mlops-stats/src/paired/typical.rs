use rayon::prelude::*;

use crate::interval::{Interval, proper_share};
use crate::{Alternative, Error, Random, Result};

use super::PairedPermutation;

/// Means of random halves of the differences, ascending: which values of the mean the
/// permutation test refuses, all at once.
///
/// Changing the signs of `d − δ` in some rows gives at least as large a sum as was seen
/// exactly if the mean of `d` over these rows is at most `δ`. So the p-value against every
/// `δ` can be read off the same draws, and the interval and the p-values agree to the draw.
///
/// # Source
/// Hartigan, *JASA* 64 (1969): typical values. Monte Carlo p-values: Phipson and Smyth,
/// *SAGMB* 9 (2010).
#[derive(Clone, Debug)]
pub struct TypicalValues {
    means: Vec<f64>,
    /// Draws that changed no sign: they count for every value.
    unchanged: u64,
    slack: f64,
}

impl PairedPermutation {
    /// The test against every value, of `draws` random choices of signs, in parallel, with
    /// numbers of the `seed` that do not depend on the number of threads. O(n) a draw.
    ///
    /// Under "the mean is `δ`" differences are taken to lie symmetrically about it.
    ///
    /// # Errors
    /// [`Error::Parameter`] without draws.
    ///
    /// ```
    /// use mlops_stats::Alternative;
    /// use mlops_stats::paired::PairedPermutation;
    /// let candidate = [0.81, 0.77, 0.90, 0.68, 0.84, 0.79, 0.88, 0.73, 0.80, 0.76];
    /// let baseline = [0.79, 0.78, 0.85, 0.64, 0.80, 0.78, 0.82, 0.70, 0.77, 0.75];
    /// let values = PairedPermutation::of(&candidate, &baseline)?.typical_values(10_000, 7)?;
    /// let interval = values.interval(0.9)?;
    /// assert!(interval.lower > 0.0 && values.p_value_against(0.0, Alternative::Greater) < 0.05);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn typical_values(&self, draws: u32, seed: u64) -> Result<TypicalValues> {
        if draws == 0 {
            return Err(Error::Parameter { what: "draws", value: 0.0, expected: "at least 1" });
        }
        let differences = self.differences();
        let drawn: Vec<Option<f64>> = (0..draws)
            .into_par_iter()
            .map(|draw| mean_of_half(differences, &mut Random::replicate(seed, u64::from(draw))))
            .collect();
        let mut means: Vec<f64> = drawn.iter().flatten().copied().collect();
        means.par_sort_unstable_by(f64::total_cmp);
        let unchanged = (drawn.len() - means.len()) as u64;
        Ok(TypicalValues { means, unchanged, slack: self.slack() / differences.len() as f64 })
    }
}

fn mean_of_half(differences: &[f64], random: &mut Random) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0);
    for word in differences.chunks(64) {
        let mut bits = random.bits() & (u64::MAX >> (64 - word.len()));
        count += bits.count_ones();
        for difference in word {
            // All bits of the number, or none: no branch on what is random.
            sum += f64::from_bits(difference.to_bits() & (bits & 1).wrapping_neg());
            bits >>= 1;
        }
    }
    (count > 0).then(|| sum / f64::from(count))
}

impl TypicalValues {
    /// How likely so large a mean is if it is `value`.
    pub fn p_value_against(&self, value: f64, alternative: Alternative) -> f64 {
        let at_most = self.means.partition_point(|mean| *mean <= value + self.slack) as u64;
        let below = self.means.partition_point(|mean| *mean < value - self.slack) as u64;
        let at_least = self.means.len() as u64 - below;
        let all = (self.means.len() as u64 + self.unchanged) as f64 + 1.0;
        let share = |count: u64| (count + self.unchanged + 1) as f64 / all;
        // A sum as large as seen comes of means of at most `value`.
        alternative.of_tails(share(at_least), share(at_most))
    }

    /// The values that are not refused at this level, such as 0.95: one-sided on each side
    /// with half of the rest. Infinite where the draws are too few to refuse anything.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a level not within 0..1.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        proper_share("level", level)?;
        let all = (self.means.len() as u64 + self.unchanged) as f64 + 1.0;
        // So many draws may lie beyond, the one seen and those without change among them.
        let beyond = 0.5 * (1.0 - level) * all + 1e-9 - self.unchanged as f64;
        let (lower, upper) = if beyond < 1.0 {
            (f64::NEG_INFINITY, f64::INFINITY)
        } else {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least 1")]
            let rank = (beyond as usize).min(self.means.len());
            (self.means[rank - 1] - self.slack, self.means[self.means.len() - rank] + self.slack)
        };
        Ok(Interval { level, lower, upper })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_p_value_is_that_of_changed_signs(
            differences in prop::collection::vec(-3.0_f64..4.0, 6..10), value in -2.0_f64..2.0,
        ) {
            let zeros = vec![0.0; differences.len()];
            let shifted: Vec<f64> = differences.iter().map(|difference| difference - value).collect();
            let exact = PairedPermutation::of(&shifted, &zeros).unwrap();
            let drawn = PairedPermutation::of(&differences, &zeros).unwrap().typical_values(8_000, 5).unwrap();
            for alternative in [Alternative::Greater, Alternative::Less, Alternative::TwoSided] {
                let (exact, drawn) = (exact.p_exact(alternative).unwrap(), drawn.p_value_against(value, alternative));
                prop_assert!((exact - drawn).abs() < 0.05, "{alternative:?}: {exact} {drawn}");
            }
        }

        #[test]
        fn the_interval_is_what_the_p_value_does_not_refuse(
            differences in prop::collection::vec(-3.0_f64..4.0, 8..60), level in 0.6_f64..0.98,
        ) {
            let zeros = vec![0.0; differences.len()];
            let values = PairedPermutation::of(&differences, &zeros).unwrap().typical_values(400, 9).unwrap();
            let ends = values.interval(level).unwrap();
            let tail = 0.5 * (1.0 - level);
            for (end, inward, alternative) in
                [(ends.lower, 1e-6, Alternative::Greater), (ends.upper, -1e-6, Alternative::Less)]
            {
                prop_assert!(values.p_value_against(end + inward, alternative) > tail);
                prop_assert!(values.p_value_against(end - inward, alternative) <= tail);
            }
        }
    }

    #[test]
    fn too_few_rows_refuse_nothing() {
        let values =
            PairedPermutation::of(&[1.0, 1.0], &[0.0, 0.0]).unwrap().typical_values(1_000, 1).unwrap();
        assert_eq!(values.interval(0.95).unwrap().lower, f64::NEG_INFINITY);
        assert!(values.p_value_against(-5.0, Alternative::Greater) > 0.2);
        assert!(PairedPermutation::of(&[1.0, 1.0], &[0.0, 0.0]).unwrap().typical_values(0, 1).is_err());
    }
}
