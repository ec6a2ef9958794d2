use std::sync::OnceLock;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, Schema, SchemaRef};

use super::Domain;
use crate::condition::{Columns, RowCondition};
use crate::table::{NanIs, Present, and, decoded, only_column, present};
use crate::{Error, Result};

/// Consecutive rows of a table, and what is known of them already.
///
/// A source may hand over text as a dictionary although the table has plain text: what is
/// seen here is always of the type that the plan was made for.
#[derive(Debug)]
pub struct Chunk<'a> {
    /// As the source gave it.
    batch: &'a RecordBatch,
    schema: &'a SchemaRef,
    first_row: u64,
    nan: NanIs,
    columns: Vec<Known>,
    whole: OnceLock<RecordBatch>,
    domains: Vec<OnceLock<Result<BooleanBuffer, String>>>,
    conditions: &'a [RowCondition],
}

/// What is known of a column.
#[derive(Debug, Default)]
struct Known {
    /// The column in its own type, if the source gave a dictionary of it.
    decoded: OnceLock<Option<ArrayRef>>,
    present: OnceLock<(Present, usize)>,
}

impl<'a> Chunk<'a> {
    pub(super) fn new(
        batch: &'a RecordBatch,
        first_row: u64,
        nan: NanIs,
        (schema, conditions): (&'a SchemaRef, &'a [RowCondition]),
    ) -> Self {
        Self {
            batch,
            schema,
            first_row,
            nan,
            columns: std::iter::repeat_with(Known::default).take(batch.num_columns()).collect(),
            whole: OnceLock::new(),
            domains: std::iter::repeat_with(OnceLock::new).take(conditions.len()).collect(),
            conditions,
        }
    }

    /// The rows.
    pub fn batch(&self) -> &RecordBatch {
        let columns = 0..self.batch.num_columns();
        if columns.clone().all(|at| self.own_type(at).is_none()) {
            return self.batch;
        }
        self.whole.get_or_init(|| {
            let fields = self.batch.schema_ref().fields().iter().zip(self.batch.columns());
            let (fields, arrays): (Vec<_>, Vec<_>) = fields
                .enumerate()
                .map(|(at, (field, array))| match self.decoded(at) {
                    None => (field.as_ref().clone(), ArrayRef::clone(array)),
                    Some(own) => {
                        (field.as_ref().clone().with_data_type(own.data_type().clone()), ArrayRef::clone(own))
                    }
                })
                .unzip();
            let options = RecordBatchOptions::new().with_row_count(Some(self.batch.num_rows()));
            RecordBatch::try_new_with_options(Schema::new(fields).into(), arrays, &options)
                // It fits: only the types of columns have changed, and their fields with them.
                .unwrap_or_else(|_| self.batch.clone())
        })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The number of the first row in the table, from 0.
    pub fn first_row(&self) -> u64 {
        self.first_row
    }

    fn index(&self, name: &str) -> Result<usize> {
        only_column(self.batch.schema_ref(), name)
            .map_err(|reason| Error::Evaluation { rule: format!("column {name:?}"), reason })
    }

    /// The type that the plan has for a column that came as a dictionary of it.
    fn own_type(&self, at: usize) -> Option<&DataType> {
        let DataType::Dictionary(_, values) = self.batch.column(at).data_type() else { return None };
        let name = self.batch.schema_ref().field(at).name();
        let planned = self.schema.field_with_name(name).ok()?.data_type();
        (planned == values.as_ref()).then_some(planned)
    }

    fn decoded(&self, at: usize) -> Option<&ArrayRef> {
        let known = &self.columns[at].decoded;
        known.get_or_init(|| self.own_type(at).map(|_| decoded(self.batch.column(at).as_ref()))).as_ref()
    }

    /// A column by its name.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if it is not there.
    pub fn column(&self, name: &str) -> Result<&ArrayRef> {
        let at = self.index(name)?;
        Ok(self.decoded(at).unwrap_or_else(|| self.batch.column(at)))
    }

    /// A column as the source gave it: perhaps as a dictionary of its values. For kernels
    /// that can use one; the rows and what is missing are those of [`column`](Self::column).
    ///
    /// # Errors
    /// [`Error::Evaluation`] if it is not there.
    pub fn as_given(&self, name: &str) -> Result<&'a ArrayRef> {
        Ok(self.batch.column(self.index(name)?))
    }

    fn known_present(&self, name: &str) -> Result<&(Present, usize)> {
        let at = self.index(name)?;
        Ok(self.columns[at].present.get_or_init(|| {
            let present = present(self.batch.column(at).as_ref(), self.nan);
            let count = present.as_ref().map_or(self.rows(), BooleanBuffer::count_set_bits);
            // A mask that leaves nothing out is none.
            (present.filter(|_| count < self.rows()), count)
        }))
    }

    /// Which rows of a column have a value; `None` if all have. NaN counts as the
    /// validation was told.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if the column is not there.
    pub fn present(&self, name: &str) -> Result<Option<&BooleanBuffer>> {
        Ok(self.known_present(name)?.0.as_ref())
    }

    /// How many rows a domain has, and how many of them have a value in a column.
    pub(crate) fn counts(&self, domain: Domain, column: &str) -> Result<(usize, usize)> {
        let (present, count) = self.known_present(column)?;
        Ok(match (self.domain(domain)?, present) {
            (None, _) => (self.rows(), *count),
            (Some(domain), None) => {
                let rows = domain.count_set_bits();
                (rows, rows)
            }
            (Some(domain), Some(present)) => (domain.count_set_bits(), (domain & present).count_set_bits()),
        })
    }

    /// The rows of a domain; `None` if they are all.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if its condition can't be evaluated.
    pub fn domain(&self, domain: Domain) -> Result<Option<&BooleanBuffer>> {
        let Some(at) = domain.0 else { return Ok(None) };
        let rows = self.domains[at].get_or_init(|| {
            let meaning = self.conditions[at].meaning().map_err(|error| error.to_string())?;
            meaning.rows(self)
        });
        match rows {
            Ok(rows) => Ok(Some(rows)),
            Err(reason) => {
                Err(Error::Evaluation { rule: self.conditions[at].rule(), reason: reason.clone() })
            }
        }
    }

    /// The rows of a domain in which a column has a value; `None` if they are all.
    ///
    /// # Errors
    /// As [`domain`](Self::domain) and [`present`](Self::present).
    pub fn present_in(&self, domain: Domain, column: &str) -> Result<Option<BooleanBuffer>> {
        Ok(and(self.domain(domain)?, self.present(column)?))
    }
}

impl Columns for Chunk<'_> {
    fn column(&self, name: &str) -> Option<(&ArrayRef, Present)> {
        let array = Chunk::column(self, name).ok()?;
        Some((array, self.present(name).ok()?.cloned()))
    }

    fn rows(&self) -> usize {
        Chunk::rows(self)
    }
}
