use crate::distribution::{normal_isf, normal_sf};
use crate::interval::{Interval, proper_share};
use crate::{Error, Result};

use super::differences;
use super::walsh::{self, TOLERANCE, ranks};
use crate::root::brent;

/// Where the interval of a shift comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the ones that R has")]
pub enum ShiftMethod {
    /// Exact without ties and zeros below 50 values a sample, else normal.
    #[default]
    Auto,
    /// Order statistics of all differences, by the exact distribution of the rank sum.
    Exact,
    /// The shifts at which the rank test, with its normal limit and continuity correction,
    /// turns significant; to 1e-4 in the units of the values, as R has them.
    Normal,
}

/// Two samples of more than this product have no exact distribution here: it takes the
/// square of the product in steps.
const EXACT_UP_TO: usize = 10_000;

/// The Hodges–Lehmann estimate: by how much are values of the one greater than of the
/// other? The median of all differences, with its interval and the rank test's p-value.
///
/// Takes rows as independent; where they come in clusters, give it one value per cluster.
///
/// ```
/// use mlops_stats::paired::{HodgesLehmann, ShiftMethod};
/// let before = [12.1, 11.8, 13.0, 12.6, 12.9];
/// let after = [10.2, 10.9, 11.1, 10.4, 11.3, 10.0, 10.7];
/// let shift = HodgesLehmann::two_sample(&before, &after, 0.95, ShiftMethod::Auto)?;
/// assert!((shift.estimate() - 1.8).abs() < 1e-9);
/// assert!(shift.interval().lower > 0.9 && shift.p_value() < 0.01);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Hodges and Lehmann, *Annals of Mathematical Statistics* 34 (1963); intervals of Bauer,
/// *JASA* 67 (1972); as `wilcox.test(conf.int = TRUE)` of R 4.2, two-sided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HodgesLehmann {
    estimate: f64,
    interval: Interval,
    p_value: f64,
}

impl HodgesLehmann {
    /// Of two independent samples: the shift of `x` against `y`. `O(n m log(n m))`, and for
    /// the exact interval `O(n² m²)`.
    ///
    /// # Errors
    /// [`Error::Shape`] for an empty sample, [`Error::Value`] for what is not finite,
    /// [`Error::Parameter`] for a level not within 0..1, or the exact method with
    /// `n · m` above 10,000; [`Error::Undefined`] for the exact method if values tie, and
    /// if all values are the same.
    pub fn two_sample(x: &[f64], y: &[f64], level: f64, method: ShiftMethod) -> Result<Self> {
        proper_share("level", level)?;
        crate::error::all_finite("x", x)?;
        crate::error::all_finite("y", y)?;
        let both: Vec<f64> = x.iter().chain(y).copied().collect();
        let (of_both, ties) = ranks(&both);
        let n = x.len() as f64;
        let statistic = of_both[..x.len()].iter().sum::<f64>() - 0.5 * n * (n + 1.0);
        let found = match chosen(method, ties > 0.0, x.len().max(y.len())) {
            ShiftMethod::Exact if ties > 0.0 => Err(tied()),
            ShiftMethod::Exact => {
                let chances = chances_of_rank_sums(x.len(), y.len())?;
                let pairs = x.iter().flat_map(|x| y.iter().map(move |y| x - y)).collect();
                Ok(Found::of_order(pairs, &chances, statistic, level))
            }
            ShiftMethod::Auto | ShiftMethod::Normal => two_sample_normal(x, y, level),
        }?;
        Ok(found.finish())
    }

    /// Of two values a row: the shift of `a − b`, which is the median of the means of any
    /// two differences. As in R, rows without a difference are dropped. `O(n² log n)`, and
    /// for the exact interval `O(n³)`.
    ///
    /// # Errors
    /// As [`two_sample`](Self::two_sample), the exact method for up to 1,000 rows.
    pub fn paired(a: &[f64], b: &[f64], level: f64, method: ShiftMethod) -> Result<Self> {
        proper_share("level", level)?;
        let mut values = differences(a, b)?;
        let rows = values.len();
        values.retain(|value| *value != 0.0);
        if values.is_empty() {
            return Err(Error::undefined("shift", "no row has a difference"));
        }
        let (_, _, ties) = walsh::signed_rank(&values);
        let tied_or_zero = ties > 0.0 || values.len() < rows;
        let found = match chosen(method, tied_or_zero, values.len()) {
            ShiftMethod::Exact if tied_or_zero => Err(tied()),
            ShiftMethod::Exact => walsh::exact(&values, level),
            ShiftMethod::Auto | ShiftMethod::Normal => walsh::normal(&values, level),
        }?;
        Ok(found.finish())
    }

    /// By how much the first is greater.
    pub const fn estimate(&self) -> f64 {
        self.estimate
    }

    /// The interval of the shift. Pairs too few for the level asked for have a lower one
    /// where values tie.
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// The two-sided p-value of the rank test that there is no shift: Mann–Whitney's for
    /// two samples, Wilcoxon's for pairs.
    pub const fn p_value(&self) -> f64 {
        self.p_value
    }
}

fn chosen(method: ShiftMethod, tied: bool, largest: usize) -> ShiftMethod {
    match method {
        ShiftMethod::Auto if !tied && largest < 50 => ShiftMethod::Exact,
        ShiftMethod::Auto => ShiftMethod::Normal,
        method => method,
    }
}

fn tied() -> Error {
    Error::undefined("exact interval of the shift", "values tie; use the normal limit")
}

/// An estimate before it has its level.
pub(super) struct Found {
    estimate: f64,
    ends: (f64, f64),
    level: f64,
    p_value: f64,
}

impl Found {
    /// From all differences (or means) and the chances of each rank sum, counted from 0.
    pub(super) fn of_order(mut values: Vec<f64>, chances: &[f64], statistic: f64, level: f64) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let half = values.len() / 2;
        let estimate =
            if values.len() % 2 == 1 { values[half] } else { 0.5 * (values[half - 1] + values[half]) };
        let (tail, mut cut, mut below) = (0.5 * (1.0 - level) - 10.0 * f64::EPSILON, 0, chances[0]);
        while below < tail {
            cut += 1;
            below += chances[cut];
        }
        // Too few values for the level: all of them.
        let cut = cut.max(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank sum without ties"
        )]
        let seen = (statistic + 0.25) as usize;
        // The distribution is symmetric: the upper tail is the lower one of the mirrored sum.
        let rare = seen.min(chances.len() - 1 - seen.min(chances.len() - 1));
        let p_value = (2.0 * chances[..=rare].iter().sum::<f64>()).min(1.0);
        Self { estimate, ends: (values[cut - 1], values[values.len() - cut]), level, p_value }
    }

    pub(super) fn of_normal(estimate: f64, ends: (f64, f64), level: f64, z: f64) -> Result<Self> {
        if z.is_nan() {
            return Err(Error::undefined("rank test", "all values are the same"));
        }
        Ok(Self { estimate, ends, level, p_value: (2.0 * normal_sf(z.abs())).min(1.0) })
    }

    fn finish(self) -> HodgesLehmann {
        let interval = Interval { level: self.level, lower: self.ends.0, upper: self.ends.1 };
        HodgesLehmann { estimate: self.estimate, interval, p_value: self.p_value }
    }
}

fn two_sample_normal(x: &[f64], y: &[f64], level: f64) -> Result<Found> {
    let (n, m) = (x.len() as f64, y.len() as f64);
    let standard = |shift: f64, corrected: bool| {
        let both: Vec<f64> = x.iter().map(|x| x - shift).chain(y.iter().copied()).collect();
        let (ranks, ties) = ranks(&both);
        let distance = ranks[..x.len()].iter().sum::<f64>() - 0.5 * n * (n + 1.0) - 0.5 * n * m;
        let half = if corrected && distance != 0.0 { 0.5 * distance.signum() } else { 0.0 };
        let tie_share = if n + m > 1.0 { ties / ((n + m) * (n + m - 1.0)) } else { 0.0 };
        (distance - half) / ((n * m / 12.0) * ((n + m + 1.0) - tie_share)).sqrt()
    };
    let extremes = |values: &[f64]| {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        (low, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    };
    let ((x_low, x_high), (y_low, y_high)) = (extremes(x), extremes(y));
    let (low, high) = (x_low - y_high, x_high - y_low);
    let root = |z: f64, corrected: bool| {
        let f = |shift| standard(shift, corrected) - z;
        let (at_low, at_high) = (f(low), f(high));
        if at_low.is_nan() || at_high.is_nan() {
            return Err(Error::undefined("interval of the shift", "all values are the same"));
        }
        Ok(match (at_low, at_high) {
            // In extreme cases the level takes all there is.
            (at_low, _) if at_low <= 0.0 => low,
            (_, at_high) if at_high >= 0.0 => high,
            _ => brent((low, at_low), (high, at_high), TOLERANCE, f),
        })
    };
    let z = normal_isf(0.5 * (1.0 - level));
    Found::of_normal(root(0.0, false)?, (root(z, true)?, root(-z, true)?), level, standard(0.0, true))
}

/// How likely each Mann–Whitney statistic is, from 0 to `n · m`.
fn chances_of_rank_sums(n: usize, m: usize) -> Result<Vec<f64>> {
    if n * m > EXACT_UP_TO {
        let value = n as f64 * m as f64;
        return Err(Error::Parameter {
            what: "n · m of an exact rank test",
            value,
            expected: "at most 10000",
        });
    }
    // `of[j]`: the chances for i and j values. The largest is an x with chance i / (i + j).
    let mut of: Vec<Vec<f64>> = vec![vec![1.0]; m + 1];
    for i in 1..=n {
        let mut next: Vec<Vec<f64>> = Vec::with_capacity(m + 1);
        next.push(vec![1.0]);
        for j in 1..=m {
            let x_share = i as f64 / (i + j) as f64;
            let mut chances = vec![0.0; i * j + 1];
            for (sum, chance) in of[j].iter().enumerate() {
                chances[sum + j] += x_share * chance;
            }
            for (sum, chance) in next[j - 1].iter().enumerate() {
                chances[sum] += (1.0 - x_share) * chance;
            }
            next.push(chances);
        }
        of = next;
    }
    Ok(of.pop().unwrap_or_default())
}
