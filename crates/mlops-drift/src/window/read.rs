//! The values of an array, whatever its type.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_schema::DataType;

use super::column::is_text;

/// Each value as a number; integers beyond 2⁵³ lose their last digits.
pub(crate) fn each_number(array: &dyn Array, mut see: impl FnMut(Option<f64>)) {
    macro_rules! numbers {
        ($type:ty) => {
            array.as_primitive::<$type>().iter().for_each(|value| see(value.map(|value| value as f64)))
        };
        ($type:ty, exact) => {
            array.as_primitive::<$type>().iter().for_each(|value| see(value.map(f64::from)))
        };
    }
    match array.data_type() {
        DataType::Int8 => numbers!(Int8Type, exact),
        DataType::Int16 => numbers!(Int16Type, exact),
        DataType::Int32 => numbers!(Int32Type, exact),
        DataType::Int64 => numbers!(Int64Type),
        DataType::UInt8 => numbers!(UInt8Type, exact),
        DataType::UInt16 => numbers!(UInt16Type, exact),
        DataType::UInt32 => numbers!(UInt32Type, exact),
        DataType::UInt64 => numbers!(UInt64Type),
        DataType::Float32 => numbers!(Float32Type, exact),
        DataType::Float64 => array.as_primitive::<Float64Type>().iter().for_each(see),
        other => unreachable!("{other} is not of the kind number"),
    }
}

/// Each value as a name, with how often it comes.
pub(crate) fn each_name(array: &dyn Array, see: &mut dyn FnMut(Option<&str>, u64)) {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().for_each(|name| see(name, 1)),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().for_each(|name| see(name, 1)),
        DataType::Utf8View => array.as_string_view().iter().for_each(|name| see(name, 1)),
        DataType::Boolean => {
            let word = |flag| if flag { "true" } else { "false" };
            array.as_boolean().iter().for_each(|flag| see(flag.map(word), 1));
        }
        DataType::Dictionary(_, values) if is_text(values) => {
            let dictionary = array.as_any_dictionary();
            let names = dictionary.values();
            if names.is_empty() {
                return see(None, array.len() as u64);
            }
            let mut counts = vec![0; names.len()];
            let mut missing = 0;
            for (row, key) in dictionary.normalized_keys().into_iter().enumerate() {
                if dictionary.keys().is_null(row) { missing += 1 } else { counts[key] += 1 }
            }
            let mut key = 0;
            each_name(names, &mut |name, _| {
                if counts[key] > 0 {
                    see(name, counts[key]);
                }
                key += 1;
            });
            see(None, missing);
        }
        other => unreachable!("{other} is not of the kind category"),
    }
}
