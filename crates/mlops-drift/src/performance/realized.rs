use std::ops::Range;

use mlops_stats::classification::BinaryScores;

use super::cells::Cells;
use super::predictions::class;
use super::{CellShare, ClassifierMetric, Predictions};
use crate::chunks::numpy;

/// What predictions of rows with labels came to.
///
/// # Source
/// `NannyML` 0.13.1: what it calls realized performance, by scikit-learn, with its rules of
/// when that is not defined.
pub(super) struct Realized<'p> {
    predictions: &'p Predictions,
    rows: Range<usize>,
    /// Of rows with a true and a predicted class; `None` if one of them is not given.
    cells: Option<Cells>,
    binary: bool,
}

impl<'p> Realized<'p> {
    /// `None` without labels.
    pub(super) fn of(predictions: &'p Predictions, rows: Range<usize>) -> Option<Self> {
        let actual = predictions.actual.as_ref()?;
        let cells = predictions.predicted.as_ref().map(|predicted| {
            let mut cells = Cells::new(predictions.classes().len());
            for row in rows.clone() {
                if let (Some(truth), Some(predicted)) = (class(actual, row), class(predicted, row)) {
                    cells.count(truth, predicted);
                }
            }
            cells
        });
        Some(Self { predictions, rows, cells, binary: predictions.is_binary() })
    }

    /// A metric with one value.
    pub(super) fn metric(&self, metric: ClassifierMetric) -> Option<f64> {
        if metric.ranks() {
            return self.areas(metric);
        }
        let cells = self.cells()?;
        let classes = self.predictions.classes().len();
        let (truths, predictions) = cells.occurring();
        let both = truths > 1 && predictions > 1;
        match metric {
            ClassifierMetric::Accuracy => (self.binary || both).then(|| cells.accuracy()),
            ClassifierMetric::Specificity if self.binary => {
                let cells = cells.against_rest(1);
                (cells.tn + cells.fp > 0.0).then(|| cells.metric(metric).0)
            }
            ClassifierMetric::ConfusionMatrix | ClassifierMetric::BusinessValue => None,
            _ => both.then(|| {
                let first = usize::from(self.binary);
                let each = (first..classes).map(|class| cells.against_rest(class).metric(metric).0);
                numpy::mean(&each.collect::<Vec<f64>>())
            }),
        }
    }

    /// The rows that have a true and a predicted class; `None` if there are none.
    pub(super) fn cells(&self) -> Option<&Cells> {
        self.cells.as_ref().filter(|cells| cells.rows > 0)
    }

    /// A cell of the confusion matrix; a share of no rows is 0.
    pub(super) fn cell(&self, truth: usize, predicted: usize, share: Option<CellShare>) -> Option<f64> {
        let cells = self.cells()?;
        let (truths, predictions) = cells.occurring();
        let defined = self.binary || truths > 1 && predictions > 1;
        defined.then(|| cells.cell(truth, predicted, share).unwrap_or(0.0))
    }

    fn areas(&self, metric: ClassifierMetric) -> Option<f64> {
        let first = usize::from(self.binary);
        let areas: Option<Vec<f64>> = (first..self.predictions.classes().len())
            .map(|class| {
                let (labels, scores) = against_rest(self.predictions, self.rows.clone(), class);
                let positives = labels.iter().filter(|positive| **positive).count();
                let rows = BinaryScores::new(&labels, &scores).ok()?;
                match metric {
                    ClassifierMetric::RocAuc => rows.roc_auc().ok(),
                    // With positives only it is 1.
                    _ if positives > 0 => rows.average_precision().ok(),
                    _ => None,
                }
            })
            .collect();
        Some(numpy::mean(&areas?))
    }
}

/// Of rows with a true class and every score: whether each is of a class, and the class's score.
pub(super) fn against_rest(
    predictions: &Predictions,
    rows: Range<usize>,
    of: usize,
) -> (Vec<bool>, Vec<f64>) {
    let actual = predictions.actual.as_deref().unwrap_or_default();
    let column = &predictions.scores[if predictions.is_binary() { 0 } else { of }];
    rows.filter(|row| predictions.is_scored(*row))
        .filter_map(|row| Some((class(actual, row)? == of, column[row])))
        .unzip()
}
