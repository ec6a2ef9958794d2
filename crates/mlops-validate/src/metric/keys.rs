//! The values of a column as they are hashed, and back.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::{ArrowNativeType, BooleanBuffer};
use arrow_schema::{DataType, TimeUnit};

use super::distinct::Key;
use super::numbers::for_each_block;
use crate::table::{Cell, F16, Scalar, nanos_per_unit};

/// Calls `call` with the rows of `mask`, or with all.
fn each(mask: Option<&BooleanBuffer>, len: usize, mut call: impl FnMut(usize)) {
    match mask {
        None => (0..len).for_each(call),
        Some(mask) => mask.set_indices().for_each(&mut call),
    }
}

/// Whether values of this type fit in 64 bits, and those bits are what [`for_each_bits`] gives.
pub(super) fn are_bits(data_type: &DataType) -> bool {
    data_type.is_integer()
        || data_type.is_floating()
        || matches!(data_type, DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64)
}

pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// The bits of a number; both zeros, and all NaN, have the same.
pub(super) fn float_bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

/// Calls `take` with the bits of each value that `mask` picks, of a type that [`are_bits`].
#[expect(clippy::cast_sign_loss, reason = "only equality of the bits matters")]
pub(super) fn for_each_bits(array: &dyn Array, mask: Option<&BooleanBuffer>, mut take: impl FnMut(u64)) {
    fn of<T: ArrowPrimitiveType>(
        array: &dyn Array,
        mask: Option<&BooleanBuffer>,
        take: &mut impl FnMut(u64),
        bits: impl Fn(T::Native) -> u64,
    ) {
        let values = array.as_primitive::<T>().values();
        each(mask, values.len(), |row| take(bits(values[row])));
    }
    let take = &mut take;
    match array.data_type() {
        DataType::Int8 => of::<Int8Type>(array, mask, take, |value| i64::from(value) as u64),
        DataType::Int16 => of::<Int16Type>(array, mask, take, |value| i64::from(value) as u64),
        DataType::Int32 => of::<Int32Type>(array, mask, take, |value| i64::from(value) as u64),
        DataType::Int64 => of::<Int64Type>(array, mask, take, |value| value as u64),
        DataType::UInt8 => of::<UInt8Type>(array, mask, take, u64::from),
        DataType::UInt16 => of::<UInt16Type>(array, mask, take, u64::from),
        DataType::UInt32 => of::<UInt32Type>(array, mask, take, u64::from),
        DataType::UInt64 => of::<UInt64Type>(array, mask, take, |value| value),
        DataType::Float16 => of::<Float16Type>(array, mask, take, |value| float_bits(F16::to_f64(value))),
        DataType::Float32 => of::<Float32Type>(array, mask, take, |value| float_bits(value.into())),
        DataType::Float64 => of::<Float64Type>(array, mask, take, float_bits),
        DataType::Date32 => of::<Date32Type>(array, mask, take, |value| i64::from(value) as u64),
        DataType::Date64 => of::<Date64Type>(array, mask, take, |value| value as u64),
        DataType::Timestamp(TimeUnit::Second, _) => {
            of::<TimestampSecondType>(array, mask, take, |value| value as u64);
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            of::<TimestampMillisecondType>(array, mask, take, |value| value as u64);
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            of::<TimestampMicrosecondType>(array, mask, take, |value| value as u64);
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            of::<TimestampNanosecondType>(array, mask, take, |value| value as u64);
        }
        _ => {}
    }
}

/// Calls `take` with each text that `mask` picks, of a type that [`is_text`].
pub(super) fn for_each_text<'a>(
    array: &'a dyn Array,
    mask: Option<&BooleanBuffer>,
    mut take: impl FnMut(&'a [u8]),
) {
    match array.data_type() {
        DataType::Utf8 => {
            let text = array.as_string::<i32>();
            each(mask, text.len(), |row| take(text.value(row).as_bytes()));
        }
        DataType::LargeUtf8 => {
            let text = array.as_string::<i64>();
            each(mask, text.len(), |row| take(text.value(row).as_bytes()));
        }
        DataType::Utf8View => {
            let text = array.as_string_view();
            each(mask, text.len(), |row| take(text.value(row).as_bytes()));
        }
        _ => {}
    }
}

/// Calls `take` with the places in a dictionary of the values that `mask` picks, or of all; it
/// must leave out what is missing.
pub(super) fn for_each_place(array: &dyn Array, mask: Option<&BooleanBuffer>, mut take: impl FnMut(usize)) {
    fn of<K: ArrowDictionaryKeyType>(
        array: &dyn Array,
        mask: Option<&BooleanBuffer>,
        take: &mut impl FnMut(usize),
    ) {
        let places = array.as_dictionary::<K>().keys().values();
        for_each_block(places, mask, |block| block.iter().for_each(|place| take(place.as_usize())));
    }
    let DataType::Dictionary(key, _) = array.data_type() else { return };
    let take = &mut take;
    match key.as_ref() {
        DataType::Int8 => of::<Int8Type>(array, mask, take),
        DataType::Int16 => of::<Int16Type>(array, mask, take),
        DataType::Int32 => of::<Int32Type>(array, mask, take),
        DataType::Int64 => of::<Int64Type>(array, mask, take),
        DataType::UInt8 => of::<UInt8Type>(array, mask, take),
        DataType::UInt16 => of::<UInt16Type>(array, mask, take),
        DataType::UInt32 => of::<UInt32Type>(array, mask, take),
        _ => of::<UInt64Type>(array, mask, take),
    }
}

/// Bytes that are the same for values that are the same, as [`Cell::same`] has it. A day is
/// the moment at which it begins. `None` for a value of a type that is not looked into.
pub(crate) fn same_bytes(cell: &Cell<'_>) -> Option<Vec<u8>> {
    let tagged = |tag: u8, bytes: &[u8]| {
        let mut tagged = Vec::with_capacity(bytes.len() + 1);
        tagged.push(tag);
        tagged.extend_from_slice(bytes);
        Some(tagged)
    };
    match cell {
        Cell::Text(text) => tagged(0, text.as_bytes()),
        Cell::Bool(value) => tagged(1, &i128::from(*value).to_le_bytes()),
        Cell::Int(value) => tagged(1, &value.to_le_bytes()),
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
        Cell::Float(value) if value.abs() < 1e38 && value.fract() == 0.0 => {
            tagged(1, &(*value as i128).to_le_bytes())
        }
        Cell::Float(value) => tagged(2, &float_bits(*value).to_le_bytes()),
        Cell::Moment { nanos, .. } => tagged(3, &nanos.to_le_bytes()),
        Cell::Date(days) => tagged(3, &(i128::from(*days) * crate::table::NANOS_PER_DAY).to_le_bytes()),
        Cell::Missing | Cell::MissingMoment => tagged(4, &[]),
        Cell::Other(_) | Cell::Record(_) => None,
    }
}

/// A value read back from its bits.
#[expect(clippy::cast_possible_wrap, reason = "the bits were made from a signed number")]
pub(super) fn of_bits(data_type: &DataType, bits: u64) -> Scalar {
    match data_type {
        DataType::Boolean => Cell::Bool(bits == 1),
        DataType::Timestamp(unit, zone) => {
            Cell::Moment { nanos: i128::from(bits as i64) * nanos_per_unit(*unit), zoned: zone.is_some() }
        }
        DataType::Date32 => Cell::Date(bits as i64),
        DataType::Date64 => Cell::Date((bits as i64).div_euclid(86_400_000)),
        floating if floating.is_floating() => Cell::Float(f64::from_bits(bits)),
        DataType::UInt64 => Cell::Int(i128::from(bits)),
        _ => Cell::Int(i128::from(bits as i64)),
    }
}

/// A value read back from its key.
pub(super) fn scalar(data_type: &DataType, key: Key<'_>) -> Scalar {
    match key {
        Key::Bytes(bytes) => Cell::Text(String::from_utf8_lossy(bytes).into_owned().into()),
        Key::Bits(bits) => of_bits(data_type, bits),
    }
}
