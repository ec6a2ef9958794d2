//! Parquet files as a source.

mod file;

use std::fs::File;
use std::io;
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_buffer::BooleanBufferBuilder;
use arrow_schema::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    RowSelection, RowSelector,
};
use rayon::prelude::*;

use self::file::SharedFile;
use super::{
    Batches, OfflineSource, check_range, check_rows, column_indices, concatenated, partitioned, projected,
};
use crate::error::BoxError;
use crate::{Error, Result};

/// Rows of a batch while scanning: the columns in flight stay in the processor's cache.
const SCAN_ROWS: usize = 1 << 14;

/// Rows of a batch while gathering.
const GATHER_ROWS: usize = 1 << 16;

/// When fewer than one row in this many is wanted, a list of runs is smaller than a bit a row.
const SPARSE: u64 = 32;

/// One Parquet file, or several with the same columns, read in the order given.
///
/// The files are opened once and held open: what is moved to their paths later is not
/// seen. Only the columns asked for are read; [`gather`](OfflineSource::gather) skips the
/// row groups, and within them the pages, that hold no wanted row. Compression: none,
/// Snappy, Zstandard.
#[derive(Debug)]
pub struct ParquetSource {
    name: String,
    schema: SchemaRef,
    files: Vec<ParquetFile>,
    groups: Vec<RowGroup>,
    rows: u64,
}

#[derive(Debug)]
struct ParquetFile {
    path: PathBuf,
    file: SharedFile,
    metadata: ArrowReaderMetadata,
}

/// A row group, and which rows of the whole source it holds.
#[derive(Debug)]
struct RowGroup {
    file: usize,
    index: usize,
    rows: Range<u64>,
}

impl ParquetSource {
    /// Opens one file and reads its footer.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, [`Error::Corrupt`] if it is no whole Parquet
    /// file, [`Error::Unavailable`] if it can't be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_many([path])
    }

    /// Opens several files, whose rows follow each other in the order given.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`Error::Definition`] without a file, or if one has other
    /// columns than the first.
    pub fn open_many<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self> {
        let files =
            paths.into_iter().map(|path| ParquetFile::open(path.as_ref())).collect::<Result<Vec<_>>>()?;
        let Some(first) = files.first() else {
            return Err(Error::Definition {
                of: "a Parquet source".to_owned(),
                reason: "has no file".to_owned(),
            });
        };
        let schema = SchemaRef::clone(first.metadata.schema());
        let mut name = first.path.display().to_string();
        if files.len() > 1 {
            name = format!("{name} and {} more", files.len() - 1);
        }
        let mut groups = Vec::new();
        let mut rows = 0;
        for (index, file) in files.iter().enumerate() {
            if file.metadata.schema().fields() != schema.fields() {
                return Err(Error::Definition {
                    of: file.path.display().to_string(),
                    reason: format!("has other columns than {}", first.path.display()),
                });
            }
            file.row_groups(index, &mut rows, &mut groups)?;
        }
        Ok(Self { name, schema, files, groups, rows })
    }

    /// The row groups that hold rows of `rows`.
    fn groups_of(&self, rows: &Range<u64>) -> &[RowGroup] {
        let first = self.groups.partition_point(|group| group.rows.end <= rows.start);
        let end = self.groups.partition_point(|group| group.rows.start < rows.end);
        &self.groups[first..end.max(first)]
    }

    fn read<'a>(&'a self, columns: &[usize], group: &RowGroup, part: Part) -> Result<GroupReader<'a>> {
        GroupReader::new(&self.files[group.file], group.index, columns, part)
    }
}

impl OfflineSource for ParquetSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    fn partitions(&self) -> Vec<Range<u64>> {
        self.groups.iter().flat_map(|group| partitioned(group.rows.clone())).collect()
    }

    fn scan(&self, columns: &[&str], rows: Range<u64>) -> Result<Batches<'_>> {
        check_range(&self.name, &rows, self.rows)?;
        let columns = column_indices(&self.name, &self.schema, columns)?;
        Ok(Box::new(self.groups_of(&rows).iter().flat_map(move |group| {
            let start = group.rows.start;
            let part = Part::Run(rows.start.max(start) - start..rows.end.min(group.rows.end) - start);
            // A reader that can't be made is an item as well.
            let (reader, error) = match self.read(&columns, group, part) {
                Ok(reader) => (Some(reader), None),
                Err(error) => (None, Some(Err(error))),
            };
            reader.into_iter().flatten().chain(error)
        })))
    }

    fn gather(&self, columns: &[&str], rows: &[u64]) -> Result<RecordBatch> {
        check_rows(&self.name, rows, self.rows)?;
        let schema = projected(&self.name, &self.schema, columns)?;
        let columns = column_indices(&self.name, &self.schema, columns)?;
        let wanted: Vec<(&RowGroup, &[u64])> = self
            .groups
            .iter()
            .map(|group| {
                let first = rows.partition_point(|row| *row < group.rows.start);
                let end = rows.partition_point(|row| *row < group.rows.end);
                (group, &rows[first..end])
            })
            .filter(|(_, rows)| !rows.is_empty())
            .collect();
        let batches = wanted
            .into_par_iter()
            .map(|(group, rows)| {
                self.read(&columns, group, Part::rows(group, rows))?.collect::<Result<Vec<_>>>()
            })
            .collect::<Result<Vec<_>>>()?
            .concat();
        concatenated(&self.name, &schema, &batches)
    }
}

impl ParquetFile {
    fn open(path: &Path) -> Result<Self> {
        let name = || path.display().to_string();
        let unavailable = |error: io::Error| Error::Unavailable { what: name(), source: error.into() };
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::NotFound { path: path.to_owned() },
            _ => unavailable(error),
        })?;
        let facts = file.metadata().map_err(unavailable)?;
        if !facts.is_file() {
            return Err(unavailable(io::Error::other("it is not a file")));
        }
        let file = SharedFile::new(file, facts.len());
        let metadata = guarded(|| Ok(ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?))
            .map_err(|source| Error::Corrupt { table: name(), column: None, source })?;
        Ok(Self { path: path.to_owned(), file, metadata })
    }

    /// Adds the row groups of this file, the `file`-th, whose rows begin at `start`.
    fn row_groups(&self, file: usize, start: &mut u64, groups: &mut Vec<RowGroup>) -> Result<()> {
        for (index, group) in self.metadata.metadata().row_groups().iter().enumerate() {
            let end = u64::try_from(group.num_rows()).ok().and_then(|rows| start.checked_add(rows));
            let Some(end) = end else {
                let reason = format!("row group {index} claims {} rows", group.num_rows());
                return Err(self.corrupt(None, reason.into()));
            };
            groups.push(RowGroup { file, index, rows: *start..end });
            *start = end;
        }
        Ok(())
    }

    fn corrupt(&self, column: Option<usize>, source: BoxError) -> Error {
        Error::Corrupt {
            table: self.path.display().to_string(),
            column: column.map(|column| self.metadata.schema().field(column).name().clone()),
            source,
        }
    }

    /// The error of reading `columns` of a row group, with the name of the column that it
    /// comes from: the first that can't be read alone.
    fn blame(&self, group: usize, columns: &[usize], error: BoxError) -> Error {
        let readable = |column: &usize| {
            guarded(|| {
                self.reader(group, &[*column], Part::All, SCAN_ROWS)?
                    .try_for_each(|batch| Ok(batch.map(drop)?))
            })
            .is_ok()
        };
        self.corrupt(columns.iter().find(|column| !readable(column)).copied(), error)
    }

    fn reader(
        &self,
        group: usize,
        columns: &[usize],
        part: Part,
        batch_rows: usize,
    ) -> Result<ParquetRecordBatchReader, BoxError> {
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), columns.iter().copied());
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_batch_size(batch_rows);
        let builder = match part {
            Part::All => builder,
            Part::Run(rows) => builder
                .with_offset(usize::try_from(rows.start)?)
                .with_limit(usize::try_from(rows.end - rows.start)?),
            Part::Selected(selection) => builder.with_row_selection(selection),
        };
        Ok(builder.build()?)
    }
}

/// What `read` gives; an error also if it panics, as the Parquet reader does on some
/// damaged pages. What it was reading must not be used again then.
fn guarded<T>(read: impl FnOnce() -> Result<T, BoxError>) -> Result<T, BoxError> {
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(format!("the reader panicked: {}", said.unwrap_or("it did not say why")).into())
    })
}

/// Which rows of a row group to read.
#[derive(Debug)]
enum Part {
    All,
    Run(Range<u64>),
    Selected(RowSelection),
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rows of a group that is read into memory fit into usize"
)]
impl Part {
    /// How many rows these are in a group of `rows`.
    fn len(&self, rows: i64) -> u64 {
        match self {
            Self::All => u64::try_from(rows).unwrap_or(0),
            Self::Run(run) => run.end - run.start,
            Self::Selected(selection) => selection.row_count() as u64,
        }
    }

    /// The ascending `rows` of the source, all of them in `group`.
    fn rows(group: &RowGroup, rows: &[u64]) -> Self {
        let len = group.rows.end - group.rows.start;
        if rows.len() as u64 == len {
            return Self::All;
        }
        if rows.len() as u64 * SPARSE < len {
            let mut runs: Vec<RowSelector> = Vec::with_capacity(2 * rows.len());
            let mut next = group.rows.start;
            for row in rows {
                if *row > next {
                    runs.push(RowSelector::skip((row - next) as usize));
                }
                runs.push(RowSelector::select(1));
                next = row + 1;
            }
            return Self::Selected(runs.into());
        }
        let mut mask = BooleanBufferBuilder::new(len as usize);
        mask.append_n(len as usize, false);
        for row in rows {
            mask.set_bit((row - group.rows.start) as usize, true);
        }
        Self::Selected(RowSelection::from_boolean_buffer(mask.finish()))
    }
}

/// The batches of one row group, with the columns in the order asked for. Ends after an error.
struct GroupReader<'a> {
    file: &'a ParquetFile,
    group: usize,
    columns: Vec<usize>,
    /// Where each column asked for stands in what the reader yields.
    order: Vec<usize>,
    reader: Option<ParquetRecordBatchReader>,
    /// The rows still to come.
    missing: u64,
}

impl<'a> GroupReader<'a> {
    fn new(file: &'a ParquetFile, group: usize, columns: &[usize], part: Part) -> Result<Self> {
        let batch_rows = if matches!(part, Part::Run(_)) { SCAN_ROWS } else { GATHER_ROWS };
        let missing = part.len(file.metadata.metadata().row_group(group).num_rows());
        let reader = guarded(|| file.reader(group, columns, part, batch_rows))
            .map_err(|error| file.blame(group, columns, error))?;
        let order =
            columns.iter().map(|column| columns.iter().filter(|other| *other < column).count()).collect();
        Ok(Self { file, group, columns: columns.to_vec(), order, reader: Some(reader), missing })
    }
}

impl Iterator for GroupReader<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.reader.as_mut()?;
        match guarded(|| Ok(reader.next().transpose()?)).transpose() {
            Some(Ok(batch)) => {
                self.missing = self.missing.saturating_sub(batch.num_rows() as u64);
                Some(Ok(batch.project(&self.order).expect("each column asked for is read once")))
            }
            Some(Err(error)) => {
                self.reader = None;
                Some(Err(self.file.blame(self.group, &self.columns, error)))
            }
            None if self.missing > 0 => {
                self.reader = None;
                let reason = format!("row group {} ends {} rows early", self.group, self.missing);
                Some(Err(self.file.corrupt(None, reason.into())))
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_reader_is_an_error() {
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
        let empty: &[u8] = &[];
        let error = guarded(|| Ok(empty[0])).unwrap_err().to_string();
        assert!(error.starts_with("the reader panicked: index out of bounds"), "{error}");
    }
}
