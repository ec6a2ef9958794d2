use super::energy::known;
use crate::two_sample::Sample;
use crate::{Error, Result};

/// Wasserstein-1 distance of two samples in their own unit: how far the values have to
/// move on average to turn one sample into the other.
///
/// The area between the two distribution functions; `O(n + m)` on the sorted samples.
/// Infinite if one value is.
///
/// # Errors
/// [`Error::Undefined`] if two values are infinite in the same direction, or the samples have
/// an infinite value in equal shares: nobody can say how far those have moved.
///
/// # Source
/// Ramdas, García and Cuturi, *On Wasserstein two-sample testing and related families of
/// nonparametric tests* (2017), eq. 11 for p = 1. Equal to
/// `scipy.stats.wasserstein_distance` (1.17).
///
/// ```
/// use mlops_stats::{distance::wasserstein, two_sample::Sample};
/// let (before, after) = (Sample::new(vec![0.0, 1.0, 3.0])?, Sample::new(vec![5.0, 6.0, 8.0])?);
/// assert!((wasserstein(&before, &after)? - 5.0).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn wasserstein(x: &Sample, y: &Sample) -> Result<f64> {
    known("wasserstein distance", area_between(x, y, f64::abs))
}

/// `∫ of(F − G)` over the distribution functions of two samples, `of(0)` being 0; NaN if the
/// width or the height of a step is not known.
pub(super) fn area_between(x: &Sample, y: &Sample, of: impl Fn(f64) -> f64) -> f64 {
    let mut area = 0.0;
    for_each_step(x, y, |height, width, _| area += of(height) * width);
    area
}

/// Walks over the values of two samples in their common order: calls `visit` with the height
/// of `F − G` before each value, the width of that step, and whether the value is one of `x`.
///
/// The height is exactly 0 where the shares below are equal, for fewer than 2⁵³ pairs.
#[inline]
pub(super) fn for_each_step(x: &Sample, y: &Sample, mut visit: impl FnMut(f64, f64, bool)) {
    let (x, y) = (x.values(), y.values());
    let (n, m) = (x.len() as f64, y.len() as f64);
    let per_pair = 1.0 / (n * m);
    // The first value has no step before it, not even one of −∞ − −∞.
    let from_x = x[0] <= y[0];
    visit(0.0, 0.0, from_x);
    let (mut in_x, mut in_y) = (usize::from(from_x), usize::from(!from_x));
    let mut before = x[0].min(y[0]);
    // n · m · (F − G): whole numbers, so that nothing of it is rounded.
    let mut pairs = if from_x { m } else { -n };
    // Which side is next is a coin toss: adding 0 or 1 costs less than guessing it wrong.
    while in_x < x.len() && in_y < y.len() {
        let from_x = x[in_x] <= y[in_y];
        let value = if from_x { x[in_x] } else { y[in_y] };
        visit(pairs * per_pair, value - before, from_x);
        before = value;
        in_x += usize::from(from_x);
        in_y += usize::from(!from_x);
        pairs += if from_x { m } else { -n };
    }
    for value in &x[in_x..] {
        visit(pairs * per_pair, value - before, true);
        before = *value;
        pairs += m;
    }
    for value in &y[in_y..] {
        visit(pairs * per_pair, value - before, false);
        before = *value;
        pairs -= n;
    }
}

/// Wasserstein-1 distance in standard deviations of the reference: comparable between
/// columns of any unit.
///
/// # Errors
/// [`Error::Undefined`] if the reference is constant or has infinite values.
///
/// # Source
/// Evidently's `Wasserstein distance (normed)` (0.7), which divides by at least 0.001 where
/// this one has no answer.
pub fn wasserstein_normed(reference: &Sample, current: &Sample) -> Result<f64> {
    let deviation = reference.standard_deviation();
    if deviation > 0.0 && deviation.is_finite() {
        Ok(wasserstein(reference, current)? / deviation)
    } else {
        let reason = if deviation == 0.0 { "is constant" } else { "has infinite values" };
        Err(Error::undefined("normed wasserstein distance", format!("the reference {reason}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn infinite_values_are_decided() {
        const INF: f64 = f64::INFINITY;
        let one = sample(&[0.0, INF]);
        assert_eq!(wasserstein(&one, &sample(&[0.0, 1.0])).unwrap(), INF);
        assert_eq!(wasserstein(&sample(&[-INF, 1.0]), &sample(&[0.0, 1.0])).unwrap(), INF);
        assert!(wasserstein(&one, &one).unwrap_err().is_undefined());
        assert!(wasserstein_normed(&one, &one).unwrap_err().is_undefined());
        assert!(wasserstein_normed(&sample(&[1.0, 1.0]), &one).unwrap_err().is_undefined());
    }

    proptest! {
        #[test]
        fn samples_of_one_size_move_in_order(
            pairs in prop::collection::vec((-100.0..100.0, -100.0..100.0), 1..30)
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let (x, y) = (sample(&x), sample(&y));
            let naive: f64 =
                x.values().iter().zip(y.values()).map(|(a, b)| (a - b).abs()).sum::<f64>() / x.len() as f64;
            prop_assert!((wasserstein(&x, &y).unwrap() - naive).abs() < 1e-9);
        }

        #[test]
        fn a_shift_moves_every_value_by_itself(
            values in prop::collection::vec(-100.0..100.0, 2..30), shift in -50.0..50.0
        ) {
            let moved: Vec<f64> = values.iter().map(|value| value + shift).collect();
            let distance = wasserstein(&sample(&values), &sample(&moved)).unwrap();
            prop_assert!((distance - f64::abs(shift)).abs() < 1e-9);
        }
    }
}
