use serde::{Deserialize, Serialize};

use super::boundary;
use crate::interval::{Interval, proper_share};
use crate::{Error, Result};

/// An interval around the mean of independent observations that may be looked at after each;
/// what A/B tools call always valid.
///
/// It needs no bounds and is narrower than [`MeanSequence`](super::MeanSequence), but what it
/// promises holds in the limit of many observations only, and **for independent rows only**.
/// Flights of one storm, requests of one customer are not: there it is as much too narrow as
/// every interval that counts rows. Few observations (below a few hundred, more if large
/// values are rare) make it wrong more often than α.
///
/// # Source
/// Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, *Time-uniform central limit theory and
/// asymptotic confidence sequences*, Annals of Statistics 52 (2024), equation 2.4, that is the
/// two-sided normal mixture of Robbins (1970) with an estimated variance; a mixture sequential
/// probability ratio test (Johari, Koomen, Pekelis and Walsh, 2022) with the mixing variance
/// as a multiple of the observations' own.
///
/// ```
/// use mlops_stats::sequential::AsymptoticMeanSequence;
/// let mut change = AsymptoticMeanSequence::new(0.05, 2_000.0)?;
/// for n in 0..2_000 {
///     change.observe(f64::from(n % 5) - 1.9)?;
/// }
/// let interval = change.interval();
/// assert!(interval.lower < 0.1 && 0.1 < interval.upper && interval.upper < 0.25);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AsymptoticMeanSequence {
    alpha: f64,
    rho: f64,
    n: u64,
    mean: f64,
    /// Sum of squared differences from the mean.
    squares: f64,
}

impl AsymptoticMeanSequence {
    /// Wrong with a chance of about `alpha` over the whole course; tightest after about
    /// `tightest_at` observations.
    ///
    /// # Errors
    /// [`Error::Parameter`] if alpha is not within 0..1 or `tightest_at` is not a positive number.
    pub fn new(alpha: f64, tightest_at: f64) -> Result<Self> {
        proper_share("alpha", alpha)?;
        boundary::positive("tightest at", tightest_at)?;
        Ok(Self { alpha, rho: boundary::rho_two_sided(tightest_at, alpha), n: 0, mean: 0.0, squares: 0.0 })
    }

    /// Takes the next observation.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN or larger than 1e150; nothing has changed then.
    pub fn observe(&mut self, value: f64) -> Result<()> {
        // Squares of larger ones would not be numbers.
        if value.is_nan() || value.abs() > 1e150 {
            let index = usize::try_from(self.n).unwrap_or(usize::MAX);
            return Err(Error::Value {
                what: "observations",
                index,
                value,
                expected: "a number up to 1e150",
            });
        }
        self.n += 1;
        let from_old = value - self.mean;
        self.mean += from_old / self.n as f64;
        self.squares += from_old * (value - self.mean);
        Ok(())
    }

    /// Between what the mean lies; everything (infinite ends) below two observations.
    pub fn interval(&self) -> Interval {
        let level = 1.0 - self.alpha;
        if self.n < 2 {
            return Interval { level, lower: f64::NEG_INFINITY, upper: f64::INFINITY };
        }
        let n = self.n as f64;
        let deviation = (self.squares / n).sqrt();
        let half = deviation * boundary::normal_with(self.rho, n, self.alpha) / n;
        Interval { level, lower: self.mean - half, upper: self.mean + half }
    }

    /// The mean of the observations; nothing before the first.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// How many observations there have been.
    pub const fn n(&self) -> u64 {
        self.n
    }
}
