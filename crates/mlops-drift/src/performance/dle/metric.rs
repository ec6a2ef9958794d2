use std::fmt;

use serde::{Deserialize, Serialize};

use crate::chunks::{Reach, numpy};
use crate::{Error, Result};

/// How large the errors of a regression are; less is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RegressionMetric {
    /// Mean absolute error, in the unit of the target.
    Mae,
    /// Mean absolute error as a share of the target's size; 1 is 100 %. A target of 0 counts
    /// as 2.2e-16 (as in scikit-learn), and so such a row outweighs all others.
    Mape,
    /// Mean squared error.
    Mse,
    /// Its root, in the unit of the target.
    Rmse,
    /// Mean squared difference of `ln(1 + x)`; no target or prediction is below 0.
    Msle,
    /// Its root.
    Rmsle,
}

impl RegressionMetric {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Mae, Self::Mape, Self::Mse, Self::Rmse, Self::Msle, Self::Rmsle];

    /// What its thresholds and intervals are held to.
    pub(super) const REACH: Reach = Reach { lower: Some(0.0), upper: None, drop: false };

    /// Its name, such as `mae`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mae => "mae",
            Self::Mape => "mape",
            Self::Mse => "mse",
            Self::Rmse => "rmse",
            Self::Msle => "msle",
            Self::Rmsle => "rmsle",
        }
    }

    pub(super) const fn loss(self) -> Loss {
        match self {
            Self::Mae => Loss::Absolute,
            Self::Mape => Loss::AbsolutePercentage,
            Self::Mse | Self::Rmse => Loss::Squared,
            Self::Msle | Self::Rmsle => Loss::SquaredLog,
        }
    }

    const fn is_root(self) -> bool {
        matches!(self, Self::Rmse | Self::Rmsle)
    }

    /// The metric of rows with these losses, of which there is at least one.
    pub(super) fn of(self, losses: &[f64]) -> f64 {
        let mean = numpy::mean(losses);
        if self.is_root() { mean.sqrt() } else { mean }
    }

    /// The standard error of the metric of so many rows.
    pub(super) fn sampling_error(self, of_reference: Spread, rows: usize) -> f64 {
        let Spread { mean, deviation } = of_reference;
        let n = rows as f64;
        // That of a root: the error of the mean by the slope of the root there. In another
        // order the square of the deviation may overflow.
        if self.is_root() { deviation / (4.0 * n * mean).sqrt() } else { deviation / n.sqrt() }
    }
}

impl fmt::Display for RegressionMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What an error costs in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Loss {
    Absolute,
    AbsolutePercentage,
    Squared,
    SquaredLog,
}

impl Loss {
    pub(super) fn of(self, target: f64, prediction: f64) -> f64 {
        let error = target - prediction;
        match self {
            Self::Absolute => error.abs(),
            Self::AbsolutePercentage => error.abs() / target.abs().max(f64::EPSILON),
            Self::Squared => error * error,
            Self::SquaredLog => (target.ln_1p() - prediction.ln_1p()).powi(2),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Absolute => "absolute error",
            Self::AbsolutePercentage => "absolute percentage error",
            Self::Squared => "squared error",
            Self::SquaredLog => "squared logarithmic error",
        }
    }
}

/// How the losses of the reference lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spread {
    pub(super) mean: f64,
    /// Divided by n.
    pub(super) deviation: f64,
}

impl Spread {
    /// # Errors
    /// [`Error::Undefined`] if all losses are the same: there is nothing to learn.
    /// [`Error::Input`] if they are so large that their mean or deviation is beyond a number.
    pub(super) fn of(loss: Loss, losses: &[f64]) -> Result<Self> {
        let largest = losses.iter().copied().fold(0.0, f64::max);
        let smallest = losses.iter().copied().fold(f64::INFINITY, f64::min);
        #[expect(clippy::float_cmp, reason = "exactly the same in every row")]
        if largest == smallest {
            let reason = format!("the {} is {largest} in every row of the reference", loss.name());
            return Err(Error::undefined("direct loss estimation", reason));
        }
        // Squares of very small numbers are 0, and of very large ones infinite.
        let scaled: Vec<f64> = losses.iter().map(|loss| loss / largest).collect();
        let found =
            Self { mean: numpy::mean(losses), deviation: numpy::standard_deviation(&scaled) * largest };
        if found.mean.is_finite() && found.deviation > 0.0 {
            return Ok(found);
        }
        let what = format!("the {} of the reference", loss.name());
        Err(Error::input(what, format!("up to {largest:e}"), "a size whose mean is a number"))
    }
}
