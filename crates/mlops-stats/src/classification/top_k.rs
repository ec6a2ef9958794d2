use crate::{Error, Result};

use super::BinaryScores;
use super::parallel::weighted_sums;

/// The share of rows whose class is among the best `k`, for two classes.
impl BinaryScores<'_> {
    /// Share of rows whose class is among the `k` of highest score. With `k` = 1 a row is
    /// predicted positive above the middle of the scores: ½ if all are within 0..=1, else 0
    /// (decision values). From `k` = 2 on it is 1 and says nothing.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `k` is 0, [`Error::Undefined`] if all weights are 0.
    ///
    /// # Source
    /// Equal to `top_k_accuracy_score` of scikit-learn 1.9 for binary labels.
    pub fn top_k_accuracy(&self, k: usize) -> Result<f64> {
        let hits = self.top_k_hits(k)?;
        let weight = self.total_weight();
        if weight > 0.0 {
            Ok(hits / weight)
        } else {
            Err(Error::undefined("top_k_accuracy", "all weights are 0"))
        }
    }

    /// Rows (or weight) whose class is among the `k` of highest score, as
    /// [`top_k_accuracy`](Self::top_k_accuracy).
    ///
    /// # Errors
    /// [`Error::Parameter`] if `k` is 0.
    pub fn top_k_hits(&self, k: usize) -> Result<f64> {
        if k == 0 {
            return Err(Error::Parameter { what: "k", value: 0.0, expected: "at least 1" });
        }
        let (labels, scores) = (self.labels(), self.scores());
        let middle = if scores.iter().all(|score| (0.0..=1.0).contains(score)) { 0.5 } else { 0.0 };
        let is_hit = |row: usize| k > 1 || labels[row] == (scores[row] > middle);
        let hits = weighted_sums(self.rows(), |row| self.weight(row), |row| f64::from(u8::from(is_hit(row))));
        Ok(hits.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_that_of_probabilities_or_of_decisions() {
        let labels = [true, false, true];
        let of = |scores: &[f64], k| BinaryScores::new(&labels, scores).unwrap().top_k_hits(k);
        assert_eq!(of(&[0.6, 0.5, 0.4], 1), Ok(2.0), "0.5 is not above one half");
        assert_eq!(of(&[0.6, 0.5, -0.4], 1), Ok(1.0), "decisions are positive above 0");
        assert_eq!(of(&[0.6, 0.5, -0.4], 2), Ok(3.0));
        assert!(of(&[0.6, 0.5, 0.4], 0).is_err());
        let rows = BinaryScores::new(&labels, &[0.6, 0.5, 0.4]).unwrap();
        assert_eq!(rows.weighted(&[1.0, 0.0, 3.0]).unwrap().top_k_accuracy(1), Ok(0.25));
        assert!(rows.weighted(&[0.0; 3]).unwrap().top_k_accuracy(1).unwrap_err().is_undefined());
    }
}
