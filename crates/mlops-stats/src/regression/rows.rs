use crate::error::{all_finite, same_length};
use crate::sum::sum;
use crate::{Error, Result};

/// True values and predictions, checked once; every metric is a method of it.
///
/// ```
/// use mlops_stats::regression::RegressionRows;
/// let rows = RegressionRows::new(&[3.0, -0.5, 2.0, 7.0], &[2.5, 0.0, 2.0, 8.0])?;
/// assert_eq!((rows.mean_absolute_error(), rows.mean_squared_error()), (0.5, 0.375));
/// assert!((rows.r2(true)? - 0.948_608).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RegressionRows<'a> {
    truth: &'a [f64],
    predicted: &'a [f64],
    weights: Option<&'a [f64]>,
}

impl<'a> RegressionRows<'a> {
    /// One true value and one prediction a row. O(n), nothing is copied.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there are no rows, [`Error::Value`] for
    /// what is not finite.
    pub fn new(truth: &'a [f64], predicted: &'a [f64]) -> Result<Self> {
        same_length("predicted", predicted.len(), "truth", truth.len())?;
        all_finite("truth", truth)?;
        all_finite("predicted", predicted)?;
        Ok(Self { truth, predicted, weights: None })
    }

    /// The same rows with a weight each; a row of weight 0 counts as absent.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is not one weight a row, [`Error::Value`] for one that is
    /// negative or not finite, [`Error::Undefined`] if all are 0.
    pub fn weighted(self, weights: &'a [f64]) -> Result<Self> {
        checked_weights(weights, "truth", self.truth.len())?;
        Ok(Self { weights: Some(weights), ..self })
    }

    /// How many rows; at least 1.
    pub const fn rows(&self) -> usize {
        self.truth.len()
    }

    /// The true values.
    pub const fn truth(&self) -> &'a [f64] {
        self.truth
    }

    /// The predictions.
    pub const fn predicted(&self) -> &'a [f64] {
        self.predicted
    }

    /// The weights, if there are any.
    pub const fn weights(&self) -> Option<&'a [f64]> {
        self.weights
    }

    /// Weighted mean of something of each row.
    pub(super) fn mean(&self, of_row: impl Fn(f64, f64) -> f64) -> f64 {
        let pairs = self.truth.iter().zip(self.predicted);
        match self.weights {
            None => sum(pairs.map(|(truth, predicted)| of_row(*truth, *predicted))) / self.rows() as f64,
            Some(weights) => {
                let weighed = pairs.zip(weights).filter(|(_, weight)| **weight > 0.0);
                sum(weighed.map(|((truth, predicted), weight)| weight * of_row(*truth, *predicted)))
                    / sum(weights.iter().copied())
            }
        }
    }

    /// Weighted mean of the squared distances of something from its own mean; exactly 0 if
    /// it is the same in all rows.
    pub(super) fn variance(&self, of_row: impl Fn(f64, f64) -> f64) -> f64 {
        let mut counted = (0..self.rows())
            .filter(|row| self.weights.is_none_or(|weights| weights[*row] > 0.0))
            .map(|row| of_row(self.truth[row], self.predicted[row]));
        let first = counted.next();
        let same = first.is_none_or(|first| counted.all(|value| value.total_cmp(&first).is_eq()));
        if same {
            return 0.0;
        }
        let mean = self.mean(&of_row);
        self.mean(|truth, predicted| (of_row(truth, predicted) - mean).powi(2))
    }
}

/// Refuses the first value that does not fit.
pub(super) fn refuse(
    what: &'static str,
    values: &[f64],
    fits: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<()> {
    match values.iter().position(|value| !fits(*value)) {
        None => Ok(()),
        Some(index) => Err(Error::Value { what, index, value: values[index], expected }),
    }
}

/// Refuses weights that are not as many as `other`, negative, not finite, or all 0.
pub(crate) fn checked_weights(weights: &[f64], other: &'static str, length: usize) -> Result<()> {
    same_length("weights", weights.len(), other, length)?;
    let unfit = |weight: &f64| !(weight.is_finite() && *weight >= 0.0);
    if let Some(index) = weights.iter().position(unfit) {
        let expected = "a finite number of at least 0";
        return Err(Error::Value { what: "weights", index, value: weights[index], expected });
    }
    if weights.iter().all(|weight| *weight == 0.0) {
        return Err(Error::undefined("weighted metric", "all weights are 0"));
    }
    Ok(())
}
