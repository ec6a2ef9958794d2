use super::moments::{Moments, common_scale};
use crate::distribution::f_sf;
use crate::error::all_finite;
use crate::sum::sum;
use crate::{Error, Result};

/// What the deviations of Levene's test are from.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Center {
    /// The median (Brown and Forsythe): for skewed values, and the default.
    #[default]
    Median,
    /// The mean (Levene): for symmetric values with moderate tails.
    Mean,
    /// The mean without this share of the values at either end: for heavy tails.
    Trimmed(f64),
}

/// Levene's test that samples have the same spread.
///
/// An analysis of variance of the distances from each sample's centre. Assumes independent
/// rows. Values of any size. `O(n)`, plus a selection for the median and a sort for the
/// trimmed mean, both of copies.
///
/// ```
/// use mlops_stats::two_sample::{Center, Levene};
/// let test = Levene::of(&[&[1.0, 2.0, 3.0, 4.0], &[2.0, 4.0, 8.0, 16.0]], Center::Median)?;
/// assert!((test.statistic() - 3.340_909).abs() < 1e-6);
/// assert!((test.p_value() - 0.117_343).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Levene, *Robust tests for equality of variances* (1960); Brown and Forsythe, *Robust tests
/// for the equality of variances* (1974). Agrees with `scipy.stats.levene` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levene {
    statistic: f64,
    degrees_of_freedom: (f64, f64),
}

impl Levene {
    /// Compares two samples or more.
    ///
    /// # Errors
    /// [`Error::Shape`] with less than two samples or an empty one, [`Error::Value`] for NaN
    /// or an infinity, [`Error::Parameter`] for a share to trim below 0 or so large that
    /// nothing remains, [`Error::Undefined`] if within every sample all distances are the
    /// same, and between them too: constants, or one value each.
    pub fn of(samples: &[&[f64]], center: Center) -> Result<Self> {
        if samples.len() < 2 {
            return Err(Error::Shape {
                what: "samples",
                found: samples.len(),
                expected: "at least 2".to_owned(),
            });
        }
        samples.iter().try_for_each(|values| all_finite("sample", values))?;
        let scale = common_scale(samples.iter().copied());
        let mut sides = Vec::with_capacity(samples.len());
        for values in samples {
            let mut values: Vec<f64> = values.iter().map(|value| value / scale).collect();
            let center = center.of(&mut values)?;
            let distances = Moments::of(values.iter().map(|value| (value - center).abs()));
            sides.push((values.len() as f64, distances));
        }
        let total = sum(sides.iter().map(|(count, _)| *count));
        let mean = sum(sides.iter().map(|(count, side)| count * side.mean)) / total;
        let groups = sides.len() as f64;
        let between = sum(sides.iter().map(|(count, side)| count * (side.mean - mean).powi(2)));
        let within = sum(sides.iter().map(|(_, side)| side.squares));
        let degrees_of_freedom = (groups - 1.0, total - groups);
        let statistic = degrees_of_freedom.1 * between / (degrees_of_freedom.0 * within);
        if statistic.is_nan() {
            return Err(Error::undefined("levene", "all distances from the centres are the same"));
        }
        Ok(Self { statistic, degrees_of_freedom })
    }

    /// The mean square of the distances between samples by that within; infinite if within
    /// each they are all the same.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// Of the numerator and of the denominator of the statistic.
    pub fn degrees_of_freedom(&self) -> (f64, f64) {
        self.degrees_of_freedom
    }

    /// How likely a statistic this large is if the spreads are the same.
    pub fn p_value(&self) -> f64 {
        f_sf(self.degrees_of_freedom.0, self.degrees_of_freedom.1, self.statistic)
    }
}

impl Center {
    /// The centre of these values, which it reorders.
    fn of(self, values: &mut [f64]) -> Result<f64> {
        match self {
            Self::Mean => Ok(Moments::of(values.iter().copied()).mean),
            Self::Median => {
                let half = values.len() / 2;
                let even = values.len().is_multiple_of(2);
                let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
                let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                Ok(if even { f64::midpoint(lower, *upper) } else { *upper })
            }
            Self::Trimmed(share) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "of a share; saturates"
                )]
                let cut = (values.len() as f64 * share) as usize;
                if !(0.0..1.0).contains(&share) || 2 * cut >= values.len() {
                    let expected = "at least 0, and below half of every sample";
                    return Err(Error::Parameter { what: "share to trim", value: share, expected });
                }
                values.sort_unstable_by(f64::total_cmp);
                let kept = &values[cut..values.len() - cut];
                Ok(Moments::of(kept.iter().copied()).mean)
            }
        }
    }
}
