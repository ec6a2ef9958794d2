use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::{Cell, F16, NANOS_PER_DAY, NanIs, cell_at, nanos_per_unit, present};

/// The values of a column that are there, by their kind. NaN is left out and counted.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    /// Rows without a value, those with NaN among them.
    pub(crate) missing: u64,
    /// Rows with NaN.
    pub(crate) nan: u64,
    /// Those that are left.
    pub(crate) kind: ValueKind<'a>,
}

/// Values of one kind, in row order.
#[derive(Debug)]
pub(crate) enum ValueKind<'a> {
    /// How often either came.
    Truth { falses: u64, trues: u64 },
    /// Whole numbers of any width.
    Whole(Vec<i128>),
    /// Floating point numbers, infinite ones among them, and decimals as the nearest.
    Floats(Vec<f64>),
    /// Nanoseconds since 1970-01-01; a day is its first.
    Moments(Vec<i128>),
    /// Text with how often it follows. Of a dictionary each of its values is there once,
    /// in the order of their first rows.
    Text(Vec<(&'a str, u64)>),
    /// So many values of a type that is not looked into.
    Opaque(u64),
}

impl<'a> Values<'a> {
    /// Looks into a column once.
    pub(crate) fn of(array: &'a dyn Array) -> Self {
        let rows = array.len() as u64;
        let count = |mask: Option<&BooleanBuffer>| mask.map_or(rows, |mask| mask.count_set_bits() as u64);
        let valued = present(array, NanIs::Missing);
        let there = count(valued.as_ref());
        let nan = count(present(array, NanIs::AValue).as_ref()) - there;
        Self { missing: rows - there, nan, kind: kind(array, valued.as_ref(), there) }
    }

    /// How many values are there.
    pub(crate) fn count(&self) -> u64 {
        match &self.kind {
            ValueKind::Truth { falses, trues } => falses + trues,
            ValueKind::Whole(values) | ValueKind::Moments(values) => values.len() as u64,
            ValueKind::Floats(values) => values.len() as u64,
            ValueKind::Text(values) => values.iter().map(|(_, times)| times).sum(),
            ValueKind::Opaque(count) => *count,
        }
    }
}

fn kind<'a>(array: &'a dyn Array, mask: Option<&BooleanBuffer>, there: u64) -> ValueKind<'a> {
    let nanos = |value: i64, unit: TimeUnit| i128::from(value) * nanos_per_unit(unit);
    let days = |days: i64| i128::from(days) * NANOS_PER_DAY;
    match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean().values();
            let trues = mask.map_or(values.count_set_bits(), |mask| (values & mask).count_set_bits()) as u64;
            ValueKind::Truth { falses: there - trues, trues }
        }
        DataType::Int8 => ValueKind::Whole(of::<Int8Type, _>(array, mask, i128::from)),
        DataType::Int16 => ValueKind::Whole(of::<Int16Type, _>(array, mask, i128::from)),
        DataType::Int32 => ValueKind::Whole(of::<Int32Type, _>(array, mask, i128::from)),
        DataType::Int64 => ValueKind::Whole(of::<Int64Type, _>(array, mask, i128::from)),
        DataType::UInt8 => ValueKind::Whole(of::<UInt8Type, _>(array, mask, i128::from)),
        DataType::UInt16 => ValueKind::Whole(of::<UInt16Type, _>(array, mask, i128::from)),
        DataType::UInt32 => ValueKind::Whole(of::<UInt32Type, _>(array, mask, i128::from)),
        DataType::UInt64 => ValueKind::Whole(of::<UInt64Type, _>(array, mask, i128::from)),
        DataType::Float16 => ValueKind::Floats(of::<Float16Type, _>(array, mask, F16::to_f64)),
        DataType::Float32 => ValueKind::Floats(of::<Float32Type, _>(array, mask, f64::from)),
        DataType::Float64 => ValueKind::Floats(of::<Float64Type, _>(array, mask, |value| value)),
        DataType::Decimal128(_, _) => {
            let float = |row| if let Cell::Float(value) = cell_at(array, row) { value } else { f64::NAN };
            ValueKind::Floats(rows(mask, array.len(), float))
        }
        DataType::Date32 => ValueKind::Moments(of::<Date32Type, _>(array, mask, |value| days(value.into()))),
        DataType::Date64 => {
            ValueKind::Moments(of::<Date64Type, _>(array, mask, |value| days(value.div_euclid(86_400_000))))
        }
        DataType::Timestamp(unit, _) => {
            let nanos = |value| nanos(value, *unit);
            ValueKind::Moments(match unit {
                TimeUnit::Second => of::<TimestampSecondType, _>(array, mask, nanos),
                TimeUnit::Millisecond => of::<TimestampMillisecondType, _>(array, mask, nanos),
                TimeUnit::Microsecond => of::<TimestampMicrosecondType, _>(array, mask, nanos),
                TimeUnit::Nanosecond => of::<TimestampNanosecondType, _>(array, mask, nanos),
            })
        }
        DataType::Utf8 => {
            let text = array.as_string::<i32>();
            ValueKind::Text(rows(mask, text.len(), |row| (text.value(row), 1)))
        }
        DataType::LargeUtf8 => {
            let text = array.as_string::<i64>();
            ValueKind::Text(rows(mask, text.len(), |row| (text.value(row), 1)))
        }
        DataType::Utf8View => {
            let text = array.as_string_view();
            ValueKind::Text(rows(mask, text.len(), |row| (text.value(row), 1)))
        }
        DataType::Dictionary(_, _) => dictionary(array, mask, there),
        _ => ValueKind::Opaque(there),
    }
}

/// The values of a primitive column in the rows of the mask.
fn of<T: ArrowPrimitiveType, V>(
    array: &dyn Array,
    mask: Option<&BooleanBuffer>,
    read: impl Fn(T::Native) -> V,
) -> Vec<V> {
    let values = array.as_primitive::<T>().values();
    match mask {
        None => values.iter().map(|value| read(*value)).collect(),
        Some(mask) => mask.set_indices().map(|row| read(values[row])).collect(),
    }
}

fn rows<V>(mask: Option<&BooleanBuffer>, len: usize, read: impl Fn(usize) -> V) -> Vec<V> {
    match mask {
        None => (0..len).map(read).collect(),
        Some(mask) => mask.set_indices().map(read).collect(),
    }
}

fn dictionary<'a>(array: &'a dyn Array, mask: Option<&BooleanBuffer>, there: u64) -> ValueKind<'a> {
    let dictionary = array.as_any_dictionary();
    if dictionary.values().is_empty() {
        return ValueKind::Opaque(0);
    }
    let keys = dictionary.normalized_keys();
    let all = BooleanBuffer::new_set(dictionary.values().len());
    // Every value of the dictionary by its place. Those that are missing are never asked for.
    let places = kind(dictionary.values().as_ref(), Some(&all), all.len() as u64);
    let in_rows = |values: &[i128]| rows(mask, keys.len(), |row| values[keys[row]]);
    match places {
        ValueKind::Text(texts) => {
            let mut order = Vec::new();
            let mut times = vec![0; texts.len()];
            for key in rows(mask, keys.len(), |row| keys[row]) {
                if times[key] == 0 {
                    order.push(key);
                }
                times[key] += 1;
            }
            ValueKind::Text(order.into_iter().map(|key| (texts[key].0, times[key])).collect())
        }
        ValueKind::Whole(values) => ValueKind::Whole(in_rows(&values)),
        ValueKind::Moments(values) => ValueKind::Moments(in_rows(&values)),
        ValueKind::Floats(values) => ValueKind::Floats(rows(mask, keys.len(), |row| values[keys[row]])),
        ValueKind::Truth { .. } => {
            let values = dictionary.values().as_boolean();
            let trues = rows(mask, keys.len(), |row| values.value(keys[row]));
            let trues = trues.into_iter().filter(|value| *value).count() as u64;
            ValueKind::Truth { falses: there - trues, trues }
        }
        ValueKind::Opaque(_) => ValueKind::Opaque(there),
    }
}

/// A moment as text that [`read_moment`] gives back: ISO 8601, in UTC.
pub(crate) fn write_moment(nanos: i128, of: &DataType) -> String {
    if matches!(of, DataType::Date32 | DataType::Date64) {
        let days = i64::try_from(nanos.div_euclid(NANOS_PER_DAY)).unwrap_or(i64::MAX);
        return Cell::Date(days).to_string();
    }
    Cell::Moment { nanos, zoned: matches!(of, DataType::Timestamp(_, Some(_))) }.to_string()
}

/// Reads a moment with up to nine digits of a second, in UTC if it names no offset, or a day.
pub(crate) fn read_moment(text: &str) -> Option<i128> {
    let text: Cow<'_, str> = text.trim().into();
    let moment =
        chrono::DateTime::parse_from_rfc3339(&text).map(|moment| moment.to_utc()).ok().or_else(|| {
            let naive = chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").ok();
            let day = || chrono::NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
            Some(naive.or_else(day)?.and_utc())
        })?;
    Some(i128::from(moment.timestamp()) * 1_000_000_000 + i128::from(moment.timestamp_subsec_nanos()))
}
