//! Columns whose values can be compared with those of other columns, whatever their types.

use std::borrow::Cow;
use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, LargeStringArray, StringArray, StringViewArray};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::{Cell, F16, NANOS_PER_DAY, cell_at, decoded, nanos_per_unit, parse_moment};

/// What values of a type can be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whole and floating point numbers, decimals, truth values.
    Number,
    Text,
    /// Timestamps and days.
    Moment,
    /// Values of different kinds, or none at all: it shows row by row.
    Any,
    /// Nothing that a rule looks into.
    Opaque,
}

impl Kind {
    /// The kind of a type's values.
    pub(crate) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Boolean | DataType::Decimal128(_, _) => Self::Number,
            number if number.is_integer() || number.is_floating() => Self::Number,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text,
            DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64 => Self::Moment,
            DataType::Null | DataType::Union(_, _) => Self::Any,
            DataType::Dictionary(_, values) => Self::of(values),
            _ => Self::Opaque,
        }
    }
}

/// A column as plain values: each row has its own.
pub(crate) fn unpacked(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Dictionary(_, _) => decoded(array.as_ref()),
        _ => ArrayRef::clone(array),
    }
}

/// The values of a column in the form in which they are compared. What stands in rows
/// without a value is not looked at.
pub(crate) enum Lane<'a> {
    /// Whole numbers and truth values.
    Whole(Cow<'a, [i64]>),
    Float(Cow<'a, [f64]>),
    Text(Text<'a>),
    /// Times this many nanoseconds.
    Moment(Cow<'a, [i64]>, i128),
    /// Everything else, one by one.
    Cells(&'a dyn Array),
}

#[derive(Clone, Copy)]
pub(crate) enum Text<'a> {
    Small(&'a StringArray),
    Large(&'a LargeStringArray),
    View(&'a StringViewArray),
}

impl<'a> Text<'a> {
    pub(crate) fn value(self, row: usize) -> &'a str {
        match self {
            Self::Small(array) => array.value(row),
            Self::Large(array) => array.value(row),
            Self::View(array) => array.value(row),
        }
    }
}

fn converted<T: ArrowPrimitiveType, U: Clone>(
    array: &dyn Array,
    convert: impl Fn(T::Native) -> U,
) -> Cow<'static, [U]> {
    array.as_primitive::<T>().values().iter().map(|value| convert(*value)).collect()
}

fn borrowed<T: ArrowPrimitiveType>(array: &dyn Array) -> Cow<'_, [T::Native]> {
    Cow::Borrowed(array.as_primitive::<T>().values())
}

impl<'a> Lane<'a> {
    /// The values of an [`unpacked`] column.
    pub(crate) fn new(array: &'a dyn Array) -> Self {
        match array.data_type() {
            DataType::Boolean => {
                let flags = array.as_boolean().values();
                Self::Whole((0..flags.len()).map(|row| i64::from(flags.value(row))).collect())
            }
            DataType::Int8 => Self::Whole(converted::<Int8Type, _>(array, i64::from)),
            DataType::Int16 => Self::Whole(converted::<Int16Type, _>(array, i64::from)),
            DataType::Int32 => Self::Whole(converted::<Int32Type, _>(array, i64::from)),
            DataType::Int64 => Self::Whole(borrowed::<Int64Type>(array)),
            DataType::UInt8 => Self::Whole(converted::<UInt8Type, _>(array, i64::from)),
            DataType::UInt16 => Self::Whole(converted::<UInt16Type, _>(array, i64::from)),
            DataType::UInt32 => Self::Whole(converted::<UInt32Type, _>(array, i64::from)),
            DataType::UInt64 => {
                let values = array.as_primitive::<UInt64Type>().values().iter();
                // Beyond 2⁶³ they are compared one by one.
                let whole: Option<Vec<i64>> = values.map(|value| i64::try_from(*value).ok()).collect();
                whole.map_or(Self::Cells(array), |whole| Self::Whole(Cow::Owned(whole)))
            }
            DataType::Float16 => Self::Float(converted::<Float16Type, _>(array, F16::to_f64)),
            DataType::Float32 => Self::Float(converted::<Float32Type, _>(array, f64::from)),
            DataType::Float64 => Self::Float(borrowed::<Float64Type>(array)),
            DataType::Utf8 => Self::Text(Text::Small(array.as_string())),
            DataType::LargeUtf8 => Self::Text(Text::Large(array.as_string())),
            DataType::Utf8View => Self::Text(Text::View(array.as_string_view())),
            DataType::Timestamp(unit, _) => {
                let values = match unit {
                    TimeUnit::Second => borrowed::<TimestampSecondType>(array),
                    TimeUnit::Millisecond => borrowed::<TimestampMillisecondType>(array),
                    TimeUnit::Microsecond => borrowed::<TimestampMicrosecondType>(array),
                    TimeUnit::Nanosecond => borrowed::<TimestampNanosecondType>(array),
                };
                Self::Moment(values, nanos_per_unit(*unit))
            }
            DataType::Date32 => Self::Moment(converted::<Date32Type, _>(array, i64::from), NANOS_PER_DAY),
            DataType::Date64 => {
                let days = converted::<Date64Type, _>(array, |millis| millis.div_euclid(86_400_000));
                Self::Moment(days, NANOS_PER_DAY)
            }
            _ => Self::Cells(array),
        }
    }

    /// The value of a row that has one; a day as the moment at which it begins.
    pub(crate) fn cell(&self, row: usize) -> Cell<'a> {
        match self {
            Self::Whole(values) => Cell::Int(values[row].into()),
            Self::Float(values) => Cell::Float(values[row]),
            Self::Text(text) => Cell::Text(Cow::Borrowed(text.value(row))),
            Self::Moment(values, unit) => {
                Cell::Moment { nanos: i128::from(values[row]) * unit, zoned: false }
            }
            Self::Cells(array) => cell_at(*array, row),
        }
    }

    /// Asks `test` for the order of the values of two columns, row by row.
    pub(crate) fn compare(
        &self,
        other: &Self,
        rows: usize,
        test: impl Fn(Option<Ordering>) -> bool,
    ) -> BooleanBuffer {
        let each = |order: &dyn Fn(usize) -> Option<Ordering>| {
            BooleanBuffer::collect_bool(rows, |row| test(order(row)))
        };
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => {
                BooleanBuffer::collect_bool(rows, |row| test(Some(a[row].cmp(&b[row]))))
            }
            (Self::Float(a), Self::Float(b)) => {
                BooleanBuffer::collect_bool(rows, |row| test(a[row].partial_cmp(&b[row])))
            }
            (Self::Moment(a, unit), Self::Moment(b, other)) if unit == other => {
                BooleanBuffer::collect_bool(rows, |row| test(Some(a[row].cmp(&b[row]))))
            }
            (Self::Text(a), Self::Text(b)) => {
                BooleanBuffer::collect_bool(rows, |row| test(Some(a.value(row).cmp(b.value(row)))))
            }
            _ => each(&|row| self.cell(row).order(&other.cell(row))),
        }
    }

    /// Text as moments, where it is one; `None` if it is no text.
    pub(crate) fn moments(&self, rows: usize) -> Option<Vec<Option<i128>>> {
        let Self::Text(text) = self else { return None };
        Some((0..rows).map(|row| parse_moment(text.value(row))).collect())
    }

    /// Appends bytes that are the same for values that are the same, and of no value the
    /// beginning of another's.
    pub(crate) fn encode(&self, row: usize, into: &mut Vec<u8>) {
        match self {
            Self::Whole(values) => encode_whole(values[row].into(), into),
            Self::Float(values) => encode_float(values[row], into),
            Self::Text(text) => encode_text(text.value(row), into),
            Self::Moment(values, unit) => encode_moment(i128::from(values[row]) * unit, into),
            Self::Cells(array) => encode_cell(&cell_at(*array, row), into),
        }
    }
}

const MISSING: u8 = 0;
const WHOLE: u8 = 1;
const LARGE: u8 = 2;
const FLOAT: u8 = 3;
const TEXT: u8 = 4;
const MOMENT: u8 = 5;

fn encode_whole(value: i128, into: &mut Vec<u8>) {
    if let Ok(value) = i64::try_from(value) {
        into.push(WHOLE);
        into.extend_from_slice(&value.to_le_bytes());
    } else {
        into.push(LARGE);
        into.extend_from_slice(&value.to_le_bytes());
    }
}

fn encode_float(value: f64, into: &mut Vec<u8>) {
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
    if value.abs() < 1e38 && value.fract() == 0.0 {
        encode_whole(value as i128, into);
    } else {
        let bits = if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
        into.push(FLOAT);
        into.extend_from_slice(&bits.to_le_bytes());
    }
}

fn encode_text(value: &str, into: &mut Vec<u8>) {
    into.push(TEXT);
    into.extend_from_slice(&(value.len() as u64).to_le_bytes());
    into.extend_from_slice(value.as_bytes());
}

fn encode_moment(nanos: i128, into: &mut Vec<u8>) {
    into.push(MOMENT);
    into.extend_from_slice(&nanos.to_le_bytes());
}

/// As [`Lane::encode`], for a single value.
pub(crate) fn encode_cell(cell: &Cell<'_>, into: &mut Vec<u8>) {
    match cell {
        Cell::Bool(value) => encode_whole(i128::from(*value), into),
        Cell::Int(value) => encode_whole(*value, into),
        Cell::Float(value) => encode_float(*value, into),
        Cell::Text(text) => encode_text(text, into),
        Cell::Moment { nanos, .. } => encode_moment(*nanos, into),
        Cell::Date(days) => encode_moment(i128::from(*days) * NANOS_PER_DAY, into),
        Cell::Missing | Cell::MissingMoment | Cell::Other(_) | Cell::Record(_) => encode_missing(into),
    }
}

/// Appends the bytes of a missing value.
pub(crate) fn encode_missing(into: &mut Vec<u8>) {
    into.push(MISSING);
}

/// Reads back a value of a column of this type; what follows it is left in `bytes`. Both
/// zeros come back as the same.
pub(crate) fn decode(bytes: &mut &[u8], data_type: &DataType) -> Option<Cell<'static>> {
    let missing = if super::is_moment(data_type) { Cell::MissingMoment } else { Cell::Missing };
    let tag = *bytes.split_off_first()?;
    let whole = |value: i128| match data_type {
        DataType::Boolean => Cell::Bool(value != 0),
        number if number.is_floating() || matches!(number, DataType::Decimal128(_, _)) => {
            Cell::Float(value as f64)
        }
        _ => Cell::Int(value),
    };
    Some(match tag {
        WHOLE => whole(i64::from_le_bytes(word(bytes)?).into()),
        LARGE => whole(i128::from_le_bytes(word(bytes)?)),
        FLOAT => Cell::Float(f64::from_bits(u64::from_le_bytes(word(bytes)?))),
        TEXT => {
            let len = usize::try_from(u64::from_le_bytes(word(bytes)?)).ok()?;
            let text = bytes.split_off(..len)?;
            Cell::Text(Cow::Owned(String::from_utf8_lossy(text).into_owned()))
        }
        MOMENT => {
            let nanos = i128::from_le_bytes(word(bytes)?);
            match data_type {
                DataType::Timestamp(_, zone) => Cell::Moment { nanos, zoned: zone.is_some() },
                _ => Cell::Date(i64::try_from(nanos.div_euclid(NANOS_PER_DAY)).ok()?),
            }
        }
        _ => missing,
    })
}

fn word<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    bytes.split_off(..N)?.try_into().ok()
}
