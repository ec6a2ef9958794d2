use std::fmt;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};
use bytes::Bytes;

use super::file::{Place, SharedFile};
use super::read::{Columns, guarded};
use crate::source::open::open;
use crate::{Error, Result};

/// A Parquet file, or the bytes of one. Compression: none, Snappy, Zstandard.
///
/// It is opened once and held open: what is moved to its path later is not seen. Only the
/// columns that are asked for are read, page by page: a file may be larger than memory.
///
/// ```no_run
/// use mlops_validate::Suite;
/// use mlops_validate::source::ParquetTable;
///
/// let table = ParquetTable::open("flights.parquet")?;
/// println!("{} rows of {}", table.rows(), table.schema());
/// let suite = Suite::from_json(&std::fs::read_to_string("flights.json")?)?;
/// let result = suite.validator().parquet_table(&table)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ParquetTable {
    pub(super) name: Arc<str>,
    pub(super) place: Place,
    pub(super) metadata: ArrowReaderMetadata,
    /// The rows of each row group.
    pub(super) groups: Arc<[u64]>,
    rows: u64,
}

impl fmt::Debug for ParquetTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetTable")
            .field("name", &self.name)
            .field("rows", &self.rows)
            .field("row_groups", &self.groups.len())
            .finish_non_exhaustive()
    }
}

impl ParquetTable {
    /// Opens a file and reads its footer.
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be opened or is no whole Parquet file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let (name, file, len) = open(path.as_ref())?;
        Self::load(&name, Place::File(SharedFile::new(file, len)))
    }

    /// Reads the footer of a file that lies in memory.
    ///
    /// # Errors
    /// [`Error::Input`] if the bytes are no whole Parquet file.
    pub fn from_bytes(bytes: impl Into<Bytes>) -> Result<Self> {
        Self::load("Parquet bytes", Place::Memory(bytes.into()))
    }

    fn load(name: &str, place: Place) -> Result<Self> {
        let load = |options| ArrowReaderMetadata::load(&place, options).map_err(|error| error.to_string());
        let metadata = guarded(|| load(ArrowReaderOptions::new()))
            // What the writer noted of Arrow's types may be wrong where the rest is right.
            .or_else(|reason| {
                guarded(|| load(ArrowReaderOptions::new().with_skip_arrow_metadata(true))).map_err(|_| reason)
            })
            .map_err(|reason| Error::input(name, format!("it is no whole Parquet file: {reason}")))?;
        let (mut groups, mut rows) = (Vec::new(), 0_u64);
        for (index, group) in metadata.metadata().row_groups().iter().enumerate() {
            let claimed =
                || Error::input(name, format!("row group {index} claims to have {} rows", group.num_rows()));
            let of_group = u64::try_from(group.num_rows()).map_err(|_| claimed())?;
            rows = rows.checked_add(of_group).filter(|rows| *rows < 1 << 62).ok_or_else(claimed)?;
            groups.push(of_group);
        }
        Ok(Self { name: name.into(), place, metadata, groups: groups.into(), rows })
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Its columns.
    pub fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// Some of its columns, batch after batch, by this thread alone.
    ///
    /// # Errors
    /// [`Error::Input`] if it has no such column. The reader's own errors are those of
    /// damaged pages; it says in which column and row group.
    pub fn reader(&self, columns: &[&str]) -> Result<impl RecordBatchReader + Send + 'static> {
        let mut indices = Vec::new();
        for name in columns {
            indices.push(
                self.schema()
                    .index_of(name)
                    .map_err(|_| Error::input(self.name.as_ref(), format!("there is no column {name:?}")))?,
            );
        }
        let schema: SchemaRef = Arc::new(self.schema().project(&indices).map_err(|error| Error::Input {
            what: self.name.to_string(),
            reason: "the columns can't be chosen".to_owned(),
            source: Some(Box::new(error)),
        })?);
        let (table, of_batches) = (self.clone(), SchemaRef::clone(&schema));
        let batches = (0..self.groups.len()).flat_map(move |group| {
            let opened = Columns::open(&table, group, &indices, false);
            let schema = SchemaRef::clone(&of_batches);
            let external = |error: Error| ArrowError::ExternalError(Box::new(error));
            let (mut columns, mut failed) = match opened {
                Ok(columns) => (Some(columns), None),
                Err(error) => (None, Some(error)),
            };
            std::iter::from_fn(move || {
                if let Some(error) = failed.take() {
                    return Some(Err(external(error)));
                }
                match columns.as_mut()?.next(&schema) {
                    Ok(batch) => batch.map(Ok),
                    Err(error) => {
                        columns = None;
                        Some(Err(external(error)))
                    }
                }
            })
        });
        let mut failed = false;
        // A reader that failed is not asked again.
        let batches = batches.map_while(move |batch: Result<RecordBatch, ArrowError>| {
            let go_on = !failed;
            failed |= batch.is_err();
            go_on.then_some(batch)
        });
        Ok(RecordBatchIterator::new(batches, schema))
    }
}
