use crate::{Error, Result};

use super::average::mean;
use super::{Average, Confusion, Measured, ZeroDivision};

/// A metric of one class against the rest, by name.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LabelMetric {
    /// [`Confusion::precision`]
    Precision,
    /// [`Confusion::recall`]
    Recall,
    /// [`Confusion::f1`]
    F1,
    /// [`Confusion::f_beta`]
    FBeta {
        /// How many times more recall counts than precision; 0 is precision alone, infinity recall alone.
        beta: f64,
    },
    /// [`Confusion::jaccard`]
    Jaccard,
}

impl LabelMetric {
    /// Its value for one class.
    ///
    /// # Errors
    /// Those of the method that it names.
    pub fn of(&self, counts: &Confusion) -> Result<f64> {
        match *self {
            Self::Precision => counts.precision(),
            Self::Recall => counts.recall(),
            Self::F1 => counts.f1(),
            Self::FBeta { beta } => counts.f_beta(beta),
            Self::Jaccard => counts.jaccard(),
        }
    }
}

/// Each class against all others, as a list of [`Confusion`]s: precision, recall, F and
/// Jaccard by class and on average.
///
/// It comes from a [`ConfusionMatrix`](super::ConfusionMatrix), from
/// [`Multilabel`](super::Multilabel) rows, or from a list of counts.
///
/// ```
/// use mlops_stats::classification::{Average, ConfusionMatrix, LabelMetric, ZeroDivision};
/// let seen = ConfusionMatrix::new(&["cat", "dog", "dog"], &["cat", "dog", "cat"])?;
/// let classes = seen.one_vs_rest();
/// let f1 = classes.mean(LabelMetric::F1, Average::Macro, ZeroDivision::Undefined)?;
/// assert!((f1.value - 2.0 / 3.0).abs() < 1e-12 && f1.undefined.is_empty());
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct OneVsRest {
    counts: Vec<Confusion>,
    /// What each counts in a plain mean, where the list is of rows.
    shares: Option<Vec<f64>>,
}

impl OneVsRest {
    /// Of these classes.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is none.
    pub fn new(counts: Vec<Confusion>) -> Result<Self> {
        if counts.is_empty() {
            return Err(Error::Shape { what: "classes", found: 0, expected: "at least 1".to_owned() });
        }
        Ok(Self::of_list(counts))
    }

    pub(super) const fn of_list(counts: Vec<Confusion>) -> Self {
        Self { counts, shares: None }
    }

    pub(super) const fn of_rows(counts: Vec<Confusion>, shares: Option<Vec<f64>>) -> Self {
        Self { counts, shares }
    }

    /// The counts of each class.
    pub fn counts(&self) -> &[Confusion] {
        &self.counts
    }

    /// How many rows each class truly has, or their weight.
    pub fn support(&self) -> Vec<f64> {
        self.counts.iter().map(|counts| counts.true_positives + counts.false_negatives).collect()
    }

    /// The metric of each class; `None` where it has no value and `zero` is
    /// [`ZeroDivision::Undefined`].
    ///
    /// # Errors
    /// [`Error::Parameter`] if a beta is negative or NaN.
    pub fn each(&self, metric: LabelMetric, zero: ZeroDivision) -> Result<Vec<Option<f64>>> {
        let plain = self.defined(metric)?;
        Ok(plain.into_iter().map(|value| value.or(zero.value())).collect())
    }

    /// The metric over all classes. A class without a value counts as `zero` says.
    ///
    /// [`Average::Weighted`] over classes that no row has counts them alike.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no class has a value, [`Error::Parameter`] if a beta is
    /// negative or NaN.
    ///
    /// # Source
    /// Equal to `precision_score`, `recall_score`, `f1_score`, `fbeta_score` and
    /// `jaccard_score` of scikit-learn 1.9 with its `average` and `zero_division`
    /// (`Undefined` is its NaN; its `"warn"` is `Zero` with a look at [`Measured::undefined`]).
    pub fn mean(&self, metric: LabelMetric, average: Average, zero: ZeroDivision) -> Result<Measured> {
        if average == Average::Micro {
            let mut all = Confusion::default();
            for counts in &self.counts {
                all.add(counts, 1.0);
            }
            return zero.decide(metric.of(&all));
        }
        let plain = self.defined(metric)?;
        let undefined = (0..plain.len()).filter(|class| plain[*class].is_none()).collect();
        let values: Vec<_> = plain.into_iter().map(|value| value.or(zero.value())).collect();
        let support;
        let weights = match average {
            Average::Weighted => {
                support = self.support();
                Some(support.as_slice())
            }
            _ => self.shares.as_deref(),
        };
        let value = mean(&values, weights)
            .ok_or_else(|| Error::undefined("the mean over classes", "no class has a value"))?;
        Ok(Measured { value, undefined })
    }

    fn defined(&self, metric: LabelMetric) -> Result<Vec<Option<f64>>> {
        let value = |counts: &Confusion| match metric.of(counts) {
            Ok(value) => Ok(Some(value)),
            Err(Error::Undefined { .. }) => Ok(None),
            Err(error) => Err(error),
        };
        self.counts.iter().map(value).collect()
    }
}
