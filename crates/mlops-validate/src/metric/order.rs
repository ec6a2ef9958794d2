//! Values by their rank, from a column that is kept.

#[cfg(test)]
mod tests;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};
use rayon::prelude::*;

use super::kept::{Kept, KeptChunk, no_number};
use super::keys::of_bits;
use super::numbers::{for_each_block, for_each_number};
use crate::Result;
use crate::table::{Cell, Scalar, nanos_per_unit};

/// What is given for a quantile that falls between two values.
///
/// # Source
/// The methods of `numpy.quantile` 2.4 that pandas 3.1 offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Interpolation {
    /// A point between them.
    Linear,
    Lower,
    Higher,
    Midpoint,
    /// The nearer one, of two the one of even rank.
    #[default]
    Nearest,
}

impl Interpolation {
    pub(crate) const ALL: [(&str, Self); 5] = [
        ("linear", Self::Linear),
        ("lower", Self::Lower),
        ("higher", Self::Higher),
        ("midpoint", Self::Midpoint),
        ("nearest", Self::Nearest),
    ];

    /// Where the quantile of so many values lies: a rank, or between it and the next one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a quantile from 0 to 1 is a rank of the values"
    )]
    fn place(self, count: u64, quantile: f64) -> (u64, f64) {
        let last = count - 1;
        // Percent and back, as pandas does.
        let at = last as f64 * (quantile * 100.0 / 100.0);
        let at = match self {
            Self::Linear => at,
            Self::Lower => at.floor(),
            Self::Higher => at.ceil(),
            Self::Midpoint => 0.5 * (at.floor() + at.ceil()),
            Self::Nearest => at.round_ties_even(),
        };
        ((at.floor() as u64).min(last), at - at.floor())
    }
}

/// A point between two values.
fn between(a: f64, b: f64, share: f64) -> f64 {
    let apart = b - a;
    if share >= 0.5 { b - apart * (1.0 - share) } else { a + apart * share }
}

/// A cell as a number; missing if it is none.
fn number(value: f64) -> Scalar {
    if value.is_nan() { Cell::Missing } else { Cell::Float(value) }
}

fn as_float(cell: &Scalar) -> f64 {
    match cell {
        Cell::Bool(value) => f64::from(u8::from(*value)),
        Cell::Int(value) => *value as f64,
        Cell::Float(value) => *value,
        _ => f64::NAN,
    }
}

impl Kept {
    /// The value in the middle, or the mean of the two there; missing if there is no value, or
    /// if that is no number.
    ///
    /// # Errors
    /// [`Error::Evaluation`](crate::Error::Evaluation) if a value is no number.
    pub(crate) fn median(&self) -> Result<Scalar> {
        let count = self.count();
        if count == 0 {
            return Ok(Cell::Missing);
        }
        let ranks = [(count - 1) / 2, count / 2];
        let middle = self.at_ranks(&ranks)?;
        Ok(match (&middle[0], &middle[1]) {
            (Cell::Moment { nanos: a, zoned }, Cell::Moment { nanos: b, .. }) => {
                let unit = match self.data_type() {
                    DataType::Timestamp(unit, _) => nanos_per_unit(*unit),
                    _ => 1,
                };
                Cell::Moment { nanos: (a + b) / (2 * unit) * unit, zoned: *zoned }
            }
            (a, b) if ranks[0] == ranks[1] => number(as_float(a).max(as_float(b))),
            (a, b) => number(f64::midpoint(as_float(a), as_float(b))),
        })
    }

    /// The values at `quantiles`, each from 0 to 1; missing where there is none or it is no
    /// number. A NaN that is a value stands after all numbers.
    ///
    /// # Errors
    /// [`Error::Evaluation`](crate::Error::Evaluation) if a value is no number.
    pub(crate) fn quantiles(&self, quantiles: &[f64], interpolation: Interpolation) -> Result<Vec<Scalar>> {
        let count = self.count();
        if count == 0 {
            return Ok(vec![Cell::Missing; quantiles.len()]);
        }
        let places: Vec<(u64, f64)> =
            quantiles.iter().map(|quantile| interpolation.place(count, *quantile)).collect();
        let ranks: Vec<u64> =
            places.iter().flat_map(|(rank, _)| [*rank, (rank + 1).min(count - 1)]).collect();
        let values = self.at_ranks(&ranks)?;
        let one = |((_, share), pair): (&(u64, f64), &[Scalar])| match interpolation {
            Interpolation::Linear | Interpolation::Midpoint => {
                number(between(as_float(&pair[0]), as_float(&pair[1]), *share))
            }
            _ => match &pair[0] {
                Cell::Float(value) => number(*value),
                value => value.clone(),
            },
        };
        Ok(places.iter().zip(values.chunks(2)).map(one).collect())
    }

    /// The values at these ranks of the sorted column, from 0.
    ///
    /// `O(n)`: a count of 2¹⁶ ranges says in which of them a rank lies, and only that range is
    /// searched.
    fn at_ranks(&self, ranks: &[u64]) -> Result<Vec<Scalar>> {
        const SMALL: u64 = 1 << 12;
        let key = |key: u64| of_key(self.data_type(), key);
        if self.count() <= SMALL {
            let mut all = Vec::new();
            self.chunks.iter().try_for_each(|chunk| chunk.for_each_key(|key| all.push(key)))?;
            all.sort_unstable();
            let at = |rank: &u64| usize::try_from(*rank).ok().and_then(|rank| all.get(rank));
            return Ok(ranks.iter().map(|rank| at(rank).map_or(Cell::Missing, |at| key(*at))).collect());
        }
        let (least, greatest) = self
            .chunks
            .par_iter()
            .map(|chunk| {
                let mut ends = (u64::MAX, u64::MIN);
                chunk.for_each_key(|key| ends = (ends.0.min(key), ends.1.max(key)))?;
                Ok(ends)
            })
            .try_reduce(|| (u64::MAX, u64::MIN), |a, b| Ok((a.0.min(b.0), a.1.max(b.1))))?;
        let shift = (64 - (greatest - least).leading_zeros()).saturating_sub(16);
        let ranges = usize::try_from((greatest - least) >> shift).unwrap_or(0) + 1;
        #[expect(clippy::cast_possible_truncation, reason = "there are at most 2¹⁶ ranges")]
        let range_of = |key: u64| ((key - least) >> shift) as usize;
        let counts = self
            .chunks
            .par_iter()
            .with_min_len(8)
            .try_fold(
                || vec![0_u64; ranges],
                |mut counts, chunk| {
                    chunk.for_each_key(|key| counts[range_of(key)] += 1)?;
                    Ok(counts)
                },
            )
            .try_reduce(
                || vec![0; ranges],
                |mut a, b| {
                    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
                    Ok::<_, crate::Error>(a)
                },
            )?;
        // Where each rank lies: the range, and the rank within it.
        let places: Vec<(usize, u64)> = ranks
            .iter()
            .map(|rank| {
                let mut left = *rank;
                let range = counts.iter().position(|count| {
                    let here = left < *count;
                    left -= if here { 0 } else { *count };
                    here
                });
                (range.unwrap_or(ranges - 1), left)
            })
            .collect();
        let mut found = vec![Cell::Missing; ranks.len()];
        let mut searched: Vec<usize> = places.iter().map(|(range, _)| *range).collect();
        searched.sort_unstable();
        searched.dedup();
        for range in searched {
            let mut inside = Vec::new();
            if shift > 0 {
                self.chunks.iter().try_for_each(|chunk| {
                    chunk.for_each_key(|key| {
                        if range_of(key) == range {
                            inside.push(key);
                        }
                    })
                })?;
            }
            for (at, (_, rank)) in places.iter().enumerate().filter(|(_, (of, _))| *of == range) {
                let value = match usize::try_from(*rank) {
                    Ok(rank) if rank < inside.len() => *inside.select_nth_unstable(rank).1,
                    // A range of one value.
                    _ => least + ((range as u64) << shift),
                };
                found[at] = key(value);
            }
        }
        Ok(found)
    }
}

const SIGN: u64 = 1 << 63;

#[expect(clippy::cast_sign_loss, reason = "the order is kept by turning the sign")]
fn key_of_whole(value: i64) -> u64 {
    value as u64 ^ SIGN
}

fn key_of_float(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits & SIGN == 0 { bits ^ SIGN } else { !bits }
}

/// A value read back from its key.
fn of_key(data_type: &DataType, key: u64) -> Scalar {
    match data_type {
        DataType::UInt64 => of_bits(data_type, key),
        whole if is_whole(whole) => of_bits(data_type, key ^ SIGN),
        other => {
            let value = f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN });
            if *other == DataType::Boolean { Cell::Bool(value > 0.5) } else { Cell::Float(value) }
        }
    }
}

fn is_whole(data_type: &DataType) -> bool {
    data_type.is_integer()
        || matches!(data_type, DataType::Timestamp(_, _) | DataType::Date32 | DataType::Date64)
}

impl KeptChunk {
    /// Calls `call` with a number for each value, in the order of the values.
    fn for_each_key(&self, mut call: impl FnMut(u64)) -> Result<()> {
        fn whole<T: ArrowPrimitiveType>(
            array: &dyn Array,
            present: Option<&BooleanBuffer>,
            call: &mut impl FnMut(u64),
        ) where
            T::Native: Into<i64>,
        {
            for_each_block(array.as_primitive::<T>().values(), present, |block| {
                for value in block {
                    call(key_of_whole((*value).into()));
                }
            });
        }
        let (array, present, call) = (self.array.as_ref(), self.present.as_ref(), &mut call);
        match array.data_type() {
            DataType::Int8 => whole::<Int8Type>(array, present, call),
            DataType::Int16 => whole::<Int16Type>(array, present, call),
            DataType::Int32 => whole::<Int32Type>(array, present, call),
            DataType::Int64 => whole::<Int64Type>(array, present, call),
            DataType::UInt8 => whole::<UInt8Type>(array, present, call),
            DataType::UInt16 => whole::<UInt16Type>(array, present, call),
            DataType::UInt32 => whole::<UInt32Type>(array, present, call),
            DataType::UInt64 => {
                for_each_block(array.as_primitive::<UInt64Type>().values(), present, |block| {
                    for value in block {
                        call(*value);
                    }
                });
            }
            DataType::Timestamp(TimeUnit::Second, _) => whole::<TimestampSecondType>(array, present, call),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                whole::<TimestampMillisecondType>(array, present, call);
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                whole::<TimestampMicrosecondType>(array, present, call);
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                whole::<TimestampNanosecondType>(array, present, call);
            }
            DataType::Date32 => whole::<Date32Type>(array, present, call),
            DataType::Date64 => whole::<Date64Type>(array, present, call),
            _ => for_each_number(array, present, |block| {
                for value in block {
                    call(key_of_float(*value));
                }
            })
            .map_err(no_number)?,
        }
        Ok(())
    }
}
