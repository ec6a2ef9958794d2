use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use ::parquet::basic::Encoding;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::table::ParquetTable;
use crate::plan::ROWS_A_PIECE;
use crate::{Error, Result};

/// Some columns of a row group, each read by a reader of its own and handed out together.
pub(super) struct Columns {
    readers: Vec<ColumnReader>,
    left: u64,
}

struct ColumnReader {
    table: ParquetTable,
    group: usize,
    column: usize,
    reader: ParquetRecordBatchReader,
}

impl Columns {
    /// `dictionaries`: text may come as a dictionary where the file has one.
    pub(super) fn open(
        table: &ParquetTable,
        group: usize,
        columns: &[usize],
        dictionaries: bool,
    ) -> Result<Self> {
        let open = |column: &usize| ColumnReader::open(table, group, *column, dictionaries);
        Ok(Self { readers: columns.iter().map(open).collect::<Result<_>>()?, left: table.groups[group] })
    }

    /// The next rows, all columns together; `None` after the last.
    pub(super) fn next(&mut self, schema: &SchemaRef) -> Result<Option<RecordBatch>> {
        if self.left == 0 {
            return Ok(None);
        }
        let rows = usize::try_from(self.left).unwrap_or(ROWS_A_PIECE).min(ROWS_A_PIECE);
        let arrays: Vec<ArrayRef> = match self.readers.as_mut_slice() {
            [one] => vec![one.next(rows)?],
            all => all.par_iter_mut().map(|reader| reader.next(rows)).collect::<Result<_>>()?,
        };
        self.left -= rows as u64;
        let as_planned =
            arrays.iter().zip(schema.fields()).all(|(array, field)| array.data_type() == field.data_type());
        let schema = if as_planned {
            SchemaRef::clone(schema)
        } else {
            let fields = schema.fields().iter().zip(&arrays);
            let retyped = |(field, array): (&Arc<Field>, &ArrayRef)| {
                field.as_ref().clone().with_data_type(array.data_type().clone())
            };
            Arc::new(Schema::new(fields.map(retyped).collect::<Vec<_>>()))
        };
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(schema, arrays, &options).map(Some).map_err(|error| Error::Input {
            what: "columns of a Parquet file".to_owned(),
            reason: "they do not fit together".to_owned(),
            source: Some(Box::new(error)),
        })
    }
}

impl ColumnReader {
    fn open(table: &ParquetTable, group: usize, column: usize, dictionaries: bool) -> Result<Self> {
        let built = guarded(|| {
            let metadata = match dictionaries.then(|| as_dictionary(table, group, column)).flatten() {
                Some(metadata) => metadata,
                None => table.metadata.clone(),
            };
            let mask = ProjectionMask::roots(metadata.parquet_schema(), [column]);
            ParquetRecordBatchReaderBuilder::new_with_metadata(table.place.clone(), metadata)
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_batch_size(ROWS_A_PIECE)
                .build()
                .map_err(|error| error.to_string())
        });
        let reader = built.map_err(|reason| damaged(table, group, column, &reason))?;
        Ok(Self { table: table.clone(), group, column, reader })
    }

    fn next(&mut self, rows: usize) -> Result<ArrayRef> {
        let damaged = |reason: &str| damaged(&self.table, self.group, self.column, reason);
        let batch = guarded(|| self.reader.next().transpose().map_err(|error| error.to_string()))
            .map_err(|reason| damaged(&reason))?;
        let Some(batch) = batch else { return Err(damaged("it has fewer rows than the footer says")) };
        let field = self.table.schema().field(self.column);
        let as_planned = |found: &DataType| match found {
            DataType::Dictionary(_, values) => {
                found == field.data_type() || values.as_ref() == field.data_type()
            }
            found => found == field.data_type(),
        };
        match batch.columns() {
            [array] if array.len() == rows && as_planned(array.data_type()) => Ok(ArrayRef::clone(array)),
            [array] if as_planned(array.data_type()) => {
                Err(damaged(&format!("{} rows where {rows} were expected", array.len())))
            }
            _ => Err(damaged("it has another type than the footer says")),
        }
    }
}

fn damaged(table: &ParquetTable, group: usize, column: usize, reason: &str) -> Error {
    let name = table.schema().field(column).name();
    Error::input(table.name.as_ref(), format!("column {name:?}, row group {group} can't be read: {reason}"))
}

/// What to read a column of text as a dictionary with, if all its pages in the group are
/// made of one.
fn as_dictionary(table: &ParquetTable, group: usize, column: usize) -> Option<ArrowReaderMetadata> {
    let schema = table.schema();
    let field = schema.field(column);
    if !matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8) {
        return None;
    }
    let metadata = table.metadata.metadata();
    let root = |leaf: &usize| metadata.file_metadata().schema_descr().get_column_root_idx(*leaf) == column;
    let leaf = (0..metadata.file_metadata().schema_descr().num_columns()).find(root)?;
    let pages = metadata.row_group(group).column(leaf).page_encoding_stats_mask()?;
    if !pages.is_only(Encoding::RLE_DICTIONARY) && !pages.is_only(Encoding::PLAIN_DICTIONARY) {
        return None;
    }
    let key = Box::new(DataType::Int32);
    let dictionary = DataType::Dictionary(key, Box::new(field.data_type().clone()));
    let fields = schema.fields().iter().enumerate().map(|(at, field)| {
        let field = field.as_ref().clone();
        if at == column { field.with_data_type(dictionary.clone()) } else { field }
    });
    let schema = Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone());
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    ArrowReaderMetadata::try_new(Arc::clone(metadata), options).ok()
}

/// What `read` gives; an error also if it panics, as the Parquet reader does on some
/// damaged pages. What it was reading must not be used again then.
pub(super) fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(format!("the reader panicked: {}", said.unwrap_or("it did not say why")))
    })
}
