use super::cells::Cells;
use super::curves::Areas;
use super::{CellShare, ClassifierMetric, Label, Predictions};
use crate::chunks::numpy;
use crate::{Error, Result};

/// What is to be expected of predictions whose probabilities are right.
///
/// A row with probability `p` that is predicted positive is a true positive in `p` of all
/// cases and a false one in the others: the cells of the confusion matrix, and the steps of
/// the curves, are sums of probabilities.
///
/// ```
/// use mlops_drift::performance::{ClassifierMetric, Expected};
/// let rows = Expected::binary(&[0.9, 0.6, 0.2], &[0.9, 0.6, 0.2], [1, 1, 0])?;
/// let accuracy = rows.get(ClassifierMetric::Accuracy).unwrap();
/// assert!((accuracy - (0.9 + 0.6 + 0.8) / 3.0).abs() < 1e-12);
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// # Source
/// `NannyML` 0.13.1, `estimate_accuracy` and its siblings.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// `None` without predicted classes.
    pub(super) cells: Option<Cells>,
    /// Of the positive class, or of each; none if they were not asked for.
    pub(super) areas: Vec<Areas>,
    pub(super) classes: Vec<String>,
    /// Whether class 1 is the positive one, and the only one that metrics are about.
    pub(super) binary: bool,
}

/// A value, and why there is none or why it is one by convention only.
pub(super) type Known = (Option<f64>, Option<String>);

impl Expected {
    /// Of two classes: the probability of class 1 of each row, its score, by which rows are
    /// ordered, and the class predicted for it. Rows with something missing count for nothing
    /// where that is needed.
    ///
    /// # Errors
    /// [`Error::Input`] if they are not as many as each other, a probability lies outside
    /// 0 to 1, a score is infinite, or a class is neither 0 nor 1.
    pub fn binary<'l, L: Into<Label<'l>>>(
        probabilities: &[f64],
        scores: &[f64],
        predicted: impl IntoIterator<Item = L>,
    ) -> Result<Self> {
        let rows = Predictions::binary(scores)?.predicted(predicted)?;
        if probabilities.len() != rows.len() {
            let found = probabilities.len().to_string();
            return Err(Error::input(
                "the number of probabilities",
                found,
                format!("{}, one a row", rows.len()),
            ));
        }
        are_probabilities(probabilities, "probability")?;
        let areas = Areas::of(scores.iter().copied().zip(probabilities.iter().copied()));
        let predicted = rows.predicted.as_deref().unwrap_or_default();
        let cells = Cells::expected_of_two(probabilities, predicted);
        Ok(Self { cells: Some(cells), areas: vec![areas], classes: rows.classes().to_vec(), binary: true })
    }

    /// A metric with one value; `None` if it is not defined. What is a share of nothing is 0,
    /// such as a precision where nothing is predicted positive.
    pub fn get(&self, metric: ClassifierMetric) -> Option<f64> {
        self.metric(metric).0
    }

    pub(super) fn metric(&self, metric: ClassifierMetric) -> Known {
        if metric.ranks() {
            let of = |areas: &Areas| match metric {
                ClassifierMetric::RocAuc => areas.roc_auc,
                _ => areas.average_precision,
            };
            let areas: Option<Vec<f64>> = self.areas.iter().map(of).collect();
            return match areas.filter(|areas| !areas.is_empty()) {
                Some(areas) => (Some(numpy::mean(&areas)), None),
                None => (None, Some("rows of one class only are to be expected, or none".to_owned())),
            };
        }
        let Some(cells) = self.cells.as_ref().filter(|cells| cells.rows > 0) else {
            return (None, Some("no row has scores and a predicted class".to_owned()));
        };
        match metric {
            ClassifierMetric::Accuracy => (Some(cells.accuracy()), None),
            ClassifierMetric::ConfusionMatrix | ClassifierMetric::BusinessValue => (None, None),
            _ => {
                let first = usize::from(self.binary);
                let each = (first..self.classes.len()).map(|class| cells.against_rest(class).metric(metric));
                let (values, reasons): (Vec<f64>, Vec<_>) = each.unzip();
                let reason = reasons.iter().enumerate().find_map(|(at, reason)| {
                    reason.map(|reason| format!("{reason} of class {}", self.classes[first + at]))
                });
                (Some(numpy::mean(&values)), reason)
            }
        }
    }

    pub(super) fn cell(&self, truth: usize, predicted: usize, share: Option<CellShare>) -> Known {
        let Some(cells) = self.cells.as_ref().filter(|cells| cells.rows > 0) else {
            return (None, Some("no row has scores and a predicted class".to_owned()));
        };
        match cells.cell(truth, predicted, share) {
            Some(value) => (Some(value), None),
            None => (None, Some("it is a share of no rows".to_owned())),
        }
    }
}

impl Expected {
    /// What the rows are worth together.
    pub(super) fn value(&self, values: &[Vec<f64>], per_prediction: bool) -> Known {
        match self.cells.as_ref().filter(|cells| cells.rows > 0) {
            Some(cells) => (Some(cells.worth(values, per_prediction)), None),
            None => (None, Some("no row has scores and a predicted class".to_owned())),
        }
    }
}

/// Refuses what is no probability; NaN is missing.
pub(super) fn are_probabilities(values: &[f64], what: &str) -> Result<()> {
    match values.iter().position(|value| !(value.is_nan() || (0.0..=1.0).contains(value))) {
        None => Ok(()),
        Some(row) => {
            let expected = "0 to 1, or calibration";
            Err(Error::input(format!("the {what} of row {row}"), values[row].to_string(), expected))
        }
    }
}
