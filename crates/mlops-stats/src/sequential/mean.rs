use serde::{Deserialize, Serialize};

use super::{Range, boundary};
use crate::Result;
use crate::interval::{Interval, proper_share};

/// An interval around the mean of bounded observations that may be looked at after each.
///
/// # What it covers
/// With `μᵢ` the mean of observation `i` given those before it, the interval after `n`
/// observations is one for `(μ₁ + … + μₙ) / n`: the *running* mean, of the observations
/// seen, which may move. With a chance of at least 1 − α **all** of the intervals, over the
/// whole course, cover theirs. Observations need to be bounded, nothing else: neither alike
/// nor independent. Because what it covers moves, intervals of different times are never
/// intersected, and what is excluded now may be inside again later.
///
/// It adapts to how much observations vary. Its ends lie `bound(V) / n` from the mean, where
/// `V = Σ (xᵢ − x̂ᵢ)²` sums the squared surprises over the running mean of before.
///
/// To ask only whether the mean is beyond one known limit,
/// [`BettingEProcess`](super::BettingEProcess) needs fewer observations, above all while they
/// are few or vary little.
///
/// Cost: a few nanoseconds an observation; an interval solves an equation, which takes
/// microseconds, O(√V) at worst.
///
/// # Source
/// Howard, Ramdas, `McAuliffe` and Sekhon, *Time-uniform, nonparametric, nonasymptotic
/// confidence sequences*, Annals of Statistics 49 (2021), Theorem 4 with the
/// gamma-exponential mixture of Proposition 9; equal to `conjmix_empbern_cs` of confseq
/// 0.0.11 for observations within 0..=1.
///
/// ```
/// use mlops_stats::sequential::MeanSequence;
/// let mut harm = MeanSequence::new(0.05, (-1.0, 1.0))?;
/// assert_eq!((harm.interval().lower, harm.interval().upper), (-1.0, 1.0));
/// for n in 0..4_000 {
///     harm.observe(if n % 2 == 0 { 0.13 } else { -0.07 })?;
/// }
/// let interval = harm.interval();
/// assert!(0.01 < interval.lower && interval.upper < 0.05, "{interval:?}");
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeanSequence {
    alpha: f64,
    range: Range,
    /// The mixing scale of the boundary, in squared widths of the range.
    rho: f64,
    n: u64,
    mean: f64,
    /// Sum of squared differences from the mean of what came before, in squared widths.
    surprise: f64,
}

impl MeanSequence {
    /// For observations within `range`, wrong with a chance of at most `alpha` over the whole
    /// course.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if alpha is not within 0..1 or the range is none.
    pub fn new(alpha: f64, range: (f64, f64)) -> Result<Self> {
        proper_share("alpha", alpha)?;
        let range = Range::new(range)?;
        let rho = boundary::rho_one_sided(1.0, alpha / 2.0);
        let mean = range.low + 0.5 * range.width();
        Ok(Self { alpha, range, rho, n: 0, mean, surprise: 0.0 })
    }

    /// Makes the interval tightest where the sum of squared deviations from the mean is about
    /// this: the expected number of observations times their variance. Without it, that is
    /// the squared width of the range. It changes the width only, not the guarantee, if it is
    /// set before the first observation; later it is ignored.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if it is not a positive number.
    pub fn tightest_at(mut self, squared_deviations: f64) -> Result<Self> {
        let in_widths = squared_deviations / self.range.width() / self.range.width();
        boundary::positive("squared deviations", in_widths)?;
        if self.n == 0 {
            self.rho = boundary::rho_one_sided(in_widths, self.alpha / 2.0);
        }
        Ok(self)
    }

    /// Takes the next observation.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) if it is NaN or outside the range; nothing has changed then.
    pub fn observe(&mut self, value: f64) -> Result<()> {
        self.range.admits(value, self.n)?;
        // Before the first, the middle of the range stands for the mean.
        self.surprise += ((value - self.mean) / self.range.width()).powi(2);
        self.n += 1;
        self.mean = if self.n == 1 { value } else { self.mean + (value - self.mean) / self.n as f64 };
        Ok(())
    }

    /// Between what the mean lies; the whole range before the first observation.
    pub fn interval(&self) -> Interval {
        let Range { low, high } = self.range;
        let level = 1.0 - self.alpha;
        if self.n == 0 {
            return Interval { level, lower: low, upper: high };
        }
        let log_threshold = (2.0 / self.alpha).ln();
        let boundary = boundary::Gamma { rho: self.rho, c: 1.0 };
        let half = self.range.width() * boundary.bound(self.surprise, log_threshold) / self.n as f64;
        Interval { level, lower: (self.mean - half).max(low), upper: (self.mean + half).min(high) }
    }

    /// The mean of the observations; nothing before the first.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// How many observations there have been.
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The chance of ever being wrong.
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }
}
