use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What a row's loss is, which decides how slices are tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LossKind {
    /// 1 if the class predicted is wrong, 0 if it is right.
    Error,
    /// Minus the logarithm of the probability that the label was given.
    LogLoss,
    /// The square of label less score, Brier's.
    SquaredError,
    /// Numbers of the caller's; more is worse.
    Other,
}

/// The loss of each row; more is worse.
#[derive(Clone, Debug, PartialEq)]
pub struct Losses {
    kind: LossKind,
    values: Vec<f64>,
}

/// Probabilities are kept so far from 0 and 1, as scikit-learn does: one sure and wrong answer
/// must not make every mean infinite.
const SURE: f64 = f64::EPSILON;

impl Losses {
    /// Whether the class predicted, positive from `threshold` on, is not the label.
    ///
    /// # Errors
    /// [`Error::Input`] for different lengths, a score that is no probability, or a threshold
    /// that is none, with the row.
    pub fn errors(labels: &[bool], scores: &[f64], threshold: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&threshold) {
            let reason = format!("it is {threshold}, expected a probability, 0 to 1");
            return Err(Error::input("threshold", reason));
        }
        let loss = |label: bool, score: f64| f64::from(u8::from((score >= threshold) != label));
        Self::of_scores(LossKind::Error, labels, scores, loss)
    }

    /// Minus the logarithm of what the model gave the label; scores are kept 2⁻⁵² away from 0 and 1.
    ///
    /// # Errors
    /// [`Error::Input`] for different lengths or a score that is no probability, with the row.
    pub fn log_loss(labels: &[bool], scores: &[f64]) -> Result<Self> {
        Self::of_scores(LossKind::LogLoss, labels, scores, |label, score| {
            let score = score.clamp(SURE, 1.0 - SURE);
            -(if label { score.ln() } else { (-score).ln_1p() })
        })
    }

    /// The square of label less score.
    ///
    /// # Errors
    /// [`Error::Input`] for different lengths or a score that is no probability, with the row.
    pub fn squared_error(labels: &[bool], scores: &[f64]) -> Result<Self> {
        let loss = |label: bool, score: f64| (f64::from(u8::from(label)) - score).powi(2);
        Self::of_scores(LossKind::SquaredError, labels, scores, loss)
    }

    /// Losses of any kind, such as absolute errors of a regression.
    ///
    /// # Errors
    /// [`Error::Input`] if one is not finite, with its row.
    pub fn other(values: Vec<f64>) -> Result<Self> {
        match values.iter().position(|value| !value.is_finite()) {
            Some(row) => {
                let reason = format!("row {row} is {}, expected a finite number", values[row]);
                Err(Error::input("losses", reason))
            }
            None => Ok(Self { kind: LossKind::Other, values }),
        }
    }

    /// What they are.
    pub const fn kind(&self) -> LossKind {
        self.kind
    }

    /// One a row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    fn of_scores(
        kind: LossKind,
        labels: &[bool],
        scores: &[f64],
        loss: impl Fn(bool, f64) -> f64,
    ) -> Result<Self> {
        if labels.len() != scores.len() {
            let reason = format!("{} values, expected one for each of {} labels", scores.len(), labels.len());
            return Err(Error::input("scores", reason));
        }
        if let Some(row) = scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            let reason = format!("row {row} is {}, expected a probability, 0 to 1", scores[row]);
            return Err(Error::input("scores", reason));
        }
        let values = labels.iter().zip(scores).map(|(label, score)| loss(*label, *score)).collect();
        Ok(Self { kind, values })
    }
}
