use crate::{Error, Result};

use super::OneVsRest;

/// How often predicted and true classes met: counts, or sums of weights.
///
/// ```
/// use mlops_stats::classification::Confusion;
/// let seen = Confusion::new(2.0, 1.0, 5.0, 2.0);
/// assert_eq!(seen.precision()?, 2.0 / 3.0);
/// assert_eq!(seen.f1()?, 4.0 / 7.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Confusion {
    /// Predicted positive, and it was.
    pub true_positives: f64,
    /// Predicted positive, and it was not.
    pub false_positives: f64,
    /// Predicted negative, and it was.
    pub true_negatives: f64,
    /// Predicted negative, and it was not.
    pub false_negatives: f64,
}

impl Confusion {
    /// The four cells.
    pub const fn new(
        true_positives: f64,
        false_positives: f64,
        true_negatives: f64,
        false_negatives: f64,
    ) -> Self {
        Self { true_positives, false_positives, true_negatives, false_negatives }
    }

    /// Counts one row of the given weight.
    pub(crate) fn count(&mut self, label: bool, predicted: bool, weight: f64) {
        *match (label, predicted) {
            (true, true) => &mut self.true_positives,
            (false, true) => &mut self.false_positives,
            (false, false) => &mut self.true_negatives,
            (true, false) => &mut self.false_negatives,
        } += weight;
    }

    /// Adds `other`, `times` over.
    pub(crate) fn add(&mut self, other: &Self, times: f64) {
        self.true_positives += times * other.true_positives;
        self.false_positives += times * other.false_positives;
        self.true_negatives += times * other.true_negatives;
        self.false_negatives += times * other.false_negatives;
    }

    /// All rows.
    pub fn total(&self) -> f64 {
        self.true_positives + self.false_positives + self.true_negatives + self.false_negatives
    }

    /// Share of rows that were predicted right.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are no rows.
    pub fn accuracy(&self) -> Result<f64> {
        share("accuracy", self.true_positives + self.true_negatives, self.total(), "there are no rows")
    }

    /// Share of the predicted positives that are positive.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nothing was predicted positive, where scikit-learn warns and says 0.
    pub fn precision(&self) -> Result<f64> {
        let predicted = self.true_positives + self.false_positives;
        share("precision", self.true_positives, predicted, "nothing was predicted positive")
    }

    /// Share of the positives that were predicted positive; also called sensitivity, true positive rate.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nothing is positive, where scikit-learn warns and says 0.
    pub fn recall(&self) -> Result<f64> {
        let positives = self.true_positives + self.false_negatives;
        share("recall", self.true_positives, positives, "no label is positive")
    }

    /// Harmonic mean of precision and recall, `2 tp / (2 tp + fp + fn)`. It is 0, not
    /// undefined, if there are positives and none was found.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nothing is positive and nothing was predicted positive.
    pub fn f1(&self) -> Result<f64> {
        let twice = 2.0 * self.true_positives;
        let reason = "no label is positive and nothing was predicted positive";
        share("f1", twice, twice + self.false_positives + self.false_negatives, reason)
    }

    /// Harmonic mean of precision and recall where recall counts `beta` times as much. A
    /// `beta` of 0 is precision, of infinity recall.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `beta` is negative or NaN, [`Error::Undefined`] as [`f1`](Self::f1).
    ///
    /// # Source
    /// van Rijsbergen, *Information Retrieval* (1979); equal to `fbeta_score` of scikit-learn 1.9.
    pub fn f_beta(&self, beta: f64) -> Result<f64> {
        if beta.is_nan() || beta < 0.0 {
            return Err(Error::Parameter { what: "beta", value: beta, expected: "at least 0" });
        }
        // A square that overflows is recall alone too.
        let squared = beta * beta;
        if beta == 0.0 {
            return self.precision();
        }
        if squared.is_infinite() {
            return self.recall();
        }
        let hits = (1.0 + squared) * self.true_positives;
        let misses = squared * self.false_negatives + self.false_positives;
        share("f_beta", hits, hits + misses, "no label is positive and nothing was predicted positive")
    }

    /// Share of the positives among the rows that are positive or were predicted so.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nothing is positive and nothing was predicted positive.
    ///
    /// # Source
    /// Jaccard, *New Phytologist* 11 (1912); equal to `jaccard_score` of scikit-learn 1.9.
    pub fn jaccard(&self) -> Result<f64> {
        let union = self.true_positives + self.false_positives + self.false_negatives;
        let reason = "no label is positive and nothing was predicted positive";
        share("jaccard", self.true_positives, union, reason)
    }

    /// Share of the negatives that were predicted negative; the recall of the other class.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nothing is negative.
    pub fn specificity(&self) -> Result<f64> {
        let negatives = self.true_negatives + self.false_positives;
        share("specificity", self.true_negatives, negatives, "no label is negative")
    }

    /// The same rows with the negatives as what is looked for.
    #[must_use]
    pub const fn of_negatives(&self) -> Self {
        Self {
            true_positives: self.true_negatives,
            false_positives: self.false_negatives,
            true_negatives: self.true_positives,
            false_negatives: self.false_positives,
        }
    }

    /// Both classes, the negatives first: for averages over them.
    ///
    /// ```
    /// use mlops_stats::classification::{Average, Confusion, LabelMetric, ZeroDivision};
    /// let both = Confusion::new(3.0, 1.0, 4.0, 2.0).both_classes();
    /// let f1 = both.mean(LabelMetric::F1, Average::Weighted, ZeroDivision::Undefined)?;
    /// assert!((f1.value - 23.0 / 33.0).abs() < 1e-12);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn both_classes(&self) -> OneVsRest {
        OneVsRest::of_list(vec![self.of_negatives(), *self])
    }
}

fn share(what: &'static str, part: f64, whole: f64, reason: &str) -> Result<f64> {
    // Weights below 0 can make a whole below 0, but no rate out of nothing.
    if whole == 0.0 || whole.is_nan() { Err(Error::undefined(what, reason)) } else { Ok(part / whole) }
}
