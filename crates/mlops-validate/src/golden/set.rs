use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use arrow_select::concat::concat;
use hashbrown::HashMap;
use mlops_core::{Digest, DigestWriter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::behaviour::{Model, predict};
use crate::table::{cell_at, decoded, only_column};
use crate::{Error, Result};

/// Rows that the model is asked at once.
const ROWS_AT_ONCE: usize = 4096;

/// Predictions by key, one or more numbers a row.
///
/// A key is the values of one or more columns; a row without one has the key `null`. Keys of a
/// set that is compared *with* stand once each.
#[derive(Clone, Debug)]
pub struct GoldenSet {
    pub(super) key_columns: Vec<(String, ArrayRef)>,
    /// For each row its key, as a list in JSON: text and numbers are told apart.
    pub(super) keys: Vec<String>,
    pub(super) outputs: Vec<(String, Vec<f64>)>,
}

/// What is kept beside a golden set, so that it is known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GoldenRecord {
    /// Of keys and predictions, whatever the file format and the order of rows.
    pub digest: Digest,
    /// How many rows.
    pub rows: u64,
    /// The key columns.
    pub keys: Vec<String>,
    /// The columns of predictions.
    pub outputs: Vec<String>,
    /// Where it comes from: model, version, data, day.
    pub provenance: String,
}

impl GoldenSet {
    /// What a model predicts for the rows of a table, as the output `prediction`.
    ///
    /// # Errors
    /// [`Error::Input`] if the model has no answer for a row, with the row, or a key column is
    /// missing or there is no key column or no batch.
    pub fn predicted(model: &dyn Model, batches: &[RecordBatch], keys: &[&str]) -> Result<Self> {
        let mut scores = Vec::new();
        for batch in batches {
            for start in (0..batch.num_rows()).step_by(ROWS_AT_ONCE) {
                let rows = batch.slice(start, ROWS_AT_ONCE.min(batch.num_rows() - start));
                let first = scores.len();
                scores.extend(predict(model, &rows).map_err(|unanswered| {
                    let row = first + unanswered.row;
                    Error::input("golden set", format!("row {row}: {}", unanswered.reason))
                })?);
            }
        }
        Self::with_outputs(batches, keys, vec![("prediction".to_owned(), scores)])
    }

    /// Keys and predictions that are columns of a table: numbers, where a missing one is NaN.
    ///
    /// # Errors
    /// [`Error::Input`] if a column is missing or a prediction no number, or no batch or column
    /// is given.
    pub fn of_batches(batches: &[RecordBatch], keys: &[&str], outputs: &[&str]) -> Result<Self> {
        let mut read = Vec::new();
        for name in outputs {
            let array = whole_column(batches, name)?;
            let broken = |reason: String| Error::input(format!("column {name:?}"), reason);
            let values: Vec<f64> = match array.data_type() {
                DataType::Float64 => {
                    let values = array.as_primitive::<Float64Type>();
                    values.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
                }
                DataType::Float32 => {
                    let values = array.as_primitive::<Float32Type>();
                    values.iter().map(|value| value.map_or(f64::NAN, f64::from)).collect()
                }
                other if other.is_integer() || *other == DataType::Boolean => (0..array.len())
                    .map(|row| match cell_at(array.as_ref(), row).whole() {
                        Some(whole) => whole as f64,
                        None => f64::NAN,
                    })
                    .collect(),
                other => return Err(broken(format!("it is {other}, expected numbers"))),
            };
            read.push(((*name).to_owned(), values));
        }
        Self::with_outputs(batches, keys, read)
    }

    fn with_outputs(
        batches: &[RecordBatch],
        keys: &[&str],
        outputs: Vec<(String, Vec<f64>)>,
    ) -> Result<Self> {
        if keys.is_empty() || outputs.is_empty() {
            return Err(Error::input("golden set", "it needs a key column and an output"));
        }
        let mut names: Vec<&str> = keys.to_vec();
        names.extend(outputs.iter().map(|(name, _)| name.as_str()));
        if let Some(at) = (1..names.len()).find(|at| names[..*at].contains(&names[*at])) {
            return Err(Error::input("golden set", format!("the column {:?} is named twice", names[at])));
        }
        let mut key_columns = Vec::new();
        for name in keys {
            key_columns.push(((*name).to_owned(), whole_column(batches, name)?));
        }
        let rows = outputs[0].1.len();
        let key = |row: usize| {
            let values = key_columns.iter().map(|(_, array)| cell_at(array.as_ref(), row).to_json());
            Value::Array(values.collect()).to_string()
        };
        let keys = (0..rows).map(key).collect();
        Ok(Self { key_columns, keys, outputs })
    }

    /// A golden set as it was kept.
    ///
    /// # Errors
    /// [`Error::Input`] if the table is not the one that was recorded, by its digest, or
    /// lacks a column.
    pub fn read(record: &GoldenRecord, batches: &[RecordBatch]) -> Result<Self> {
        let keys: Vec<&str> = record.keys.iter().map(String::as_str).collect();
        let outputs: Vec<&str> = record.outputs.iter().map(String::as_str).collect();
        let set = Self::of_batches(batches, &keys, &outputs)?;
        let digest = set.digest();
        if digest != record.digest {
            let reason = format!(
                "its digest is {digest}, recorded was {}: it is not the set that was recorded ({})",
                record.digest, record.provenance
            );
            return Err(Error::input("golden set", reason));
        }
        Ok(set)
    }

    /// What is to be kept beside the table of [`to_batch`](Self::to_batch).
    pub fn record(&self, provenance: impl Into<String>) -> GoldenRecord {
        GoldenRecord {
            digest: self.digest(),
            rows: self.keys.len() as u64,
            keys: self.key_columns.iter().map(|(name, _)| name.clone()).collect(),
            outputs: self.outputs.iter().map(|(name, _)| name.clone()).collect(),
            provenance: provenance.into(),
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.keys.len()
    }

    /// The digest of names, keys and predictions. Rows in another order have the same; a NaN is a NaN, whatever its bits.
    pub fn digest(&self) -> Digest {
        let mut order: Vec<usize> = (0..self.keys.len()).collect();
        let bits = |row: usize| self.outputs.iter().map(move |(_, values)| spelled(values[row]));
        order.sort_by(|one, other| {
            self.keys[*one].cmp(&self.keys[*other]).then_with(|| bits(*one).cmp(bits(*other)))
        });
        let mut writer = DigestWriter::new();
        let mut text = |text: &str| {
            writer.update((text.len() as u64).to_le_bytes());
            writer.update(text.as_bytes());
        };
        let names =
            self.key_columns.iter().map(|(name, _)| name).chain(self.outputs.iter().map(|(name, _)| name));
        text(&self.key_columns.len().to_string());
        names.for_each(|name| text(name));
        for row in order {
            text(&self.keys[row]);
            for bits in bits(row) {
                text(&bits.to_string());
            }
        }
        writer.finish()
    }

    /// The set as a table: the key columns, then the outputs.
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be made; of a set that was read or predicted it can.
    pub fn to_batch(&self) -> Result<RecordBatch> {
        let mut fields = Vec::new();
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (name, array) in &self.key_columns {
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(Arc::clone(array));
        }
        for (name, values) in &self.outputs {
            fields.push(Field::new(name, DataType::Float64, true));
            arrays.push(Arc::new(Float64Array::from(values.clone())));
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
            .map_err(|error| Error::input("golden set", error.to_string()))
    }

    /// The row of each key, or an error with the first that stands twice.
    pub(super) fn by_key(&self) -> Result<HashMap<&str, usize>> {
        let mut rows = HashMap::with_capacity(self.keys.len());
        for (row, key) in self.keys.iter().enumerate() {
            if let Some(first) = rows.insert(key.as_str(), row) {
                let key = crate::error::shorten(key);
                let reason = format!("rows {first} and {row} have the same key, {key}");
                return Err(Error::input("golden set", reason));
            }
        }
        Ok(rows)
    }
}

/// The bits of a number, where every NaN has the same.
pub(super) fn spelled(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

/// A column of all batches, without a dictionary.
fn whole_column(batches: &[RecordBatch], name: &str) -> Result<ArrayRef> {
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for batch in batches {
        let at = only_column(batch.schema_ref(), name)
            .map_err(|reason| Error::input(format!("column {name:?}"), reason))?;
        let array = batch.column(at);
        arrays.push(match array.data_type() {
            DataType::Dictionary(_, _) => decoded(array.as_ref()),
            _ => Arc::clone(array),
        });
    }
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    if arrays.is_empty() {
        return Err(Error::input("golden set", "there is no record batch, and so no schema"));
    }
    concat(&arrays).map_err(|error| Error::input(format!("column {name:?}"), error.to_string()))
}
