//! Columns as single values, and values as columns of the type they came from.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::StringDictionaryBuilder;
use arrow_array::types::{
    Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, LargeStringArray, PrimitiveArray, StringArray,
    StringViewArray,
};
use arrow_schema::{DataType, TimeUnit};
use serde_json::Value;

use crate::table::{Cell, F16, Scalar, cell_at, decoded, nanos_per_unit, parse_moment};

/// What can be done with the values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Truth,
    Whole,
    Floating,
    Text,
    Moment,
}

/// The kind of a type; `None` if its values are not looked into.
pub(super) fn kind(data_type: &DataType) -> Option<Kind> {
    match data_type {
        DataType::Boolean => Some(Kind::Truth),
        whole if whole.is_integer() => Some(Kind::Whole),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => Some(Kind::Floating),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(Kind::Text),
        DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64 => Some(Kind::Moment),
        DataType::Dictionary(_, values) => match kind(values) {
            Some(Kind::Text) if matches!(values.as_ref(), DataType::Utf8) => Some(Kind::Text),
            _ => None,
        },
        _ => None,
    }
}

/// The values of a column.
pub(super) fn cells(array: &ArrayRef) -> Vec<Scalar> {
    let array = match array.data_type() {
        DataType::Dictionary(_, _) => decoded(array.as_ref()),
        _ => Arc::clone(array),
    };
    (0..array.len()).map(|row| cell_at(array.as_ref(), row).into_owned()).collect()
}

/// A column of these values; `None` if one is not of the type.
pub(super) fn column(cells: &[Scalar], data_type: &DataType) -> Option<ArrayRef> {
    macro_rules! numbers {
        ($type:ty, $of:expr) => {{
            let of: fn(&Scalar) -> Option<<$type as ArrowPrimitiveType>::Native> = $of;
            let values: Option<Vec<Option<_>>> = cells
                .iter()
                .map(|cell| if cell.is_missing() { Some(None) } else { of(cell).map(Some) })
                .collect();
            Some(Arc::new(PrimitiveArray::<$type>::from(values?).with_data_type(data_type.clone()))
                as ArrayRef)
        }};
    }
    macro_rules! whole {
        ($type:ty) => {
            numbers!($type, |cell| match cell {
                Cell::Int(value) => (*value).try_into().ok(),
                _ => None,
            })
        };
    }
    macro_rules! moments {
        ($type:ty, $unit:expr) => {
            numbers!($type, |cell| match cell {
                Cell::Moment { nanos, .. } => i64::try_from(nanos.div_euclid(nanos_per_unit($unit))).ok(),
                _ => None,
            })
        };
    }
    macro_rules! dictionary {
        ($type:ty) => {{
            let mut builder = StringDictionaryBuilder::<$type>::new();
            for text in texts(cells)? {
                builder.append_option(text);
            }
            Some(Arc::new(builder.finish()) as ArrayRef)
        }};
    }
    #[expect(clippy::cast_possible_truncation, reason = "the column has no more digits")]
    match data_type {
        DataType::Boolean => {
            let values: Option<Vec<Option<bool>>> = cells
                .iter()
                .map(|cell| match cell {
                    Cell::Bool(value) => Some(Some(*value)),
                    missing => missing.is_missing().then_some(None),
                })
                .collect();
            Some(Arc::new(BooleanArray::from(values?)))
        }
        DataType::Int8 => whole!(Int8Type),
        DataType::Int16 => whole!(Int16Type),
        DataType::Int32 => whole!(Int32Type),
        DataType::Int64 => whole!(Int64Type),
        DataType::UInt8 => whole!(UInt8Type),
        DataType::UInt16 => whole!(UInt16Type),
        DataType::UInt32 => whole!(UInt32Type),
        DataType::UInt64 => whole!(UInt64Type),
        DataType::Float16 => numbers!(Float16Type, |cell| floating(cell).map(F16::from_f64)),
        DataType::Float32 => numbers!(Float32Type, |cell| floating(cell).map(|value| value as f32)),
        DataType::Float64 => numbers!(Float64Type, floating),
        DataType::Utf8 => Some(Arc::new(StringArray::from(texts(cells)?))),
        DataType::LargeUtf8 => Some(Arc::new(LargeStringArray::from(texts(cells)?))),
        DataType::Utf8View => Some(Arc::new(StringViewArray::from(texts(cells)?))),
        DataType::Date32 => numbers!(Date32Type, |cell| match cell {
            Cell::Date(days) => (*days).try_into().ok(),
            _ => None,
        }),
        DataType::Date64 => numbers!(Date64Type, |cell| match cell {
            Cell::Date(days) => days.checked_mul(86_400_000),
            _ => None,
        }),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => moments!(TimestampSecondType, TimeUnit::Second),
            TimeUnit::Millisecond => moments!(TimestampMillisecondType, TimeUnit::Millisecond),
            TimeUnit::Microsecond => moments!(TimestampMicrosecondType, TimeUnit::Microsecond),
            TimeUnit::Nanosecond => moments!(TimestampNanosecondType, TimeUnit::Nanosecond),
        },
        DataType::Dictionary(keys, values) if matches!(values.as_ref(), DataType::Utf8) => {
            // A builder panics when its keys run out.
            let most: usize = match keys.as_ref() {
                DataType::Int8 => 1 << 7,
                DataType::UInt8 => 1 << 8,
                DataType::Int16 => 1 << 15,
                DataType::UInt16 => 1 << 16,
                _ => usize::MAX,
            };
            let distinct: hashbrown::HashSet<&str> = texts(cells)?.into_iter().flatten().collect();
            if distinct.len() > most {
                return None;
            }
            match keys.as_ref() {
                DataType::Int8 => dictionary!(Int8Type),
                DataType::Int16 => dictionary!(Int16Type),
                DataType::Int32 => dictionary!(Int32Type),
                DataType::Int64 => dictionary!(Int64Type),
                DataType::UInt8 => dictionary!(UInt8Type),
                DataType::UInt16 => dictionary!(UInt16Type),
                DataType::UInt32 => dictionary!(UInt32Type),
                DataType::UInt64 => dictionary!(UInt64Type),
                _ => None,
            }
        }
        _ => None,
    }
}

fn floating(cell: &Scalar) -> Option<f64> {
    match cell {
        Cell::Float(value) => Some(*value),
        _ => None,
    }
}

fn texts(cells: &[Scalar]) -> Option<Vec<Option<&str>>> {
    cells
        .iter()
        .map(|cell| match cell {
            Cell::Text(text) => Some(Some(text.as_ref())),
            missing => missing.is_missing().then_some(None),
        })
        .collect()
}

/// A constant of a document as a value of the type; `None` if it is not one.
pub(super) fn constant(value: &Value, data_type: &DataType) -> Option<Scalar> {
    let cell = match (kind(data_type)?, value) {
        (_, Value::Null) => Cell::Missing,
        (Kind::Truth, Value::Bool(truth)) => Cell::Bool(*truth),
        (Kind::Whole, Value::Number(number)) => {
            let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            // 3.0 is whole, however it is spelled.
            Cell::Int(whole.or_else(|| number.as_f64().and_then(whole_number))?)
        }
        (Kind::Floating, Value::Number(number)) => Cell::Float(number.as_f64()?),
        (Kind::Text, Value::String(text)) => Cell::Text(Cow::Owned(text.clone())),
        (Kind::Moment, Value::String(text)) => {
            let nanos = parse_moment(text)?;
            match data_type {
                DataType::Timestamp(_, zone) => Cell::Moment { nanos, zoned: zone.is_some() },
                _ => Cell::Date(i64::try_from(nanos.div_euclid(86_400_000_000_000)).ok()?),
            }
        }
        _ => return None,
    };
    column(std::slice::from_ref(&cell), data_type)?;
    Some(cell)
}

#[expect(clippy::cast_possible_truncation, reason = "it is whole and below 2⁵³")]
fn whole_number(value: f64) -> Option<i128> {
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i128)
}

/// The number that a value stands for: days and moments in days and nanoseconds.
pub(super) fn number(cell: &Scalar) -> Option<f64> {
    match cell {
        Cell::Int(value) => Some(*value as f64),
        Cell::Float(value) if value.is_finite() => Some(*value),
        Cell::Moment { nanos, .. } => Some(*nanos as f64),
        Cell::Date(days) => Some(*days as f64),
        _ => None,
    }
}

/// The value of the same kind as `like` that is nearest to a number.
#[expect(clippy::cast_possible_truncation, reason = "a cast of a rounded number stops at the type's ends")]
pub(super) fn of_number(value: f64, like: &Scalar) -> Scalar {
    match like {
        Cell::Int(_) => Cell::Int(value.round() as i128),
        Cell::Moment { zoned, .. } => Cell::Moment { nanos: value.round() as i128, zoned: *zoned },
        Cell::Date(_) => Cell::Date(value.round() as i64),
        _ => Cell::Float(value),
    }
}

/// Whether nothing has changed; two missing values are the same.
pub(super) fn unchanged(one: &Scalar, other: &Scalar) -> bool {
    match (one, other) {
        (Cell::Float(one), Cell::Float(other)) => one.to_bits() == other.to_bits(),
        _ => (one.is_missing() && other.is_missing()) || one.same(other),
    }
}
