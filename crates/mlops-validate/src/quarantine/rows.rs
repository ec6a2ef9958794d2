use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch, StringArray, UInt64Array};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use crate::result::ExpectationResult;
use crate::{Error, Result};

/// One rule, and the rows that break it, in order.
#[derive(Debug)]
pub(super) struct Broken {
    /// Column and rule in words.
    reason: String,
    rows: Vec<u64>,
    /// So many of them lie in batches that have been taken.
    taken: usize,
}

impl Broken {
    /// `None` if the expectation is not about rows, or none breaks it.
    pub(super) fn of(result: &ExpectationResult) -> Option<Self> {
        let mut rows: Vec<u64> = result.broken()?.row_numbers().collect();
        // They come in order, each once, save from an expectation of a user's that does otherwise.
        rows.sort_unstable();
        rows.dedup();
        let reason = format!("{}: {}", result.subject(), result.expectation().rule());
        (!rows.is_empty()).then_some(Self { reason, rows, taken: 0 })
    }

    /// The reason and those of the rows not yet taken that lie before `end`.
    fn take(&mut self, end: u64) -> (&str, &[u64]) {
        let from = self.taken;
        self.taken += self.rows[from..].partition_point(|row| *row < end);
        (&self.reason, &self.rows[from..self.taken])
    }
}

/// Takes a table apart, batch by batch in its order.
#[derive(Debug)]
pub(super) struct Splitter {
    rules: Vec<Broken>,
    quarantined: SchemaRef,
    next: u64,
}

impl Splitter {
    /// # Errors
    /// [`Error::Input`] if the table has a column of the name of one that is added.
    pub(super) fn new(
        schema: &Schema,
        rules: Vec<Broken>,
        reason_column: &str,
        row_column: Option<&str>,
    ) -> Result<Self> {
        let mut fields: Vec<Arc<Field>> = schema.fields().iter().map(Arc::clone).collect();
        let added = [Some((reason_column, DataType::Utf8)), row_column.map(|name| (name, DataType::UInt64))];
        for (name, data_type) in added.into_iter().flatten() {
            if fields.iter().any(|field| field.name() == name) {
                let reason =
                    "quarantined rows get a column of this name, and the table has one: name another";
                return Err(Error::input(format!("column {name:?}"), reason));
            }
            fields.push(Arc::new(Field::new(name, data_type, false)));
        }
        let quarantined = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
        Ok(Self { rules, quarantined, next: 0 })
    }

    #[cfg(feature = "parquet")]
    /// The columns of quarantined rows.
    pub(super) fn quarantined(&self) -> &SchemaRef {
        &self.quarantined
    }

    /// Rows that have been taken apart.
    pub(super) fn rows(&self) -> u64 {
        self.next
    }

    /// The rows of the next batch that break no rule, and those that do with the reasons.
    pub(super) fn take(&mut self, batch: &RecordBatch) -> Result<(RecordBatch, RecordBatch)> {
        let (first, rows) = (self.next, batch.num_rows());
        self.next += rows as u64;
        #[expect(clippy::cast_possible_truncation, reason = "a row of the batch")]
        let place = |row: u64| (row - first) as usize;
        let mut breaks = BooleanBufferBuilder::new(rows);
        breaks.append_n(rows, false);
        let mut found: Vec<(&str, &[u64])> = self.rules.iter_mut().map(|rule| rule.take(self.next)).collect();
        for row in found.iter().flat_map(|(_, rows)| *rows) {
            breaks.set_bit(place(*row), true);
        }
        let breaks = breaks.finish();
        let accepted = filter(batch, &!&breaks)?;
        let numbers: Vec<u64> = breaks.set_indices().map(|place| first + place as u64).collect();
        let mut columns: Vec<ArrayRef> = filter(batch, &breaks)?.columns().to_vec();
        columns.push(Arc::new(reasons(&numbers, &mut found)));
        if columns.len() < self.quarantined.fields().len() {
            columns.push(Arc::new(UInt64Array::from(numbers)));
        }
        let schema = SchemaRef::clone(&self.quarantined);
        let quarantined = RecordBatch::try_new(schema, columns).map_err(|error| changed(&error))?;
        Ok((accepted, quarantined))
    }
}

/// The reasons of each row. The rows of each rule come in the same order, and are used up.
fn reasons(rows: &[u64], found: &mut [(&str, &[u64])]) -> StringArray {
    let mut reasons = StringBuilder::new();
    for row in rows {
        let mut reason = String::new();
        for (rule, left) in found.iter_mut() {
            if left.first() == Some(row) {
                *left = &left[1..];
                if !reason.is_empty() {
                    reason.push_str("; ");
                }
                reason.push_str(rule);
            }
        }
        reasons.append_value(reason);
    }
    reasons.finish()
}

fn filter(batch: &RecordBatch, rows: &BooleanBuffer) -> Result<RecordBatch> {
    filter_record_batch(batch, &BooleanArray::new(rows.clone(), None)).map_err(|error| changed(&error))
}

fn changed(error: &arrow_schema::ArrowError) -> Error {
    Error::input("table", format!("a batch has other columns than were announced: {error}"))
}
