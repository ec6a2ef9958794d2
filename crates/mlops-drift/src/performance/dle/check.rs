use std::borrow::Cow;

use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::DleSettings;
use super::metric::Loss;
use crate::rows::{RowColumn, RowValues};
use crate::{Error, Result, Rows};

/// Which columns of a table say what of a regression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RegressionColumns {
    /// What the model said.
    pub prediction: String,
    /// What was true.
    pub target: String,
    /// What the model was told.
    pub features: Vec<String>,
}

impl RegressionColumns {
    /// The columns of these names.
    pub fn new<N: Into<String>>(
        prediction: impl Into<String>,
        target: impl Into<String>,
        features: impl IntoIterator<Item = N>,
    ) -> Self {
        let features = features.into_iter().map(Into::into).collect();
        Self { prediction: prediction.into(), target: target.into(), features }
    }

    /// Features there are, each once, and none is the target or the prediction, which is
    /// looked at anyway.
    pub(super) fn check(&self) -> Result<()> {
        let refuse = |name: &str, found: &str| {
            Err(Error::input(format!("feature {name:?}"), found, "another column than the rest"))
        };
        if self.features.is_empty() {
            return Err(Error::input("the number of features", "0", "at least 1"));
        }
        if self.prediction == self.target {
            return Err(Error::input(
                "the prediction",
                format!("{:?} as the target", self.target),
                "another column",
            ));
        }
        for (place, name) in self.features.iter().enumerate() {
            if *name == self.target {
                return refuse(name, "the target");
            }
            if *name == self.prediction {
                return refuse(name, "the prediction");
            }
            if self.features[..place].contains(name) {
                return refuse(name, "there twice");
            }
        }
        Ok(())
    }
}

/// Rows, and when each of them happened if that is known: then they are looked at in this
/// order (equal moments keep theirs), and may be cut by the calendar.
#[derive(Clone, Copy, Debug)]
pub struct TimedRows<'r> {
    pub(super) rows: &'r Rows,
    pub(super) times: Option<&'r [Timestamp]>,
}

impl<'r> TimedRows<'r> {
    /// Rows that happened at these moments.
    ///
    /// # Errors
    /// [`Error::Input`] if there are not as many moments as rows.
    pub fn new(rows: &'r Rows, times: &'r [Timestamp]) -> Result<Self> {
        if rows.len() == times.len() {
            return Ok(Self { rows, times: Some(times) });
        }
        let expected = format!("{}, one a row", rows.len());
        Err(Error::input("the number of times", times.len().to_string(), expected))
    }

    /// The places of the rows in the order of time.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        if let Some(times) = self.times {
            order.sort_by_key(|row| times[*row]);
        }
        order
    }

    /// The moments in their order.
    pub(super) fn sorted_times(&self) -> Option<Cow<'r, [Timestamp]>> {
        self.times.map(|times| {
            if times.is_sorted() {
                return Cow::Borrowed(times);
            }
            let mut times = times.to_vec();
            times.sort();
            Cow::Owned(times)
        })
    }
}

impl<'r> From<&'r Rows> for TimedRows<'r> {
    fn from(rows: &'r Rows) -> Self {
        Self { rows, times: None }
    }
}

/// The column of this name.
pub(super) fn column<'r>(rows: &'r Rows, name: &str) -> Result<&'r RowColumn> {
    rows.column(name).ok_or_else(|| Error::Schema {
        column: name.to_owned(),
        found: "missing".to_owned(),
        expected: "a column".to_owned(),
    })
}

/// The numbers of a prediction or a target, each of which the losses are defined for.
///
/// # Errors
/// [`Error::Schema`] if it is missing or no column of numbers, [`Error::Input`] with the row of
/// the first value that can't be used. A missing one can be if `may_miss`.
pub(super) fn numbers<'r>(
    rows: &'r Rows,
    name: &str,
    settings: &DleSettings,
    may_miss: bool,
) -> Result<&'r [f64]> {
    let column = column(rows, name)?;
    let RowValues::Numbers(values) = &column.values else {
        let (found, expected) = (column.kind().to_owned(), "numbers".to_owned());
        return Err(Error::Schema { column: name.to_owned(), found, expected });
    };
    let in_logarithms = settings.metrics.iter().any(|metric| metric.loss() == Loss::SquaredLog);
    let fits =
        |value: f64| value.is_nan() && may_miss || value.is_finite() && (value >= 0.0 || !in_logarithms);
    match values.iter().position(|value| !fits(*value)) {
        None => Ok(values),
        Some(row) => {
            let value = values[row];
            let found = if value.is_nan() { "missing".to_owned() } else { value.to_string() };
            let expected = match (value.is_finite(), may_miss) {
                (true, _) => "at least 0, or neither msle nor rmsle asked for",
                (false, true) => "a finite number, or missing",
                (false, false) => "a finite number",
            };
            Err(Error::input(format!("row {row} of column {name:?}"), found, expected))
        }
    }
}
