use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use arrow_array::Array;
use arrow_schema::{Schema, SchemaRef};

use super::file::SharedFile;
use super::spelled;
use crate::{Error, Result};

/// Rows of a batch: a column of it stays in the processor's cache.
const BATCH_ROWS: usize = 1 << 13;

/// One Parquet file, or several with the same columns: the table that they are together.
///
/// The files are opened once and held open: what is moved to their paths later is not
/// seen. Compression: none, Snappy, Zstandard.
///
/// ```no_run
/// use mlops_drift::parquet::ParquetTable;
/// use mlops_drift::{Columns, ProfileSettings};
/// let table = ParquetTable::open_many(["2026-01.parquet", "2026-02.parquet"])?;
/// let profile = table.profile(&Columns::default(), ProfileSettings::default(), &|progress| {
///     eprintln!("{} of {}", progress.done, progress.total);
/// })?;
/// std::fs::write("winter.profile", profile.to_bytes())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ParquetTable {
    schema: SchemaRef,
    files: Vec<TableFile>,
    groups: Vec<Group>,
    rows: u64,
}

#[derive(Debug)]
struct TableFile {
    path: PathBuf,
    file: SharedFile,
    metadata: ArrowReaderMetadata,
}

/// A row group of one of the files.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    file: usize,
    index: usize,
    rows: u64,
}

impl ParquetTable {
    /// Opens one file and reads its footer.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it can't be read, [`Error::Damaged`] if it is no whole
    /// Parquet file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_many([path])
    }

    /// Opens several files. Without a file it is a table without columns and rows.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`Error::Schema`] if one has other columns than the first.
    pub fn open_many<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self> {
        let files =
            paths.into_iter().map(|path| TableFile::open(path.as_ref())).collect::<Result<Vec<_>>>()?;
        let schema = files
            .first()
            .map_or_else(|| SchemaRef::new(Schema::empty()), |file| SchemaRef::clone(file.metadata.schema()));
        let (mut groups, mut rows) = (Vec::new(), 0_u64);
        for (file, opened) in files.iter().enumerate() {
            same_schema(&schema, opened.metadata.schema())?;
            for (index, group) in opened.metadata.metadata().row_groups().iter().enumerate() {
                let claimed =
                    || opened.damaged(format!("row group {index} claims {} rows", group.num_rows()));
                let of_group = u64::try_from(group.num_rows()).map_err(|_| claimed())?;
                rows = rows.checked_add(of_group).ok_or_else(claimed)?;
                groups.push(Group { file, index, rows: of_group });
            }
        }
        Ok(Self { schema, files, groups, rows })
    }

    /// How many rows it has.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Its columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(super) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Reads one column of a row group, batch after batch.
    pub(super) fn read_column(
        &self,
        group: &Group,
        column: usize,
        see: &mut dyn FnMut(&dyn Array) -> Result<()>,
    ) -> Result<()> {
        let file = &self.files[group.file];
        let name = self.schema.field(column).name();
        let damaged =
            |reason: String| file.damaged(format!("column {name:?}, row group {}: {reason}", group.index));
        let mut reader = guarded(|| {
            let mask = ProjectionMask::roots(file.metadata.parquet_schema(), [column]);
            ParquetRecordBatchReaderBuilder::new_with_metadata(file.file.clone(), file.metadata.clone())
                .with_row_groups(vec![group.index])
                .with_projection(mask)
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(|error| error.to_string())
        })
        .map_err(damaged)?;
        let mut read = 0_u64;
        // A reader that failed is not asked again.
        while let Some(batch) =
            guarded(|| reader.next().transpose().map_err(|error| error.to_string())).map_err(damaged)?
        {
            read += batch.num_rows() as u64;
            if batch.num_columns() != 1
                || batch.column(0).data_type() != self.schema.field(column).data_type()
            {
                return Err(damaged("it has another type than the file says".to_owned()));
            }
            see(batch.column(0).as_ref())?;
        }
        if read == group.rows { Ok(()) } else { Err(damaged(format!("{read} rows of {}", group.rows))) }
    }
}

impl TableFile {
    fn open(path: &Path) -> Result<Self> {
        let what = || path.display().to_string();
        let unavailable = |error: io::Error| Error::Unavailable { what: what(), reason: error.to_string() };
        let file = File::open(path).map_err(unavailable)?;
        let facts = file.metadata().map_err(unavailable)?;
        if !facts.is_file() {
            return Err(unavailable(io::Error::other("it is not a file")));
        }
        let file = SharedFile::new(file, facts.len());
        let load = || ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|e| e.to_string());
        let metadata = guarded(load).map_err(|reason| Error::Damaged { what: what(), reason })?;
        Ok(Self { path: path.to_owned(), file, metadata })
    }

    fn damaged(&self, reason: String) -> Error {
        Error::Damaged { what: self.path.display().to_string(), reason }
    }
}

/// The first column of a file that is another than that of the first file.
fn same_schema(expected: &Schema, found: &Schema) -> Result<()> {
    let (expected, found) = (expected.fields(), found.fields());
    for index in 0..expected.len().max(found.len()) {
        let (expected, found) = (expected.get(index), found.get(index));
        let facts = |field: &arrow_schema::FieldRef| (field.name().clone(), field.data_type().clone());
        if expected.map(facts) != found.map(facts) {
            let column = expected.or(found).map_or_else(String::new, |field| field.name().clone());
            return Err(Error::Schema {
                column,
                found: spelled(found.map(AsRef::as_ref)),
                expected: spelled(expected.map(AsRef::as_ref)),
            });
        }
    }
    Ok(())
}

/// What `read` gives; an error also if it panics, as the Parquet reader does on some
/// damaged pages. What it was reading must not be used again then.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(format!("the reader panicked: {}", said.unwrap_or("it did not say why")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_reader_is_an_error() {
        assert_eq!(guarded(|| Ok(1)), Ok(1));
        let empty: &[u8] = &[];
        let error = guarded(|| Ok(empty[0])).unwrap_err();
        assert!(error.starts_with("the reader panicked: index out of bounds"), "{error}");
    }
}
