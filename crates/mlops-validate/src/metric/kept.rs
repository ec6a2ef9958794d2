use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::broken::{BrokenRow, BrokenRows, Examined, Keep, shown};
use super::exact_sum::ExactSum;
use super::numbers::as_numbers;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::{Error, Result};

/// A column, kept until all of it has been seen: for what needs its values in order, or has
/// to know all of them before it can judge one.
///
/// Nothing is copied: the arrays themselves are held. Memory is that of the column, shared by
/// all that need it. If rows have to be shown with their keys, or whole, the columns that
/// takes are held too.
#[derive(Debug)]
pub(crate) struct KeepColumn {
    pub(crate) column: String,
    pub(crate) domain: Domain,
    /// Whether rows will be shown, and how.
    pub(crate) rows: Option<Keep>,
}

pub(crate) struct KeepColumnState {
    column: String,
    domain: Domain,
    rows: Option<Keep>,
    chunks: Vec<KeptChunk>,
}

/// Consecutive rows of a column.
pub(super) struct KeptChunk {
    pub(super) array: ArrayRef,
    /// The rows of the domain with a value; all if `None`.
    pub(super) present: Option<BooleanBuffer>,
    /// How many rows of the domain there are.
    rows: usize,
    first_row: u64,
    /// What is needed to show a row.
    batch: Option<RecordBatch>,
}

impl KeptChunk {
    pub(super) fn count(&self) -> usize {
        self.present.as_ref().map_or(self.array.len(), BooleanBuffer::count_set_bits)
    }

    /// Calls `call` with each row that has a value, and that value.
    fn for_each(&self, mut call: impl FnMut(usize, f64) -> Result<()>) -> Result<()> {
        if self.count() == 0 {
            return Ok(());
        }
        let values = as_numbers(self.array.as_ref(), self.present.as_ref()).map_err(no_number)?;
        match &self.present {
            None => values.iter().enumerate().try_for_each(|(row, value)| call(row, *value)),
            Some(present) => present.set_indices().try_for_each(|row| call(row, values[row])),
        }
    }
}

pub(super) fn no_number(reason: String) -> Error {
    Error::Evaluation { rule: "the values of the column".to_owned(), reason }
}

/// A whole column.
pub(crate) struct Kept {
    pub(super) chunks: Vec<KeptChunk>,
}

impl Metric for KeepColumn {
    type State = KeepColumnState;

    fn key(&self) -> String {
        let rows = if self.rows.as_ref().is_some_and(needs_rows) { " rows" } else { "" };
        format!("{:?}{}{rows}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> KeepColumnState {
        KeepColumnState {
            column: self.column.clone(),
            domain: self.domain,
            rows: self.rows.clone().filter(needs_rows),
            chunks: Vec::new(),
        }
    }
}

/// Whether more than the value of a row will be shown.
fn needs_rows(keep: &Keep) -> bool {
    !keep.keys.is_empty() || keep.whole_rows > 0
}

impl Accumulator for KeepColumnState {
    type Output = Kept;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let batch = chunk.batch();
        let batch = match &self.rows {
            None => None,
            Some(keep) if keep.whole_rows > 0 => Some(batch.clone()),
            Some(keep) => {
                let schema = batch.schema_ref();
                let keys: Vec<usize> = keep.columns().filter_map(|name| schema.index_of(name).ok()).collect();
                // The columns were found in this very batch.
                batch.project(&keys).ok()
            }
        };
        self.chunks.push(KeptChunk {
            array: ArrayRef::clone(chunk.column(&self.column)?),
            present: chunk.present_in(self.domain, &self.column)?,
            rows: chunk.domain(self.domain)?.map_or(chunk.rows(), BooleanBuffer::count_set_bits),
            first_row: chunk.first_row(),
            batch,
        });
        Ok(())
    }

    fn merge(&mut self, mut later: Self) {
        self.chunks.append(&mut later.chunks);
    }

    fn finish(self) -> Kept {
        Kept { chunks: self.chunks }
    }
}

impl Kept {
    /// How many values there are.
    pub(crate) fn count(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.count() as u64).sum()
    }

    /// These arrays one after the other.
    #[cfg(test)]
    pub(super) fn of(arrays: impl IntoIterator<Item = ArrayRef>) -> Self {
        let chunk = |array: ArrayRef| {
            let present = array.nulls().map(|nulls| nulls.inner().clone());
            KeptChunk { rows: array.len(), present, array, first_row: 0, batch: None }
        };
        Self { chunks: arrays.into_iter().map(chunk).collect() }
    }

    pub(super) fn data_type(&self) -> &DataType {
        self.chunks.first().map_or(&DataType::Null, |chunk| chunk.array.data_type())
    }

    /// Calls `call` with each value.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if one is no number.
    pub(crate) fn for_each(&self, mut call: impl FnMut(f64)) -> Result<()> {
        self.chunks.iter().try_for_each(|chunk| {
            chunk.for_each(|_, value| {
                call(value);
                Ok(())
            })
        })
    }

    /// Mean and standard deviation of a sample; NaN where there is none. Exact sums of rounded
    /// squares: the same however the rows were split.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if a value is no number.
    pub(crate) fn mean_and_deviation(&self) -> Result<(f64, f64)> {
        let count = self.count() as f64;
        let mut total = ExactSum::default();
        self.for_each(|value| total.add(value))?;
        let mean = total.total() / count;
        let (mut off, mut squares) = (ExactSum::default(), ExactSum::default());
        self.for_each(|value| {
            off.add(value - mean);
            squares.add((value - mean) * (value - mean));
        })?;
        // What rounding the mean left over: values that are all the same are their mean.
        let left = off.total() / count;
        let (mean, squares) = (mean + left, squares.total() - left * left * count);
        let deviation = if count < 2.0 { f64::NAN } else { (squares.max(0.0) / (count - 1.0)).sqrt() };
        // A maximum with 0 would hide a NaN.
        Ok((mean, if squares.is_nan() { f64::NAN } else { deviation }))
    }

    /// The rows whose value is `broken`.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if a value is no number, or a row can't be shown.
    pub(crate) fn examine(&self, keep: &Keep, broken: impl Fn(f64) -> bool) -> Result<Examined> {
        let mut found = BrokenRows::default();
        for chunk in &self.chunks {
            chunk.for_each(|row, value| {
                if !broken(value) {
                    return Ok(());
                }
                found.count += 1;
                if found.first.len() < keep.rows {
                    let value = shown(&chunk.array, row);
                    let whole = found.first.len() < keep.whole_rows;
                    found.first.push(match &chunk.batch {
                        Some(batch) => keep.row_of(batch, chunk.first_row, row, value, whole)?,
                        None => BrokenRow {
                            row: chunk.first_row + row as u64,
                            value,
                            keys: Vec::new(),
                            whole: Vec::new(),
                        },
                    });
                } else if keep.all_row_numbers {
                    found.further.push(chunk.first_row + row as u64);
                }
                Ok(())
            })?;
        }
        let rows = self.chunks.iter().map(|chunk| chunk.rows as u64).sum();
        Ok(Examined { rows, missing: rows - self.count(), broken: found, ..Examined::default() })
    }
}
