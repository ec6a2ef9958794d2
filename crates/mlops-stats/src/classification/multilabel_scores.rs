use crate::error::{all_finite, same_length};
use crate::{Error, Result};

use super::average::mean;
use super::multilabel::whole_rows;
use super::weights::some_weight;
use super::{Average, BinaryScores, Measured, ZeroDivision};

/// Scores of rows that have any number of labels at once: for each row and label, whether
/// the row has it, and how likely it was said to be.
///
/// Both tables are row by row. Classes of which a row has exactly one come from
/// [`ClassScores`](super::ClassScores), one against the rest.
///
/// ```
/// use mlops_stats::classification::{Average, MultilabelScores};
/// let rows = MultilabelScores::new(
///     &[true, false, false, true, true, true],
///     &[0.9, 0.3, 0.2, 0.6, 0.1, 0.8],
///     2,
/// )?;
/// assert_eq!(rows.roc_auc(Average::Macro)?.value, 0.75);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct MultilabelScores<'a> {
    truth: &'a [bool],
    scores: &'a [f64],
    labels: usize,
    weights: Option<&'a [f64]>,
}

/// What is asked of each label, or row.
#[derive(Clone, Copy)]
enum Ranking {
    Area,
    PartialArea(f64),
    Precision,
}

impl Ranking {
    fn of(self, rows: &BinaryScores<'_>) -> Result<f64> {
        match self {
            Self::Area => rows.roc_auc(),
            Self::PartialArea(limit) => rows.partial_roc_auc(limit),
            Self::Precision => rows.average_precision(),
        }
    }
}

impl<'a> MultilabelScores<'a> {
    /// Tables of `labels` columns, each row of weight 1.
    ///
    /// # Errors
    /// [`Error::Shape`] if the tables differ in size, have no rows, or are no multiple of
    /// `labels`; [`Error::Value`] for the first score that is NaN or infinite.
    pub fn new(truth: &'a [bool], scores: &'a [f64], labels: usize) -> Result<Self> {
        same_length("scores", scores.len(), "truth", truth.len())?;
        whole_rows("truth", truth.len(), labels)?;
        all_finite("scores", scores)?;
        Ok(Self { truth, scores, labels, weights: None })
    }

    /// The same rows with these weights.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is not one for each row or all are 0, [`Error::Value`] for
    /// the first that is negative, NaN or infinite.
    pub fn weighted(self, weights: &'a [f64]) -> Result<Self> {
        same_length("weights", weights.len(), "rows", self.truth.len() / self.labels)?;
        some_weight(weights)?;
        match weights.iter().position(|weight| *weight < 0.0) {
            None => Ok(Self { weights: Some(weights), ..self }),
            Some(index) => {
                let value = weights[index];
                Err(Error::Value { what: "weights", index, value, expected: "at least 0" })
            }
        }
    }

    /// Area under the ROC curve of each label; `None` where all rows have it, or none.
    ///
    /// # Errors
    /// [`Error::Shape`] for 2³² rows and more.
    pub fn roc_auc_by_label(&self) -> Result<Vec<Option<f64>>> {
        self.by_label(Ranking::Area)
    }

    /// Area under the ROC curve over the labels. One that no row has counts nothing in a
    /// weighted mean, and is named in [`Measured::undefined`].
    ///
    /// # Errors
    /// [`Error::Undefined`] if a label that counts is one that all rows have, or none.
    ///
    /// # Source
    /// Equal to `roc_auc_score` of scikit-learn 1.9 for tables of labels.
    pub fn roc_auc(&self, average: Average) -> Result<Measured> {
        self.average(average, "roc_auc", Ranking::Area)
    }

    /// Partial area over the labels, as [`BinaryScores::partial_roc_auc`].
    ///
    /// # Errors
    /// As [`roc_auc`](Self::roc_auc), and [`Error::Parameter`] for a limit out of range.
    pub fn partial_roc_auc(&self, limit: f64, average: Average) -> Result<Measured> {
        self.average(average, "roc_auc", Ranking::PartialArea(limit))
    }

    /// Partial area of each label, as [`BinaryScores::partial_roc_auc`]; `None` where all rows
    /// have it, or none.
    ///
    /// # Errors
    /// As [`roc_auc_by_label`](Self::roc_auc_by_label), and [`Error::Parameter`] for a limit
    /// out of range.
    pub fn partial_roc_auc_by_label(&self, limit: f64) -> Result<Vec<Option<f64>>> {
        self.by_label(Ranking::PartialArea(limit))
    }

    /// Mean over rows of the area of the row's labels, scikit-learn's average `samples`.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a row that counts has all labels, or none.
    pub fn roc_auc_by_row(&self) -> Result<Measured> {
        let values = self.by_row(Ranking::Area)?;
        complete("roc_auc", &values, self.weights)
    }

    /// Average precision of each label; `None` where no row has it.
    ///
    /// # Errors
    /// As [`roc_auc_by_label`](Self::roc_auc_by_label).
    pub fn average_precision_by_label(&self) -> Result<Vec<Option<f64>>> {
        self.by_label(Ranking::Precision)
    }

    /// Average precision over the labels; one that no row has counts as `zero` says.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no label has a value.
    ///
    /// # Source
    /// Equal to `average_precision_score` of scikit-learn 1.9 with `Zero`, of which it warns.
    pub fn average_precision(&self, average: Average, zero: ZeroDivision) -> Result<Measured> {
        if average == Average::Micro {
            return zero.decide(self.all_together(Ranking::Precision));
        }
        let weights = self.support();
        let weights = (average == Average::Weighted).then_some(weights.as_slice());
        decided(self.average_precision_by_label()?, weights, zero)
    }

    /// Mean over rows of the average precision of the row's labels, scikit-learn's average
    /// `samples`; a row without labels counts as `zero` says.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no row has a value.
    pub fn average_precision_by_row(&self, zero: ZeroDivision) -> Result<Measured> {
        decided(self.by_row(Ranking::Precision)?, self.weights, zero)
    }

    fn average(&self, average: Average, what: &'static str, metric: Ranking) -> Result<Measured> {
        match average {
            Average::Micro => ZeroDivision::Undefined.decide(self.all_together(metric)),
            Average::Macro => complete(what, &self.by_label(metric)?, None),
            Average::Weighted => complete(what, &self.by_label(metric)?, Some(&self.support())),
        }
    }

    /// Weight of the rows that have each label.
    fn support(&self) -> Vec<f64> {
        let mut support = vec![0.0; self.labels];
        for (row, truth) in self.truth.chunks_exact(self.labels).enumerate() {
            let weight = self.weights.map_or(1.0, |weights| weights[row]);
            for (support, truth) in support.iter_mut().zip(truth) {
                *support += if *truth { weight } else { 0.0 };
            }
        }
        support
    }

    fn all_together(&self, metric: Ranking) -> Result<f64> {
        let rows = BinaryScores::new(self.truth, self.scores)?;
        let Some(weights) = self.weights else { return metric.of(&rows) };
        let repeated: Vec<f64> =
            weights.iter().flat_map(|weight| std::iter::repeat_n(*weight, self.labels)).collect();
        metric.of(&rows.weighted(&repeated)?)
    }

    fn by_label(&self, metric: Ranking) -> Result<Vec<Option<f64>>> {
        let column = |label: usize| {
            let truth: Vec<bool> = self.truth.iter().skip(label).step_by(self.labels).copied().collect();
            let scores: Vec<f64> = self.scores.iter().skip(label).step_by(self.labels).copied().collect();
            let rows = BinaryScores::new(&truth, &scores)?;
            defined(match self.weights {
                None => metric.of(&rows),
                Some(weights) => metric.of(&rows.weighted(weights)?),
            })
        };
        (0..self.labels).map(column).collect()
    }

    fn by_row(&self, metric: Ranking) -> Result<Vec<Option<f64>>> {
        let rows = self.truth.chunks_exact(self.labels).zip(self.scores.chunks_exact(self.labels));
        rows.map(|(truth, scores)| defined(metric.of(&BinaryScores::new(truth, scores)?))).collect()
    }
}

fn defined(value: Result<f64>) -> Result<Option<f64>> {
    match value {
        Ok(value) => Ok(Some(value)),
        Err(Error::Undefined { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The mean of values that must all be there, but for those of weight 0.
pub(super) fn complete(
    what: &'static str,
    values: &[Option<f64>],
    weights: Option<&[f64]>,
) -> Result<Measured> {
    let counts = |place: usize| weights.is_none_or(|weights| weights[place] != 0.0);
    if let Some(place) = (0..values.len()).find(|place| counts(*place) && values[*place].is_none()) {
        return Err(Error::undefined(what, format!("the one at position {place} has no value of its own")));
    }
    if let Some(weights) = weights
        && weights.iter().sum::<f64>() == 0.0
    {
        return Err(Error::undefined(what, "the weights sum to 0"));
    }
    let value = mean(values, weights).ok_or_else(|| Error::undefined(what, "there is nothing to average"))?;
    let undefined = (0..values.len()).filter(|place| values[*place].is_none()).collect();
    Ok(Measured { value, undefined })
}

fn decided(values: Vec<Option<f64>>, weights: Option<&[f64]>, zero: ZeroDivision) -> Result<Measured> {
    let undefined = (0..values.len()).filter(|place| values[*place].is_none()).collect();
    let values: Vec<_> = values.into_iter().map(|value| value.or(zero.value())).collect();
    let value = mean(&values, weights)
        .ok_or_else(|| Error::undefined("average_precision", "no label has a value"))?;
    Ok(Measured { value, undefined })
}
