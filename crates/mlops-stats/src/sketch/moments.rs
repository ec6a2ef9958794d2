use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Values are summed around the mean of this many: they stay in the cache in between.
const BLOCK: usize = 1024;

/// Number, mean, spread, skewness, kurtosis and extremes of numbers, in one pass.
///
/// Number and extremes do not depend on order or merges; the others only by rounding, in
/// the last digits. Within a block the mean is taken first, and blocks are put together by
/// their differences, so that a large offset costs no digits. What overflows is not defined.
///
/// ```
/// use mlops_stats::sketch::Moments;
/// let mut moments = Moments::default();
/// moments.update(&[1e9 + 1.0, 1e9 + 2.0])?;
/// let mut more = Moments::default();
/// more.update(&[1e9 + 6.0])?;
/// moments.merge(&more);
/// assert_eq!((moments.mean()?, moments.variance()?), (1e9 + 3.0, 14.0 / 3.0));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Chan, Golub and `LeVeque`, *Algorithms for computing the sample variance* (1983), for two;
/// Pébay, *Formulas for robust, one-pass parallel computation of covariances and
/// arbitrary-order statistical moments* (2008), for the third and the fourth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Moments {
    count: u64,
    mean: f64,
    /// Sums of the second, third and fourth powers of the distances from the mean.
    m2: f64,
    m3: f64,
    m4: f64,
    min: f64,
    max: f64,
}

impl Moments {
    /// Adds values. `O(n)`.
    ///
    /// # Errors
    /// [`Error::Value`] with the first that is not finite; nothing is added then.
    pub fn update(&mut self, values: &[f64]) -> Result<()> {
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            let expected = "a finite number";
            return Err(Error::Value { what: "values", index, value: values[index], expected });
        }
        for block in values.chunks(BLOCK) {
            self.merge(&Self::of_block(block));
        }
        Ok(())
    }

    /// Adds all that another one has seen.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        let (a, b) = (self.count as f64, other.count as f64);
        let n = a + b;
        let delta = other.mean - self.mean;
        let (d2, d3, d4) = (delta * delta, delta * delta * delta, delta * delta * delta * delta);
        let m4 = self.m4
            + other.m4
            + d4 * a * b * (a * a - a * b + b * b) / (n * n * n)
            + 6.0 * d2 * (a * a * other.m2 + b * b * self.m2) / (n * n)
            + 4.0 * delta * (a * other.m3 - b * self.m3) / n;
        let m3 = self.m3
            + other.m3
            + d3 * a * b * (a - b) / (n * n)
            + 3.0 * delta * (a * other.m2 - b * self.m2) / n;
        let m2 = self.m2 + other.m2 + d2 * a * b / n;
        let (min, max) = (self.min.min(other.min), self.max.max(other.max));
        let mean = (self.mean + delta * (b / n)).clamp(min, max);
        *self = Self { count: self.count.saturating_add(other.count), mean, m2, m3, m4, min, max };
    }

    fn of_block(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let first = values.first().copied().unwrap_or(0.0);
        // Around the first value: a constant has no spread at all, and nothing overflows early.
        let mean = first + values.iter().map(|value| value - first).sum::<f64>() / n;
        let rest = values.iter().map(|value| value - mean).sum::<f64>();
        let (mut m2, mut m3, mut m4) = (0.0, 0.0, 0.0);
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            let d = value - mean;
            let square = d * d;
            m2 += square;
            m3 += square * d;
            m4 += square * square;
            min = min.min(*value);
            max = max.max(*value);
        }
        // Not `max`, which would make a 0 of a NaN: what overflowed is to be seen.
        let corrected = m2 - rest * rest / n;
        let m2 = if corrected < 0.0 { 0.0 } else { corrected };
        Self { count: values.len() as u64, mean: mean.clamp(min, max), m2, m3, m4, min, max }
    }

    /// How many values were seen.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The smallest value.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// The mean.
    ///
    /// # Errors
    /// [`Error::Undefined`] without values, or if it overflows.
    pub fn mean(&self) -> Result<f64> {
        self.defined("mean", 1, self.mean)
    }

    /// The variance of the values themselves (divided by n). 0 for a constant.
    ///
    /// # Errors
    /// [`Error::Undefined`] without values, or if it overflows.
    pub fn variance(&self) -> Result<f64> {
        self.defined("variance", 1, self.m2 / self.count as f64)
    }

    /// The variance as an estimate of that of all values there could be (divided by n − 1).
    ///
    /// # Errors
    /// [`Error::Undefined`] with fewer than two values, or if it overflows.
    pub fn sample_variance(&self) -> Result<f64> {
        self.defined("sample variance", 2, self.m2 / (self.count as f64 - 1.0))
    }

    /// The square root of [`variance`](Self::variance).
    ///
    /// # Errors
    /// As for it.
    pub fn standard_deviation(&self) -> Result<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The skewness of the values themselves: `m₃ / m₂^1.5`, as `scipy.stats.skew`.
    ///
    /// # Errors
    /// [`Error::Undefined`] without values, for a constant, or if it overflows.
    pub fn skewness(&self) -> Result<f64> {
        let n = self.count as f64;
        self.defined("skewness", 1, (self.m3 / n) / (self.m2 / n).powf(1.5))
    }

    /// The excess kurtosis of the values themselves: `m₄ / m₂² − 3`, 0 for a normal
    /// distribution, as `scipy.stats.kurtosis`.
    ///
    /// # Errors
    /// [`Error::Undefined`] without values, for a constant, or if it overflows.
    pub fn kurtosis(&self) -> Result<f64> {
        let n = self.count as f64;
        self.defined("kurtosis", 1, (self.m4 / n) / (self.m2 / n).powi(2) - 3.0)
    }

    fn defined(&self, what: &'static str, at_least: u64, value: f64) -> Result<f64> {
        if self.count < at_least {
            Err(Error::undefined(what, format!("there are {} values", self.count)))
        } else if value.is_finite() {
            Ok(value)
        } else if self.max <= self.min {
            Err(Error::undefined(what, "all values are the same"))
        } else {
            Err(Error::undefined(what, "the values are too large or too close for it"))
        }
    }
}

/// What is written down; a sum that overflowed is left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    range: Option<(f64, f64)>,
    mean: Option<f64>,
    m2: Option<f64>,
    m3: Option<f64>,
    m4: Option<f64>,
}

impl From<Moments> for Written {
    fn from(moments: Moments) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        let Moments { count, mean, m2, m3, m4, min, max } = moments;
        let range = (count > 0).then_some((min, max));
        Self { count, range, mean: finite(mean), m2: finite(m2), m3: finite(m3), m4: finite(m4) }
    }
}

impl TryFrom<Written> for Moments {
    type Error = String;

    fn try_from(written: Written) -> std::result::Result<Self, String> {
        let known = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let (mean, m2, m3, m4) =
            (known(written.mean), known(written.m2), known(written.m3), known(written.m4));
        // NaN, which an overflow leaves, is allowed.
        let negative = m2 < 0.0 || m4 < 0.0;
        match written.range {
            None if written.count == 0 => Ok(Self::default()),
            Some((min, max)) if written.count > 0 && min <= max && !negative => {
                if !(min.is_finite() && max.is_finite()) || mean < min || mean > max {
                    return Err(format!("moments with a mean of {mean} between {min} and {max}"));
                }
                Ok(Self { count: written.count, mean, m2, m3, m4, min, max })
            }
            _ => Err(format!("moments of {} values that do not fit together", written.count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        moments.update(values).unwrap();
        moments
    }

    fn close(found: f64, expected: f64, scale: f64) -> bool {
        (found - expected).abs() <= 1e-10 * scale.max(expected.abs())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn parts_have_the_moments_of_the_whole(
            values in prop::collection::vec(-100.0..100.0, 2..4_000), offset in -1e4..1e4, by in 1_usize..3_000
        ) {
            let values: Vec<f64> = values.iter().map(|value| value + offset).collect();
            let n = values.len() as f64;
            let mean = crate::sum::sum(values.iter().copied()) / n;
            let central = |power: i32| crate::sum::sum(values.iter().map(|v| (v - mean).powi(power))) / n;
            let mut merged = Moments::default();
            values.chunks(by).for_each(|chunk| merged.merge(&of(chunk)));
            for moments in [of(&values), merged] {
                prop_assert!(close(moments.mean().unwrap(), mean, 1.0));
                let variance = central(2);
                prop_assert!(close(moments.variance().unwrap(), variance, 1e-3), "{moments:?} {variance}");
                if variance > 1.0 {
                    prop_assert!((moments.skewness().unwrap() - central(3) / variance.powf(1.5)).abs() < 1e-8);
                    prop_assert!((moments.kurtosis().unwrap() - (central(4) / variance.powi(2) - 3.0)).abs() < 1e-8);
                }
                let (min, max) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
                prop_assert_eq!((moments.min(), moments.max(), moments.count()), (Some(min), Some(max), values.len() as u64));
                let text = serde_json::to_string(&moments).unwrap();
                prop_assert_eq!(serde_json::from_str::<Moments>(&text).unwrap(), moments);
            }
        }
    }

    #[test]
    fn skewness_and_kurtosis_are_scipys() {
        // scipy 1.17: skew([1, 2, 3, 10]) and kurtosis of the same.
        let moments = of(&[1.0, 2.0, 3.0, 10.0]);
        assert!(
            (moments.skewness().unwrap() - 1.018_233_764_908_628_5).abs() < 1e-12,
            "{:?}",
            moments.skewness()
        );
        assert!((moments.kurtosis().unwrap() - -0.7696).abs() < 1e-12, "{:?}", moments.kurtosis());
    }

    #[test]
    fn degenerate_input_is_decided() {
        let empty = Moments::default();
        assert!(empty.mean().unwrap_err().is_undefined() && empty.variance().unwrap_err().is_undefined());
        assert_eq!((empty.min(), empty.max()), (None, None));
        assert_eq!(serde_json::from_str::<Moments>(&serde_json::to_string(&empty).unwrap()).unwrap(), empty);
        let one = of(&[7.0]);
        assert_eq!((one.mean(), one.variance()), (Ok(7.0), Ok(0.0)));
        assert!(one.sample_variance().unwrap_err().is_undefined());
        let constant = of(&vec![0.1; 5000]);
        assert_eq!((constant.mean(), constant.variance()), (Ok(0.1), Ok(0.0)));
        assert!(constant.skewness().unwrap_err().is_undefined());
        assert!(matches!(Moments::default().update(&[1.0, f64::NAN]), Err(Error::Value { index: 1, .. })));
        let huge = of(&[f64::MAX, f64::MIN]);
        assert!(huge.variance().unwrap_err().is_undefined());
        let text = serde_json::to_string(&huge).unwrap();
        let read: Moments = serde_json::from_str(&text).unwrap();
        assert!(read.variance().unwrap_err().is_undefined() && read.max() == Some(f64::MAX), "{text}");
        for text in [
            r#"{"count":1,"mean":1,"m2":0,"m3":0,"m4":0}"#,
            r#"{"count":0,"range":[0,1],"mean":1,"m2":0,"m3":0,"m4":0}"#,
            r#"{"count":1,"range":[2,1],"mean":1,"m2":0,"m3":0,"m4":0}"#,
            r#"{"count":1,"range":[2,3],"mean":1,"m2":0,"m3":0,"m4":0}"#,
            r#"{"count":1,"range":[1,1],"mean":1,"m2":-1,"m3":0,"m4":0}"#,
        ] {
            assert!(serde_json::from_str::<Moments>(text).is_err(), "{text}");
        }
    }
}
