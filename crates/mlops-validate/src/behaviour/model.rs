use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::RecordBatch;

use crate::error::{BoxError, shorten};

/// A model as its tests see it: rows in, a number a row out. Closures are models.
///
/// # Contract
/// - One number a row, in order: a score, a probability, a predicted value. NaN says that
///   there is no answer.
/// - The same row gets the same number whatever other rows are with it, however often it is asked.
/// - It may be called from several threads at once.
pub trait Model: Sync {
    /// The predictions for `rows`.
    ///
    /// # Errors
    /// If it can't be said: what rests on it is inconclusive, with the row and the error.
    fn predict(&self, rows: &RecordBatch) -> Result<Vec<f64>, BoxError>;
}

impl<F> Model for F
where
    F: Fn(&RecordBatch) -> Result<Vec<f64>, BoxError> + Sync,
{
    fn predict(&self, rows: &RecordBatch) -> Result<Vec<f64>, BoxError> {
        self(rows)
    }
}

/// A row for which the model has no answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unanswered {
    /// Within the rows that were asked.
    pub(crate) row: usize,
    pub(crate) reason: String,
}

/// One number a row, or the first row that has none. A model that panics is one that fails: the
/// rows it is asked are odd on purpose, and one bad answer must not take the others away.
pub(crate) fn predict(model: &dyn Model, rows: &RecordBatch) -> Result<Vec<f64>, Unanswered> {
    if rows.num_rows() == 0 {
        return Ok(Vec::new());
    }
    match ask(model, rows) {
        Ok(scores) => match scores.iter().position(|score| score.is_nan()) {
            Some(row) => Err(Unanswered { row, reason: "the prediction is NaN".to_owned() }),
            None => Ok(scores),
        },
        Err(reason) => {
            // Which row is it? Asked one by one, the first that fails is named.
            let alone = (0..rows.num_rows()).find_map(|row| {
                ask(model, &rows.slice(row, 1)).err().map(|reason| Unanswered { row, reason })
            });
            let together = || Unanswered {
                row: 0,
                reason: format!("{reason} (from here on {} rows together, none alone)", rows.num_rows()),
            };
            Err(alone.unwrap_or_else(together))
        }
    }
}

fn ask(model: &dyn Model, rows: &RecordBatch) -> Result<Vec<f64>, String> {
    match catch_unwind(AssertUnwindSafe(|| model.predict(rows))) {
        Ok(Ok(scores)) if scores.len() == rows.num_rows() => Ok(scores),
        Ok(Ok(scores)) => {
            Err(format!("the model gave {} predictions for {} rows", scores.len(), rows.num_rows()))
        }
        Ok(Err(error)) => Err(format!("the model failed: {}", shorten(&error.to_string()))),
        Err(panic) => {
            let said = panic
                .downcast_ref::<&str>()
                .map(ToString::to_string)
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_default();
            Err(format!("the model panicked: {}", shorten(&said)))
        }
    }
}
