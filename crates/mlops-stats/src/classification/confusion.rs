use crate::{Error, Result};

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
}

fn share(what: &'static str, part: f64, whole: f64, reason: &str) -> Result<f64> {
    if whole > 0.0 { Ok(part / whole) } else { Err(Error::undefined(what, reason)) }
}
