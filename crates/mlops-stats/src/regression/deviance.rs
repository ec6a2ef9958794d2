use crate::{Error, Result};

use super::RegressionRows;
use super::rows::refuse;

/// Deviances of the Tweedie family: 0 is the normal distribution, 1 Poisson's, 2 the gamma.
/// Equal to the functions of the same names of `scikit-learn` 1.9.
impl RegressionRows<'_> {
    /// Mean deviance of the Tweedie distribution of this power; the larger the power, the
    /// less the large values count.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a power between 0 and 1, where there is no such
    /// distribution, or that is not finite; [`Error::Value`] for what the distribution
    /// can't have: predictions of 0 or less unless the power is 0, true values below 0
    /// from 1 on and of 0 from 2 on. [`Error::Undefined`] if it overflows.
    ///
    /// # Source
    /// Jørgensen, *JRSS B* 49 (1987).
    pub fn mean_tweedie_deviance(&self, power: f64) -> Result<f64> {
        if !power.is_finite() || power > 0.0 && power < 1.0 {
            return Err(Error::Parameter {
                what: "power",
                value: power,
                expected: "at most 0 or at least 1",
            });
        }
        if power != 0.0 {
            refuse("predicted", self.predicted(), |value| value > 0.0, "above 0")?;
        }
        if power >= 2.0 {
            refuse("truth", self.truth(), |value| value > 0.0, "above 0")?;
        } else if power >= 1.0 {
            refuse("truth", self.truth(), |value| value >= 0.0, "at least 0")?;
        }
        self.deviance(power, |_, predicted| predicted)
    }

    /// Mean Poisson deviance, for counts.
    ///
    /// # Errors
    /// [`Error::Value`] for a negative true value or a prediction that is not above 0.
    pub fn mean_poisson_deviance(&self) -> Result<f64> {
        self.mean_tweedie_deviance(1.0)
    }

    /// Mean gamma deviance, for amounts: only ratios count.
    ///
    /// # Errors
    /// [`Error::Value`] for what is not above 0.
    pub fn mean_gamma_deviance(&self) -> Result<f64> {
        self.mean_tweedie_deviance(2.0)
    }

    /// The share of the deviance around the mean that is explained.
    ///
    /// # Errors
    /// As [`mean_tweedie_deviance`](Self::mean_tweedie_deviance); [`Error::Undefined`] for
    /// a single row, or if the true values are all the same.
    pub fn d2_tweedie(&self, power: f64) -> Result<f64> {
        // The power is looked at before the rows, as a wrong call is one for any rows.
        let left = self.mean_tweedie_deviance(power);
        if !matches!(left, Err(Error::Parameter { .. })) {
            self.two_rows("d2 tweedie")?;
        }
        let left = left?;
        let constant = self.truth().iter().all(|value| value.total_cmp(&self.truth()[0]).is_eq());
        let mean = self.mean(|truth, _| truth);
        let whole = self.deviance(power, |_, _| mean)?;
        if constant || whole == 0.0 {
            return Err(Error::undefined("d2 tweedie", "all true values are the same"));
        }
        Ok(1.0 - left / whole)
    }

    fn deviance(&self, power: f64, predicted: impl Fn(f64, f64) -> f64) -> Result<f64> {
        let unit = |truth: f64, predicted: f64| unit_deviance(truth, predicted, power);
        let mean = self.mean(|truth, given| unit(truth, predicted(truth, given)));
        if mean.is_nan() { Err(Error::undefined("tweedie deviance", "it overflows")) } else { Ok(mean) }
    }
}

fn unit_deviance(truth: f64, predicted: f64, power: f64) -> f64 {
    if power == 0.0 {
        return (truth - predicted).powi(2);
    }
    if power.total_cmp(&1.0).is_eq() {
        let entropy = if truth == 0.0 { 0.0 } else { truth * (truth / predicted).ln() };
        return 2.0 * (entropy - truth + predicted);
    }
    if power.total_cmp(&2.0).is_eq() {
        return 2.0 * ((predicted / truth).ln() + truth / predicted - 1.0);
    }
    let (one, two) = (1.0 - power, 2.0 - power);
    // Below a power of 0 true values may be negative; they have no density.
    let base = if power < 0.0 { truth.max(0.0) } else { truth };
    2.0 * (base.powf(two) / (one * two) - truth * predicted.powf(one) / one + predicted.powf(two) / two)
}
