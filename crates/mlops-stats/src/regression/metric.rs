use crate::classification::Orientation;
use crate::sum::sum;
use crate::{Error, Result};

use super::RegressionRows;
use super::explained::defined;

/// A regression metric as a value: for files that name metrics, and for several outputs.
///
/// ```
/// use mlops_stats::regression::{OutputAverage, RegressionMetric, RegressionRows};
/// let first = RegressionRows::new(&[1.0, 3.0, 5.0], &[1.1, 2.5, 5.0])?;
/// let second = RegressionRows::new(&[2.0, 4.0, 7.0], &[2.0, 4.5, 6.0])?;
/// let mean = RegressionMetric::MeanAbsoluteError.of_outputs(&[first, second], &OutputAverage::Uniform)?;
/// assert!((mean - 0.35).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum RegressionMetric {
    /// [`RegressionRows::mean_absolute_error`]
    MeanAbsoluteError,
    /// [`RegressionRows::mean_squared_error`]
    MeanSquaredError,
    /// [`RegressionRows::root_mean_squared_error`]
    RootMeanSquaredError,
    /// [`RegressionRows::mean_squared_log_error`]
    MeanSquaredLogError,
    /// [`RegressionRows::root_mean_squared_log_error`]
    RootMeanSquaredLogError,
    /// [`RegressionRows::mean_absolute_percentage_error`]
    MeanAbsolutePercentageError,
    /// [`RegressionRows::median_absolute_error`]
    MedianAbsoluteError,
    /// [`RegressionRows::max_error`]; of one output.
    MaxError,
    /// [`RegressionRows::mean_pinball_loss`]
    MeanPinballLoss {
        /// The quantile that is predicted.
        alpha: f64,
    },
    /// [`RegressionRows::mean_tweedie_deviance`]; of one output.
    MeanTweedieDeviance {
        /// 0 normal, 1 Poisson, 2 gamma.
        power: f64,
    },
    /// [`RegressionRows::r2`]
    R2 {
        /// Whether constant true values have a score.
        finite: bool,
    },
    /// [`RegressionRows::explained_variance`]
    ExplainedVariance {
        /// Whether constant true values have a score.
        finite: bool,
    },
    /// [`RegressionRows::d2_pinball`]
    D2Pinball {
        /// The quantile that is predicted.
        alpha: f64,
    },
    /// [`RegressionRows::d2_tweedie`]; of one output.
    D2Tweedie {
        /// 0 normal, 1 Poisson, 2 gamma.
        power: f64,
    },
}

/// What one number is made of several outputs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum OutputAverage {
    /// Their mean.
    #[default]
    Uniform,
    /// Their mean weighted by the variance of the true values; for R² and explained
    /// variance only. Their plain mean if nothing varies.
    VarianceWeighted,
    /// Their mean with these weights, one an output.
    Weights(Vec<f64>),
}

impl RegressionMetric {
    /// The names that [`named`](Self::named) knows.
    pub const NAMES: [&str; 10] = [
        "mae",
        "mse",
        "rmse",
        "msle",
        "rmsle",
        "mape",
        "median_absolute_error",
        "max_error",
        "r2",
        "explained_variance",
    ];

    /// The metric of this name that needs no parameter. R² and explained variance are not
    /// defined for true values that are all the same.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "mae" => Self::MeanAbsoluteError,
            "mse" => Self::MeanSquaredError,
            "rmse" => Self::RootMeanSquaredError,
            "msle" => Self::MeanSquaredLogError,
            "rmsle" => Self::RootMeanSquaredLogError,
            "mape" => Self::MeanAbsolutePercentageError,
            "median_absolute_error" => Self::MedianAbsoluteError,
            "max_error" => Self::MaxError,
            "r2" => Self::R2 { finite: false },
            "explained_variance" => Self::ExplainedVariance { finite: false },
            _ => return None,
        })
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MeanAbsoluteError => "mae",
            Self::MeanSquaredError => "mse",
            Self::RootMeanSquaredError => "rmse",
            Self::MeanSquaredLogError => "msle",
            Self::RootMeanSquaredLogError => "rmsle",
            Self::MeanAbsolutePercentageError => "mape",
            Self::MedianAbsoluteError => "median_absolute_error",
            Self::MaxError => "max_error",
            Self::MeanPinballLoss { .. } => "pinball_loss",
            Self::MeanTweedieDeviance { .. } => "tweedie_deviance",
            Self::R2 { .. } => "r2",
            Self::ExplainedVariance { .. } => "explained_variance",
            Self::D2Pinball { .. } => "d2_pinball",
            Self::D2Tweedie { .. } => "d2_tweedie",
        }
    }

    /// Whether more of it is better: of a share explained, yes, of an error, no.
    pub const fn orientation(&self) -> Orientation {
        match self {
            Self::R2 { .. }
            | Self::ExplainedVariance { .. }
            | Self::D2Pinball { .. }
            | Self::D2Tweedie { .. } => Orientation::HigherIsBetter,
            _ => Orientation::LowerIsBetter,
        }
    }

    /// Lowest and highest value that it can take.
    pub const fn range(&self) -> (f64, f64) {
        match self.orientation() {
            Orientation::HigherIsBetter => (f64::NEG_INFINITY, 1.0),
            _ => (0.0, f64::INFINITY),
        }
    }

    /// What one row adds to the mean absolute, squared or absolute percentage error; `None`
    /// for any other metric.
    pub fn of_row(&self, truth: f64, predicted: f64) -> Option<f64> {
        match self {
            Self::MeanAbsoluteError => Some((predicted - truth).abs()),
            Self::MeanSquaredError => Some((truth - predicted).powi(2)),
            Self::MeanAbsolutePercentageError => {
                Some((predicted - truth).abs() / truth.abs().max(f64::EPSILON))
            }
            _ => None,
        }
    }

    /// Its value for these rows.
    ///
    /// # Errors
    /// Those of the metric that it names.
    pub fn of(&self, rows: &RegressionRows<'_>) -> Result<f64> {
        match *self {
            Self::MeanAbsoluteError => Ok(rows.mean_absolute_error()),
            Self::MeanSquaredError => Ok(rows.mean_squared_error()),
            Self::RootMeanSquaredError => Ok(rows.root_mean_squared_error()),
            Self::MeanSquaredLogError => rows.mean_squared_log_error(),
            Self::RootMeanSquaredLogError => rows.root_mean_squared_log_error(),
            Self::MeanAbsolutePercentageError => Ok(rows.mean_absolute_percentage_error()),
            Self::MedianAbsoluteError => Ok(rows.median_absolute_error()),
            Self::MaxError => Ok(rows.max_error()),
            Self::MeanPinballLoss { alpha } => rows.mean_pinball_loss(alpha),
            Self::MeanTweedieDeviance { power } => rows.mean_tweedie_deviance(power),
            Self::R2 { finite } => rows.r2(finite),
            Self::ExplainedVariance { finite } => rows.explained_variance(finite),
            Self::D2Pinball { alpha } => rows.d2_pinball(alpha),
            Self::D2Tweedie { power } => rows.d2_tweedie(power),
        }
    }

    /// Its value for each output.
    ///
    /// # Errors
    /// Those of the metric; [`Error::Shape`] without outputs, if their numbers of rows
    /// differ, or if there are several and the metric is of one only.
    pub fn of_each_output(&self, outputs: &[RegressionRows<'_>]) -> Result<Vec<f64>> {
        let shape = |found, expected: &str| {
            Err(Error::Shape { what: "outputs", found, expected: expected.to_owned() })
        };
        let Some(first) = outputs.first() else { return shape(0, "at least 1") };
        let one_only =
            matches!(self, Self::MaxError | Self::MeanTweedieDeviance { .. } | Self::D2Tweedie { .. });
        if one_only && outputs.len() > 1 {
            return shape(outputs.len(), "1, for this metric");
        }
        for output in outputs {
            crate::error::same_length("rows of an output", output.rows(), "the first", first.rows())?;
        }
        outputs.iter().map(|rows| self.of(rows)).collect()
    }

    /// One number for all outputs.
    ///
    /// # Errors
    /// As [`of_each_output`](Self::of_each_output); [`Error::Shape`] if there is not one
    /// weight an output, or weights for a single one
    /// (a single weight is allowed for the root mean squared error, as in scikit-learn);
    /// [`Error::Parameter`] for weights that
    /// sum to 0, and if the variance is to weigh a metric that has none.
    pub fn of_outputs(&self, outputs: &[RegressionRows<'_>], average: &OutputAverage) -> Result<f64> {
        let values = self.of_each_output(outputs)?;
        let weights = match average {
            OutputAverage::Uniform => vec![1.0; values.len()],
            OutputAverage::Weights(weights) if outputs.len() == 1 && *self != Self::RootMeanSquaredError => {
                let expected = "none: there is a single output".to_owned();
                return Err(Error::Shape { what: "output weights", found: weights.len(), expected });
            }
            OutputAverage::Weights(weights) => {
                crate::error::same_length("output weights", weights.len(), "outputs", values.len())?;
                weights.clone()
            }
            OutputAverage::VarianceWeighted => self.variances(outputs)?,
        };
        let total = sum(weights.iter().copied());
        if !(total.is_finite() && total != 0.0) {
            let expected = "a finite number other than 0";
            return Err(Error::Parameter { what: "the sum of the output weights", value: total, expected });
        }
        let mean = sum(values.iter().zip(&weights).map(|(value, weight)| value * weight)) / total;
        defined("average over outputs", mean)
    }

    fn variances(&self, outputs: &[RegressionRows<'_>]) -> Result<Vec<f64>> {
        let whole = |rows: &RegressionRows<'_>| match self {
            Self::R2 { .. } => rows.r2_parts().map(|parts| parts.whole),
            Self::ExplainedVariance { .. } => Ok(rows.explained_variance_parts().whole),
            _ => Err(Error::Parameter {
                what: "average (variance-weighted)",
                value: f64::NAN,
                expected: "r2 or explained variance",
            }),
        };
        let variances = outputs.iter().map(whole).collect::<Result<Vec<f64>>>()?;
        let any = variances.iter().any(|variance| *variance != 0.0);
        Ok(if any { variances } else { vec![1.0; outputs.len()] })
    }
}
