use crate::{Error, Result};

use super::RegressionRows;
use super::explained::{Explained, defined};

/// Errors of a regression model in parts: batches, files, machines, put together later.
///
/// Keeps a few sums, whatever the number of rows. Variances are kept as distances from a
/// running mean, so that a large offset costs no digits. The median is not among them: it
/// takes all rows.
///
/// ```
/// use mlops_stats::regression::{RegressionAccumulator, RegressionRows};
/// let (truth, predicted) = ([3.0, -0.5, 2.0, 7.0], [2.5, 0.0, 2.0, 8.0]);
/// let mut january = RegressionAccumulator::default();
/// january.update(&RegressionRows::new(&truth[..2], &predicted[..2])?);
/// let mut february = RegressionAccumulator::default();
/// february.update(&RegressionRows::new(&truth[2..], &predicted[2..])?);
/// january.merge(&february);
/// assert_eq!(january.mean_squared_error()?, 0.375);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Chan, Golub and `LeVeque`, *American Statistician* 37 (1983), for the variances.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct RegressionAccumulator {
    rows: u64,
    absolute: f64,
    percentage: f64,
    largest: f64,
    truth: Moments,
    error: Moments,
}

/// Weight, mean, and weighted sum of squared distances from the mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Moments {
    weight: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn merge(&mut self, other: &Self) {
        let weight = self.weight + other.weight;
        if other.weight == 0.0 {
            return;
        }
        let distance = other.mean - self.mean;
        self.squares += other.squares + distance * distance * (self.weight / weight) * other.weight;
        self.mean += distance * (other.weight / weight);
        self.weight = weight;
    }

    /// Weighted sum of the squares themselves.
    fn squares_from_zero(&self) -> f64 {
        self.squares + self.weight * self.mean * self.mean
    }
}

impl RegressionAccumulator {
    /// Adds rows. O(n).
    pub fn update(&mut self, rows: &RegressionRows<'_>) {
        for (place, (truth, predicted)) in rows.truth().iter().zip(rows.predicted()).enumerate() {
            let weight = rows.weights().map_or(1.0, |weights| weights[place]);
            let error = truth - predicted;
            self.rows += 1;
            self.absolute += weight * error.abs();
            self.percentage += weight * (error.abs() / truth.abs().max(f64::EPSILON));
            self.largest = self.largest.max(error.abs());
            self.truth.merge(&Moments { weight, mean: *truth, squares: 0.0 });
            self.error.merge(&Moments { weight, mean: error, squares: 0.0 });
        }
    }

    /// Adds what another has seen. The order changes the last digits at most.
    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.absolute += other.absolute;
        self.percentage += other.percentage;
        self.largest = self.largest.max(other.largest);
        self.truth.merge(&other.truth);
        self.error.merge(&other.error);
    }

    /// How many rows it has seen.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// As [`RegressionRows::mean_absolute_error`].
    ///
    /// # Errors
    /// [`Error::Undefined`] without rows.
    pub fn mean_absolute_error(&self) -> Result<f64> {
        Ok(self.absolute / self.weight()?)
    }

    /// As [`RegressionRows::mean_squared_error`].
    ///
    /// # Errors
    /// [`Error::Undefined`] without rows.
    pub fn mean_squared_error(&self) -> Result<f64> {
        Ok(self.error.squares_from_zero() / self.weight()?)
    }

    /// As [`RegressionRows::root_mean_squared_error`].
    ///
    /// # Errors
    /// [`Error::Undefined`] without rows.
    pub fn root_mean_squared_error(&self) -> Result<f64> {
        self.mean_squared_error().map(f64::sqrt)
    }

    /// As [`RegressionRows::mean_absolute_percentage_error`].
    ///
    /// # Errors
    /// [`Error::Undefined`] without rows.
    pub fn mean_absolute_percentage_error(&self) -> Result<f64> {
        Ok(self.percentage / self.weight()?)
    }

    /// As [`RegressionRows::max_error`].
    ///
    /// # Errors
    /// [`Error::Undefined`] without rows.
    pub fn max_error(&self) -> Result<f64> {
        self.weight()?;
        Ok(self.largest)
    }

    /// Mean of `truth − predicted`: above 0 if the model predicts too little.
    ///
    /// # Errors
    /// [`Error::Undefined`] without rows.
    pub fn mean_error(&self) -> Result<f64> {
        self.weight()?;
        Ok(self.error.mean)
    }

    /// As [`RegressionRows::r2`].
    ///
    /// # Errors
    /// [`Error::Undefined`] for fewer than two rows, and as there.
    pub fn r2(&self, finite: bool) -> Result<f64> {
        self.weight()?;
        if self.rows < 2 {
            return Err(Error::undefined("r2", "there is one row"));
        }
        let parts = Explained { left: self.error.squares_from_zero(), whole: self.truth.squares };
        defined("r2", parts.score(finite))
    }

    /// As [`RegressionRows::explained_variance`].
    ///
    /// # Errors
    /// [`Error::Undefined`] without rows, and as there.
    pub fn explained_variance(&self, finite: bool) -> Result<f64> {
        self.weight()?;
        let parts = Explained { left: self.error.squares, whole: self.truth.squares };
        defined("explained variance", parts.score(finite))
    }

    fn weight(&self) -> Result<f64> {
        if self.truth.weight > 0.0 {
            Ok(self.truth.weight)
        } else {
            Err(Error::undefined("metric of a regression", "there are no rows"))
        }
    }
}
