use std::sync::Arc;

use mlops_stats::distance::psi;
use mlops_stats::two_sample::Sample;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::{Decision, Detector, DriftTest, Error, Measurement, Pair, Result};

/// What an empty bin counts as.
const FLOOR: f64 = 1e-4;
/// How many bins numbers have by default.
const BINS: usize = 10;

/// When a population stability index is too large.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PsiLimit {
    /// From `slight` on it is to be watched, from `material` on it is a drift, whatever the
    /// number of rows. 0.1 and 0.25 are the rule of thumb of credit scoring.
    Fixed {
        /// From here on a change is slight.
        slight: f64,
        /// From here on it is a drift.
        material: f64,
    },
    /// When chance exceeds it in fewer than this share of undrifted pairs of this size.
    /// The rule of thumb ignores the size: two windows of 100 rows of one distribution in
    /// ten bins have 0.19 on average.
    BySize {
        /// The share of false alarms of one column, such as 0.05.
        alpha: f64,
    },
}

impl Default for PsiLimit {
    fn default() -> Self {
        Self::Fixed { slight: 0.1, material: 0.25 }
    }
}

/// The population stability index as credit scoring has it: numbers in bins of equal size
/// in the reference, categories as they are, an empty bin as 0.0001.
///
/// Bins that ties make empty are taken together with their neighbours. The effect is the
/// index; the p-value is its chance under no drift. O(bins · log n) on the sorted samples.
///
/// # Source
/// Siddiqi, *Credit Risk Scorecards* (2006) for the rule of thumb; Yurdakul, *Statistical
/// Properties of Population Stability Index* (2018): without drift the index is
/// `(1/n + 1/m) · χ²` with one degree of freedom less than bins. Evidently and `NannyML` bin
/// in other ways: [`Detector::evidently`] has theirs.
///
/// ```
/// use mlops_drift::preset::{PsiLimit, PsiTest};
/// use mlops_drift::{DriftTest, Pair};
/// use mlops_stats::two_sample::Sample;
/// let sample = |from: i32| Sample::new((from..from + 1000).map(f64::from).collect());
/// let (reference, current) = (sample(0)?, sample(250)?);
/// let pair = Pair::Numbers { reference: &reference, current: &current };
/// let found = PsiTest::new(10, PsiLimit::default())?.compare(&pair)?;
/// assert!(found.effect > found.limit && found.p_value.is_some_and(|p| p < 1e-9));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PsiTest {
    bins: usize,
    limit: PsiLimit,
}

impl PsiTest {
    /// The name of this rule.
    pub const NAME: &'static str = "psi";

    /// An index over so many bins of numbers.
    ///
    /// # Errors
    /// [`Error::Setting`] with fewer than 2 bins, limits that are no positive numbers in
    /// their order, or an α that is not between 0 and 1.
    pub fn new(bins: usize, limit: PsiLimit) -> Result<Self> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        if bins < 2 {
            return refuse("bins", bins as f64, "at least 2");
        }
        match limit {
            PsiLimit::Fixed { slight, .. } if slight.is_nan() || slight <= 0.0 => {
                refuse("slight", slight, "above 0")
            }
            PsiLimit::Fixed { slight, material } if material.is_nan() || material < slight => {
                refuse("material", material, "at least what is slight")
            }
            PsiLimit::BySize { alpha } if !(alpha > 0.0 && alpha < 1.0) => {
                refuse("alpha", alpha, "between 0 and 1")
            }
            PsiLimit::Fixed { .. } | PsiLimit::BySize { .. } => Ok(Self { bins, limit }),
        }
    }
}

impl DriftTest for PsiTest {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn compare(&self, pair: &Pair<'_>) -> Result<Measurement> {
        let binned;
        let (reference, current) = match pair {
            Pair::Numbers { reference, current } => {
                binned = in_bins(reference, current, self.bins);
                (binned.0.as_slice(), binned.1.as_slice())
            }
            Pair::Categories { reference, current, .. } => (*reference, *current),
        };
        let undefined = |error: mlops_stats::Error| Error::undefined(Self::NAME, error.to_string());
        let index = psi(reference, current, FLOOR).map_err(undefined)?;
        let p_value = by_chance(index, reference, current)?;
        let found = |limit| Measurement::new(index, "population stability index", limit).p_value(p_value);
        Ok(match self.limit {
            PsiLimit::Fixed { slight, material } => {
                found(material).slight_from(slight).decided_by(Decision::EffectAtLeast)
            }
            PsiLimit::BySize { alpha } => found(alpha).decided_by(Decision::PValueBelow),
        })
    }
}

/// Counts between the quantiles of the reference, each bin with its upper edge.
fn in_bins(reference: &Sample, current: &Sample, bins: usize) -> (Vec<u64>, Vec<u64>) {
    let mut edges: Vec<f64> = (1..bins)
        .map(|bin| reference.quantile(bin as f64 / bins as f64).expect("the share lies between 0 and 1"))
        .collect();
    edges.dedup();
    let counts = |sample: &Sample| {
        let mut before = 0;
        let mut counts: Vec<u64> = Vec::with_capacity(edges.len() + 1);
        for edge in &edges {
            let up_to = sample.values().partition_point(|value| value <= edge);
            counts.push((up_to - before) as u64);
            before = up_to;
        }
        counts.push((sample.len() - before) as u64);
        counts
    };
    (counts(reference), counts(current))
}

/// How likely an index of at least this is without drift.
fn by_chance(index: f64, reference: &[u64], current: &[u64]) -> Result<f64> {
    let (n, m) = (reference.iter().sum::<u64>() as f64, current.iter().sum::<u64>() as f64);
    let used = reference.iter().zip(current).filter(|(r, c)| **r + **c > 0).count();
    if used < 2 {
        return Ok(1.0);
    }
    let chi_square = ChiSquared::new((used - 1) as f64)
        .map_err(|error| Error::undefined(PsiTest::NAME, error.to_string()))?;
    Ok(chi_square.sf(index / (1.0 / n + 1.0 / m)).clamp(0.0, 1.0))
}

impl Detector {
    /// The population stability index with the rule of thumb of credit scoring: slight from
    /// 0.1 on, a drift from 0.25 on. Ten bins, 30 values on each side at least.
    ///
    /// It does not look at chance: with 100 rows on each side more than one column in five that
    /// did not drift is at 0.25 or above. [`by_size`](PsiLimit::BySize) does.
    pub fn psi_classic() -> Self {
        Self::default().with_psi(PsiTest { bins: BINS, limit: PsiLimit::default() })
    }

    /// The same detector with the population stability index for every column.
    ///
    /// # Errors
    /// As [`PsiTest::new`].
    pub fn by_psi(self, limit: PsiLimit) -> Result<Self> {
        PsiTest::new(BINS, limit).map(|test| self.with_psi(test))
    }

    fn with_psi(self, test: PsiTest) -> Self {
        self.numbers_by(Arc::new(test)).categories_by(Arc::new(test))
    }
}

#[cfg(test)]
mod tests {
    use mlops_stats::Random;

    use super::*;
    use crate::report::Magnitude;

    fn sample(values: impl IntoIterator<Item = f64>) -> Sample {
        Sample::new(values.into_iter().collect()).unwrap()
    }

    fn index(reference: &Sample, current: &Sample) -> Measurement {
        let pair = Pair::Numbers { reference, current };
        PsiTest::new(10, PsiLimit::default()).unwrap().compare(&pair).unwrap()
    }

    #[test]
    fn bins_hold_their_upper_edge_and_ties_merge_them() {
        let reference = sample((1..=10).map(f64::from));
        assert_eq!(in_bins(&reference, &reference, 2), (vec![5, 5], vec![5, 5]));
        let tied = sample([1.0, 1.0, 1.0, 1.0, 2.0]);
        assert_eq!(in_bins(&tied, &sample([0.5, 1.0, 3.0]), 4), (vec![4, 1], vec![2, 1]));
        let constant = sample([3.0; 40]);
        let found = index(&constant, &sample([3.0; 50]));
        assert_eq!((found.effect, found.p_value), (0.0, Some(1.0)));
        assert!(index(&constant, &sample([4.0; 50])).effect > 1.0, "all of it is beyond the reference");
    }

    /// The same by numpy: edges `np.quantile(x, np.linspace(0, 1, 11))[1:-1]`, counts by
    /// `np.searchsorted(edges, values, side="left")`, empty shares as 1e-4.
    #[test]
    fn equal_to_numpy() {
        let value = |i: u32, step: u32| f64::from(i * step % 101) / 10.0;
        let reference = sample((0..200).map(|i| value(i, 37)));
        let current = sample((0..150).map(|i| value(i, 53) * 0.8 + 1.0));
        let found = index(&reference, &current).effect;
        assert!((found - NUMPY).abs() < 1e-12 * NUMPY, "{found}");
    }

    const NUMPY: f64 = 1.431_743_985_348_595_6;

    #[test]
    fn by_size_keeps_its_level_where_the_rule_of_thumb_does_not() {
        let by_size = PsiTest::new(10, PsiLimit::BySize { alpha: 0.05 }).unwrap();
        let (mut thumb, mut sized) = (0, 0);
        for replicate in 0..2_000 {
            let mut random = Random::replicate(3, replicate);
            let mut draw = || sample((0..100).map(|_| random.unit()).collect::<Vec<_>>());
            let (reference, current) = (draw(), draw());
            let pair = Pair::Numbers { reference: &reference, current: &current };
            let found = by_size.compare(&pair).unwrap();
            sized += u32::from(found.p_value.unwrap() < found.limit);
            thumb += u32::from(found.effect >= 0.25);
        }
        assert!((40..=160).contains(&sized), "{sized} of 2000 at a nominal 5 %");
        assert!((380..=500).contains(&thumb), "{thumb} of 2000");
    }

    #[test]
    fn settings_have_ranges() {
        assert!(PsiTest::new(1, PsiLimit::default()).is_err());
        for limit in [
            PsiLimit::Fixed { slight: 0.0, material: 1.0 },
            PsiLimit::Fixed { slight: 0.2, material: 0.1 },
            PsiLimit::Fixed { slight: f64::NAN, material: 0.1 },
            PsiLimit::BySize { alpha: 1.0 },
            PsiLimit::BySize { alpha: f64::NAN },
        ] {
            assert!(matches!(Detector::default().by_psi(limit), Err(Error::Setting { .. })), "{limit:?}");
        }
        assert_eq!(Detector::psi_classic().settings(), Detector::default().settings());
    }

    #[test]
    fn three_answers() {
        let counts = |current: [u64; 2]| {
            let pair = Pair::Categories { names: &["a", "b"], reference: &[500, 500], current: &current };
            let found = PsiTest::new(10, PsiLimit::default()).unwrap().compare(&pair).unwrap();
            let mut comparison = crate::report::Comparison::new(PsiTest::NAME, found);
            comparison.judge(0.05);
            comparison.magnitude
        };
        assert_eq!(counts([520, 480]), Magnitude::None);
        assert_eq!(counts([680, 320]), Magnitude::Slight);
        assert_eq!(counts([780, 220]), Magnitude::Material);
    }
}
