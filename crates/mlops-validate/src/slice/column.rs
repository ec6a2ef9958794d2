use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::DataType;

use crate::table::{Cell, cell_at, decoded, only_column};
use crate::{Error, Result};

/// A column by which rows are cut into slices: categories, or numbers that are cut into
/// intervals of about as many rows each. A missing value (NaN for numbers) is a value of its own.
#[derive(Clone, Debug)]
pub struct SliceColumn {
    pub(super) name: String,
    pub(super) values: Values,
}

#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Distinct values, and the number of each row's.
    Categories {
        labels: Vec<Option<Arc<str>>>,
        of_row: Vec<u32>,
    },
    Numbers(Vec<f64>),
}

impl SliceColumn {
    /// The column `name`, a value or none for each row. O(n) look-ups.
    pub fn categories<K: AsRef<str>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<K>>,
    ) -> Self {
        let mut index: hashbrown::HashMap<Arc<str>, u32> = hashbrown::HashMap::new();
        let mut labels: Vec<Option<Arc<str>>> = Vec::new();
        let mut missing = None;
        let mut of_row = Vec::new();
        for value in values {
            let next = u32::try_from(labels.len()).unwrap_or(u32::MAX);
            let known = match &value {
                Some(value) => index.get(value.as_ref()).copied(),
                None => missing,
            };
            of_row.push(known.unwrap_or_else(|| {
                let label: Option<Arc<str>> = value.as_ref().map(|value| Arc::from(value.as_ref()));
                match &label {
                    Some(label) => {
                        index.insert(Arc::clone(label), next);
                    }
                    None => missing = Some(next),
                }
                labels.push(label);
                next
            }));
        }
        Self::coded(name, labels, of_row)
    }

    /// The column `name` of numbers; NaN is a missing value.
    pub fn numbers(name: impl Into<String>, values: &[f64]) -> Self {
        Self { name: name.into(), values: Values::Numbers(values.to_vec()) }
    }

    /// The column `name` of a table: whole and floating numbers as numbers, and all else (text,
    /// truth values, days) as categories.
    ///
    /// # Errors
    /// [`Error::Input`] if a batch has no such column, or two.
    pub fn of_batches(batches: &[RecordBatch], name: &str) -> Result<Self> {
        let mut texts: Vec<Option<String>> = Vec::new();
        let mut numbers: Vec<f64> = Vec::new();
        for batch in batches {
            let at = only_column(batch.schema_ref(), name)
                .map_err(|reason| Error::input(format!("column {name:?}"), reason))?;
            let mut array = Arc::clone(batch.column(at));
            while matches!(array.data_type(), DataType::Dictionary(_, _)) {
                array = decoded(array.as_ref());
            }
            for row in 0..array.len() {
                match cell_at(array.as_ref(), row) {
                    Cell::Int(value) => numbers.push(value as f64),
                    Cell::Float(value) => numbers.push(value),
                    Cell::Missing | Cell::MissingMoment if array.data_type().is_numeric() => {
                        numbers.push(f64::NAN);
                    }
                    Cell::Missing | Cell::MissingMoment => texts.push(None),
                    other => texts.push(Some(other.to_string())),
                }
            }
        }
        match (texts.is_empty(), numbers.is_empty()) {
            (_, true) => Ok(Self::categories(name, texts)),
            (true, false) => Ok(Self { name: name.to_owned(), values: Values::Numbers(numbers) }),
            (false, false) => {
                let reason = "it has numbers in one batch and other values in another";
                Err(Error::input(format!("column {name:?}"), reason))
            }
        }
    }

    pub(crate) fn coded(name: impl Into<String>, labels: Vec<Option<Arc<str>>>, of_row: Vec<u32>) -> Self {
        Self { name: name.into(), values: Values::Categories { labels, of_row } }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn rows(&self) -> usize {
        match &self.values {
            Values::Categories { of_row, .. } => of_row.len(),
            Values::Numbers(values) => values.len(),
        }
    }
}
