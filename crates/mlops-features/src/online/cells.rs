use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use arrow_select::take::take;
use mlops_core::Timestamp;

use crate::pit::{Micros, is_moment};
use crate::{Error, KeyPart, Result, Value};

/// A column whose cells are read one by one, whatever its width and encoding.
#[derive(Debug)]
pub(super) struct Cells {
    column: ArrayRef,
    /// The same in microseconds, if it holds moments.
    moments: Option<Micros>,
}

/// A whole number that only 64 bits without sign can hold.
#[derive(Debug)]
pub(super) struct TooLarge(pub(super) u64);

impl Cells {
    /// Reads `column`, which is called `name` in `table` and has a type that keys or features
    /// can have.
    pub(super) fn new(column: &ArrayRef, table: &str, name: &str) -> Result<Self> {
        let column = match column.as_any_dictionary_opt() {
            None => ArrayRef::clone(column),
            Some(dictionary) => take(dictionary.values(), dictionary.keys(), None).map_err(|error| {
                Error::TooLarge { what: format!("column {name:?} of {table}"), limit: error.to_string() }
            })?,
        };
        let moments =
            is_moment(column.data_type()).then(|| Micros::read(&column, table, name)).transpose()?;
        Ok(Self { column, moments })
    }

    /// The cell in `row` as the value of a feature.
    pub(super) fn value(&self, row: usize) -> Result<Value, TooLarge> {
        use DataType as T;
        if let Some(moments) = &self.moments {
            return Ok(moments.get(row).map(Timestamp::from_micros).into());
        }
        if self.column.is_null(row) {
            return Ok(Value::Null);
        }
        Ok(match self.column.data_type() {
            T::Boolean => Value::Bool(self.column.as_boolean().value(row)),
            T::Float64 => Value::Float(self.column.as_primitive::<Float64Type>().value(row)),
            T::Float32 => Value::Float(self.column.as_primitive::<Float32Type>().value(row).into()),
            T::Float16 => Value::Float(self.column.as_primitive::<Float16Type>().value(row).into()),
            _ => match self.text(row) {
                Some(text) => Value::Text(Arc::from(text)),
                None => self.int(row)?.map_or(Value::Null, Value::Int),
            },
        })
    }

    /// The cell in `row` as a part of a key; `None` if it is null.
    pub(super) fn key(&self, row: usize) -> Result<Option<KeyPart>, TooLarge> {
        if self.column.is_null(row) {
            return Ok(None);
        }
        match self.text(row) {
            Some(text) => Ok(Some(text.into())),
            None => Ok(self.int(row)?.map(KeyPart::Int)),
        }
    }

    fn text(&self, row: usize) -> Option<&str> {
        match self.column.data_type() {
            DataType::Utf8 => Some(self.column.as_string::<i32>().value(row)),
            DataType::LargeUtf8 => Some(self.column.as_string::<i64>().value(row)),
            DataType::Utf8View => Some(self.column.as_string_view().value(row)),
            _ => None,
        }
    }

    fn int(&self, row: usize) -> Result<Option<i64>, TooLarge> {
        Ok(Some(match self.column.data_type() {
            DataType::Int64 => self.column.as_primitive::<Int64Type>().value(row),
            DataType::Int32 => self.column.as_primitive::<Int32Type>().value(row).into(),
            DataType::Int16 => self.column.as_primitive::<Int16Type>().value(row).into(),
            DataType::Int8 => self.column.as_primitive::<Int8Type>().value(row).into(),
            DataType::UInt32 => self.column.as_primitive::<UInt32Type>().value(row).into(),
            DataType::UInt16 => self.column.as_primitive::<UInt16Type>().value(row).into(),
            DataType::UInt8 => self.column.as_primitive::<UInt8Type>().value(row).into(),
            DataType::UInt64 => {
                let value = self.column.as_primitive::<UInt64Type>().value(row);
                i64::try_from(value).map_err(|_| TooLarge(value))?
            }
            _ => return Ok(None),
        }))
    }
}
