//! Metrics of a regression model: true values, predictions, and weights if there are any.
//!
//! Values are checked once, as [`RegressionRows`]; every metric is a method of it, and a
//! [`RegressionMetric`] where the choice is data or there are several outputs. Rows that
//! come in parts, or larger than memory, go into a [`RegressionAccumulator`].
//!
//! A metric that has no value for the rows given is
//! [`Error::Undefined`](crate::Error::Undefined), never NaN. How sure a metric is, is the
//! question of [`bootstrap`](crate::bootstrap).

mod accumulator;
mod deviance;
mod errors;
mod explained;
mod metric;
mod quantile;
mod rows;

pub use accumulator::RegressionAccumulator;
pub use metric::{OutputAverage, RegressionMetric};
pub use rows::RegressionRows;
pub(crate) use rows::checked_weights;

#[cfg(test)]
mod tests;
