use std::sync::OnceLock;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_buffer::BooleanBuffer;

use super::Domain;
use crate::condition::{Columns, RowCondition};
use crate::table::{NanIs, Present, and, present};
use crate::{Error, Result};

/// Consecutive rows of a table, and what is known of them already.
#[derive(Debug)]
pub struct Chunk<'a> {
    batch: &'a RecordBatch,
    first_row: u64,
    nan: NanIs,
    present: Vec<OnceLock<Present>>,
    domains: Vec<OnceLock<Result<BooleanBuffer, String>>>,
    conditions: &'a [RowCondition],
}

impl<'a> Chunk<'a> {
    pub(super) fn new(
        batch: &'a RecordBatch,
        first_row: u64,
        nan: NanIs,
        conditions: &'a [RowCondition],
    ) -> Self {
        let empty = |n| std::iter::repeat_with(OnceLock::new).take(n).collect();
        Self {
            batch,
            first_row,
            nan,
            present: empty(batch.num_columns()),
            domains: std::iter::repeat_with(OnceLock::new).take(conditions.len()).collect(),
            conditions,
        }
    }

    /// The rows.
    pub fn batch(&self) -> &'a RecordBatch {
        self.batch
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The number of the first row in the table, from 0.
    pub fn first_row(&self) -> u64 {
        self.first_row
    }

    /// A column by its name.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if it is not there.
    pub fn column(&self, name: &str) -> Result<&'a ArrayRef> {
        self.batch.column_by_name(name).ok_or_else(|| Error::Evaluation {
            rule: format!("column {name:?}"),
            reason: "there is no such column".to_owned(),
        })
    }

    /// Which rows of a column have a value; `None` if all have. NaN counts as the
    /// validation was told.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if the column is not there.
    pub fn present(&self, name: &str) -> Result<Option<&BooleanBuffer>> {
        let array = self.column(name)?;
        // The column was found by this name, and there is a place for each column.
        let known = self.batch.schema_ref().index_of(name).ok().and_then(|at| self.present.get(at));
        Ok(known.and_then(|known| known.get_or_init(|| present(array.as_ref(), self.nan)).as_ref()))
    }

    /// The rows of a domain; `None` if they are all.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if its condition can't be evaluated.
    pub fn domain(&self, domain: Domain) -> Result<Option<&BooleanBuffer>> {
        let Some(at) = domain.0 else { return Ok(None) };
        let rows = self.domains[at].get_or_init(|| {
            let meaning = self.conditions[at].meaning().map_err(|error| error.to_string())?;
            meaning.rows(self)
        });
        match rows {
            Ok(rows) => Ok(Some(rows)),
            Err(reason) => {
                Err(Error::Evaluation { rule: self.conditions[at].rule(), reason: reason.clone() })
            }
        }
    }

    /// The rows of a domain in which a column has a value; `None` if they are all.
    ///
    /// # Errors
    /// As [`domain`](Self::domain) and [`present`](Self::present).
    pub fn present_in(&self, domain: Domain, column: &str) -> Result<Option<BooleanBuffer>> {
        Ok(and(self.domain(domain)?, self.present(column)?))
    }
}

impl Columns for Chunk<'_> {
    fn column(&self, name: &str) -> Option<(&ArrayRef, Present)> {
        let array = Chunk::column(self, name).ok()?;
        Some((array, self.present(name).ok()?.cloned()))
    }

    fn rows(&self) -> usize {
        Chunk::rows(self)
    }
}
