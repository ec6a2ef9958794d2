use crate::error::same_length;
use crate::{Error, Result};

use super::weights::some_weight;
use super::{Confusion, OneVsRest};

/// Rows that have any number of labels at once: for each row and label, whether the row has
/// it, and whether it was predicted.
///
/// Both tables are row by row: row 0's labels, then row 1's.
///
/// ```
/// use mlops_stats::classification::{Average, LabelMetric, Multilabel, ZeroDivision};
/// // Two mails; the labels are "invoice", "urgent".
/// let mails = Multilabel::new(&[true, true, false, true], &[true, false, false, true], 2)?;
/// assert_eq!(mails.subset_accuracy()?, 0.5);
/// assert_eq!(mails.hamming_loss()?, 0.25);
/// let by_mail = mails.by_row().mean(LabelMetric::F1, Average::Macro, ZeroDivision::Zero)?;
/// assert!((by_mail.value - 5.0 / 6.0).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Multilabel<'a> {
    truth: &'a [bool],
    predicted: &'a [bool],
    labels: usize,
    weights: Option<&'a [f64]>,
}

impl<'a> Multilabel<'a> {
    /// Tables of `labels` columns, each row of weight 1.
    ///
    /// # Errors
    /// [`Error::Shape`] if the tables differ in size, have no rows, or are no multiple of `labels`.
    pub fn new(truth: &'a [bool], predicted: &'a [bool], labels: usize) -> Result<Self> {
        same_length("predicted", predicted.len(), "truth", truth.len())?;
        whole_rows("truth", truth.len(), labels)?;
        Ok(Self { truth, predicted, labels, weights: None })
    }

    /// The same rows with these weights.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is not one for each row or all are 0, [`Error::Value`] for
    /// the first that is NaN or infinite.
    pub fn weighted(self, weights: &'a [f64]) -> Result<Self> {
        same_length("weights", weights.len(), "rows", self.rows())?;
        some_weight(weights)?;
        Ok(Self { weights: Some(weights), ..self })
    }

    /// How many rows there are; at least 1.
    pub const fn rows(&self) -> usize {
        self.truth.len() / self.labels
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    fn each_row(&self) -> impl Iterator<Item = (&'a [bool], &'a [bool], f64)> {
        let rows = self.truth.chunks_exact(self.labels).zip(self.predicted.chunks_exact(self.labels));
        rows.enumerate().map(|(row, (truth, predicted))| (truth, predicted, self.weight(row)))
    }

    /// Each label against its absence.
    pub fn by_label(&self) -> OneVsRest {
        let mut counts = vec![Confusion::default(); self.labels];
        for (truth, predicted, weight) in self.each_row() {
            for ((counts, truth), predicted) in counts.iter_mut().zip(truth).zip(predicted) {
                counts.count(*truth, *predicted, weight);
            }
        }
        OneVsRest::of_list(counts)
    }

    /// Each row, over its labels: with [`Average::Macro`](super::Average::Macro), the mean
    /// over rows that scikit-learn calls `samples`, each counting its weight.
    pub fn by_row(&self) -> OneVsRest {
        let counts = self.each_row().map(|(truth, predicted, weight)| {
            let mut counts = Confusion::default();
            for (truth, predicted) in truth.iter().zip(predicted) {
                counts.count(*truth, *predicted, weight);
            }
            counts
        });
        OneVsRest::of_rows(counts.collect(), self.weights.map(<[f64]>::to_vec))
    }

    /// Share of rows of which every label was predicted right.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the weights sum to 0.
    pub fn subset_accuracy(&self) -> Result<f64> {
        self.share("subset_accuracy", self.correct(), 1.0)
    }

    /// Rows (or weight) of which every label was predicted right.
    pub fn correct(&self) -> f64 {
        self.each_row().filter(|(truth, predicted, _)| truth == predicted).map(|(_, _, weight)| weight).sum()
    }

    /// Share of labels, over all rows, that were predicted wrong.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the weights sum to 0.
    pub fn hamming_loss(&self) -> Result<f64> {
        let wrong = self.each_row().map(|(truth, predicted, weight)| {
            weight
                * truth.iter().zip(predicted).filter(|(truth, predicted)| truth != predicted).count() as f64
        });
        self.share("hamming_loss", wrong.sum(), self.labels as f64)
    }

    /// All rows, or their weight.
    pub fn total(&self) -> f64 {
        (0..self.rows()).map(|row| self.weight(row)).sum()
    }

    fn share(&self, what: &'static str, part: f64, of_each: f64) -> Result<f64> {
        let whole = self.total() * of_each;
        if whole == 0.0 { Err(Error::undefined(what, "the weights sum to 0")) } else { Ok(part / whole) }
    }
}

/// Refuses a table that is empty or has a broken last row.
pub(super) fn whole_rows(what: &'static str, found: usize, columns: usize) -> Result<()> {
    if found > 0 && columns > 0 && found.is_multiple_of(columns) {
        return Ok(());
    }
    Err(Error::Shape {
        what,
        found,
        expected: format!("a multiple of {columns}, the columns, and at least 1 row"),
    })
}
