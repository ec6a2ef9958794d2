use serde::{Serialize, Serializer};

use super::Convention;
use super::counts::Cells;
use super::label::Label;
use super::names::unknown;
use crate::{Error, Result};

/// A metric that is asked of each group, under the name that fairlearn or scikit-learn has
/// for it.
///
/// Those of classes need nothing but [`GroupCounts`](super::GroupCounts); those of scores
/// and numbers need the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GroupMetric {
    /// How many rows.
    Count,
    /// Share of the rows that are predicted positive.
    SelectionRate,
    /// Share of the positives that are predicted positive.
    TruePositiveRate,
    /// Share of the negatives that are predicted positive.
    FalsePositiveRate,
    /// Share of the negatives that are predicted negative.
    TrueNegativeRate,
    /// Share of the positives that are predicted negative.
    FalseNegativeRate,
    /// Mean of the predictions.
    MeanPrediction,
    /// Share of the rows that are predicted right, of any number of classes.
    Accuracy,
    /// Share of the rows that are predicted wrong, of any number of classes.
    ZeroOneLoss,
    /// Mean over the classes of the share that is predicted right.
    BalancedAccuracy,
    /// Share of the predicted positives that are positive.
    Precision,
    /// As [`TruePositiveRate`](Self::TruePositiveRate), under scikit-learn's name and rules.
    Recall,
    /// Harmonic mean of precision and recall.
    F1,
    /// Area under the ROC curve.
    RocAuc,
    /// Mean log loss of probabilities.
    LogLoss,
    /// Mean squared error of probabilities.
    Brier,
    /// Mean absolute error.
    MeanAbsoluteError,
    /// Mean squared error.
    MeanSquaredError,
    /// Root of the mean squared error.
    RootMeanSquaredError,
    /// Share of the variance that is explained.
    R2,
}

/// What a metric says of some rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Answer {
    /// The value, by fairlearn's convention if it has none; NaN if there is none either.
    pub(super) value: f64,
    /// Why it has no value by itself.
    pub(super) undefined: Option<&'static str>,
    /// What is to be said of it nevertheless.
    pub(super) warning: Option<&'static str>,
}

impl Answer {
    pub(super) const fn value(value: f64) -> Self {
        Self { value, undefined: None, warning: None }
    }

    pub(super) const fn undefined(value: f64, why: &'static str) -> Self {
        Self { value, undefined: Some(why), warning: None }
    }
}

const NO_POSITIVE: &str = "no label is positive";
const NO_NEGATIVE: &str = "no label is negative";
pub(super) const NO_WEIGHT: &str = "all weights are 0";
pub(super) const ONE_CLASS: &str = "all labels are of one class";

impl GroupMetric {
    const ALL: [(&'static str, Self); 20] = [
        ("count", Self::Count),
        ("selection_rate", Self::SelectionRate),
        ("true_positive_rate", Self::TruePositiveRate),
        ("false_positive_rate", Self::FalsePositiveRate),
        ("true_negative_rate", Self::TrueNegativeRate),
        ("false_negative_rate", Self::FalseNegativeRate),
        ("mean_prediction", Self::MeanPrediction),
        ("accuracy_score", Self::Accuracy),
        ("zero_one_loss", Self::ZeroOneLoss),
        ("balanced_accuracy_score", Self::BalancedAccuracy),
        ("precision_score", Self::Precision),
        ("recall_score", Self::Recall),
        ("f1_score", Self::F1),
        ("roc_auc_score", Self::RocAuc),
        ("log_loss", Self::LogLoss),
        ("brier_score_loss", Self::Brier),
        ("mean_absolute_error", Self::MeanAbsoluteError),
        ("mean_squared_error", Self::MeanSquaredError),
        ("root_mean_squared_error", Self::RootMeanSquaredError),
        ("r2_score", Self::R2),
    ];

    /// The names of all of them.
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(name, _)| *name).collect()
    }

    /// The metric of this name; `accuracy` is `accuracy_score`.
    ///
    /// # Errors
    /// [`Error::Input`] with the nearest name if there is none.
    pub fn named(name: &str) -> Result<Self> {
        Self::known(name).ok_or_else(|| unknown("metric", name, &Self::names()))
    }

    pub(crate) fn known(name: &str) -> Option<Self> {
        let found =
            Self::ALL.iter().find(|(other, _)| *other == name || other.strip_suffix("_score") == Some(name));
        found.map(|(_, metric)| *metric)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, metric)| *metric == self).map_or("", |(name, _)| *name)
    }

    /// Whether it needs no more than how often labels met predictions.
    pub const fn is_of_classes(self) -> bool {
        !matches!(
            self,
            Self::RocAuc
                | Self::LogLoss
                | Self::Brier
                | Self::MeanAbsoluteError
                | Self::MeanSquaredError
                | Self::RootMeanSquaredError
                | Self::R2
        )
    }

    /// Whether it is a share, from 0 to 1.
    pub const fn is_share(self) -> bool {
        !matches!(
            self,
            Self::Count
                | Self::MeanPrediction
                | Self::LogLoss
                | Self::MeanAbsoluteError
                | Self::MeanSquaredError
                | Self::RootMeanSquaredError
                | Self::R2
        )
    }

    /// Whether there is a positive class in it.
    pub(super) const fn needs_positive(self) -> bool {
        matches!(
            self,
            Self::SelectionRate
                | Self::TruePositiveRate
                | Self::FalsePositiveRate
                | Self::TrueNegativeRate
                | Self::FalseNegativeRate
                | Self::Precision
                | Self::Recall
                | Self::F1
        )
    }

    const fn is_rate(self) -> bool {
        matches!(
            self,
            Self::TruePositiveRate
                | Self::FalsePositiveRate
                | Self::TrueNegativeRate
                | Self::FalseNegativeRate
        )
    }

    /// Its value for rows that were counted; the error says in words what is wrong with the labels.
    pub(super) fn of_cells(
        self,
        cells: Cells<'_>,
        positive: Option<&Label>,
        convention: Convention,
    ) -> Result<Answer, String> {
        let k = cells.classes.len();
        let rows: f64 = cells.rows.iter().sum();
        if self == Self::Count {
            return match cells.weights {
                None => Ok(Answer::value(rows)),
                Some(_) => Err("it counts rows and takes no weights".to_owned()),
            };
        }
        if convention == Convention::Fairlearn {
            self.refuse_as_the_tools_do(cells, positive)?;
        }
        let sums = cells.weights.unwrap_or(cells.rows);
        let total: f64 = sums.iter().sum();
        if total <= 0.0 {
            let by_division = matches!(self, Self::SelectionRate | Self::MeanPrediction);
            return if convention == Convention::Fairlearn && !by_division {
                Err(NO_WEIGHT.to_owned())
            } else {
                Ok(Answer::undefined(f64::NAN, NO_WEIGHT))
            };
        }
        let of_label = |label: usize| -> f64 { sums[label * k..(label + 1) * k].iter().sum() };
        let of_prediction = |class: usize| -> f64 { (0..k).map(|label| sums[label * k + class]).sum() };
        let right: f64 = (0..k).map(|class| sums[class * k + class]).sum();
        // 1 stands for the positive label unless another is named.
        let class =
            cells.classes.iter().position(|class| positive.map_or_else(|| class.is(1.0), |p| class == p));
        // Sums of what is there, never differences: rounding would leave a rest of nothing.
        let mut counts = [[0.0_f64; 2]; 2];
        for label in 0..k {
            for predicted in 0..k {
                let (label_is, predicted_is) = (class == Some(label), class == Some(predicted));
                counts[usize::from(label_is)][usize::from(predicted_is)] += sums[label * k + predicted];
            }
        }
        let [[rejected, alarms], [misses, hits]] = counts;
        let (positives, negatives, selected) = (hits + misses, rejected + alarms, hits + alarms);
        let share = |part: f64, whole: f64, why| {
            if whole > 0.0 { Answer::value(part / whole) } else { Answer::undefined(0.0, why) }
        };
        Ok(match self {
            Self::SelectionRate => Answer::value(selected / total),
            Self::TruePositiveRate | Self::Recall => share(hits, positives, NO_POSITIVE),
            Self::FalseNegativeRate => share(misses, positives, NO_POSITIVE),
            Self::FalsePositiveRate => share(alarms, negatives, NO_NEGATIVE),
            Self::TrueNegativeRate => share(rejected, negatives, NO_NEGATIVE),
            Self::Precision => share(hits, selected, "nothing is predicted positive"),
            Self::F1 => share(
                2.0 * hits,
                positives + selected,
                "no label is positive and nothing is predicted positive",
            ),
            Self::Accuracy => Answer::value(right / total),
            Self::ZeroOneLoss => Answer::value(1.0 - right / total),
            Self::MeanPrediction => {
                let mut sum = 0.0;
                for (class, label) in cells.classes.iter().enumerate() {
                    match label {
                        Label::Number(number) => sum += number * of_prediction(class),
                        Label::Text(_) if of_prediction(class) > 0.0 => {
                            return Err(format!("{label} is predicted, expected a number"));
                        }
                        Label::Text(_) => {}
                    }
                }
                Answer::value(sum / total)
            }
            Self::BalancedAccuracy => {
                let (mut sum, mut classes, mut only_predicted) = (0.0, 0.0, false);
                for class in 0..k {
                    let labels = of_label(class);
                    if labels > 0.0 {
                        sum += sums[class * k + class] / labels;
                        classes += 1.0;
                    } else {
                        only_predicted |= of_prediction(class) > 0.0;
                    }
                }
                let value = sum / classes;
                if classes < 2.0 {
                    Answer::undefined(value, ONE_CLASS)
                } else if only_predicted {
                    Answer {
                        warning: Some("a class is predicted that no label is of"),
                        ..Answer::value(value)
                    }
                } else {
                    Answer::value(value)
                }
            }
            _ => return Err("it needs the rows, not only how often labels met predictions".to_owned()),
        })
    }

    /// The labels that fairlearn 0.15 and scikit-learn 1.9 do not take, group by group.
    fn refuse_as_the_tools_do(self, cells: Cells<'_>, positive: Option<&Label>) -> Result<(), String> {
        let k = cells.classes.len();
        let is_there = |class: usize| {
            (0..k).any(|other| cells.rows[class * k + other] + cells.rows[other * k + class] > 0.0)
        };
        let present = || (0..k).filter(|class| is_there(*class)).map(|class| &cells.classes[class]);
        if self.is_rate() {
            return two_labels(present(), positive);
        }
        if matches!(self, Self::SelectionRate | Self::MeanPrediction) {
            return Ok(());
        }
        if let Some(label) = present().find(|label| !label.is_class()) {
            return Err(format!("{label} is a label, expected whole numbers or text"));
        }
        let is_text = |label: &Label| matches!(label, Label::Text(_));
        if present().any(is_text) && !present().all(is_text) {
            return Err(format!("{} are labels, expected numbers or text, not both", list(present())));
        }
        if matches!(self, Self::Precision | Self::Recall | Self::F1) {
            let one = Label::Number(1.0);
            let positive = positive.unwrap_or(&one);
            let (count, has_it) = (present().count(), present().any(|label| label == positive));
            if count > 2 {
                return Err(format!("{} are labels, expected two", list(present())));
            }
            if count == 2 && !has_it {
                return Err(format!("{} are labels, expected {positive} among them", list(present())));
            }
        }
        Ok(())
    }

    /// Refuses labels among which it is not clear which is positive.
    pub(super) fn refuse_labels<'l>(
        self,
        present: impl Iterator<Item = &'l Label> + Clone,
        positive: Option<&Label>,
    ) -> Result<(), String> {
        if let Some(label) = present.clone().find(|label| !label.is_class())
            && self != Self::MeanPrediction
        {
            return Err(format!("{label} is a label, expected whole numbers or text"));
        }
        if self.needs_positive() { two_labels(present, positive) } else { Ok(()) }
    }
}

/// Labels of 0 and 1, or of −1 and 1; or at most two of which one is the positive one.
fn two_labels<'l>(
    present: impl Iterator<Item = &'l Label> + Clone,
    positive: Option<&Label>,
) -> Result<(), String> {
    let all = |other: f64| present.clone().all(|label| label.is(other) || label.is(1.0));
    match positive {
        None if all(0.0) || all(-1.0) => Ok(()),
        None => Err(format!(
            "{} are labels, expected 0 and 1, or -1 and 1, or to be told which is positive",
            list(present)
        )),
        Some(positive) => match present.clone().count() {
            0 | 1 => Ok(()),
            2 if present.clone().any(|label| label == positive) => Ok(()),
            2 => Err(format!("{} are labels, expected {positive} among them", list(present))),
            _ => Err(format!("{} are labels, expected {positive} and one other", list(present))),
        },
    }
}

fn list<'l>(labels: impl Iterator<Item = &'l Label>) -> String {
    let labels: Vec<String> = labels.take(5).map(ToString::to_string).collect();
    labels.join(", ")
}

impl Serialize for GroupMetric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl std::str::FromStr for GroupMetric {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::named(name)
    }
}
