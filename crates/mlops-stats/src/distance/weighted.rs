use super::energy::known;
use crate::error::same_length;
use crate::two_sample::Sample;
use crate::{Error, Result};

/// Numbers of which some count more than others, sorted once for all that is to be computed.
///
/// At least one value, none of them NaN, with weights of at least 0 that sum to more than 0;
/// they need not sum to 1.
///
/// ```
/// use mlops_stats::distance::{WeightedSample, weighted_wasserstein};
/// let before = WeightedSample::new(&[0.0, 1.0], &[1.0, 1.0])?;
/// let after = WeightedSample::new(&[0.0, 1.0], &[1.0, 3.0])?;
/// assert_eq!(weighted_wasserstein(&before, &after)?, 0.25);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedSample {
    /// Values in ascending order, each with the share of the weight up to and with it.
    steps: Vec<(f64, f64)>,
}

impl WeightedSample {
    /// Sorts the values with their weights. `O(n log n)`.
    ///
    /// # Errors
    /// [`Error::Shape`] without a value or if the lengths differ, [`Error::Value`] with the
    /// first NaN or the first weight that is negative or not finite, [`Error::Undefined`] if
    /// the weights sum to 0 or to more than a number can hold.
    pub fn new(values: &[f64], weights: &[f64]) -> Result<Self> {
        if values.is_empty() {
            return Err(Error::Shape { what: "sample", found: 0, expected: "at least 1".to_owned() });
        }
        same_length("weights", weights.len(), "values", values.len())?;
        if let Some(index) = values.iter().position(|value| value.is_nan()) {
            return Err(Error::Value { what: "sample", index, value: f64::NAN, expected: "a number" });
        }
        if let Some(index) = weights.iter().position(|weight| !(weight.is_finite() && *weight >= 0.0)) {
            let expected = "a finite number of at least 0";
            return Err(Error::Value { what: "weights", index, value: weights[index], expected });
        }
        let mut steps: Vec<(f64, f64)> = values.iter().copied().zip(weights.iter().copied()).collect();
        steps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut total = 0.0;
        for (_, weight) in &mut steps {
            total += *weight;
            *weight = total;
        }
        if !(total > 0.0 && total.is_finite()) {
            return Err(Error::undefined("weighted sample", format!("the weights sum to {total}")));
        }
        for (_, upto) in &mut steps {
            *upto /= total;
        }
        Ok(Self { steps })
    }
}

impl From<&Sample> for WeightedSample {
    /// The same values, all of one weight.
    fn from(sample: &Sample) -> Self {
        let n = sample.len() as f64;
        let step = |(place, value): (usize, &f64)| (*value, (place + 1) as f64 / n);
        Self { steps: sample.values().iter().enumerate().map(step).collect() }
    }
}

/// [`wasserstein`](super::wasserstein) of two weighted samples. `O(n + m)`.
///
/// # Errors
/// As [`wasserstein`](super::wasserstein); a value of weight 0 that is infinite makes it
/// undefined too.
///
/// # Source
/// Equal to `scipy.stats.wasserstein_distance(u, v, u_weights, v_weights)` (1.17).
pub fn weighted_wasserstein(x: &WeightedSample, y: &WeightedSample) -> Result<f64> {
    known("wasserstein distance", area_between(x, y, f64::abs))
}

/// [`energy`](super::energy) distance of two weighted samples. `O(n + m)`.
///
/// # Errors
/// As [`weighted_wasserstein`].
///
/// # Source
/// Equal to `scipy.stats.energy_distance(u, v, u_weights, v_weights)` (1.17).
///
/// ```
/// use mlops_stats::distance::{WeightedSample, weighted_energy};
/// let before = WeightedSample::new(&[0.0, 1.0], &[1.0, 1.0])?;
/// let after = WeightedSample::new(&[0.0, 1.0], &[1.0, 3.0])?;
/// assert!((weighted_energy(&before, &after)? - 0.125_f64.sqrt()).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn weighted_energy(x: &WeightedSample, y: &WeightedSample) -> Result<f64> {
    known("energy distance", (2.0 * area_between(x, y, |height| height * height)).sqrt())
}

fn area_between(x: &WeightedSample, y: &WeightedSample, of: impl Fn(f64) -> f64) -> f64 {
    let (mut xs, mut ys) = (x.steps.iter().peekable(), y.steps.iter().peekable());
    let (mut in_x, mut in_y, mut area) = (0.0, 0.0, 0.0);
    let mut before = None;
    loop {
        let from_x = match (xs.peek(), ys.peek()) {
            (Some(a), Some(b)) => a.0 <= b.0,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return area,
        };
        let height: f64 = in_x - in_y;
        let (side, below) = if from_x { (&mut xs, &mut in_x) } else { (&mut ys, &mut in_y) };
        let Some((value, upto)) = side.next() else { return area };
        if let Some(before) = before {
            area += of(height) * (value - before);
        }
        before = Some(*value);
        *below = *upto;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distance::{energy, wasserstein};
    use proptest::prelude::*;

    #[test]
    fn degenerate_input_is_decided() {
        assert!(matches!(WeightedSample::new(&[], &[]), Err(Error::Shape { .. })));
        assert!(matches!(WeightedSample::new(&[1.0], &[]), Err(Error::Shape { .. })));
        assert!(matches!(WeightedSample::new(&[f64::NAN], &[1.0]), Err(Error::Value { .. })));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let refused = WeightedSample::new(&[1.0, 2.0], &[1.0, bad]);
            assert!(matches!(refused, Err(Error::Value { what: "weights", index: 1, .. })), "{bad}");
        }
        assert!(WeightedSample::new(&[1.0], &[0.0]).unwrap_err().is_undefined());
        assert!(WeightedSample::new(&[1.0, 2.0], &[f64::MAX, f64::MAX]).unwrap_err().is_undefined());
        let infinite = WeightedSample::new(&[1.0, f64::INFINITY], &[1.0, 1.0]).unwrap();
        let finite = WeightedSample::new(&[1.0], &[1.0]).unwrap();
        assert_eq!(weighted_wasserstein(&infinite, &finite), Ok(f64::INFINITY));
        assert!(weighted_wasserstein(&infinite, &infinite).unwrap_err().is_undefined());
    }

    proptest! {
        #[test]
        fn a_weight_is_a_number_of_copies(
            x in prop::collection::vec((-9_i8..9, 0_u8..4), 1..10),
            y in prop::collection::vec((-9_i8..9, 1_u8..4), 1..10)
        ) {
            let copies = |pairs: &[(i8, u8)]| -> Vec<f64> {
                pairs.iter().flat_map(|(value, times)| vec![f64::from(*value); usize::from(*times)]).collect()
            };
            prop_assume!(x.iter().any(|(_, times)| *times > 0));
            let weighted = |pairs: &[(i8, u8)]| {
                let (values, weights): (Vec<f64>, Vec<f64>) =
                    pairs.iter().map(|(value, times)| (f64::from(*value), f64::from(*times))).unzip();
                WeightedSample::new(&values, &weights).unwrap()
            };
            let (a, b) = (Sample::new(copies(&x)).unwrap(), Sample::new(copies(&y)).unwrap());
            let (x, y) = (weighted(&x), weighted(&y));
            prop_assert!((weighted_wasserstein(&x, &y).unwrap() - wasserstein(&a, &b).unwrap()).abs() < 1e-9);
            prop_assert!((weighted_energy(&x, &y).unwrap() - energy(&a, &b).unwrap()).abs() < 1e-9);
            let plain = weighted_wasserstein(&(&a).into(), &(&b).into()).unwrap();
            prop_assert!((plain - wasserstein(&a, &b).unwrap()).abs() < 1e-9);
        }
    }
}
