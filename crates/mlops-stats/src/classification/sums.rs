use crate::{Error, Result};

use super::{BinaryScores, ClassScores};

/// Sums of losses that come in batches, or from several machines: log loss and Brier score.
///
/// The mean of merged sums is that of all rows together, up to rounding.
///
/// ```
/// use mlops_stats::classification::{BinaryScores, LossSums};
/// let mut monday = LossSums::default();
/// monday.update(&BinaryScores::new(&[true, false], &[0.9, 0.2])?)?;
/// let mut tuesday = LossSums::default();
/// tuesday.update(&BinaryScores::new(&[true], &[0.6])?)?;
/// monday.merge(&tuesday);
/// let all = BinaryScores::new(&[true, false, true], &[0.9, 0.2, 0.6])?;
/// assert!((monday.log_loss()? - all.log_loss()?).abs() < 1e-15);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LossSums {
    log_loss: f64,
    brier: f64,
    weight: f64,
}

impl LossSums {
    /// Adds rows of two classes.
    ///
    /// # Errors
    /// As [`BinaryScores::log_loss`]; nothing is added then.
    pub fn update(&mut self, rows: &BinaryScores<'_>) -> Result<()> {
        self.add(rows.log_loss()?, rows.brier()?, rows.total_weight());
        Ok(())
    }

    /// Adds rows of several classes; their Brier score is that of [`ClassScores::brier`].
    ///
    /// # Errors
    /// As [`ClassScores::log_loss`]; nothing is added then.
    pub fn update_classes(&mut self, rows: &ClassScores<'_>) -> Result<()> {
        self.add(rows.log_loss()?, rows.brier()?, rows.total_weight());
        Ok(())
    }

    fn add(&mut self, log_loss: f64, brier: f64, weight: f64) {
        self.log_loss += log_loss * weight;
        self.brier += brier * weight;
        self.weight += weight;
    }

    /// Adds what another one summed.
    pub fn merge(&mut self, other: &Self) {
        self.log_loss += other.log_loss;
        self.brier += other.brier;
        self.weight += other.weight;
    }

    /// All rows, or their weight.
    pub const fn weight(&self) -> f64 {
        self.weight
    }

    /// Mean log loss so far.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there is no weight yet.
    pub fn log_loss(&self) -> Result<f64> {
        self.mean("log_loss", self.log_loss)
    }

    /// Mean Brier score so far.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there is no weight yet.
    pub fn brier(&self) -> Result<f64> {
        self.mean("brier", self.brier)
    }

    fn mean(&self, what: &'static str, total: f64) -> Result<f64> {
        if self.weight == 0.0 {
            Err(Error::undefined(what, "there is no weight"))
        } else {
            Ok(total / self.weight)
        }
    }
}
