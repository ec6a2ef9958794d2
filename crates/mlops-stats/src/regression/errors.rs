use crate::{Error, Result};

use super::RegressionRows;
use super::quantile::weighted_quantile;
use super::rows::refuse;

/// Means and other sizes of the errors. Equal to the functions of the same names of
/// `scikit-learn` 1.9. Each is O(n), the median O(n log n).
impl RegressionRows<'_> {
    /// Mean of `|truth − predicted|`.
    pub fn mean_absolute_error(&self) -> f64 {
        self.mean(|truth, predicted| (predicted - truth).abs())
    }

    /// Mean of `(truth − predicted)²`; infinite if that overflows.
    pub fn mean_squared_error(&self) -> f64 {
        self.mean(|truth, predicted| (truth - predicted).powi(2))
    }

    /// Root of the mean squared error, in the unit of the values.
    pub fn root_mean_squared_error(&self) -> f64 {
        self.mean_squared_error().sqrt()
    }

    /// Mean of `(ln(1 + truth) − ln(1 + predicted))²`.
    ///
    /// # Errors
    /// [`Error::Value`] for −1 or less.
    pub fn mean_squared_log_error(&self) -> Result<f64> {
        refuse("truth", self.truth(), |value| value > -1.0, "above -1")?;
        refuse("predicted", self.predicted(), |value| value > -1.0, "above -1")?;
        Ok(self.mean(|truth, predicted| (truth.ln_1p() - predicted.ln_1p()).powi(2)))
    }

    /// Root of the mean squared logarithmic error.
    ///
    /// # Errors
    /// [`Error::Value`] for −1 or less.
    pub fn root_mean_squared_log_error(&self) -> Result<f64> {
        self.mean_squared_log_error().map(f64::sqrt)
    }

    /// Mean of `|truth − predicted| / |truth|`: 0.1 is 10 %. A true value of 0 counts as
    /// 2⁻⁵², which makes the mean enormous unless the prediction is 0 too.
    pub fn mean_absolute_percentage_error(&self) -> f64 {
        self.mean(|truth, predicted| (predicted - truth).abs() / truth.abs().max(f64::EPSILON))
    }

    /// Median of `|truth − predicted|`; with weights, the value at half of their sum, and
    /// the mean of two neighbours if it falls between them.
    pub fn median_absolute_error(&self) -> f64 {
        let errors: Vec<f64> =
            self.truth().iter().zip(self.predicted()).map(|(t, p)| (p - t).abs()).collect();
        weighted_quantile(&errors, self.weights(), 0.5)
    }

    /// Largest `|truth − predicted|`, whatever the weights.
    pub fn max_error(&self) -> f64 {
        self.truth().iter().zip(self.predicted()).map(|(t, p)| (t - p).abs()).fold(0.0, f64::max)
    }

    /// Mean pinball loss of predictions of the quantile `alpha`: `alpha · d` for truth
    /// above the prediction by `d`, `(1 − alpha) · d` below.
    ///
    /// # Errors
    /// [`Error::Parameter`] for an `alpha` not within 0..=1.
    pub fn mean_pinball_loss(&self, alpha: f64) -> Result<f64> {
        check_alpha(alpha)?;
        Ok(self.mean(|truth, predicted| pinball(truth - predicted, alpha)))
    }
}

pub(super) fn check_alpha(alpha: f64) -> Result<()> {
    if (0.0..=1.0).contains(&alpha) {
        Ok(())
    } else {
        Err(Error::Parameter { what: "alpha", value: alpha, expected: "within 0..=1" })
    }
}

pub(super) fn pinball(difference: f64, alpha: f64) -> f64 {
    if difference >= 0.0 { alpha * difference } else { (alpha - 1.0) * difference }
}
