use super::moments::common_scale;
use crate::sum::sum_in_lanes;
use crate::{Error, Result};

/// A sample of numbers, sorted once for all that is to be computed of it.
///
/// At least one value, none of them NaN; infinities have a place in the order.
///
/// ```
/// use mlops_stats::two_sample::Sample;
/// let sample = Sample::new(vec![3.0, 1.0, 2.0])?;
/// assert_eq!(sample.values(), [1.0, 2.0, 3.0]);
/// assert_eq!(sample.mean(), 2.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    sorted: Vec<f64>,
    mean: f64,
    standard_deviation: f64,
}

impl Sample {
    /// Sorts the values. `O(n log n)`, in place.
    ///
    /// # Errors
    /// [`Error::Shape`] without a value, [`Error::Value`] with the first NaN.
    pub fn new(values: Vec<f64>) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::Shape { what: "sample", found: 0, expected: "at least 1".to_owned() });
        }
        if let Some(index) = values.iter().position(|value| value.is_nan()) {
            return Err(Error::Value { what: "sample", index, value: f64::NAN, expected: "a number" });
        }
        let values = sorted(values);
        let (mean, standard_deviation) = mean_and_deviation(&values);
        Ok(Self { sorted: values, mean, standard_deviation })
    }

    /// The values in ascending order.
    pub fn values(&self) -> &[f64] {
        &self.sorted
    }

    /// How many values there are; never 0.
    #[expect(clippy::len_without_is_empty, reason = "a sample is never empty")]
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// The smallest value.
    pub fn min(&self) -> f64 {
        self.sorted[0]
    }

    /// The largest value.
    pub fn max(&self) -> f64 {
        self.sorted[self.sorted.len() - 1]
    }

    /// The mean, however large the values; infinite or NaN only if a value is infinite.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The standard deviation of these values themselves (divided by n, not n − 1).
    /// 0 if all are the same or closer together than numbers can tell; NaN if a value is infinite.
    pub fn standard_deviation(&self) -> f64 {
        self.standard_deviation
    }

    /// The value below which a share `q` of the sample lies, interpolated linearly between neighbours.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `q` lies between 0 and 1.
    ///
    /// # Source
    /// Definition 7 of Hyndman and Fan, *Sample quantiles in statistical packages* (1996);
    /// `NumPy`'s default.
    pub fn quantile(&self, q: f64) -> Result<f64> {
        if !(0.0..=1.0).contains(&q) {
            return Err(Error::Parameter { what: "q", value: q, expected: "between 0 and 1" });
        }
        let place = q * (self.len() - 1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the indices")]
        let below = place.floor() as usize;
        let (low, share) = (self.sorted[below], place - place.floor());
        match self.sorted.get(below + 1) {
            Some(high) if share > 0.0 => Ok(low * (1.0 - share) + high * share),
            _ => Ok(low),
        }
    }
}

/// Mean and standard deviation, of the sorted values, so that the order of the rows does not
/// show in the last digit.
///
/// # Source
/// Chan, Golub and `LeVeque`, *Algorithms for computing the sample variance* (1983): two
/// passes with a correction for the rounding of the mean.
fn mean_and_deviation(sorted: &[f64]) -> (f64, f64) {
    let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
    let n = sorted.len() as f64;
    // A power of two: neither sums nor squares overflow, and no digit changes.
    let scale = common_scale([[first, last].as_slice()].into_iter());
    let inverse = scale.recip();
    // Rounding must not step over the ends, where it may overflow.
    let mean = (sum_in_lanes(sorted, |value| value * inverse) / n).clamp(first * inverse, last * inverse);
    if last <= first && first.is_finite() {
        return (mean * scale, 0.0);
    }
    let away = |value: f64| value * inverse - mean;
    let squares = sum_in_lanes(sorted, |value| away(value) * away(value));
    let rest = sum_in_lanes(sorted, away);
    let deviation = ((squares - rest * rest / n) / n).sqrt() * scale;
    // No values spread wider than half at either end; a NaN, of infinite values, stays one.
    let widest = last / 2.0 - first / 2.0;
    (mean * scale, if deviation > widest { widest } else { deviation })
}

/// Up to this many values one thread sorts as fast as several.
const SORTED_AT_ONCE: usize = 1 << 17;

/// Sorted as `f64::total_cmp` has it. Integers in the same order compare in one instruction,
/// so that the sort of the standard library needs no branch for them; both ways they take
/// the place of the values.
fn sorted(values: Vec<f64>) -> Vec<f64> {
    const SIGN: u64 = 1 << 63;
    let mask = |negative: bool| if negative { u64::MAX } else { SIGN };
    let key = |bits: u64| bits ^ mask(bits & SIGN != 0);
    let bits = |key: u64| key ^ mask(key & SIGN == 0);
    let mut keys: Vec<u64> = values.into_iter().map(|value| key(value.to_bits())).collect();
    sort_keys(&mut keys, rayon::current_num_threads());
    keys.into_iter().map(|key| f64::from_bits(bits(key))).collect()
}

/// Halves by the median until every thread has a part. The result is the same for any number.
fn sort_keys(keys: &mut [u64], threads: usize) {
    if threads < 2 || keys.len() <= SORTED_AT_ONCE {
        return keys.sort_unstable();
    }
    let middle = keys.len() / 2;
    let (low, _, high) = keys.select_nth_unstable(middle);
    rayon::join(|| sort_keys(low, threads / 2), || sort_keys(high, threads - threads / 2));
}
