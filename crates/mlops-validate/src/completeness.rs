use arrow_array::RecordBatch;
use arrow_buffer::BooleanBuffer;
use serde::Serialize;

use crate::table::{NanIs, and, present};
use crate::{Error, Result};

/// How much of a table is there, in one pass, in parts that merge. NaN is missing.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::Completeness;
///
/// # let column = |values: Vec<Option<i64>>| Arc::new(Int64Array::from(values)) as ArrayRef;
/// # let batch = RecordBatch::try_from_iter_with_nullable([
/// #     ("dep_delay", column(vec![Some(2), None, None]), true), ("arr_delay", column(vec![None, None, Some(1)]), true),
/// # ])?;
/// let mut completeness = Completeness::default();
/// completeness.update(&batch)?;
/// assert_eq!(completeness.column("dep_delay"), Some(1.0 / 3.0));
/// assert_eq!((completeness.overall(), completeness.whole_rows()), (Some(2.0 / 6.0), 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Completeness {
    rows: u64,
    whole_rows: u64,
    /// The columns with how many rows have a value.
    columns: Vec<(String, u64)>,
}

impl Completeness {
    /// Takes in more rows.
    ///
    /// # Errors
    /// [`Error::Input`] if the columns are not those of the first batch.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let rows = batch.num_rows() as u64;
        let mut whole: Option<BooleanBuffer> = None;
        let mut columns = Vec::new();
        for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            let mask = present(array.as_ref(), NanIs::Missing);
            let there = mask.as_ref().map_or(rows, |mask| mask.count_set_bits() as u64);
            columns.push((field.name().clone(), there));
            whole = and(whole.as_ref(), mask.as_ref());
        }
        let whole_rows = whole.map_or(rows, |whole| whole.count_set_bits() as u64);
        self.merge(Self { rows, whole_rows, columns })
    }

    /// Takes in what another has seen.
    ///
    /// # Errors
    /// [`Error::Input`] if it saw other columns.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        if self.columns.is_empty() && self.rows == 0 {
            *self = other;
            return Ok(());
        }
        if other.columns.is_empty() && other.rows == 0 {
            return Ok(());
        }
        let same = |((a, _), (b, _)): (&(String, u64), &(String, u64))| a == b;
        if self.columns.len() != other.columns.len() || !self.columns.iter().zip(&other.columns).all(same) {
            return Err(Error::input("record batch", "it has other columns than the first"));
        }
        for ((_, own), (_, theirs)) in self.columns.iter_mut().zip(other.columns) {
            *own += theirs;
        }
        self.rows += other.rows;
        self.whole_rows += other.whole_rows;
        Ok(())
    }

    /// Rows seen.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that have a value in every column.
    pub fn whole_rows(&self) -> u64 {
        self.whole_rows
    }

    /// The columns with how many rows have a value.
    pub fn columns(&self) -> impl Iterator<Item = (&str, u64)> {
        self.columns.iter().map(|(name, there)| (name.as_str(), *there))
    }

    /// The share of rows with a value in a column; `None` without such a column or a row.
    pub fn column(&self, name: &str) -> Option<f64> {
        let (_, there) = self.columns.iter().find(|(column, _)| column == name)?;
        (self.rows > 0).then(|| *there as f64 / self.rows as f64)
    }

    /// The share of all cells with a value; `None` if there is no cell.
    pub fn overall(&self) -> Option<f64> {
        let there: u64 = self.columns.iter().map(|(_, there)| there).sum();
        let cells = self.rows as f64 * self.columns.len() as f64;
        (cells > 0.0).then(|| there as f64 / cells)
    }
}
