use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_json::ReaderBuilder;
use arrow_json::reader::{Decoder, infer_json_schema};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use hashbrown::{HashMap, HashSet};
use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, Visitor};

use super::open::open;
use crate::plan::ROWS_A_PIECE;
use crate::result::ValidationResult;
use crate::suite::Validator;
use crate::{Error, Result};

/// A line may have so many bytes.
const MAX_LINE: u64 = 1 << 26;

/// The columns are told from so many bytes.
const MAX_HEAD: usize = 1 << 26;

/// So many columns a table may have.
const MAX_COLUMNS: usize = 1 << 16;

/// What the columns of a file of JSON lines are: one object a line, its fields the columns.
///
/// By default whole numbers, numbers, truth values or text, whichever the first 10,000 rows
/// (or 64 MiB) are; a field that is both a number and text is text. A field that is not there is null;
/// one that the first rows do not have is not looked at.
#[derive(Clone, Debug)]
#[must_use]
pub struct JsonLinesFormat {
    head_rows: usize,
    schema: Option<SchemaRef>,
}

impl Default for JsonLinesFormat {
    fn default() -> Self {
        Self { head_rows: 10_000, schema: None }
    }
}

impl JsonLinesFormat {
    /// How many rows the columns are told from.
    pub fn head_rows(mut self, rows: usize) -> Self {
        self.head_rows = rows;
        self
    }

    /// The columns: nothing is told from the rows then.
    pub fn schema(mut self, schema: SchemaRef) -> Self {
        self.schema = Some(schema);
        self
    }

    fn told(&self, name: &str, file: &mut File) -> Result<SchemaRef> {
        if let Some(schema) = &self.schema {
            return Ok(SchemaRef::clone(schema));
        }
        let rewound = |file: &mut File| file.rewind().map_err(|error| broken(name, None, &error.into()));
        // Line by line, since only so can an error say where it is.
        let mut head = Lines::new(&mut *file);
        let (mut order, mut known) = (Vec::<String>::new(), HashSet::new());
        let (mut text, mut numbers) = (Vec::new(), Vec::new());
        while numbers.len() < self.head_rows && text.len() < MAX_HEAD {
            let next = head.next().map_err(|(line, error)| broken(name, Some(line), &error))?;
            let Some((number, line)) = next else { break };
            let Keys(keys) = serde_json::from_slice(line)
                .map_err(|error| broken(name, Some(number), &ArrowError::JsonError(error.to_string())))?;
            for key in keys {
                if known.insert(key.clone()) {
                    order.push(key);
                }
            }
            if order.len() > MAX_COLUMNS {
                let error = ArrowError::JsonError(format!("more than {MAX_COLUMNS} columns up to here"));
                return Err(broken(name, Some(number), &error));
            }
            numbers.push(number);
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        rewound(file)?;
        if order.is_empty() {
            return Err(Error::input(name, "it has no fields, expected an object a line, or a schema"));
        }
        let (schema, _) = infer_json_schema(text.as_slice(), None).map_err(|error| {
            // Of all lines together it can't say which it was.
            let wrong = text
                .split(|byte| *byte == b'\n')
                .zip(&numbers)
                .find_map(|(line, number)| Some((*number, infer_json_schema(line, None).err()?)));
            match wrong {
                Some((number, error)) => broken(name, Some(number), &error),
                None => broken(name, None, &error),
            }
        })?;
        let by_name: HashMap<&str, &Field> =
            schema.fields().iter().map(|field| (field.name().as_str(), field.as_ref())).collect();
        let fields = order.iter().filter_map(|key| by_name.get(key.as_str()).copied());
        // Nothing but nulls in the head: whatever comes later, text can hold it.
        let field = |field: &Field| match field.data_type() {
            DataType::Null => Field::new(field.name(), DataType::Utf8, true),
            _ => field.clone(),
        };
        Ok(Arc::new(Schema::new(fields.map(field).collect::<Vec<_>>())))
    }
}

/// The names of an object's fields, in order.
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Keys;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// What is wrong, and in which line.
type AtLine = (u64, ArrowError);

/// The lines of a file that are not empty.
struct Lines<R> {
    file: BufReader<R>,
    /// The number of the last line that was read, from 1.
    line: u64,
    text: Vec<u8>,
}

impl<R: Read> Lines<R> {
    fn new(file: R) -> Self {
        Self { file: BufReader::new(file), line: 0, text: Vec::new() }
    }

    /// The next line with its number.
    fn next(&mut self) -> Result<Option<(u64, &[u8])>, AtLine> {
        loop {
            self.text.clear();
            self.line += 1;
            let read = self.file.by_ref().take(MAX_LINE).read_until(b'\n', &mut self.text);
            let read = read.map_err(|error| (self.line, error.into()))?;
            if read == 0 {
                return Ok(None);
            }
            if read as u64 == MAX_LINE {
                let error = ArrowError::JsonError(format!("it has more than {MAX_LINE} bytes"));
                return Err((self.line, error));
            }
            if !self.text.trim_ascii().is_empty() {
                return Ok(Some((self.line, self.text.trim_ascii())));
            }
        }
    }
}

/// Decodes lines, a batch of them at a time.
struct Batches {
    lines: Lines<File>,
    schema: SchemaRef,
    decoder: Decoder,
    is_over: bool,
}

fn decoder(schema: &SchemaRef) -> Result<Decoder, ArrowError> {
    let builder = ReaderBuilder::new(SchemaRef::clone(schema));
    builder.with_batch_size(ROWS_A_PIECE).with_coerce_primitive(true).build_decoder()
}

/// Decodes one object; an error if the text is something else.
fn decode(decoder: &mut Decoder, line: &[u8]) -> Result<(), ArrowError> {
    let before = decoder.len();
    let read = decoder.decode(line)?;
    if decoder.has_partial_record() {
        return Err(ArrowError::JsonError("the object does not end".to_owned()));
    }
    if read < line.len() || decoder.len() != before + 1 {
        return Err(ArrowError::JsonError("expected one object a line".to_owned()));
    }
    Ok(())
}

impl Batches {
    fn next_batch(&mut self) -> Result<Option<RecordBatch>, AtLine> {
        let mut rows: Vec<(u64, Vec<u8>)> = Vec::new();
        while rows.len() < ROWS_A_PIECE {
            let Some((number, line)) = self.lines.next()? else { break };
            decode(&mut self.decoder, line).map_err(|error| (number, error))?;
            rows.push((number, line.to_vec()));
        }
        self.decoder.flush().map_err(|error| self.first_wrong(&rows).unwrap_or((self.lines.line, error)))
    }

    /// Values are only looked at when the batch is complete: which line was it?
    fn first_wrong(&self, rows: &[(u64, Vec<u8>)]) -> Option<AtLine> {
        rows.iter().find_map(|(number, line)| {
            let mut decoder = decoder(&self.schema).ok()?;
            let decoded = decode(&mut decoder, line).and_then(|()| decoder.flush());
            Some((*number, decoded.err()?))
        })
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let batch = self.next_batch();
        self.is_over = !matches!(batch, Ok(Some(_)));
        match batch {
            Ok(batch) => batch.map(Ok),
            Err((line, error)) => {
                Some(Err(ArrowError::ExternalError(Box::new(broken("", Some(line), &error)))))
            }
        }
    }
}

fn broken(name: &str, line: Option<u64>, error: &ArrowError) -> Error {
    let reason = match error {
        ArrowError::JsonError(reason) | ArrowError::ParseError(reason) => reason.clone(),
        other => other.to_string(),
    };
    let line = line.map_or_else(String::new, |line| format!("line {line}: "));
    Error::input(name, crate::error::shorten(&format!("{line}{reason}")))
}

impl Validator<'_> {
    /// Validates a file of JSON lines, which may be larger than memory. Of fields that no
    /// expectation looks at no value is read.
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be opened, a line is no object or longer than 64 MiB, or
    /// a value is not of its column's type, with the line; [`Error::Stopped`] if the progress
    /// callback breaks.
    pub fn json_lines(self, path: impl AsRef<Path>, format: &JsonLinesFormat) -> Result<ValidationResult> {
        let (name, mut file, _) = open(path.as_ref())?;
        let schema = format.told(&name, &mut file)?;
        // A decoder passes over fields that it has no column for.
        let of_rows = match self.looked_at(&schema) {
            Some(columns) => Arc::new(schema.project(&columns).map_err(|error| broken(&name, None, &error))?),
            None => SchemaRef::clone(&schema),
        };
        let decoder = decoder(&of_rows).map_err(|error| broken(&name, None, &error))?;
        let batches = Batches { lines: Lines::new(file), schema: of_rows, decoder, is_over: false };
        self.read(RecordBatchIterator::new(batches, schema), None, &|error, _| match error {
            ArrowError::ExternalError(error) => match error.downcast::<Error>() {
                Ok(error) => match *error {
                    Error::Input { reason, source, .. } => {
                        Error::Input { what: name.clone(), reason, source }
                    }
                    other => other,
                },
                Err(error) => Error::input(name.as_str(), error.to_string()),
            },
            other => broken(&name, None, &other),
        })
    }
}
