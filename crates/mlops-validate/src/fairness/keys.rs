//! Columns of Arrow tables as codes and what the codes stand for.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use crate::{Error, Result};

/// The values of a dictionary and the key of each row; the key of a null row is 0.
pub(super) fn dictionary_of(what: &str, array: &dyn Array) -> Result<(ArrayRef, Vec<usize>)> {
    fn of<K: ArrowDictionaryKeyType>(array: &dyn Array) -> (ArrayRef, Vec<usize>) {
        let dictionary = array.as_dictionary::<K>();
        let keys = dictionary.keys();
        let codes = match keys.nulls() {
            None => keys.values().iter().map(|key| key.as_usize()).collect(),
            Some(nulls) => keys
                .values()
                .iter()
                .zip(nulls)
                .map(|(key, is_there)| if is_there { key.as_usize() } else { 0 })
                .collect(),
        };
        (Arc::clone(dictionary.values()), codes)
    }
    let DataType::Dictionary(key, _) = array.data_type() else {
        return Err(Error::input(what, "it is no dictionary"));
    };
    Ok(match key.as_ref() {
        DataType::Int8 => of::<Int8Type>(array),
        DataType::Int16 => of::<Int16Type>(array),
        DataType::Int32 => of::<Int32Type>(array),
        DataType::Int64 => of::<Int64Type>(array),
        DataType::UInt8 => of::<UInt8Type>(array),
        DataType::UInt16 => of::<UInt16Type>(array),
        DataType::UInt32 => of::<UInt32Type>(array),
        DataType::UInt64 => of::<UInt64Type>(array),
        other => return Err(Error::input(what, format!("it is a dictionary by {other}"))),
    })
}

/// Whole numbers of any width as 64 bits; `None` for another type, or one that does not fit.
pub(super) fn whole_numbers(array: &dyn Array) -> Option<Vec<i64>> {
    fn of<T: ArrowPrimitiveType>(array: &dyn Array) -> Option<Vec<i64>>
    where
        T::Native: TryInto<i64>,
    {
        array.as_primitive::<T>().values().iter().map(|value| (*value).try_into().ok()).collect()
    }
    match array.data_type() {
        DataType::Int8 => of::<Int8Type>(array),
        DataType::Int16 => of::<Int16Type>(array),
        DataType::Int32 => of::<Int32Type>(array),
        DataType::Int64 => of::<Int64Type>(array),
        DataType::UInt8 => of::<UInt8Type>(array),
        DataType::UInt16 => of::<UInt16Type>(array),
        DataType::UInt32 => of::<UInt32Type>(array),
        DataType::UInt64 => of::<UInt64Type>(array),
        _ => None,
    }
}

/// The text of a row; `None` for another type.
pub(super) fn text_at<'a>(array: &'a dyn Array) -> Option<Box<dyn Fn(usize) -> &'a str + 'a>> {
    match array.data_type() {
        DataType::Utf8 => {
            let array = array.as_string::<i32>();
            Some(Box::new(|row| array.value(row)))
        }
        DataType::LargeUtf8 => {
            let array = array.as_string::<i64>();
            Some(Box::new(|row| array.value(row)))
        }
        DataType::Utf8View => {
            let array = array.as_string_view();
            Some(Box::new(|row| array.value(row)))
        }
        _ => None,
    }
}
