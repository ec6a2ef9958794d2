use std::fmt;

use crate::Result;

use super::{BinaryScores, log_loss_of};

/// Whether more of it is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is no third direction")]
pub enum Orientation {
    /// Such as the area under the curve.
    HigherIsBetter,
    /// Such as a loss.
    LowerIsBetter,
    /// It describes, it does not rank: the mean score.
    Neither,
}

/// A metric of a binary classifier, as a value: for files and lists that name metrics.
///
/// ```
/// use mlops_stats::classification::{BinaryMetric, BinaryScores};
/// let rows = BinaryScores::new(&[false, true, true], &[0.2, 0.9, 0.4])?;
/// let f1 = BinaryMetric::named("f1", 0.5).expect("there is a metric of this name");
/// assert_eq!(f1.of(&rows)?, 2.0 / 3.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BinaryMetric {
    /// [`BinaryScores::roc_auc`]
    RocAuc,
    /// [`BinaryScores::log_loss`]
    LogLoss,
    /// [`BinaryScores::brier`]
    Brier,
    /// [`Confusion::accuracy`](super::Confusion::accuracy)
    Accuracy {
        /// A score of at least this predicts positive.
        threshold: f64,
    },
    /// [`Confusion::precision`](super::Confusion::precision)
    Precision {
        /// A score of at least this predicts positive.
        threshold: f64,
    },
    /// [`Confusion::recall`](super::Confusion::recall)
    Recall {
        /// A score of at least this predicts positive.
        threshold: f64,
    },
    /// [`Confusion::f1`](super::Confusion::f1)
    F1 {
        /// A score of at least this predicts positive.
        threshold: f64,
    },
    /// [`BinaryScores::mean_score`]
    MeanScore,
    /// [`BinaryScores::positive_rate`]
    PositiveRate,
    /// [`BinaryScores::calibration_gap`]
    CalibrationGap,
}

impl BinaryMetric {
    /// The names that [`named`](Self::named) knows.
    pub const NAMES: [&str; 10] = [
        "roc_auc",
        "log_loss",
        "brier",
        "accuracy",
        "precision",
        "recall",
        "f1",
        "mean_score",
        "positive_rate",
        "calibration_gap",
    ];

    /// The metric of this name; `threshold` is used by those that need predicted classes.
    pub fn named(name: &str, threshold: f64) -> Option<Self> {
        Some(match name {
            "roc_auc" => Self::RocAuc,
            "log_loss" => Self::LogLoss,
            "brier" => Self::Brier,
            "accuracy" => Self::Accuracy { threshold },
            "precision" => Self::Precision { threshold },
            "recall" => Self::Recall { threshold },
            "f1" => Self::F1 { threshold },
            "mean_score" => Self::MeanScore,
            "positive_rate" => Self::PositiveRate,
            "calibration_gap" => Self::CalibrationGap,
            _ => return None,
        })
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RocAuc => "roc_auc",
            Self::LogLoss => "log_loss",
            Self::Brier => "brier",
            Self::Accuracy { .. } => "accuracy",
            Self::Precision { .. } => "precision",
            Self::Recall { .. } => "recall",
            Self::F1 { .. } => "f1",
            Self::MeanScore => "mean_score",
            Self::PositiveRate => "positive_rate",
            Self::CalibrationGap => "calibration_gap",
        }
    }

    /// Whether more of it is better.
    pub const fn orientation(&self) -> Orientation {
        match self {
            Self::RocAuc
            | Self::Accuracy { .. }
            | Self::Precision { .. }
            | Self::Recall { .. }
            | Self::F1 { .. } => Orientation::HigherIsBetter,
            Self::LogLoss | Self::Brier => Orientation::LowerIsBetter,
            Self::MeanScore | Self::PositiveRate | Self::CalibrationGap => Orientation::Neither,
        }
    }

    /// Lowest and highest value that it can take on probabilities.
    pub const fn range(&self) -> (f64, f64) {
        match self {
            Self::LogLoss => (0.0, f64::INFINITY),
            Self::CalibrationGap => (-1.0, 1.0),
            _ => (0.0, 1.0),
        }
    }

    /// What one row adds to a metric that is a mean over rows; `None` for one that is not,
    /// such as the area under the curve. For models on the same rows the mean of the
    /// differences is the difference of the metric.
    pub fn of_row(&self, label: bool, score: f64) -> Option<f64> {
        let hit = f64::from(u8::from(label));
        match *self {
            Self::LogLoss => Some(log_loss_of(label, score)),
            Self::Brier => Some((score - hit).powi(2)),
            Self::Accuracy { threshold } => Some(f64::from(u8::from((score >= threshold) == label))),
            Self::MeanScore => Some(score),
            Self::PositiveRate => Some(hit),
            Self::CalibrationGap => Some(score - hit),
            Self::RocAuc | Self::Precision { .. } | Self::Recall { .. } | Self::F1 { .. } => None,
        }
    }

    /// Its value for these rows.
    ///
    /// # Errors
    /// Those of the metric that it names.
    pub fn of(&self, rows: &BinaryScores<'_>) -> Result<f64> {
        match *self {
            Self::RocAuc => rows.roc_auc(),
            Self::LogLoss => rows.log_loss(),
            Self::Brier => rows.brier(),
            Self::Accuracy { threshold } => rows.at(threshold)?.accuracy(),
            Self::Precision { threshold } => rows.at(threshold)?.precision(),
            Self::Recall { threshold } => rows.at(threshold)?.recall(),
            Self::F1 { threshold } => rows.at(threshold)?.f1(),
            Self::MeanScore => rows.mean_score(),
            Self::PositiveRate => rows.positive_rate(),
            Self::CalibrationGap => rows.calibration_gap(),
        }
    }
}

impl fmt::Display for BinaryMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_a_metric_of_that_name() {
        for name in BinaryMetric::NAMES {
            assert_eq!(BinaryMetric::named(name, 0.5).unwrap().name(), name);
        }
        assert_eq!(BinaryMetric::named("auc", 0.5), None);
    }
}
