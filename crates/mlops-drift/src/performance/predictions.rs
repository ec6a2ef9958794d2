use std::borrow::Cow;

use mlops_core::Timestamp;
use ndarray::ArrayView2;

use super::Label;
use crate::rows::MISSING;
use crate::{Error, Result};

/// What a classifier said of rows, and, where it is known, what they were.
///
/// A missing score is NaN; a missing class [`Label::Missing`] (or `None`, or NaN). Rows with
/// something missing count for nothing where that is needed: without a score nowhere, without
/// a predicted class not in accuracy, without a true class not in what really was.
///
/// ```
/// use mlops_drift::performance::Predictions;
/// let labelled = Predictions::binary(vec![0.2, 0.9, f64::NAN])?
///     .predicted([0, 1, 0])?
///     .actual([Some(false), Some(true), None])?;
/// assert_eq!(labelled.len(), 3);
/// assert!(Predictions::binary(vec![0.2])?.predicted([2]).is_err());
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// Memory: 8 bytes a score, 4 a class, 8 a moment.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Predictions {
    classes: Vec<String>,
    /// Of the positive class, or of each; NaN is missing.
    pub(super) scores: Vec<Vec<f64>>,
    pub(super) predicted: Option<Vec<u32>>,
    pub(super) actual: Option<Vec<u32>>,
    pub(super) times: Option<Vec<Timestamp>>,
}

impl Predictions {
    /// Of two classes, 0 and 1: the score of class 1 for each row.
    ///
    /// # Errors
    /// [`Error::Input`] for an infinite score.
    pub fn binary(scores: impl Into<Vec<f64>>) -> Result<Self> {
        Self::new(vec!["0".to_owned(), "1".to_owned()], vec![scores.into()])
    }

    /// Of classes with these names: a row a row, a column a class, in their order.
    ///
    /// # Errors
    /// [`Error::Input`] if there are fewer than two classes, two of one name, or not as many
    /// as columns, and for an infinite score.
    #[expect(clippy::needless_pass_by_value, reason = "a view is passed by value")]
    pub fn multiclass<N: Into<String>>(
        classes: impl IntoIterator<Item = N>,
        scores: ArrayView2<'_, f64>,
    ) -> Result<Self> {
        let scores = scores.columns().into_iter().map(|column| column.to_vec()).collect();
        Self::of_classes(classes.into_iter().map(Into::into).collect(), scores)
    }

    pub(super) fn of_classes(classes: Vec<String>, scores: Vec<Vec<f64>>) -> Result<Self> {
        let twice = classes.iter().enumerate().find(|(at, name)| classes[..*at].contains(name));
        if let Some((_, name)) = twice {
            return Err(Error::input(format!("class {name:?}"), "there twice", "different names"));
        }
        if classes.len() < 2 || classes.len() != scores.len() {
            let found = format!("{} with {} columns of scores", classes.len(), scores.len());
            return Err(Error::input("the classes", found, "at least 2, and a column each"));
        }
        Self::new(classes, scores)
    }

    fn new(classes: Vec<String>, scores: Vec<Vec<f64>>) -> Result<Self> {
        for (class, column) in scores.iter().enumerate() {
            if let Some(row) = column.iter().position(|score| score.is_infinite()) {
                let what = format!("score {class} of row {row}");
                return Err(Error::input(
                    what,
                    column[row].to_string(),
                    "a finite number, or NaN if missing",
                ));
            }
        }
        Ok(Self { classes, scores, predicted: None, actual: None, times: None })
    }

    /// The class predicted for each row.
    ///
    /// # Errors
    /// [`Error::Input`] if there are not as many as rows, or one is none of the classes.
    pub fn predicted<'l, L: Into<Label<'l>>>(mut self, labels: impl IntoIterator<Item = L>) -> Result<Self> {
        self.predicted = Some(self.codes("predicted class", labels)?);
        Ok(self)
    }

    /// The true class of each row.
    ///
    /// # Errors
    /// As [`predicted`](Self::predicted).
    pub fn actual<'l, L: Into<Label<'l>>>(mut self, labels: impl IntoIterator<Item = L>) -> Result<Self> {
        self.actual = Some(self.codes("true class", labels)?);
        Ok(self)
    }

    /// When each row happened. Rows are then looked at in this order; equal moments keep theirs.
    ///
    /// # Errors
    /// [`Error::Input`] if there are not as many as rows.
    pub fn times(mut self, times: Vec<Timestamp>) -> Result<Self> {
        self.same_length("times", times.len())?;
        self.times = Some(times);
        Ok(self)
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.scores[0].len()
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Whether one column of scores stands for both classes.
    pub(super) fn is_binary(&self) -> bool {
        self.scores.len() == 1
    }

    fn same_length(&self, what: &str, found: usize) -> Result<()> {
        if found == self.len() {
            return Ok(());
        }
        let expected = format!("{}, one a row", self.len());
        Err(Error::input(format!("the number of {what}"), found.to_string(), expected))
    }

    fn codes<'l, L: Into<Label<'l>>>(
        &self,
        what: &str,
        labels: impl IntoIterator<Item = L>,
    ) -> Result<Vec<u32>> {
        let names = super::label::Names::new(&self.classes, self.is_binary());
        let mut codes = Vec::with_capacity(self.len());
        for label in labels {
            let label = label.into();
            codes.push(names.code(label).ok_or_else(|| {
                let expected = format!("one of {}", self.classes.join(", "));
                Error::input(format!("the {what} of row {}", codes.len()), label.to_string(), expected)
            })?);
        }
        self.same_length(&format!("{what} labels"), codes.len())?;
        Ok(codes)
    }

    /// In the order of time, if rows have times.
    pub(super) fn in_order(&self) -> Cow<'_, Self> {
        let Some(times) = self.times.as_ref().filter(|times| !times.is_sorted()) else {
            return Cow::Borrowed(self);
        };
        let mut order: Vec<usize> = (0..self.len()).collect();
        order.sort_by_key(|row| times[*row]);
        let codes = |codes: &Vec<u32>| order.iter().map(|row| codes[*row]).collect();
        Cow::Owned(Self {
            classes: self.classes.clone(),
            scores: self.scores.iter().map(|of| order.iter().map(|row| of[*row]).collect()).collect(),
            predicted: self.predicted.as_ref().map(codes),
            actual: self.actual.as_ref().map(codes),
            times: Some(order.iter().map(|row| times[*row]).collect()),
        })
    }

    /// Whether a row has every score.
    pub(super) fn is_scored(&self, row: usize) -> bool {
        self.scores.iter().all(|column| !column[row].is_nan())
    }
}

/// The class of a row among codes; `None` if it is missing.
pub(super) fn class(codes: &[u32], row: usize) -> Option<usize> {
    let code = codes[row];
    (code != MISSING).then_some(code as usize)
}
