//! Columns as floating point numbers, block by block, without what is missing.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use crate::table::{Cell, F16, cell_at};

/// Numbers in a block: it stays in the first cache of a core.
pub(super) const BLOCK: usize = 1024;

/// Whether a column of this type may hold numbers; truth values are 0 and 1.
pub(crate) fn has_numbers(data_type: &DataType) -> bool {
    match data_type {
        DataType::Dictionary(_, values) => has_numbers(values),
        DataType::Boolean | DataType::Null | DataType::Union(_, _) | DataType::Decimal128(_, _) => true,
        numeric => numeric.is_integer() || numeric.is_floating(),
    }
}

/// Calls `take` with the values that `mask` picks, or with all, in order and in blocks of at
/// most [`BLOCK`].
pub(super) fn for_each_block<T: Copy + Default>(
    values: &[T],
    mask: Option<&BooleanBuffer>,
    mut take: impl FnMut(&[T]),
) {
    let Some(mask) = mask else {
        values.chunks(BLOCK).for_each(take);
        return;
    };
    let mut block = [T::default(); BLOCK];
    let mut len = 0;
    for (word, values) in mask.bit_chunks().iter_padded().zip(values.chunks(64)) {
        if len > BLOCK - 64 {
            take(&block[..len]);
            len = 0;
        }
        if word == u64::MAX {
            block[len..len + values.len()].copy_from_slice(values);
            len += values.len();
        } else if word != 0 {
            // Without a branch a value: all are written, those that are missing are written over.
            for (at, value) in values.iter().enumerate() {
                block[len] = *value;
                len += usize::from(word >> at & 1 == 1);
            }
        }
    }
    if len > 0 {
        take(&block[..len]);
    }
}

/// Calls `take` with the numbers of `array` that `mask` picks, as [`for_each_block`].
///
/// # Errors
/// A value that is no number, in words.
pub(super) fn for_each_number(
    array: &dyn Array,
    mask: Option<&BooleanBuffer>,
    take: impl FnMut(&[f64]),
) -> Result<(), String> {
    if mask.is_some_and(|mask| mask.count_set_bits() == 0) {
        return Ok(());
    }
    for_each_block(&as_numbers(array, mask)?, mask, take);
    Ok(())
}

/// A column as numbers, those of moments in their own unit. What stands in rows that `mask`
/// does not pick means nothing.
///
/// # Errors
/// A value that is no number, in words.
#[expect(clippy::cast_precision_loss, reason = "documented: whole numbers beyond 2⁵³ are rounded")]
pub(super) fn as_numbers<'a>(
    array: &'a dyn Array,
    mask: Option<&BooleanBuffer>,
) -> Result<Cow<'a, [f64]>, String> {
    fn widen<T: ArrowPrimitiveType>(array: &dyn Array, widen: impl Fn(T::Native) -> f64) -> Cow<'_, [f64]> {
        array.as_primitive::<T>().values().iter().map(|value| widen(*value)).collect()
    }
    Ok(match array.data_type() {
        DataType::Int8 => widen::<Int8Type>(array, f64::from),
        DataType::Int16 => widen::<Int16Type>(array, f64::from),
        DataType::Int32 => widen::<Int32Type>(array, f64::from),
        DataType::Int64 => widen::<Int64Type>(array, |value| value as f64),
        DataType::UInt8 => widen::<UInt8Type>(array, f64::from),
        DataType::UInt16 => widen::<UInt16Type>(array, f64::from),
        DataType::UInt32 => widen::<UInt32Type>(array, f64::from),
        DataType::UInt64 => widen::<UInt64Type>(array, |value| value as f64),
        DataType::Float16 => widen::<Float16Type>(array, F16::to_f64),
        DataType::Float32 => widen::<Float32Type>(array, f64::from),
        DataType::Float64 => Cow::Borrowed(array.as_primitive::<Float64Type>().values()),
        DataType::Timestamp(unit, _) => match unit {
            TimeUnit::Second => widen::<TimestampSecondType>(array, |value| value as f64),
            TimeUnit::Millisecond => widen::<TimestampMillisecondType>(array, |value| value as f64),
            TimeUnit::Microsecond => widen::<TimestampMicrosecondType>(array, |value| value as f64),
            TimeUnit::Nanosecond => widen::<TimestampNanosecondType>(array, |value| value as f64),
        },
        _ => (0..array.len())
            .map(|row| match cell_at(array, row) {
                _ if mask.is_some_and(|mask| !mask.value(row)) => Ok(f64::NAN),
                Cell::Bool(value) => Ok(f64::from(u8::from(value))),
                Cell::Int(value) => Ok(value as f64),
                Cell::Float(value) => Ok(value),
                other => Err(format!("{other} is no number")),
            })
            .collect::<Result<_, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn blocks_are_what_the_mask_picks(
            bits in prop::collection::vec(prop::bool::weighted(0.9), 0..5000), skip in 0usize..70,
        ) {
            let values: Vec<usize> = (0..bits.len()).collect();
            let skip = skip.min(bits.len());
            let mask = BooleanBuffer::from(bits.clone()).slice(skip, bits.len() - skip);
            let mut seen = Vec::new();
            for_each_block(&values[skip..], Some(&mask), |block| {
                assert!(block.len() <= BLOCK, "no longer than promised");
                seen.extend_from_slice(block);
            });
            prop_assert_eq!(seen, (skip..bits.len()).filter(|at| bits[*at]).collect::<Vec<_>>());
        }
    }
}
