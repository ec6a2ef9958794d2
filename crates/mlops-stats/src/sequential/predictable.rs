use serde::{Deserialize, Serialize};

use super::Range;
use crate::Result;
use crate::interval::{Interval, proper_share};

/// An interval around the one mean of bounded observations, by stakes that are fitted to what
/// was seen before each: predictable mixtures.
///
/// The mean of each observation given those before it has to be **the same**: where it may
/// move, [`MeanSequence`](super::MeanSequence) covers the running mean instead. Independence is
/// not needed. With a chance of at least 1 − α all intervals cover the mean, so they may be
/// intersected.
///
/// Cost: a few nanoseconds an observation.
///
/// # Source
/// Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*, JRSS B 86
/// (2024), Theorem 2 and Proposition 1; equal to `predmix_empbern_cs` (truncation ½) and
/// `predmix_hoeffding_cs` (truncation 1) of confseq 0.0.11 for observations within 0 to 1.
///
/// ```
/// use mlops_stats::sequential::PredictableMixture;
/// let mut mean = PredictableMixture::empirical_bernstein(0.05, (0.0, 1.0))?;
/// for row in 0..2_000 {
///     mean.observe(f64::from(row % 10) / 50.0)?;
/// }
/// let interval = mean.interval();
/// assert!(interval.lower < 0.09 && 0.09 < interval.upper && interval.upper < 0.12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictableMixture {
    alpha: f64,
    range: Range,
    adapts: bool,
    stakes: Stakes,
    /// The mean, 0 before the first: what the surprise is measured from.
    total: f64,
    staked: f64,
    won: f64,
    /// What variance costs, for the lower and the upper end.
    cost: [f64; 2],
}

impl PredictableMixture {
    /// Adapts to how much the observations vary: narrower than Hoeffding's where they vary less
    /// than a coin.
    ///
    /// # Errors
    /// [`Error::Parameter`](crate::Error::Parameter) if alpha is not within 0..1 or the range is none.
    pub fn empirical_bernstein(alpha: f64, range: (f64, f64)) -> Result<Self> {
        Self::new(alpha, range, true)
    }

    /// Takes the observations to vary as much as their range allows.
    ///
    /// # Errors
    /// As [`empirical_bernstein`](Self::empirical_bernstein).
    pub fn hoeffding(alpha: f64, range: (f64, f64)) -> Result<Self> {
        Self::new(alpha, range, false)
    }

    fn new(alpha: f64, range: (f64, f64), adapts: bool) -> Result<Self> {
        proper_share("alpha", alpha)?;
        let (range, stakes) = (Range::new(range)?, Stakes::new());
        Ok(Self { alpha, range, adapts, stakes, total: 0.0, staked: 0.0, won: 0.0, cost: [0.0; 2] })
    }

    /// Takes the next observation.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) if it is NaN or outside the range; nothing has changed then.
    pub fn observe(&mut self, value: f64) -> Result<()> {
        self.range.admits(value, self.stakes.n)?;
        let x = (value - self.range.low) / self.range.width();
        let before = self.stakes.n as f64;
        let log = (2.0 / self.alpha).ln();
        if self.adapts {
            let stake = self.stakes.next(log).min(0.5);
            let per_surprise = -(-stake).ln_1p() - stake;
            // Before the first, each end takes the mean to be at its own end of the range.
            let means = if before > 0.0 { [self.total / before; 2] } else { [0.0, 1.0] };
            for (cost, mean) in self.cost.iter_mut().zip(means) {
                *cost += (x - mean).powi(2) * per_surprise;
            }
            self.staked += stake;
            self.won += stake * x;
        } else {
            let t = before + 1.0;
            let stake = (8.0 * log / (t * t.ln_1p())).sqrt().min(1.0);
            for cost in &mut self.cost {
                *cost += stake * stake / 8.0;
            }
            self.staked += stake;
            self.won += stake * x;
        }
        self.stakes.observe(x);
        self.total += x;
        Ok(())
    }

    /// Between what the mean lies; the whole range before the first observation.
    pub fn interval(&self) -> Interval {
        let Range { low, high } = self.range;
        let level = 1.0 - self.alpha;
        if self.stakes.n == 0 {
            return Interval { level, lower: low, upper: high };
        }
        let log = (2.0 / self.alpha).ln();
        let end = |sign: f64, cost: f64| (self.won + sign * (log + cost)) / self.staked;
        let place = |share: f64| (low + share * self.range.width()).clamp(low, high);
        Interval { level, lower: place(end(-1.0, self.cost[0])), upper: place(end(1.0, self.cost[1])) }
    }

    /// How many observations there have been.
    pub const fn n(&self) -> u64 {
        self.stakes.n
    }
}

/// Stakes for the next observation within 0 to 1, from the variance of those before it, with
/// one observation of a coin put before them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Stakes {
    pub(super) n: u64,
    total: f64,
    squares: f64,
}

impl Stakes {
    pub(super) const fn new() -> Self {
        Self { n: 0, total: 0.5, squares: 0.25 }
    }

    /// The stake for the next observation, for a bound at this `log` of 1/α.
    pub(super) fn next(&self, log: f64) -> f64 {
        let t = (self.n + 1) as f64;
        (2.0 * log / (t * t.ln_1p() * self.squares / t)).sqrt()
    }

    pub(super) fn observe(&mut self, x: f64) {
        self.n += 1;
        self.total += x;
        let mean = self.total / (self.n + 1) as f64;
        self.squares += (x - mean).powi(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Error, Random};

    #[test]
    fn input_is_checked_and_units_do_not_matter() {
        assert!(PredictableMixture::hoeffding(0.0, (0.0, 1.0)).is_err());
        assert!(PredictableMixture::hoeffding(0.1, (1.0, 1.0)).is_err());
        for make in [PredictableMixture::hoeffding, PredictableMixture::empirical_bernstein] {
            let (mut unit, mut wide) = (make(0.1, (0.0, 1.0)).unwrap(), make(0.1, (-20.0, 30.0)).unwrap());
            assert_eq!((wide.interval().lower, wide.interval().upper), (-20.0, 30.0));
            assert!(matches!(wide.observe(31.0), Err(Error::Value { index: 0, .. })));
            for row in 0..200_u32 {
                let x = f64::from(row * 7 % 11) / 10.0;
                unit.observe(x).unwrap();
                wide.observe(x * 50.0 - 20.0).unwrap();
            }
            assert!((unit.interval().lower * 50.0 - 20.0 - wide.interval().lower).abs() < 1e-9);
            assert!((unit.interval().upper * 50.0 - 20.0 - wide.interval().upper).abs() < 1e-9);
        }
    }

    #[test]
    fn the_mean_is_ever_outside_in_few_courses() {
        for make in [PredictableMixture::hoeffding, PredictableMixture::empirical_bernstein] {
            let wrong = (0..300).filter(|run| {
                let mut random = Random::replicate(3, *run);
                let mut mean = make(0.1, (0.0, 1.0)).unwrap();
                (0..400).any(|_| {
                    mean.observe(f64::from(u8::from(random.unit() < 0.2))).unwrap();
                    let interval = mean.interval();
                    !(interval.lower..=interval.upper).contains(&0.2)
                })
            });
            assert!(wrong.count() <= 40, "at most 30 of 300 expected");
        }
    }
}
