use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use arrow_select::interleave::interleave_record_batch;

use super::{Batches, OfflineSource, check_range, check_rows, column_indices, partitioned, projected};
use crate::{Error, Result};

/// Rows in memory. Cloning shares them.
#[derive(Clone, Debug)]
pub struct MemorySource {
    name: String,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// The number of the first row of each batch, and at the end the number of rows.
    starts: Vec<u64>,
}

impl MemorySource {
    /// The rows of `batches`, in their order; `name` is for messages.
    ///
    /// # Errors
    /// [`Error::Definition`] if a batch has another schema.
    pub fn new(name: impl Into<String>, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Self> {
        let name = name.into();
        if let Some(index) = batches.iter().position(|batch| batch.schema() != schema) {
            return Err(Error::Definition {
                of: format!("source {name:?}"),
                reason: format!("has another schema in batch {index}"),
            });
        }
        Ok(Self::of(name, schema, batches))
    }

    /// The rows of one batch.
    pub fn single(name: impl Into<String>, batch: RecordBatch) -> Self {
        Self::of(name.into(), batch.schema(), vec![batch])
    }

    fn of(name: String, schema: SchemaRef, batches: Vec<RecordBatch>) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        for batch in &batches {
            end += batch.num_rows() as u64;
            starts.push(end);
        }
        Self { name, schema, batches, starts }
    }

    fn len(&self) -> u64 {
        *self.starts.last().expect("there is always an end")
    }

    /// The batch that holds `row`, which must be within the table.
    fn batch_of(&self, row: u64) -> usize {
        self.starts.partition_point(|start| *start <= row) - 1
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a place within a batch in memory fits into usize")]
impl OfflineSource for MemorySource {
    fn name(&self) -> &str {
        &self.name
    }

    fn schema(&self) -> SchemaRef {
        SchemaRef::clone(&self.schema)
    }

    fn partitions(&self) -> Vec<Range<u64>> {
        self.starts.windows(2).flat_map(|pair| partitioned(pair[0]..pair[1])).collect()
    }

    fn scan(&self, columns: &[&str], rows: Range<u64>) -> Result<Batches<'_>> {
        check_range(&self.name, &rows, self.len())?;
        let indices = column_indices(&self.name, &self.schema, columns)?;
        if rows.is_empty() {
            return Ok(Box::new(std::iter::empty()));
        }
        let batches = self.batch_of(rows.start)..=self.batch_of(rows.end - 1);
        Ok(Box::new(batches.map(move |index| {
            let start = self.starts[index];
            let first = rows.start.max(start) - start;
            let end = rows.end.min(self.starts[index + 1]) - start;
            let part = self.batches[index].slice(first as usize, (end - first) as usize);
            Ok(part.project(&indices).expect("the indices come from this schema"))
        })))
    }

    fn gather(&self, columns: &[&str], rows: &[u64]) -> Result<RecordBatch> {
        check_rows(&self.name, rows, self.len())?;
        let indices = column_indices(&self.name, &self.schema, columns)?;
        if rows.is_empty() {
            return Ok(RecordBatch::new_empty(projected(&self.name, &self.schema, columns)?));
        }
        let batches = self
            .batches
            .iter()
            .map(|batch| batch.project(&indices).expect("the indices come from this schema"))
            .collect::<Vec<_>>();
        let places: Vec<(usize, usize)> = rows
            .iter()
            .map(|row| {
                let batch = self.batch_of(*row);
                (batch, (row - self.starts[batch]) as usize)
            })
            .collect();
        interleave_record_batch(&batches.iter().collect::<Vec<_>>(), &places).map_err(|error| {
            Error::TooLarge { what: format!("what was gathered of {}", self.name), limit: error.to_string() }
        })
    }
}
