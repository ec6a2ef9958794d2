//! Where the history of features is kept: the port, and what every source can do by it.

mod memory;
#[cfg(feature = "parquet")]
mod parquet;

use std::fmt::Debug;
use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema, SchemaRef};
use arrow_select::concat::concat_batches;
use rayon::prelude::*;

pub use memory::MemorySource;
#[cfg(feature = "parquet")]
pub use parquet::ParquetSource;

use crate::{Error, Result};

/// Batches as they are read, one after the other.
pub type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch>> + Send + 'a>;

/// A table of feature rows that only grows old: files, batches in memory, a warehouse.
///
/// # Contract
/// - Rows are numbered from 0 in an order that never changes; a handle shows the same
///   rows as long as it lives.
/// - [`partitions`](Self::partitions) covers all rows, in order, without gap or overlap.
///   It costs nothing worth mentioning.
/// - [`scan`](Self::scan) takes any range within them, be it a partition or not, and yields
///   all of its rows in order, in batches of any size, with exactly the columns asked for
///   in the order asked for. Several threads may scan at once.
/// - [`gather`](Self::gather) yields exactly the rows asked for, in the order asked for.
/// - Columns have the types that [`schema`](Self::schema) says.
///
/// Callers name each column once, and only columns of the schema; an implementation answers
/// anything else with [`Error::Unknown`].
pub trait OfflineSource: Debug + Send + Sync {
    /// What messages call it: a path, the name of a table.
    fn name(&self) -> &str;

    /// Names and types of all columns.
    fn schema(&self) -> SchemaRef;

    /// Ranges of rows that are best read by one thread each.
    fn partitions(&self) -> Vec<Range<u64>>;

    /// Reads `columns` of the rows in `rows`.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a column or rows that are not there; as items,
    /// [`Error::Unavailable`] or [`Error::Corrupt`] if they can't be read.
    fn scan(&self, columns: &[&str], rows: Range<u64>) -> Result<Batches<'_>>;

    /// Reads `columns` of single rows, given in strictly ascending order, and as little
    /// else as possible.
    ///
    /// # Errors
    /// As [`scan`](Self::scan).
    fn gather(&self, columns: &[&str], rows: &[u64]) -> Result<RecordBatch>;
}

/// What every source can do.
pub trait OfflineSourceExt: OfflineSource {
    /// How many rows there are.
    fn rows(&self) -> u64 {
        self.partitions().last().map_or(0, |last| last.end)
    }

    /// Reads `columns` of all rows into one batch, with all threads.
    ///
    /// # Errors
    /// As [`OfflineSource::scan`]; [`Error::TooLarge`] if it doesn't fit into one batch.
    fn read(&self, columns: &[&str]) -> Result<RecordBatch> {
        let parts = self
            .partitions()
            .into_par_iter()
            .map(|rows| self.scan(columns, rows)?.collect::<Result<Vec<_>>>())
            .collect::<Result<Vec<_>>>()?;
        let schema = projected(self.name(), &self.schema(), columns)?;
        concatenated(self.name(), &schema, &parts.concat())
    }

    /// Reads all columns of all rows into one batch, with all threads.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn read_all(&self) -> Result<RecordBatch> {
        let schema = self.schema();
        let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        self.read(&columns)
    }
}

impl<S: OfflineSource + ?Sized> OfflineSourceExt for S {}

/// The most rows that one thread should scan at once: small enough to keep all threads
/// busy until the end, large enough to make starting a reader worth it.
const PARTITION_ROWS: u64 = 1 << 19;

/// Cuts `rows` into parts of [`PARTITION_ROWS`], but into no more than a thousand: how many
/// rows there are may be nothing but a claim of a file.
fn partitioned(rows: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let len = rows.end - rows.start;
    let part_rows = PARTITION_ROWS.max(len.div_ceil(1000));
    (0..len.div_ceil(part_rows)).map(move |part| {
        let start = rows.start + part * part_rows;
        start..rows.end.min(start.saturating_add(part_rows))
    })
}

/// The place of `column` in `schema`, the schema of `table`.
pub(crate) fn column_index(table: &str, schema: &Schema, column: &str) -> Result<usize> {
    schema.index_of(column).map_err(|_| {
        let names = schema.fields().iter().map(|field| field.name().as_str());
        Error::unknown("column", column, table, names)
    })
}

/// The type of `column` in `schema`, the schema of `table`.
pub(crate) fn column_type<'a>(table: &str, schema: &'a Schema, column: &str) -> Result<&'a DataType> {
    column_index(table, schema, column).map(|index| schema.field(index).data_type())
}

/// The places of `columns` in `schema`, the schema of `table`.
fn column_indices(table: &str, schema: &Schema, columns: &[&str]) -> Result<Vec<usize>> {
    columns.iter().map(|column| column_index(table, schema, column)).collect()
}

/// The schema of `columns` alone.
fn projected(table: &str, schema: &Schema, columns: &[&str]) -> Result<SchemaRef> {
    let indices = column_indices(table, schema, columns)?;
    Ok(SchemaRef::new(schema.project(&indices).expect("the indices come from this schema")))
}

fn concatenated(table: &str, schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch> {
    concat_batches(schema, batches).map_err(|error| Error::TooLarge {
        what: format!("what was read of {table}"),
        limit: error.to_string(),
    })
}

/// Checks that `rows` is within a table of `len` rows.
fn check_range(table: &str, rows: &Range<u64>, len: u64) -> Result<()> {
    if rows.start <= rows.end && rows.end <= len {
        return Ok(());
    }
    Err(no_such_rows(table, &format!("{}..{}", rows.start, rows.end)))
}

/// Checks that `rows` ascend strictly and end within a table of `len` rows.
fn check_rows(table: &str, rows: &[u64], len: u64) -> Result<()> {
    if let Some([row, next]) = rows.array_windows().find(|[row, next]| row >= next) {
        return Err(no_such_rows(table, &format!("{next} after {row}")));
    }
    match rows.last() {
        Some(last) if *last >= len => Err(no_such_rows(table, &last.to_string())),
        _ => Ok(()),
    }
}

fn no_such_rows(table: &str, rows: &str) -> Error {
    Error::Unknown { what: "row", name: rows.to_owned(), within: table.to_owned(), nearest: None }
}
