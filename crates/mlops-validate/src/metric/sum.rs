use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::exact_sum::ExactSum;
use super::numbers::{for_each_block, for_each_number, has_numbers};
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::table::{Cell, Scalar, cell_at, nanos_per_unit};
use crate::{Error, Result};

/// What the values of a sum are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SumOf {
    Numbers,
    Moments { unit: TimeUnit, zoned: bool },
}

impl SumOf {
    /// What the sum of a column is a sum of; `None` if it has none.
    pub(crate) fn column(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Timestamp(unit, zone) => Some(Self::Moments { unit: *unit, zoned: zone.is_some() }),
            DataType::Dictionary(_, values) => Self::column(values),
            numeric => has_numbers(numeric).then_some(Self::Numbers),
        }
    }
}

/// The sum and the mean of a column.
///
/// Exact sums, rounded once: they do not depend on how the rows are split.
#[derive(Debug)]
pub(crate) struct Sum {
    pub(crate) column: String,
    pub(crate) domain: Domain,
    pub(crate) of: SumOf,
}

pub(crate) struct SumState {
    column: String,
    domain: Domain,
    of: SumOf,
    whole: i128,
    floats: ExactSum,
    has_floats: bool,
    count: u64,
}

/// A sum of so many values.
#[derive(Clone, Debug)]
pub(crate) struct Summed {
    of: SumOf,
    whole: i128,
    /// `None` if all values are whole.
    floats: Option<f64>,
    count: u64,
}

impl Summed {
    /// A whole number if all values are, 0 of nothing. Missing if it is no number, as with
    /// infinities of both signs.
    pub(crate) fn total(&self) -> Scalar {
        match self.floats {
            None if i64::try_from(self.whole).is_ok() => Cell::Int(self.whole),
            None => Cell::Float(self.whole as f64),
            Some(floats) => number(floats + self.whole as f64),
        }
    }

    /// Of numbers a number, of moments a moment. Missing if there is no value, or if the mean
    /// is no number.
    pub(crate) fn mean(&self) -> Scalar {
        if self.count == 0 {
            return Cell::Missing;
        }
        match self.of {
            SumOf::Moments { unit, zoned } => {
                // Towards 1970, as pandas does.
                let mean = self.whole / i128::from(self.count);
                Cell::Moment { nanos: mean * nanos_per_unit(unit), zoned }
            }
            SumOf::Numbers => number((self.floats.unwrap_or(0.0) + self.whole as f64) / self.count as f64),
        }
    }
}

fn number(value: f64) -> Scalar {
    if value.is_nan() { Cell::Missing } else { Cell::Float(value) }
}

impl Metric for Sum {
    type State = SumState;

    fn key(&self) -> String {
        format!("{:?}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> SumState {
        SumState {
            column: self.column.clone(),
            domain: self.domain,
            of: self.of,
            whole: 0,
            floats: ExactSum::default(),
            has_floats: false,
            count: 0,
        }
    }
}

impl SumState {
    fn add_whole<T>(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>)
    where
        T: ArrowPrimitiveType,
        T::Native: Into<i128>,
    {
        for_each_block(array.as_primitive::<T>().values(), mask, |block| {
            self.whole += block.iter().map(|value| (*value).into()).sum::<i128>();
        });
    }

    fn add_floats(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>) -> Result<()> {
        self.has_floats = true;
        for_each_number(array, mask, |block| self.floats.add_all(block)).map_err(|reason| Error::Evaluation {
            rule: format!("the sum of column {:?}", self.column),
            reason,
        })
    }

    /// Value by value, for types that are rare.
    fn add_cells(&mut self, array: &dyn Array, rows: impl Iterator<Item = usize>) -> Result<()> {
        for row in rows {
            match cell_at(array, row) {
                Cell::Bool(value) => self.whole += i128::from(value),
                Cell::Int(value) => self.whole += value,
                Cell::Float(value) => {
                    self.has_floats = true;
                    self.floats.add(value);
                }
                cell => match (self.of, &cell) {
                    (SumOf::Moments { unit, .. }, Cell::Moment { nanos, .. }) => {
                        self.whole += nanos / nanos_per_unit(unit);
                    }
                    _ => {
                        return Err(Error::Evaluation {
                            rule: format!("the sum of column {:?}", self.column),
                            reason: format!("{cell} is no number"),
                        });
                    }
                },
            }
        }
        Ok(())
    }
}

impl Accumulator for SumState {
    type Output = Summed;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let array = chunk.column(&self.column)?.as_ref();
        let mask = chunk.present_in(self.domain, &self.column)?;
        let mask = mask.as_ref();
        self.count += mask.map_or(chunk.rows(), BooleanBuffer::count_set_bits) as u64;
        match array.data_type() {
            DataType::Int8 => self.add_whole::<Int8Type>(array, mask),
            DataType::Int16 => self.add_whole::<Int16Type>(array, mask),
            DataType::Int32 => self.add_whole::<Int32Type>(array, mask),
            DataType::Int64 => self.add_whole::<Int64Type>(array, mask),
            DataType::UInt8 => self.add_whole::<UInt8Type>(array, mask),
            DataType::UInt16 => self.add_whole::<UInt16Type>(array, mask),
            DataType::UInt32 => self.add_whole::<UInt32Type>(array, mask),
            DataType::UInt64 => self.add_whole::<UInt64Type>(array, mask),
            DataType::Float16 | DataType::Float32 | DataType::Float64 => self.add_floats(array, mask)?,
            DataType::Timestamp(TimeUnit::Second, _) => self.add_whole::<TimestampSecondType>(array, mask),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                self.add_whole::<TimestampMillisecondType>(array, mask);
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                self.add_whole::<TimestampMicrosecondType>(array, mask);
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                self.add_whole::<TimestampNanosecondType>(array, mask);
            }
            _ => match mask {
                None => self.add_cells(array, 0..array.len())?,
                Some(mask) => self.add_cells(array, mask.set_indices())?,
            },
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) {
        self.whole += later.whole;
        self.floats.merge(later.floats);
        self.has_floats |= later.has_floats;
        self.count += later.count;
    }

    fn finish(self) -> Summed {
        let floats = self.has_floats.then(|| self.floats.total());
        Summed { of: self.of, whole: self.whole, floats, count: self.count }
    }
}
