use crate::{Error, Result};

use super::ClassScores;

/// Losses of probabilities.
impl ClassScores<'_> {
    fn probabilities(&self) -> Result<()> {
        match self.scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            None => Ok(()),
            Some(index) => {
                let value = self.scores[index];
                Err(Error::Value { what: "scores", index, value, expected: "a probability, 0 to 1" })
            }
        }
    }

    /// Weighted shares of the classes among the rows.
    fn frequencies(&self, what: &'static str) -> Result<Vec<f64>> {
        let mut frequencies = vec![0.0; self.classes];
        for row in 0..self.rows() {
            frequencies[self.column(row)] += self.weight(row);
        }
        let total: f64 = frequencies.iter().sum();
        if total == 0.0 {
            return Err(Error::undefined(what, "the weights sum to 0"));
        }
        Ok(frequencies.into_iter().map(|weight| weight / total).collect())
    }

    /// Mean negative log-likelihood of the rows' classes, in nats. Probabilities are brought
    /// to at least ε and at most 1 − ε, with ε = 2⁻⁵²; rows are not made to sum to 1.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1, [`Error::Undefined`] if the weights
    /// sum to 0.
    ///
    /// # Source
    /// Equal to `log_loss` of scikit-learn 1.9 for `f64`.
    pub fn log_loss(&self) -> Result<f64> {
        self.log_loss_clipped(f64::EPSILON)
    }

    /// Log loss with another ε: `f32::EPSILON` for what a model computed in 32 bits.
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss), and [`Error::Parameter`] if ε is not above 0 and below ½.
    pub fn log_loss_clipped(&self, epsilon: f64) -> Result<f64> {
        if !(epsilon > 0.0 && epsilon < 0.5) {
            let expected = "above 0 and below 0.5";
            return Err(Error::Parameter { what: "epsilon", value: epsilon, expected });
        }
        self.probabilities()?;
        self.mean("log_loss", |row| surprise(self.row(row)[self.column(row)], epsilon))
    }

    /// Negative log-likelihood of all rows together, each times its weight.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1.
    ///
    /// # Source
    /// Equal to `log_loss(normalize=False)` of scikit-learn 1.9 for `f64`.
    pub fn total_log_loss(&self) -> Result<f64> {
        self.probabilities()?;
        Ok(self.sums_of(|row| surprise(self.row(row)[self.column(row)], f64::EPSILON)).0)
    }

    /// Share of the log loss of the mere class frequencies that the probabilities save: 1 is
    /// perfect, 0 no better than the frequencies.
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss), and [`Error::Undefined`] for fewer than two rows.
    ///
    /// # Source
    /// Equal to `d2_log_loss_score` of scikit-learn 1.9.
    pub fn d2_log_loss(&self) -> Result<f64> {
        let frequencies = self.null("d2_log_loss")?;
        let (loss, _) = self.sums_of(|row| surprise(self.row(row)[self.column(row)], f64::EPSILON));
        let (null, _) = self.sums_of(|row| surprise(frequencies[self.column(row)], f64::EPSILON));
        saved("d2_log_loss", loss, null)
    }

    /// Mean squared distance of the probabilities from 1 at the row's class and 0 elsewhere,
    /// summed over the classes: 0 to 2. Half of it, for two classes, is the
    /// [binary score](super::BinaryScores::brier).
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss).
    ///
    /// # Source
    /// Brier, *Monthly Weather Review* 78 (1950); equal to
    /// `brier_score_loss(scale_by_half=False)` of scikit-learn 1.9, which halves two classes by default.
    pub fn brier(&self) -> Result<f64> {
        self.probabilities()?;
        self.mean("brier", |row| self.squared_distance(row, self.row(row)))
    }

    /// Half of the [Brier score](Self::brier), 0 to 1.
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss).
    ///
    /// # Source
    /// Equal to `brier_score_loss(scale_by_half=True)` of scikit-learn 1.9.
    pub fn brier_halved(&self) -> Result<f64> {
        Ok(0.5 * self.brier()?)
    }

    /// Share of the Brier score of the mere class frequencies that the probabilities save.
    ///
    /// # Errors
    /// As [`d2_log_loss`](Self::d2_log_loss), and [`Error::Undefined`] if all rows that count
    /// are of one class.
    ///
    /// # Source
    /// Equal to `d2_brier_score` of scikit-learn 1.9.
    pub fn d2_brier(&self) -> Result<f64> {
        let frequencies = self.null("d2_brier")?;
        let (score, _) = self.sums_of(|row| self.squared_distance(row, self.row(row)));
        let (null, _) = self.sums_of(|row| self.squared_distance(row, &frequencies));
        saved("d2_brier", score, null)
    }

    fn null(&self, what: &'static str) -> Result<Vec<f64>> {
        self.probabilities()?;
        if self.rows() < 2 {
            return Err(Error::undefined(what, "there is one row only"));
        }
        self.frequencies(what)
    }

    fn squared_distance(&self, row: usize, probabilities: &[f64]) -> f64 {
        let truth = self.column(row);
        let distance =
            |(class, probability): (usize, &f64)| (f64::from(u8::from(class == truth)) - probability).powi(2);
        probabilities.iter().enumerate().map(distance).sum()
    }
}

fn surprise(probability: f64, epsilon: f64) -> f64 {
    -probability.clamp(epsilon, 1.0 - epsilon).ln()
}

fn saved(what: &'static str, loss: f64, null: f64) -> Result<f64> {
    if null == 0.0 || !(loss / null).is_finite() {
        return Err(Error::undefined(what, "the frequencies alone have no loss"));
    }
    Ok(1.0 - loss / null)
}
