use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, LargeStringArray, StringArray, StringViewArray,
    UnionArray,
};
use arrow_buffer::{BooleanBuffer, Buffer};
use arrow_schema::{DataType, Schema, TimeUnit};

use super::Cell;

/// The numbers of half precision.
pub(crate) type F16 = <Float16Type as ArrowPrimitiveType>::Native;

/// What NaN in a floating point column stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third reading")]
pub enum NanIs {
    /// A missing value, as Great Expectations on pandas has it.
    #[default]
    Missing,
    /// A value like others: not null, in no range and in no set.
    AValue,
}

/// Which rows of a column have a value; `None` if all have.
pub(crate) type Present = Option<BooleanBuffer>;

/// Both of two masks, where `None` is all rows.
pub(crate) fn and(a: Option<&BooleanBuffer>, b: Option<&BooleanBuffer>) -> Option<BooleanBuffer> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a & b),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}

/// Which rows of `array` have a value.
pub(crate) fn present(array: &dyn Array, nan: NanIs) -> Present {
    let valid =
        array.logical_nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| nulls.inner().clone());
    let numbers = match nan {
        NanIs::Missing => not_nan(array),
        NanIs::AValue => None,
    };
    and(valid.as_ref(), numbers.as_ref())
}

/// Which rows are no NaN; `None` if there is none or the type has none.
fn not_nan(array: &dyn Array) -> Option<BooleanBuffer> {
    fn floats<T: ArrowPrimitiveType>(
        array: &dyn Array,
        is_nan: impl Fn(T::Native) -> bool,
    ) -> Option<BooleanBuffer> {
        let values = array.as_primitive::<T>().values();
        // The common column has no NaN at all: look first, write a mask only if needed.
        let any = |block: &[T::Native]| block.iter().fold(false, |any, value| any | is_nan(*value));
        if values.chunks(1024).any(any) {
            Some(BooleanBuffer::collect_bool(values.len(), |row| !is_nan(values[row])))
        } else {
            None
        }
    }
    match array.data_type() {
        DataType::Float16 => floats::<Float16Type>(array, F16::is_nan),
        DataType::Float32 => floats::<Float32Type>(array, f32::is_nan),
        DataType::Float64 => floats::<Float64Type>(array, f64::is_nan),
        DataType::Dictionary(_, _) => {
            let mask = not_nan(array.as_any_dictionary().values().as_ref())?;
            Some(through_dictionary(array, &mask))
        }
        DataType::Union(_, _) => {
            let cell_is_nan = |row| matches!(cell_at(array, row), Cell::Float(value) if value.is_nan());
            Some(BooleanBuffer::collect_bool(array.len(), |row| !cell_is_nan(row)))
        }
        _ => None,
    }
}

/// The answer for each row of a dictionary column from the answers for its values. Rows
/// without a value get any answer.
pub(crate) fn through_dictionary(array: &dyn Array, of_values: &BooleanBuffer) -> BooleanBuffer {
    if of_values.is_empty() {
        return BooleanBuffer::new_unset(array.len());
    }
    let keys = array.as_any_dictionary().normalized_keys();
    BooleanBuffer::collect_bool(array.len(), |row| of_values.value(keys[row]))
}

/// Whether two arrays are the same memory, so that nothing in them has to be compared. The
/// one that is held keeps it from being given to another.
pub(crate) fn same_values(one: &ArrayRef, other: &ArrayRef) -> bool {
    Arc::ptr_eq(one, other) || one.to_data().ptr_eq(&other.to_data())
}

/// Which values `holds` is true of, where that is rare: blocks without any are looked at
/// without a branch, and no bits are packed for them.
pub(crate) fn rare<T: Copy>(values: &[T], holds: impl Fn(T) -> bool) -> BooleanBuffer {
    let word = |block: &[T]| {
        let any = block.iter().fold(false, |any, value| any | holds(*value));
        let bits =
            |block: &[T]| block.iter().rev().fold(0_u64, |word, value| word << 1 | u64::from(holds(*value)));
        if any { bits(block).to_le() } else { 0 }
    };
    let words: Vec<u64> = values.chunks(64).map(word).collect();
    BooleanBuffer::new(Buffer::from_vec(words), 0, values.len())
}

/// A dictionary column as a column of its values.
pub(crate) fn decoded(array: &dyn Array) -> ArrayRef {
    let dictionary = array.as_any_dictionary();
    arrow_select::take::take(dictionary.values().as_ref(), dictionary.keys(), None)
        .expect("a dictionary's keys are whole numbers that its values have")
}

/// How many nanoseconds a unit of time has.
pub(crate) const fn nanos_per_unit(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

/// The place of the one column of a name, or why there is not one: of two that share it,
/// neither is meant more than the other.
pub(crate) fn only_column(schema: &Schema, name: &str) -> Result<usize, String> {
    let mut found = schema.fields().iter().enumerate().filter(|(_, field)| field.name() == name);
    match (found.next(), found.next(), found.count()) {
        (None, _, _) => Err("there is no such column".to_owned()),
        (Some((at, _)), None, _) => Ok(at),
        (Some(_), Some(_), 0) => Err(format!("two columns are called {name:?}")),
        (Some(_), Some(_), more) => Err(format!("{} columns are called {name:?}", more + 2)),
    }
}

/// Whether missing values of this type are written as `NaT`.
pub(crate) fn is_moment(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(_, _))
}

/// The value in `row`; null is [`Cell::Missing`], NaN stays a number.
pub(crate) fn cell_at(array: &dyn Array, row: usize) -> Cell<'_> {
    fn native<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> T::Native {
        array.as_primitive::<T>().value(row)
    }
    if array.is_null(row) {
        return Cell::Missing;
    }
    match array.data_type() {
        DataType::Null => Cell::Missing,
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int8 => Cell::Int(native::<Int8Type>(array, row).into()),
        DataType::Int16 => Cell::Int(native::<Int16Type>(array, row).into()),
        DataType::Int32 => Cell::Int(native::<Int32Type>(array, row).into()),
        DataType::Int64 => Cell::Int(native::<Int64Type>(array, row).into()),
        DataType::UInt8 => Cell::Int(native::<UInt8Type>(array, row).into()),
        DataType::UInt16 => Cell::Int(native::<UInt16Type>(array, row).into()),
        DataType::UInt32 => Cell::Int(native::<UInt32Type>(array, row).into()),
        DataType::UInt64 => Cell::Int(native::<UInt64Type>(array, row).into()),
        DataType::Float16 => Cell::Float(native::<Float16Type>(array, row).to_f64()),
        DataType::Float32 => Cell::Float(native::<Float32Type>(array, row).into()),
        DataType::Float64 => Cell::Float(native::<Float64Type>(array, row)),
        DataType::Decimal128(_, scale) => Cell::Float(decimal(native::<Decimal128Type>(array, row), *scale)),
        DataType::Utf8 => Cell::Text(Cow::Borrowed(array.as_string::<i32>().value(row))),
        DataType::LargeUtf8 => Cell::Text(Cow::Borrowed(array.as_string::<i64>().value(row))),
        DataType::Utf8View => Cell::Text(Cow::Borrowed(array.as_string_view().value(row))),
        DataType::Timestamp(unit, zone) => {
            let value = match unit {
                TimeUnit::Second => native::<TimestampSecondType>(array, row),
                TimeUnit::Millisecond => native::<TimestampMillisecondType>(array, row),
                TimeUnit::Microsecond => native::<TimestampMicrosecondType>(array, row),
                TimeUnit::Nanosecond => native::<TimestampNanosecondType>(array, row),
            };
            Cell::Moment { nanos: i128::from(value) * nanos_per_unit(*unit), zoned: zone.is_some() }
        }
        DataType::Date32 => Cell::Date(native::<Date32Type>(array, row).into()),
        DataType::Date64 => Cell::Date(native::<Date64Type>(array, row).div_euclid(86_400_000)),
        DataType::Dictionary(_, _) => {
            let values = array.as_any_dictionary().values();
            if values.is_empty() {
                return Cell::Missing;
            }
            // Of a slice of one row, since all keys would be read otherwise.
            let key = array.slice(row, 1).as_any_dictionary().normalized_keys()[0];
            cell_at(values.as_ref(), key)
        }
        DataType::Union(_, _) => {
            let union: &UnionArray = array.as_union();
            cell_at(union.child(union.type_id(row)).as_ref(), union.value_offset(row))
        }
        other => Cell::Other(Cow::Owned(other.to_string())),
    }
}

/// A column of one value; `None` if the value is not of the type.
pub(crate) fn array_of(cell: &Cell<'_>, data_type: &DataType) -> Option<ArrayRef> {
    fn number<T: ArrowPrimitiveType>(value: Option<T::Native>, data_type: &DataType) -> Option<ArrayRef> {
        let array = arrow_array::PrimitiveArray::<T>::from_iter([Some(value?)]);
        Some(Arc::new(array.with_data_type(data_type.clone())))
    }
    macro_rules! whole {
        ($value:expr, $type:ty) => {
            number::<$type>((*$value).try_into().ok(), data_type)
        };
    }
    match (data_type, cell) {
        (DataType::Boolean, Cell::Bool(value)) => Some(Arc::new(BooleanArray::from(vec![*value]))),
        (DataType::Int8, Cell::Int(value)) => whole!(value, Int8Type),
        (DataType::Int16, Cell::Int(value)) => whole!(value, Int16Type),
        (DataType::Int32, Cell::Int(value)) => whole!(value, Int32Type),
        (DataType::Int64, Cell::Int(value)) => whole!(value, Int64Type),
        (DataType::UInt8, Cell::Int(value)) => whole!(value, UInt8Type),
        (DataType::UInt16, Cell::Int(value)) => whole!(value, UInt16Type),
        (DataType::UInt32, Cell::Int(value)) => whole!(value, UInt32Type),
        (DataType::UInt64, Cell::Int(value)) => whole!(value, UInt64Type),
        (DataType::Float16, Cell::Float(value)) => {
            number::<Float16Type>(Some(F16::from_f64(*value)), data_type)
        }
        #[expect(clippy::cast_possible_truncation, reason = "the column has no more digits")]
        (DataType::Float32, Cell::Float(value)) => number::<Float32Type>(Some(*value as f32), data_type),
        (DataType::Float64, Cell::Float(value)) => number::<Float64Type>(Some(*value), data_type),
        (DataType::Utf8, Cell::Text(text)) => Some(Arc::new(StringArray::from(vec![text.as_ref()]))),
        (DataType::LargeUtf8, Cell::Text(text)) => {
            Some(Arc::new(LargeStringArray::from(vec![text.as_ref()])))
        }
        (DataType::Utf8View, Cell::Text(text)) => Some(Arc::new(StringViewArray::from(vec![text.as_ref()]))),
        (DataType::Timestamp(unit, _), Cell::Moment { nanos, .. }) => {
            let value = i64::try_from(nanos.div_euclid(nanos_per_unit(*unit))).ok();
            match unit {
                TimeUnit::Second => number::<TimestampSecondType>(value, data_type),
                TimeUnit::Millisecond => number::<TimestampMillisecondType>(value, data_type),
                TimeUnit::Microsecond => number::<TimestampMicrosecondType>(value, data_type),
                TimeUnit::Nanosecond => number::<TimestampNanosecondType>(value, data_type),
            }
        }
        (DataType::Date32, Cell::Date(days)) => whole!(days, Date32Type),
        (DataType::Date64, Cell::Date(days)) => number::<Date64Type>(days.checked_mul(86_400_000), data_type),
        _ => None,
    }
}

/// A decimal as the nearest floating point number.
fn decimal(value: i128, scale: i8) -> f64 {
    value as f64 / 10f64.powi(i32::from(scale))
}
