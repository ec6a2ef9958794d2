use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};

use super::{Label, Predictions};
use crate::monitor::dated;
use crate::rows::{MISSING, RowColumn, RowValues};
use crate::{Columns, Error, Result, Rows};

/// In which columns of a table predictions stand.
///
/// ```
/// use mlops_drift::performance::PredictionColumns;
/// let binary = PredictionColumns::binary("y_pred_proba").predicted("y_pred").actual("repaid");
/// let three = PredictionColumns::multiclass([("bird", "p_bird"), ("cat", "p_cat"), ("dog", "p_dog")]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PredictionColumns {
    /// The scores: of class 1, or of each class by its name. Classes are then in the order of
    /// their names.
    pub scores: ScoreColumns,
    /// The predicted class, if it is there.
    #[serde(default)]
    pub predicted: Option<String>,
    /// The true class, if it is there.
    #[serde(default)]
    pub actual: Option<String>,
    /// When each row happened, if it is there: a timestamp without nulls.
    #[serde(default)]
    pub time: Option<String>,
}

/// The columns of the scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "one column stands for two classes, or each has its own")]
pub enum ScoreColumns {
    /// Of class 1.
    Binary(String),
    /// Of each class.
    Multiclass(BTreeMap<String, String>),
}

impl PredictionColumns {
    /// Of two classes: the column of the score of class 1.
    pub fn binary(score: impl Into<String>) -> Self {
        Self::of(ScoreColumns::Binary(score.into()))
    }

    /// Each class and the column of its scores.
    pub fn multiclass<C: Into<String>, N: Into<String>>(scores: impl IntoIterator<Item = (C, N)>) -> Self {
        let named = scores.into_iter().map(|(class, column)| (class.into(), column.into()));
        Self::of(ScoreColumns::Multiclass(named.collect()))
    }

    fn of(scores: ScoreColumns) -> Self {
        Self { scores, predicted: None, actual: None, time: None }
    }

    /// The column of the predicted class: numbers, booleans or text.
    #[must_use]
    pub fn predicted(mut self, column: impl Into<String>) -> Self {
        self.predicted = Some(column.into());
        self
    }

    /// The column of the true class.
    #[must_use]
    pub fn actual(mut self, column: impl Into<String>) -> Self {
        self.actual = Some(column.into());
        self
    }

    /// The column that says when a row happened.
    #[must_use]
    pub fn time(mut self, column: impl Into<String>) -> Self {
        self.time = Some(column.into());
        self
    }

    fn score_columns(&self) -> Vec<&str> {
        match &self.scores {
            ScoreColumns::Binary(column) => vec![column],
            ScoreColumns::Multiclass(columns) => columns.values().map(String::as_str).collect(),
        }
    }
}

impl Predictions {
    /// Reads all batches, one after the other. Null is missing. A column of true classes that
    /// the batches do not have is left out: labels come later.
    ///
    /// # Errors
    /// [`Error::Schema`] if a column is missing, scores are no numbers, or the batches do not
    /// have the same columns; [`Error::Time`] if a time is null or no timestamp;
    /// [`Error::Input`] for an infinite score or a class that is none of the classes.
    pub fn read<'a>(
        batches: impl IntoIterator<Item = &'a RecordBatch>,
        columns: &PredictionColumns,
    ) -> Result<Self> {
        let (mut parts, mut times) = (Vec::new(), columns.time.as_ref().map(|_| Vec::new()));
        for batch in batches {
            if let (Some(column), Some(times)) = (&columns.time, &mut times) {
                times.extend(dated(batch, column)?.0);
            }
            parts.push(columns.project(batch)?);
        }
        let rows = Rows::read(&parts, &Columns::default())?;
        let scores = columns.score_columns().into_iter().map(|name| match rows.column(name) {
            Some(RowColumn { values: RowValues::Numbers(numbers), .. }) => Ok(numbers.clone()),
            Some(_) => Err(strange(name, "categories", "numbers")),
            None if parts.is_empty() => Ok(Vec::new()),
            None => Err(strange(name, "neither numbers nor categories", "numbers")),
        });
        let scores = scores.collect::<Result<Vec<_>>>()?;
        let mut read = match &columns.scores {
            ScoreColumns::Binary(_) => Self::binary(scores.into_iter().next().unwrap_or_default())?,
            ScoreColumns::Multiclass(of) => Self::of_classes(of.keys().cloned().collect(), scores)?,
        };
        if let Some(name) = &columns.predicted {
            read = match labels(&rows, name) {
                Some(labels) => read.predicted(labels)?,
                None => return Err(strange(name, "neither numbers nor categories", "classes")),
            };
        }
        if let Some(labels) = columns.actual.as_ref().and_then(|name| labels(&rows, name)) {
            read = read.actual(labels)?;
        }
        match times {
            Some(times) => read.times(times),
            None => Ok(read),
        }
    }
}

impl PredictionColumns {
    /// The columns of these that a batch must have, and the labels if it has them.
    fn project(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let schema = batch.schema_ref();
        let mut places = Vec::new();
        for name in self.score_columns().into_iter().chain(self.predicted.as_deref()) {
            let place = schema.index_of(name).map_err(|_| strange(name, "missing", "there"))?;
            places.push(place);
        }
        places.extend(self.actual.as_ref().and_then(|name| schema.index_of(name).ok()));
        places.sort_unstable();
        places.dedup();
        batch
            .project(&places)
            .map_err(|error| Error::input("a batch", error.to_string(), "one with these columns"))
    }
}

fn strange(column: &str, found: &str, expected: &str) -> Error {
    Error::Schema { column: column.to_owned(), found: found.to_owned(), expected: expected.to_owned() }
}

/// `None` if the column is not there.
fn labels<'r>(rows: &'r Rows, name: &str) -> Option<Vec<Label<'r>>> {
    Some(match &rows.column(name)?.values {
        RowValues::Numbers(numbers) => numbers.iter().map(|number| Label::Number(*number)).collect(),
        RowValues::Categories(categories) => {
            let label = |code: &u32| match *code {
                MISSING => Label::Missing,
                code => Label::Text(&categories.names[code as usize]),
            };
            categories.codes.iter().map(label).collect()
        }
    })
}
