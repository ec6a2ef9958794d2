use std::fmt;

use serde::{Deserialize, Serialize};

/// What can be estimated of a classifier. Of more than two classes: each class against the
/// rest, averaged alike, except where said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClassifierMetric {
    /// Area under the ROC curve; needs no predicted classes.
    RocAuc,
    /// Harmonic mean of precision and recall.
    F1,
    /// The share of rows predicted positive that are.
    Precision,
    /// The share of positive rows that are predicted so.
    Recall,
    /// The share of negative rows that are predicted so.
    Specificity,
    /// The share of rows that are of the class predicted, whichever it is.
    Accuracy,
    /// How many rows of each class are predicted as each, a value a cell: `true_positive`,
    /// `true_negative`, `false_positive`, `false_negative`, or of more classes
    /// `true_a_pred_b` for each two.
    ConfusionMatrix,
    /// What the cells of the confusion matrix are worth, summed.
    BusinessValue,
    /// Mean precision at each positive row, from the highest score down; needs no predicted
    /// classes.
    AveragePrecision,
}

impl ClassifierMetric {
    /// Those with one value from 0 to 1.
    pub const SHARES: [Self; 7] = [
        Self::RocAuc,
        Self::F1,
        Self::Precision,
        Self::Recall,
        Self::Specificity,
        Self::Accuracy,
        Self::AveragePrecision,
    ];

    /// Its name, such as `roc_auc`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RocAuc => "roc_auc",
            Self::F1 => "f1",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::Specificity => "specificity",
            Self::Accuracy => "accuracy",
            Self::ConfusionMatrix => "confusion_matrix",
            Self::BusinessValue => "business_value",
            Self::AveragePrecision => "average_precision",
        }
    }

    /// Whether it is about the order of the scores, and not about the predicted classes.
    pub(crate) const fn ranks(self) -> bool {
        matches!(self, Self::RocAuc | Self::AveragePrecision)
    }
}

impl fmt::Display for ClassifierMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Of what the cells of a confusion matrix are shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a matrix has rows, columns, and all of it")]
pub enum CellShare {
    /// Of all rows.
    All,
    /// Of the rows that are of the class.
    True,
    /// Of the rows that are predicted to be of the class.
    Pred,
}

/// Of what the business value is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValueShare {
    /// Of the confusion matrix as shares of each predicted class.
    PerPrediction,
}
