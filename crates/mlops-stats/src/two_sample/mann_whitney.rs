use super::Sample;
use super::counting::Counts;
use super::ranks::ties;
use crate::distribution::normal_sf;
use crate::{Alternative, Error, Result};

/// Up to this many values in the smaller sample the exact p-value is the default if there
/// are no ties, as in `SciPy`.
const EXACT_UP_TO: usize = 8;

/// Whether the normal limit of a statistic that moves in steps is corrected by half a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "corrected or not")]
pub enum Continuity {
    /// By half a step towards the middle.
    #[default]
    Corrected,
    /// Not at all.
    Uncorrected,
}

/// The Mann–Whitney U test (Wilcoxon's rank-sum test): does one sample tend to have larger values?
///
/// Assumes independent rows. Only the order of the values counts, so infinities are
/// welcome. `O(n + m)` on the sorted samples, in whole numbers: the statistic is exact.
///
/// ```
/// use mlops_stats::{Alternative, two_sample::{MannWhitney, Sample}};
/// let males = Sample::new(vec![19.0, 22.0, 16.0, 29.0, 24.0])?;
/// let females = Sample::new(vec![20.0, 11.0, 17.0, 12.0])?;
/// let test = MannWhitney::of(&males, &females);
/// assert_eq!((test.statistic(), test.common_language_effect()), (17.0, 0.85));
/// assert!((test.p_value(Alternative::TwoSided) - 1.0 / 9.0).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Mann and Whitney, *On a test of whether one of two random variables is stochastically
/// larger than the other* (1947). Agrees with `scipy.stats.mannwhitneyu` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannWhitney {
    sizes: (usize, usize),
    /// Twice the statistic, which ties make a half.
    twice: u128,
    /// `Σ t³ − t` over the sizes `t` of groups of equal values.
    tied: f64,
}

impl MannWhitney {
    /// Compares two samples.
    pub fn of(x: &Sample, y: &Sample) -> Self {
        let (mut twice, mut tied) = (0, 0.0);
        for tie in ties(x.values(), y.values()) {
            twice += tie.here.0 as u128 * (2 * tie.before.1 + tie.here.1) as u128;
            let size = tie.len() as f64;
            tied += size * (size * size - 1.0);
        }
        Self { sizes: (x.len(), y.len()), twice, tied }
    }

    /// U of the first sample: in how many pairs its value is the larger one, ties counted half.
    pub fn statistic(&self) -> f64 {
        self.twice as f64 / 2.0
    }

    /// How likely a value of the first sample exceeds one of the second, ties counted half:
    /// ½ is no effect. (The area under the ROC curve of the values as scores.)
    pub fn common_language_effect(&self) -> f64 {
        self.statistic() / self.pairs()
    }

    /// The rank-biserial correlation: −1 if all values of the first sample are smaller, 1 if
    /// all are larger, 0 for no effect.
    pub fn rank_biserial(&self) -> f64 {
        (self.twice as f64 - self.pairs()) / self.pairs()
    }

    /// The p-value as `SciPy` chooses it: exact without ties and with at most 8 values in
    /// the smaller sample (and not too many for counting in the larger), else the normal limit.
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        let exact = self.is_exact_by_default().then(|| self.p_exact(alternative).ok()).flatten();
        exact.unwrap_or_else(|| self.p_corrected(alternative))
    }

    /// Whether [`MannWhitney::p_value`] counts: no ties, and at most 8 values in the smaller sample.
    pub fn is_exact_by_default(&self) -> bool {
        self.tied == 0.0 && self.sizes.0.min(self.sizes.1) <= EXACT_UP_TO
    }

    /// The exact p-value for continuous distributions; with ties, of which it knows nothing,
    /// it is as rough as the limit.
    ///
    /// Counts the orders of the values in whole numbers, `O(n · U)` additions for the smaller
    /// sample's `n`, each of as many words as their number needs.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the counts would fill more than 128 MiB: somewhere above
    /// a thousand values each, where the limit is as good.
    pub fn p_exact(&self, alternative: Alternative) -> Result<f64> {
        let (pairs, times) = (self.sizes.0 as u128 * self.sizes.1 as u128, times(alternative));
        // Ties leave halves, which are rounded down.
        let at_least = self.extreme(alternative) / 2;
        let counts = Counts::of(self.sizes.0, self.sizes.1).ok_or(Error::Parameter {
            what: "number of pairs",
            value: pairs as f64,
            expected: "few enough to count their orders",
        })?;
        let beyond = if 2 * at_least >= pairs {
            counts.share_up_to(pairs - at_least)
        } else if at_least == 0 {
            1.0
        } else {
            1.0 - counts.share_up_to(at_least - 1)
        };
        Ok((times * beyond).min(1.0))
    }

    /// The p-value in the normal limit, corrected for ties.
    ///
    /// # Errors
    /// [`Error::Undefined`] if all values are the same and the continuity is uncorrected.
    pub fn p_limit(&self, alternative: Alternative, continuity: Continuity) -> Result<f64> {
        match continuity {
            Continuity::Corrected => Ok(self.p_corrected(alternative)),
            Continuity::Uncorrected => {
                let z = self.deviation(alternative) / self.spread();
                if z.is_nan() {
                    return Err(Error::undefined("mann-whitney", "all values are the same"));
                }
                Ok((times(alternative) * normal_sf(z)).min(1.0))
            }
        }
    }

    fn p_corrected(&self, alternative: Alternative) -> f64 {
        // Never 0/0: at no deviation the numerator is −½.
        let z = (self.deviation(alternative) - 0.5) / self.spread();
        let p_value = times(alternative) * normal_sf(z);
        if p_value.is_nan() { 1.0 } else { p_value.min(1.0) }
    }

    /// Twice the statistic, turned so that large values speak for the alternative.
    fn extreme(&self, alternative: Alternative) -> u128 {
        let of_second = 2 * (self.sizes.0 as u128 * self.sizes.1 as u128) - self.twice;
        match alternative {
            Alternative::Greater => self.twice,
            Alternative::Less => of_second,
            Alternative::TwoSided => self.twice.max(of_second),
        }
    }

    fn deviation(&self, alternative: Alternative) -> f64 {
        (self.extreme(alternative) as f64 - self.pairs()) / 2.0
    }

    fn spread(&self) -> f64 {
        let total = (self.sizes.0 + self.sizes.1) as f64;
        if self.tied >= total * (total * total - 1.0) {
            return 0.0;
        }
        let variance = self.pairs() / 12.0 * ((total + 1.0) - self.tied / (total * (total - 1.0)));
        variance.max(0.0).sqrt()
    }

    fn pairs(&self) -> f64 {
        self.sizes.0 as f64 * self.sizes.1 as f64
    }
}

fn times(alternative: Alternative) -> f64 {
    if alternative == Alternative::TwoSided { 2.0 } else { 1.0 }
}
