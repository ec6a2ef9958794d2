mod band;
mod distribution;
mod durbin;
mod peak;
mod pelz_good;
#[cfg(test)]
mod tests;

pub use distribution::{kolmogorov_sf, kstwo_sf, smirnov_sf};

use super::Sample;
use crate::{Alternative, Error, Result};
use peak::{Direction, Peak};

/// Up to this many values in the larger sample the exact p-value is the default, as in `SciPy`.
const EXACT_UP_TO: usize = 10_000;

/// The Kolmogorov–Smirnov statistic of two samples: the largest distance between their
/// distribution functions, and where it is.
///
/// Rows are taken as independent. Only the order of the values counts, so infinities are
/// welcome, and −0 equals 0. Steps are counted in whole numbers: the statistic is exact.
/// Beside the sorting it costs little: only where the largest distance can be is every
/// value looked at; `O(n + m)` at worst.
///
/// ```
/// use mlops_stats::{Alternative, two_sample::{KolmogorovSmirnov, Sample}};
/// let before = Sample::new((0..20).map(f64::from).collect())?;
/// let after = Sample::new((10..30).map(f64::from).collect())?;
/// let ks = KolmogorovSmirnov::of(&before, &after);
/// assert_eq!((ks.statistic(), ks.location(), ks.sign()), (0.5, 9.0, 1));
/// assert!(ks.p_value() < 0.02);
/// // `before` has the smaller values: its distribution function is the greater one.
/// let greater = KolmogorovSmirnov::with_alternative(&before, &after, Alternative::Greater);
/// assert!(greater.p_value() < ks.p_value());
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Statistic, location, sign and the choice of a p-value as `scipy.stats.ks_2samp` (1.17).
#[derive(Clone, Debug, PartialEq)]
pub struct KolmogorovSmirnov {
    alternative: Alternative,
    /// How many values each sample has.
    sizes: (usize, usize),
    /// The statistic as a multiple of `1 / (n · m)`.
    steps: u128,
    location: f64,
    sign: i8,
}

impl KolmogorovSmirnov {
    /// Compares two samples in both directions.
    pub fn of(x: &Sample, y: &Sample) -> Self {
        Self::with_alternative(x, y, Alternative::TwoSided)
    }

    /// Compares two samples. [`Alternative::Less`]: the distribution function of `x` is
    /// somewhere less than that of `y`, so that `x` tends to the *larger* values;
    /// [`Alternative::Greater`] the other way round.
    pub fn with_alternative(x: &Sample, y: &Sample, alternative: Alternative) -> Self {
        let directions = match alternative {
            Alternative::TwoSided => Direction::Both,
            Alternative::Less => Direction::Below,
            Alternative::Greater => Direction::Above,
        };
        let Peak { steps, location, sign } = peak::highest(x.values(), y.values(), directions);
        Self { alternative, sizes: (x.len(), y.len()), steps, location, sign }
    }

    /// The largest distance, from 0 (the same steps) to 1 (no overlap).
    pub fn statistic(&self) -> f64 {
        self.steps as f64 / (self.sizes.0 as f64 * self.sizes.1 as f64)
    }

    /// The first value, among the sorted first sample and then the second, where the distance is largest.
    pub fn location(&self) -> f64 {
        self.location
    }

    /// 1 if the first sample's distribution function lies above the second's there, which
    /// means that the first sample has the smaller values; −1 if below.
    pub fn sign(&self) -> i8 {
        self.sign
    }

    /// How likely a distance this large is if both samples come from one distribution:
    /// exact up to 10,000 values in the larger sample, the limit beyond.
    pub fn p_value(&self) -> f64 {
        let larger = self.sizes.0.max(self.sizes.1);
        if larger > EXACT_UP_TO
            && let Ok(p) = self.p_limit()
        {
            return p;
        }
        self.p_exact()
    }

    /// The exact p-value for continuous distributions. With ties it is an upper bound.
    ///
    /// Walks from (0, 0) to (n, m), one step for each value, are all as likely; this is
    /// the share of those that leave the band. Summed without a subtraction, so that small
    /// p-values keep their digits, to 1e-300. Samples of equal size cost `O(n)`; others the
    /// area of the band, `O(n · m · statistic)`, for one side `O(n · m)`, and memory for the
    /// smaller sample.
    ///
    /// # Source
    /// The lattice walks are Hodges', *The significance probability of the Smirnov two-sample
    /// test* (1958); for equal sizes by reflection, Gnedenko and Korolyuk (1951). Agrees with
    /// `scipy.stats.ks_2samp(method="exact")` (1.17) where that stays exact.
    pub fn p_exact(&self) -> f64 {
        let (n, m) = self.sizes;
        if self.steps == 0 {
            return 1.0;
        }
        let one_sided = self.alternative != Alternative::TwoSided;
        if n == m {
            // One value is `n` of the steps.
            let height = usize::try_from(self.steps / n as u128).unwrap_or(n);
            return if one_sided { band::square_one_side(n, height) } else { band::square(n, height) };
        }
        band::share_outside(n.max(m), n.min(m), self.steps, one_sided)
    }

    /// The p-value of large samples. Two-sided it is [`kstwo_sf`] of the statistic for
    /// `n·m / (n + m)` values, rounded; one-sided Hodges' expansion. At some hundred
    /// values it is off by some percent of itself.
    ///
    /// # Errors
    /// [`Error::Undefined`] two-sided if `n·m / (n + m)` rounds to 0: one value on each side.
    ///
    /// # Source
    /// Hodges (1958), equation 5.3; agrees with `scipy.stats.ks_2samp(method="asymp")` (1.17).
    pub fn p_limit(&self) -> Result<f64> {
        let (larger, smaller) =
            (self.sizes.0.max(self.sizes.1) as f64, self.sizes.0.min(self.sizes.1) as f64);
        let together = larger * smaller / (larger + smaller);
        if self.alternative != Alternative::TwoSided {
            let z = together.sqrt() * self.statistic();
            let skew = (larger + 2.0 * smaller) / (larger * smaller * (larger + smaller)).sqrt();
            return Ok((-2.0 * z * z - 2.0 * z * skew / 3.0).exp().clamp(0.0, 1.0));
        }
        let rounded = together.round_ties_even();
        if rounded < 1.0 {
            let reason = format!("{larger} and {smaller} values are none together");
            return Err(Error::undefined("asymptotic p-value", reason));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size")]
        kstwo_sf(rounded as u64, self.statistic())
    }
}

/// How likely the distribution functions of `n` and of `m` values are `steps / (n · m)` or
/// more apart if both come from one distribution: [`KolmogorovSmirnov::p_value`] for who has
/// counted the steps already, as over a window that moves.
///
/// # Errors
/// [`Error::Shape`] if a sample is empty, [`Error::Parameter`] if there are more than `n · m` steps.
///
/// ```
/// // Half of 20 values lie above all of the other 20.
/// let p = mlops_stats::two_sample::ks_2samp_sf(20, 20, 10 * 20)?;
/// assert!((p - 0.012_298_6).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn ks_2samp_sf(n: usize, m: usize, steps: u128) -> Result<f64> {
    for (what, found) in [("the first sample", n), ("the second sample", m)] {
        if found == 0 {
            return Err(Error::Shape { what, found, expected: "at least 1".to_owned() });
        }
    }
    if steps > n as u128 * m as u128 {
        return Err(Error::Parameter { what: "steps", value: steps as f64, expected: "at most n · m" });
    }
    let alternative = Alternative::TwoSided;
    Ok(KolmogorovSmirnov { alternative, sizes: (n, m), steps, location: 0.0, sign: 0 }.p_value())
}
