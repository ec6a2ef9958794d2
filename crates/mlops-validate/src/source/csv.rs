use std::io::{Read, Seek as _};
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatchIterator;
use arrow_csv::reader::Format;
use arrow_csv::{Reader, ReaderBuilder};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};

use hashbrown::{HashMap, HashSet};

use super::open::open;
use super::quotes::Quotes;
use crate::plan::ROWS_A_PIECE;
use crate::result::ValidationResult;
use crate::suite::Validator;
use crate::{Error, Result};

/// What pandas' `read_csv` takes for a missing value.
const NULLS: [&str; 19] = [
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A",
    "NA", "NULL", "NaN", "None", "n/a", "nan", "null",
];

/// How a CSV file is written, and what its columns are.
///
/// By default as pandas' `read_csv` has it: fields between commas, names in the first line,
/// its spellings of missing values, and columns of whole numbers, numbers, truth values or
/// text, whichever the first 10,000 rows are. Moments and days stay text, as there. Unlike
/// there, a value further down that is not of its column's type is an error with its line:
/// give the [`schema`](Self::schema), or look at more rows. A row with too few fields is one
/// too.
///
/// ```
/// use mlops_validate::source::CsvFormat;
/// let format = CsvFormat::default().delimiter(b';').nulls(["", "-"]).head_rows(100_000);
/// # let _ = format;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CsvFormat {
    delimiter: u8,
    has_header: bool,
    nulls: Vec<String>,
    head_rows: usize,
    schema: Option<SchemaRef>,
}

impl Default for CsvFormat {
    fn default() -> Self {
        let nulls = NULLS.map(ToOwned::to_owned).to_vec();
        Self { delimiter: b',', has_header: true, nulls, head_rows: 10_000, schema: None }
    }
}

impl CsvFormat {
    /// The byte between fields.
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// The first line is a row; the columns are `column_1`, `column_2`, …
    pub fn without_header(mut self) -> Self {
        self.has_header = false;
        self
    }

    /// The spellings of a missing value.
    pub fn nulls<'a>(mut self, nulls: impl IntoIterator<Item = &'a str>) -> Self {
        self.nulls = nulls.into_iter().map(ToOwned::to_owned).collect();
        self
    }

    /// How many rows the columns' types are told from.
    pub fn head_rows(mut self, rows: usize) -> Self {
        self.head_rows = rows;
        self
    }

    /// The columns: nothing is told from the rows then.
    pub fn schema(mut self, schema: SchemaRef) -> Self {
        self.schema = Some(schema);
        self
    }

    fn format(&self) -> Result<Format> {
        let spelled: Vec<String> = self.nulls.iter().map(|null| regex::escape(null)).collect();
        let nulls = regex::Regex::new(&format!("^(?:{})$", spelled.join("|")))
            .map_err(|error| Error::invalid("CSV format", "nulls", error, "not so many spellings"))?;
        let format = Format::default().with_header(self.has_header).with_delimiter(self.delimiter);
        Ok(if self.nulls.is_empty() { format } else { format.with_null_regex(nulls) })
    }

    /// The columns of a file: those told from its first rows, or those given in the order of
    /// its header.
    ///
    /// # Errors
    /// [`Error::Input`] if the head can't be read, with the line, there is no header, or the
    /// given columns are not those of the header.
    fn columns<R: Read>(&self, name: &str, file: R) -> Result<SchemaRef> {
        let head = if self.schema.is_none() { self.head_rows } else { 0 };
        if let (Some(schema), false) = (&self.schema, self.has_header) {
            return Ok(SchemaRef::clone(schema));
        }
        let quotes = Quotes::new(file, self.delimiter);
        let (told, _) =
            self.format()?.infer_schema(quotes, Some(head)).map_err(|error| broken(name, &error, None))?;
        if told.fields().is_empty() {
            let what = if self.has_header { "the names of its columns" } else { "rows" };
            return Err(Error::input(name, format!("it is empty, expected {what}")));
        }
        match &self.schema {
            None => Ok(Arc::new(as_pandas(&told))),
            Some(given) => in_order(name, given, &told),
        }
    }

    /// The rows, batch after batch.
    fn reader<R: Read>(
        &self,
        name: &str,
        file: R,
        schema: &SchemaRef,
        columns: Option<Vec<usize>>,
    ) -> Result<Reader<Quotes<R>>> {
        let builder = ReaderBuilder::new(SchemaRef::clone(schema))
            .with_format(self.format()?)
            .with_batch_size(ROWS_A_PIECE);
        let builder = match columns {
            Some(columns) => builder.with_projection(columns),
            None => builder,
        };
        builder.build(Quotes::new(file, self.delimiter)).map_err(|error| broken(name, &error, None))
    }
}

/// The given columns as the header has them.
fn in_order(name: &str, given: &Schema, header: &Schema) -> Result<SchemaRef> {
    let named =
        |schema: &Schema, column: &str| schema.fields().iter().filter(|field| field.name() == column).count();
    for field in given.fields() {
        let column = field.name();
        match named(header, column) {
            1 => {}
            0 => {
                return Err(Error::input(
                    name,
                    format!("the header has no column {column:?}, but the schema"),
                ));
            }
            _ => return Err(Error::input(name, format!("the header has several columns {column:?}"))),
        }
    }
    let fields = header.fields().iter().map(|field| {
        given.field_with_name(field.name()).cloned().map_err(|_| {
            let column = field.name();
            Error::input(name, format!("the schema has no column {column:?}, but the header"))
        })
    });
    Ok(Arc::new(Schema::new(fields.collect::<Result<Vec<_>>>()?)))
}

/// Types that pandas tells from text; a name that is there again gets a number.
fn as_pandas(schema: &Schema) -> Schema {
    let mut names: HashSet<String> = HashSet::new();
    // How often a name was there, so that thousands of one name are not counted from 1 each time.
    let mut times: HashMap<&str, usize> = HashMap::new();
    let fields = schema.fields().iter().map(|field| {
        let data_type = match field.data_type() {
            known @ (DataType::Int64 | DataType::Float64 | DataType::Boolean) => known.clone(),
            _ => DataType::Utf8,
        };
        let mut name = field.name().clone();
        let again = times.entry(field.name()).or_insert(0);
        while !names.insert(name.clone()) {
            *again += 1;
            name = format!("{}.{again}", field.name());
        }
        Field::new(name, data_type, true)
    });
    Schema::new(fields.collect::<Vec<_>>())
}

/// A message that names the line has it from the reader, and the column's name from us.
fn broken(name: &str, error: &ArrowError, schema: Option<&Schema>) -> Error {
    let reason = match error {
        ArrowError::CsvError(reason) | ArrowError::ParseError(reason) | ArrowError::IoError(reason, _) => {
            reason.clone()
        }
        other => other.to_string(),
    };
    let column = || {
        let (_, after) = reason.split_once("for column ")?;
        let index: usize = after.split(' ').next()?.parse().ok()?;
        Some(schema?.fields().get(index)?.name().clone())
    };
    let reason = match column() {
        Some(column) => format!("column {column:?}: {}", from_one(&reason)),
        None => reason,
    };
    Error::input(name, crate::error::shorten(&reason))
}

/// Of values that can't be read, the reader counts the lines from 0.
fn from_one(reason: &str) -> String {
    let counted = || {
        let (before, after) = reason.split_once(" at line ")?;
        let (line, after) = after.split_once('.')?;
        Some(format!("{before} at line {}.{after}", line.parse::<u64>().ok()? + 1))
    };
    counted().unwrap_or_else(|| reason.to_owned())
}

impl Validator<'_> {
    /// Validates a CSV file in UTF-8, which may be larger than memory. Of columns that no
    /// expectation looks at no value is read.
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be opened or is empty, a row has another number of fields
    /// than the first, a quoted field does not end, a field has more than 64 MiB, a value is
    /// not of its column's type or not UTF-8, with the line; [`Error::Stopped`] if the
    /// progress callback breaks.
    pub fn csv(self, path: impl AsRef<Path>, format: &CsvFormat) -> Result<ValidationResult> {
        let (name, mut file, _) = open(path.as_ref())?;
        let schema = format.columns(&name, &file)?;
        file.rewind().map_err(|error| broken(&name, &error.into(), None))?;
        let columns = self.looked_at(&schema);
        let reader = format.reader(&name, file, &schema, columns)?;
        let reader = RecordBatchIterator::new(reader, SchemaRef::clone(&schema));
        self.read(reader, None, &|error, _| broken(&name, &error, Some(&schema)))
    }
}
