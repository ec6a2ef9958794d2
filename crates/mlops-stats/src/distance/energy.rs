use crate::two_sample::Sample;
use crate::{Error, Result};

/// Energy distance of two samples: `√(2 E|X − Y| − E|X − X′| − E|Y − Y′|)`, in the root of
/// their unit.
///
/// `√(2 ∫ (F − G)²)` over the distribution functions: `O(n + m)` on the sorted samples.
/// Infinite if one of the values is.
///
/// # Errors
/// [`Error::Undefined`] if two values are infinite in the same direction, or the samples
/// have an infinite value in equal shares: nobody can say how far those have moved.
///
/// # Source
/// Székely and Rizzo, *Energy statistics* (2013). Equal to `scipy.stats.energy_distance` (1.17).
///
/// ```
/// use mlops_stats::{distance::energy, two_sample::Sample};
/// let (before, after) = (Sample::new(vec![0.0, 8.0])?, Sample::new(vec![8.0])?);
/// assert!((energy(&before, &after)? - 2.0).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn energy(x: &Sample, y: &Sample) -> Result<f64> {
    let squares = super::wasserstein::area_between(x, y, |height| height * height);
    known("energy distance", (2.0 * squares).sqrt())
}

/// Refuses a distance that came out as NaN.
pub(super) fn known(what: &'static str, distance: f64) -> Result<f64> {
    if distance.is_nan() {
        Err(Error::undefined(what, "values are infinite, and how far those have moved is not known"))
    } else {
        Ok(distance)
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
        assert_eq!(energy(&sample(&[0.0, INF]), &sample(&[0.0, 1.0])).unwrap(), INF);
        assert!(energy(&sample(&[0.0, INF]), &sample(&[0.0, INF])).unwrap_err().is_undefined());
    }

    proptest! {
        #[test]
        fn it_is_what_the_pairs_say(
            x in prop::collection::vec(-9_i8..9, 1..12), y in prop::collection::vec(-9_i8..9, 1..12)
        ) {
            let float = |values: &[i8]| values.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>();
            let (x, y) = (float(&x), float(&y));
            let mean = |a: &[f64], b: &[f64]| {
                let total: f64 = a.iter().flat_map(|a| b.iter().map(move |b| (a - b).abs())).sum();
                total / (a.len() * b.len()) as f64
            };
            let squared = 2.0 * mean(&x, &y) - mean(&x, &x) - mean(&y, &y);
            let ours = energy(&sample(&x), &sample(&y)).unwrap();
            prop_assert!((ours * ours - squared).abs() < 1e-9, "{} {}", ours, squared);
        }
    }
}
