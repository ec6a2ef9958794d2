use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;

use crate::offline::column_index;
use crate::{Error, Result};

/// Numbers row by row, as a model reads them: `rows × columns`, row-major; NaN is missing.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Float32Array, Int64Array, RecordBatch};
/// let batch = RecordBatch::try_from_iter([
///     ("a", Arc::new(Int64Array::from(vec![Some(1), None])) as _),
///     ("b", Arc::new(Float32Array::from(vec![0.5, 0.25])) as _),
/// ])?;
/// let rows = mlops_features::DenseRows::from_batch(&batch, &["b", "a"])?;
/// assert_eq!(rows.row(0), [0.5, 1.0]);
/// assert!(rows.row(1)[1].is_nan());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DenseRows {
    values: Vec<f64>,
    rows: usize,
    columns: usize,
}

impl DenseRows {
    /// The named columns of `batch`, in the order named. Integers beyond 2⁵³ are rounded,
    /// false is 0, true is 1, null is NaN.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a column that is not there, [`Error::ColumnType`] for one that
    /// holds no numbers.
    pub fn from_batch<S: AsRef<str>>(batch: &RecordBatch, names: &[S]) -> Result<Self> {
        let (rows, columns) = (batch.num_rows(), names.len());
        let mut values = vec![f64::NAN; rows * columns];
        for (place, name) in names.iter().enumerate() {
            let column = batch.column(column_index("the batch", &batch.schema(), name.as_ref())?);
            let cells = values.get_mut(place..).unwrap_or_default().iter_mut().step_by(columns);
            fill(cells, column, name.as_ref())?;
        }
        Ok(Self { values, rows, columns })
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many numbers a row has.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All numbers, row after row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All numbers, row after row, owned.
    pub fn into_values(self) -> Vec<f64> {
        self.values
    }

    /// One row.
    ///
    /// # Panics
    /// If there is no such row, as indexing a slice does.
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        (0..self.rows).map(|row| self.row(row))
    }
}

/// Writes a column into the cells of its rows, which hold NaN.
fn fill<'a>(cells: impl Iterator<Item = &'a mut f64>, column: &ArrayRef, name: &str) -> Result<()> {
    fn numbers<'a, T: ArrowPrimitiveType>(
        cells: impl Iterator<Item = &'a mut f64>,
        column: &ArrayRef,
        number: impl Fn(T::Native) -> f64,
    ) {
        for (cell, value) in cells.zip(column.as_primitive::<T>()) {
            if let Some(value) = value {
                *cell = number(value);
            }
        }
    }
    match column.data_type() {
        DataType::Float64 => numbers::<Float64Type>(cells, column, |value| value),
        DataType::Float32 => numbers::<Float32Type>(cells, column, f64::from),
        DataType::Float16 => numbers::<Float16Type>(cells, column, f64::from),
        DataType::Int64 => numbers::<Int64Type>(cells, column, |value| value as f64),
        DataType::Int32 => numbers::<Int32Type>(cells, column, f64::from),
        DataType::Int16 => numbers::<Int16Type>(cells, column, f64::from),
        DataType::Int8 => numbers::<Int8Type>(cells, column, f64::from),
        DataType::UInt64 => numbers::<UInt64Type>(cells, column, |value| value as f64),
        DataType::UInt32 => numbers::<UInt32Type>(cells, column, f64::from),
        DataType::UInt16 => numbers::<UInt16Type>(cells, column, f64::from),
        DataType::UInt8 => numbers::<UInt8Type>(cells, column, f64::from),
        DataType::Boolean => {
            for (cell, value) in cells.zip(column.as_boolean()) {
                if let Some(value) = value {
                    *cell = f64::from(u8::from(value));
                }
            }
        }
        other => {
            return Err(Error::ColumnType {
                table: "the batch".to_owned(),
                column: name.to_owned(),
                found: other.to_string(),
                expected: "numbers or booleans".to_owned(),
            });
        }
    }
    Ok(())
}
