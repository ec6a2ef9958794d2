use super::wasserstein::for_each_step;
use crate::distribution::normal_isf;
use crate::interval::{Interval, proper_share};
use crate::two_sample::Sample;
use crate::{Error, Result};

/// A Wasserstein-1 distance and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an estimate is these two numbers")]
pub struct WassersteinEstimate {
    /// The distance of the two samples, in their unit.
    pub distance: f64,
    /// Its standard error: how much the distance would vary with other rows of the same two
    /// distributions, if these differ.
    pub standard_error: f64,
}

impl WassersteinEstimate {
    /// Between what the distance of the two distributions lies, with this confidence; the
    /// lower end is at least 0.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the level is not within 0..1.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        proper_share("level", level)?;
        let half = normal_isf(0.5 * (1.0 - level)) * self.standard_error;
        let Self { distance, .. } = *self;
        Ok(Interval { level, lower: (distance - half).max(0.0), upper: distance + half })
    }
}

/// Wasserstein-1 distance of two samples and its standard error, in one pass over the sorted
/// values: `O(n + m)`, no allocation.
///
/// With `s(t) = sign(F(t) − G(t))` and its integral `S`, the distance is the mean of `S` over
/// `current` less that over `reference`: a difference of two means, whose squared standard
/// error is `var(S over reference)/n + var(S over current)/m`.
///
/// # When it holds
/// Rows are independent, and the distributions differ by more than chance makes samples
/// differ. Where they are **equal** the distance of two samples is above 0 nevertheless, and
/// its interval lies too high: a test decides first whether there is a difference; this says
/// how large it is. Heavy tails (no finite variance) make the error itself unsure.
///
/// # Errors
/// [`Error::Undefined`] if a sample has one value only (nobody knows how it varies) or an
/// infinite one.
///
/// # Source
/// del Barrio, Giné and Matrán, *Central limit theorems for the Wasserstein distance between
/// the empirical and the true distributions*, Annals of Probability 27 (1999), for F ≠ G.
///
/// ```
/// use mlops_stats::{distance::wasserstein_estimate, two_sample::Sample};
/// let before = Sample::new((0..200).map(f64::from).collect())?;
/// let after = Sample::new((0..200).map(|row| f64::from(row) + 50.0).collect())?;
/// let moved = wasserstein_estimate(&before, &after)?;
/// // A shift moves the mean: its error is that of a difference of means.
/// assert!((moved.distance - 50.0).abs() < 1e-9);
/// assert!((moved.standard_error - 5.79).abs() < 0.01);
/// assert!(moved.interval(0.95)?.lower > 38.6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn wasserstein_estimate(reference: &Sample, current: &Sample) -> Result<WassersteinEstimate> {
    const WHAT: &str = "standard error of the wasserstein distance";
    for (side, sample) in [("reference", reference), ("current", current)] {
        if sample.len() < 2 {
            return Err(Error::undefined(WHAT, format!("the {side} sample has one value")));
        }
        if !(sample.min().is_finite() && sample.max().is_finite()) {
            return Err(Error::undefined(WHAT, format!("the {side} sample has infinite values")));
        }
    }
    let (mut distance, mut signed) = (0.0, 0.0);
    // Sums and sums of squares of S, which starts as 0 at the smallest value of all. That is a
    // value of one of the samples, so that its distance from the rest is part of the variance,
    // and little is lost when the mean is subtracted from the squares.
    let (mut in_reference, mut in_current) = ([0.0; 2], [0.0; 2]);
    for_each_step(reference, current, |height, width, from_reference| {
        distance += height.abs() * width;
        signed += if height > 0.0 { width } else { 0.0 } - if height < 0.0 { width } else { 0.0 };
        let (mine, others) = if from_reference { (signed, 0.0) } else { (0.0, signed) };
        in_reference[0] += mine;
        in_reference[1] += mine * mine;
        in_current[0] += others;
        in_current[1] += others * others;
    });
    let squared_error = |[sum, squares]: [f64; 2], n: f64| {
        let around_mean = (squares - sum / n * sum).max(0.0);
        around_mean / (n - 1.0) / n
    };
    let (n, m) = (reference.len() as f64, current.len() as f64);
    let standard_error = (squared_error(in_reference, n) + squared_error(in_current, m)).sqrt();
    if [distance, in_reference[1], in_current[1]].iter().all(|sum| sum.is_finite()) {
        Ok(WassersteinEstimate { distance, standard_error })
    } else {
        Err(Error::undefined(WHAT, "the values are too large to be squared"))
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;
    use crate::Random;
    use crate::distance::wasserstein;
    use proptest::prelude::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    fn normal(random: &mut Random, n: usize, of: impl Fn(f64) -> f64) -> Sample {
        let standard = Normal::standard();
        let draw = |_| of(standard.inverse_cdf(random.unit().max(1e-12)));
        Sample::new((0..n).map(draw).collect()).unwrap()
    }

    /// The definition written out: `S` at each value by a sum over all steps.
    fn naive(x: &[f64], y: &[f64]) -> (f64, f64) {
        let below = |values: &[f64], at: f64| {
            values.iter().filter(|value| **value <= at).count() as f64 / values.len() as f64
        };
        let mut pool: Vec<f64> = x.iter().chain(y).copied().collect();
        pool.sort_by(f64::total_cmp);
        let integral = |at: f64| -> f64 {
            pool.windows(2)
                .filter(|step| step[1] <= at)
                .map(|step| {
                    let height = below(x, step[0]) - below(y, step[0]);
                    if height.abs() < 1e-12 { 0.0 } else { height.signum() * (step[1] - step[0]) }
                })
                .sum()
        };
        let moments = |values: &[f64]| {
            let s: Vec<f64> = values.iter().map(|value| integral(*value)).collect();
            let n = s.len() as f64;
            let mean = s.iter().sum::<f64>() / n;
            (mean, s.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (n - 1.0) / n)
        };
        let ((mean_x, error_x), (mean_y, error_y)) = (moments(x), moments(y));
        (mean_y - mean_x, (error_x + error_y).sqrt())
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        let two = sample(&[1.0, 2.0]);
        for bad in [sample(&[1.0]), sample(&[1.0, f64::INFINITY]), sample(&[-1e300, 1e300])] {
            assert!(wasserstein_estimate(&bad, &two).unwrap_err().is_undefined());
            assert!(wasserstein_estimate(&two, &bad).unwrap_err().is_undefined());
        }
        let same = wasserstein_estimate(&two, &two).unwrap();
        assert_eq!((same.distance, same.standard_error), (0.0, 0.0));
        let constant = wasserstein_estimate(&sample(&[3.0; 4]), &sample(&[5.0; 3])).unwrap();
        assert_eq!((constant.distance, constant.standard_error), (2.0, 0.0));
        assert!(same.interval(1.0).is_err());
    }

    /// Shifts, a scale and a skew that leave no doubt: about 95 of 100 intervals cover the truth.
    #[test]
    fn intervals_cover_a_true_difference() {
        // Distances: the shift; (2 − 1) E|z|; the mean of exp(z/2), all of it above z's … by
        // E|exp(z/2) + 1 − z|, whose terms are positive: exp(1/8) + 1.
        type Moved = (&'static str, fn(f64) -> f64, f64);
        let scale = (2.0 / std::f64::consts::PI).sqrt();
        let cases: [Moved; 3] = [
            ("shift", |z| z + 0.7, 0.7),
            ("scale", |z| 2.0 * z, scale),
            ("skew", |z| (0.5 * z).exp() + 1.0, 0.125_f64.exp() + 1.0),
        ];
        for (name, of, truth) in cases {
            let runs = 600_u64;
            let covered = (0..runs).filter(|run| {
                let mut random = Random::replicate(11, *run);
                let (x, y) = (normal(&mut random, 400, |z| z), normal(&mut random, 250, of));
                let interval = wasserstein_estimate(&x, &y).unwrap().interval(0.95).unwrap();
                (interval.lower..=interval.upper).contains(&truth)
            });
            let share = covered.count() as f64 / runs as f64;
            assert!((0.92..=0.98).contains(&share), "{name}: {share}");
        }
    }

    proptest! {
        #[test]
        fn one_pass_is_what_the_definition_says(
            x in prop::collection::vec(-6_i8..9, 2..14), y in prop::collection::vec(-9_i8..6, 2..14)
        ) {
            let float = |values: &[i8]| values.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>();
            let (x, y) = (float(&x), float(&y));
            let ours = wasserstein_estimate(&sample(&x), &sample(&y)).unwrap();
            let (distance, error) = naive(&x, &y);
            prop_assert!((ours.distance - distance).abs() < 1e-9, "{:?} {}", ours, distance);
            prop_assert!((ours.standard_error - error).abs() < 1e-9, "{:?} {}", ours, error);
            let alone = wasserstein(&sample(&x), &sample(&y)).unwrap();
            prop_assert!((ours.distance - alone).abs() < 1e-12);
        }
    }
}
