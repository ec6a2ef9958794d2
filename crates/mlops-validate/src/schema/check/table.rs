use arrow_array::RecordBatch;
use rayon::prelude::*;

use super::column::{ColumnState, start};
use super::found::Found;
use crate::schema::columns::{as_before, as_here, columns_of};
use crate::schema::{Anomaly, AnomalyType, Schema};
use crate::{Error, Result};

/// Checks a table against a [`Schema`], in one pass, in parts that merge.
///
/// What does not fit is an [`Anomaly`], not an error. How the rows are split does not
/// matter. The state is bounded, but for columns that have to be unique: those need their
/// different values.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use mlops_validate::schema::{AnomalyType, Schema};
///
/// let schema = Schema::from_toml(r#"
///     format = 1
///     name = "flights"
///     version = "1.0.0"
///     columns = [{ name = "dest", type = "Utf8", nullable = false, domain = ["BOS", "JFK"] }]
/// "#)?;
/// # let dest: ArrayRef = Arc::new(StringArray::from(vec![Some("JFK"), Some("jfk"), Some("BOS"), None]));
/// # let batch = RecordBatch::try_from_iter_with_nullable([("dest", dest, true)])?;
/// let anomalies = schema.check(&[batch])?;
/// assert_eq!(anomalies[0].anomaly, AnomalyType::FeatureTypeLowFractionPresent);
/// assert_eq!(anomalies[1].anomaly.name(), "ENUM_TYPE_UNEXPECTED_STRING_VALUES");
/// assert_eq!(
///     anomalies[1].reason,
///     "1 of 3 values is not of the domain (33.33 %), expected at most 0 %: \"jfk\""
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SchemaCheck<'a> {
    schema: &'a Schema,
    rows: u64,
    /// Those of the table, once a batch has come.
    columns: Option<Vec<ColumnState<'a>>>,
}

impl Schema {
    /// The anomalies of a table that is in memory: of the table, then of the schema's columns
    /// in their order, then new columns.
    ///
    /// # Errors
    /// [`Error::Input`] if the batches have different columns.
    pub fn check(&self, batches: &[RecordBatch]) -> Result<Vec<Anomaly>> {
        let mut check = SchemaCheck::new(self);
        for batch in batches {
            check.update(batch)?;
        }
        Ok(check.finish())
    }
}

impl<'a> SchemaCheck<'a> {
    /// How many different strange values are shown.
    pub const EXAMPLES: usize = 5;

    /// A check that has seen no row.
    pub fn new(schema: &'a Schema) -> Self {
        Self { schema, rows: 0, columns: None }
    }

    /// Takes in the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if its columns are not those of the first batch, or if two have one
    /// name. Nothing is taken in then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = columns_of(batch)?;
        let schema = self.schema;
        let states = self
            .columns
            .get_or_insert_with(|| columns.iter().cloned().map(|column| start(schema, column)).collect());
        as_before(states, &columns)?;
        states.par_iter_mut().zip(batch.columns()).for_each(|(state, array)| {
            state.update(array.as_ref());
        });
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Takes in what another has seen of the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if it has another schema or saw other columns.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        if self.schema != later.schema {
            return Err(Error::input("the part to be merged", "it has another schema"));
        }
        let Some(theirs) = later.columns else { return Ok(()) };
        let Some(own) = &mut self.columns else {
            self.columns = Some(theirs);
            self.rows += later.rows;
            return Ok(());
        };
        as_here(own, &theirs)?;
        for (own, theirs) in own.iter_mut().zip(theirs) {
            own.merge(theirs);
        }
        self.rows += later.rows;
        Ok(())
    }

    /// What is strange. A table without a row lacks columns and rows, but no values.
    pub fn finish(self) -> Vec<Anomaly> {
        let Self { schema, rows, columns } = self;
        let states = columns.unwrap_or_default();
        let mut found = Found { schema, anomalies: Vec::new() };
        if let Some(min) = schema.rows.min.filter(|min| rows < *min) {
            let expected = format!("at least {min} rows");
            found.table(AnomalyType::DatasetLowNumExamples, rows, expected);
        }
        if let Some(max) = schema.rows.max.filter(|max| rows > *max) {
            let expected = format!("at most {max} rows");
            found.table(AnomalyType::DatasetHighNumExamples, rows, expected);
        }
        for column in &schema.columns {
            match states.iter().find(|state| state.name == column.name) {
                None if column.min_presence > 0.0 => {
                    let (expected, reason) = ("a column".to_owned(), "the column is not there".to_owned());
                    found.column(&column.name, AnomalyType::SchemaMissingColumn, None, expected, reason);
                }
                None => {}
                Some(state) => state.judge(column, rows, &mut found),
            }
        }
        for state in states.iter().filter(|state| schema.column(&state.name).is_none()) {
            let reason = format!("the column, of type {}, is not in the schema", state.data_type);
            let expected = "only columns of the schema".to_owned();
            found.column(&state.name, AnomalyType::SchemaNewColumn, None, expected, reason);
        }
        found.anomalies
    }
}
