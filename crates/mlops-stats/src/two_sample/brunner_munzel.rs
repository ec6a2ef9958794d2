use super::Sample;
use super::ranks::ties;
use crate::distribution::{normal_sf, student_sf};
use crate::{Alternative, Error, Result};

/// The Brunner–Munzel test: does one sample tend to have larger values, whatever the spreads?
///
/// As [`MannWhitney`](super::MannWhitney), which takes the two distributions as the same but
/// for a shift, and is misled where their spreads differ. Assumes independent rows. Only the
/// order of the values counts, so infinities are welcome. `O(n + m)` on the sorted samples.
///
/// ```
/// use mlops_stats::{Alternative, two_sample::{BrunnerMunzel, Sample}};
/// let before = Sample::new(vec![1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 1.0, 1.0])?;
/// let after = Sample::new(vec![3.0, 3.0, 4.0, 3.0, 1.0, 2.0, 3.0, 1.0, 1.0, 5.0, 4.0])?;
/// let test = BrunnerMunzel::of(&before, &after)?;
/// assert!((test.statistic() - 3.137_467).abs() < 1e-6);
/// assert!((test.p_value(Alternative::TwoSided)? - 0.005_786_209).abs() < 1e-9);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Brunner and Munzel, *The nonparametric Behrens-Fisher problem* (2000). Agrees with
/// `scipy.stats.brunnermunzel` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BrunnerMunzel {
    statistic: f64,
    /// Not a number if no value lies among those of the other sample.
    degrees_of_freedom: f64,
    effect: f64,
}

impl BrunnerMunzel {
    /// Compares two samples.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a sample has one value only, or all values of both are the same.
    pub fn of(x: &Sample, y: &Sample) -> Result<Self> {
        if x.len().min(y.len()) < 2 {
            return Err(Error::undefined("brunner-munzel", "a sample has a single value"));
        }
        let (n, m) = (x.len() as f64, y.len() as f64);
        let (mut of_x, mut of_y) = (Placements::of(x.len()), Placements::of(y.len()));
        for tie in ties(x.values(), y.values()) {
            of_x.add(tie.here.0, 2 * tie.before.1 + tie.here.1);
            of_y.add(tie.here.1, 2 * tie.before.0 + tie.here.0);
        }
        let spread = (n * of_x.variance(), m * of_y.variance());
        let both = spread.0 + spread.1;
        // The mean ranks differ by half of all values as far as the pairs disagree.
        let pairs = n * m;
        let larger_in_y = of_y.twice_sum as f64 / 2.0;
        let mean_ranks = (n + m) * (larger_in_y - pairs / 2.0) / pairs;
        let statistic = pairs * mean_ranks / ((n + m) * both.sqrt());
        if statistic.is_nan() {
            return Err(Error::undefined("brunner-munzel", "all values are the same"));
        }
        let degrees_of_freedom = both * both / (spread.0.powi(2) / (n - 1.0) + spread.1.powi(2) / (m - 1.0));
        Ok(Self { statistic, degrees_of_freedom, effect: larger_in_y / pairs })
    }

    /// The standardised difference of the mean ranks, second sample less first: positive if
    /// the *second* has the larger values. Infinite if the samples do not overlap.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// How likely a value of the second sample exceeds one of the first, ties counted half:
    /// ½ is no effect.
    pub fn relative_effect(&self) -> f64 {
        self.effect
    }

    /// The degrees of freedom of the t distribution.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the samples do not overlap.
    pub fn degrees_of_freedom(&self) -> Result<f64> {
        if self.degrees_of_freedom.is_nan() {
            return Err(Error::undefined("degrees of freedom", "the samples do not overlap"));
        }
        Ok(self.degrees_of_freedom)
    }

    /// The p-value from the t distribution, for samples of any size (above about ten values).
    /// `Less` is the first sample's values being the smaller ones.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the samples do not overlap: [`BrunnerMunzel::p_normal`] has an
    /// answer, [`MannWhitney::p_exact`](super::MannWhitney::p_exact) a better one.
    pub fn p_value(&self, alternative: Alternative) -> Result<f64> {
        let degrees = self.degrees_of_freedom()?;
        Ok(alternative.symmetric_p_value(-self.statistic, |t| student_sf(degrees, t)))
    }

    /// The p-value in the normal limit of large samples; 0 or 1 if the samples do not overlap.
    pub fn p_normal(&self, alternative: Alternative) -> f64 {
        alternative.symmetric_p_value(-self.statistic, normal_sf)
    }
}

/// The ranks that the values of one sample have among those of the other. Doubled they are
/// whole numbers: no overlap is a variance of exactly 0.
struct Placements {
    count: u128,
    twice_sum: u128,
    four_squares: u128,
}

impl Placements {
    fn of(count: usize) -> Self {
        Self { count: count as u128, twice_sum: 0, four_squares: 0 }
    }

    fn add(&mut self, times: usize, twice_placement: usize) {
        let twice = twice_placement as u128;
        self.twice_sum += times as u128 * twice;
        self.four_squares += times as u128 * twice * twice;
    }

    fn variance(&self) -> f64 {
        let squares = self.count * self.four_squares - self.twice_sum * self.twice_sum;
        squares as f64 / (4 * self.count * (self.count - 1)) as f64
    }
}
