use serde::{Deserialize, Serialize};

use super::super::BinaryScores;
use super::super::parallel::weighted_sums;
use crate::distribution::normal_sf;
use crate::interval::{Interval, wilson_of_share};
use crate::{Error, Result};

/// Positives seen and expected, over all rows: calibration in the large as a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ObservedExpected {
    /// Share of positives.
    pub observed: f64,
    /// Mean probability.
    pub expected: f64,
    /// Observed by expected; above 1, the model says too little.
    pub ratio: f64,
    /// Of the ratio.
    pub interval: Interval,
}

/// A test that probabilities are calibrated, without bins and without fitting anything.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spiegelhalter {
    /// Standard normal if rows are independent and calibrated. Above 0, the Brier score is
    /// worse than the probabilities themselves promise.
    pub z: f64,
    /// How likely a calibrated model is so far off, either way.
    pub p_value: f64,
}

impl BinaryScores<'_> {
    /// Ratio of observed to expected positives, with an interval of this confidence.
    ///
    /// The interval is that of the observed share, by Wilson, over the expected one, which is
    /// taken as it is: rows are independent, or it claims too much. Of weighted rows it takes
    /// `(Σ w)² / Σ w²` as the number of trials.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1, [`Error::Undefined`] if all weights or
    /// all scores are 0, [`Error::Parameter`] if the level is not within 0..1.
    ///
    /// # Source
    /// Van Calster et al., *BMC Medicine* 17 (2019), box 2.
    ///
    /// ```
    /// use mlops_stats::classification::BinaryScores;
    /// let rows = BinaryScores::new(&[false, true, true, false], &[0.1, 0.3, 0.4, 0.2])?;
    /// assert_eq!(rows.observed_expected(0.95)?.ratio, 2.0);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn observed_expected(&self, level: f64) -> Result<ObservedExpected> {
        self.probabilities()?;
        let (observed, expected) = (self.positive_rate()?, self.mean_score()?);
        if expected <= 0.0 {
            return Err(Error::undefined("observed_expected", "no positive was expected: all scores are 0"));
        }
        let (squares, _) = weighted_sums(self.rows(), |row| self.weight(row), |row| self.weight(row));
        let effective_rows = self.total_weight().powi(2) / squares;
        let share = wilson_of_share(observed, effective_rows, level)?;
        let interval = Interval { level, lower: share.lower / expected, upper: share.upper / expected };
        Ok(ObservedExpected { observed, expected, ratio: observed / expected, interval })
    }

    /// Spiegelhalter's test that probabilities are calibrated, of independent rows:
    /// `Σ w (y − p)(1 − 2p) / √(Σ w² (1 − 2p)² p (1 − p))`.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1, [`Error::Undefined`] if all scores of
    /// rows with weight are 0, ½ or 1: the test then looks at nothing.
    ///
    /// # Source
    /// Spiegelhalter, *Statistics in Medicine* 5 (1986).
    pub fn spiegelhalter(&self) -> Result<Spiegelhalter> {
        self.probabilities()?;
        let lean = |row: usize| 1.0 - 2.0 * self.scores()[row];
        let (excess, _) = weighted_sums(
            self.rows(),
            |row| self.weight(row),
            |row| (f64::from(u8::from(self.labels()[row])) - self.scores()[row]) * lean(row),
        );
        let (variance, _) = weighted_sums(
            self.rows(),
            |row| self.weight(row).powi(2),
            |row| lean(row).powi(2) * self.scores()[row] * (1.0 - self.scores()[row]),
        );
        if variance <= 0.0 {
            return Err(Error::undefined("spiegelhalter", "every score with weight is 0, 0.5 or 1"));
        }
        let z = excess / variance.sqrt();
        Ok(Spiegelhalter { z, p_value: (2.0 * normal_sf(z.abs())).min(1.0) })
    }
}
