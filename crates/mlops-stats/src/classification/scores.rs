use rayon::prelude::*;

use crate::error::{all_finite, same_length};
use crate::sum::sum;
use crate::{Error, Result};

use super::area::pairs;
use super::parallel::{ROWS, weighted_sums};
use super::{Confusion, by_score};

/// Labels and scores of a binary classifier, row by row, known to fit together.
///
/// Scores are finite. They need to be probabilities only where a metric says so.
#[derive(Clone, Copy, Debug)]
pub struct BinaryScores<'a> {
    labels: &'a [bool],
    scores: &'a [f64],
    weights: Option<&'a [f64]>,
}

impl<'a> BinaryScores<'a> {
    /// Labels and scores, each row of weight 1.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ, if there are no rows, or 2³² and more;
    /// [`Error::Value`] for the first score that is NaN or infinite.
    pub fn new(labels: &'a [bool], scores: &'a [f64]) -> Result<Self> {
        if u32::try_from(labels.len()).is_err() {
            let expected = "below 2³²".to_owned();
            return Err(Error::Shape { what: "labels", found: labels.len(), expected });
        }
        same_length("scores", scores.len(), "labels", labels.len())?;
        all_finite("scores", scores)?;
        Ok(Self { labels, scores, weights: None })
    }

    /// The same rows with these weights; a weight of 0 is a row that is not there.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is not one for each row, [`Error::Value`] for the first
    /// that is negative, NaN or infinite.
    pub fn weighted(self, weights: &'a [f64]) -> Result<Self> {
        same_length("weights", weights.len(), "labels", self.labels.len())?;
        all_finite("weights", weights)?;
        match weights.iter().position(|weight| *weight < 0.0) {
            None => Ok(Self { weights: Some(weights), ..self }),
            Some(index) => {
                let value = weights[index];
                Err(Error::Value { what: "weights", index, value, expected: "at least 0" })
            }
        }
    }

    /// The labels.
    pub const fn labels(&self) -> &'a [bool] {
        self.labels
    }

    /// The scores.
    pub const fn scores(&self) -> &'a [f64] {
        self.scores
    }

    /// How many rows there are; at least 1.
    pub const fn rows(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    pub(super) fn total_weight(&self) -> f64 {
        self.weights.map_or(self.rows() as f64, |weights| sum(weights.iter().copied()))
    }

    /// Area under the ROC curve: the chance that a positive scores above a negative,
    /// where a tie counts one half. Any finite scores, not only probabilities.
    ///
    /// One sort, O(n log n).
    ///
    /// # Errors
    /// [`Error::Undefined`] if only one class has weight.
    ///
    /// # Source
    /// Hanley and `McNeil`, *Radiology* 143 (1982); equal to `roc_auc_score` of scikit-learn 1.9.
    pub fn roc_auc(&self) -> Result<f64> {
        let (won, positives, negatives) = match self.weights {
            None => {
                let pairs = pairs(self.labels, self.scores);
                (pairs.won_twice as f64 / 2.0, pairs.positives as f64, pairs.negatives as f64)
            }
            Some(_) => self.weighted_pairs(),
        };
        if positives > 0.0 && negatives > 0.0 {
            Ok(won / (positives * negatives))
        } else {
            Err(Error::undefined("roc_auc", self.one_class()))
        }
    }

    /// Weight of the pairs of a positive and a lower negative, of the positives, of the negatives.
    fn weighted_pairs(&self) -> (f64, f64, f64) {
        let order = by_score(self.scores);
        let (mut won, mut positives, mut negatives) = (0.0, 0.0, 0.0);
        for tie in order.chunk_by(|left, right| left.ties(*right)) {
            let (mut tied_positives, mut tied_negatives) = (0.0, 0.0);
            for ranked in tie {
                let weight = self.weight(ranked.row());
                if self.labels[ranked.row()] {
                    tied_positives += weight;
                } else {
                    tied_negatives += weight;
                }
            }
            won += tied_positives * (negatives + 0.5 * tied_negatives);
            positives += tied_positives;
            negatives += tied_negatives;
        }
        (won, positives, negatives)
    }

    pub(super) fn one_class(&self) -> String {
        let positives = self.labels.iter().filter(|label| **label).count();
        let rows = self.rows();
        match (positives, rows) {
            (0, _) => format!("none of {rows} labels is positive"),
            _ if positives == rows => format!("all {rows} labels are positive"),
            _ => "only one class has weight".to_owned(),
        }
    }

    /// Mean negative log-likelihood of the labels, in nats. Scores are probabilities,
    /// brought to at least ε and at most 1 − ε, with ε = 2⁻⁵², so that it stays finite.
    /// Defined for one class too.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1, [`Error::Undefined`] if all weights are 0.
    ///
    /// # Source
    /// Equal to `log_loss` of scikit-learn 1.9 for `f64`.
    pub fn log_loss(&self) -> Result<f64> {
        self.probabilities()?;
        self.mean("log_loss", log_loss_of)
    }

    /// Mean squared difference of score and label, which is 0 or 1.
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss).
    ///
    /// # Source
    /// Brier, *Monthly Weather Review* 78 (1950); equal to `brier_score_loss` of scikit-learn 1.9.
    pub fn brier(&self) -> Result<f64> {
        self.probabilities()?;
        self.mean("brier", |label, score| (score - f64::from(u8::from(label))).powi(2))
    }

    /// Brier score of the probabilities of both classes, 0 to 2: twice [`brier`](Self::brier),
    /// and [that of a table](super::ClassScores::brier) with two columns.
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss).
    ///
    /// # Source
    /// Equal to `brier_score_loss(scale_by_half=False)` of scikit-learn 1.9.
    pub fn brier_of_both(&self) -> Result<f64> {
        Ok(2.0 * self.brier()?)
    }

    /// Mean hinge loss of decision values, where a positive should be at least 1 and a
    /// negative at most −1.
    ///
    /// # Errors
    /// [`Error::Undefined`] if all weights are 0.
    ///
    /// # Source
    /// Equal to `hinge_loss` of scikit-learn 1.9.
    pub fn hinge_loss(&self) -> Result<f64> {
        self.mean("hinge_loss", |label, score| (1.0 - if label { score } else { -score }).max(0.0))
    }

    /// Mean score.
    ///
    /// # Errors
    /// [`Error::Undefined`] if all weights are 0.
    pub fn mean_score(&self) -> Result<f64> {
        self.mean("mean_score", |_, score| score)
    }

    /// Share of positive labels.
    ///
    /// # Errors
    /// [`Error::Undefined`] if all weights are 0.
    pub fn positive_rate(&self) -> Result<f64> {
        self.mean("positive_rate", |label, _| f64::from(u8::from(label)))
    }

    /// Mean score less share of positive labels: calibration in the large. Above 0, the
    /// model expects more positives than there were.
    ///
    /// # Errors
    /// [`Error::Undefined`] if all weights are 0.
    pub fn calibration_gap(&self) -> Result<f64> {
        Ok(self.mean_score()? - self.positive_rate()?)
    }

    /// Predictions against labels, where `score >= threshold` predicts positive.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the threshold is NaN.
    pub fn at(&self, threshold: f64) -> Result<Confusion> {
        if threshold.is_nan() {
            return Err(Error::Parameter { what: "threshold", value: threshold, expected: "a number" });
        }
        let parts: Vec<Confusion> = self
            .labels
            .par_chunks(ROWS)
            .zip(self.scores.par_chunks(ROWS))
            .enumerate()
            .map(|(chunk, (labels, scores))| match self.weights {
                None => counted(labels, scores, threshold),
                Some(weights) => {
                    let mut confusion = Confusion::default();
                    for ((label, score), weight) in labels.iter().zip(scores).zip(&weights[chunk * ROWS..]) {
                        confusion.count(*label, *score >= threshold, *weight);
                    }
                    confusion
                }
            })
            .collect();
        let mut confusion = Confusion::default();
        for part in &parts {
            confusion.add(part, 1.0);
        }
        Ok(confusion)
    }

    pub(super) fn mean(&self, what: &'static str, value: impl Fn(bool, f64) -> f64 + Sync) -> Result<f64> {
        let (total, weight) = weighted_sums(
            self.rows(),
            |row| self.weight(row),
            |row| value(self.labels[row], self.scores[row]),
        );
        if weight > 0.0 { Ok(total / weight) } else { Err(Error::undefined(what, "all weights are 0")) }
    }

    pub(crate) fn probabilities(&self) -> Result<()> {
        match self.scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            None => Ok(()),
            Some(index) => {
                let value = self.scores[index];
                Err(Error::Value { what: "scores", index, value, expected: "a probability, 0 to 1" })
            }
        }
    }
}

/// Unweighted rows: three sums that need no branch, and what is left.
fn counted(labels: &[bool], scores: &[f64], threshold: f64) -> Confusion {
    let (mut positives, mut predicted, mut both) = (0_u32, 0_u32, 0_u32);
    for (label, score) in labels.iter().zip(scores) {
        let (label, above) = (u32::from(*label), u32::from(*score >= threshold));
        positives += label;
        predicted += above;
        both += label & above;
    }
    let (hits, alarms, misses) = (both, predicted - both, positives - both);
    let rows = labels.len() as f64;
    let [hits, alarms, misses] = [hits, alarms, misses].map(f64::from);
    Confusion::new(hits, alarms, rows - hits - alarms - misses, misses)
}

/// Log loss of one row.
pub(crate) fn log_loss_of(label: bool, score: f64) -> f64 {
    let likelihood = if label { score } else { 1.0 - score };
    -likelihood.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

#[cfg(test)]
mod tests;
