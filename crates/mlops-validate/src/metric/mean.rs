use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::exact_sum::ExactSum;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::table::{Cell, F16, Scalar, cell_at, nanos_per_unit};
use crate::{Error, Result};

/// What the values of a mean are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MeanOf {
    Numbers,
    Moments { unit: TimeUnit, zoned: bool },
}

impl MeanOf {
    /// What the mean of a column is a mean of; `None` if it has none.
    pub(crate) fn column(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Timestamp(unit, zone) => Some(Self::Moments { unit: *unit, zoned: zone.is_some() }),
            DataType::Dictionary(_, values) => Self::column(values),
            DataType::Boolean | DataType::Null | DataType::Union(_, _) | DataType::Decimal128(_, _) => {
                Some(Self::Numbers)
            }
            numeric if numeric.is_integer() || numeric.is_floating() => Some(Self::Numbers),
            _ => None,
        }
    }
}

/// The mean of a column: of numbers a number, of moments a moment.
///
/// Exact sums, rounded once: it does not depend on how the rows are split.
#[derive(Debug)]
pub(crate) struct Mean {
    pub(crate) column: String,
    pub(crate) domain: Domain,
    pub(crate) of: MeanOf,
}

pub(crate) struct MeanState {
    column: String,
    domain: Domain,
    of: MeanOf,
    whole: i128,
    floats: ExactSum,
    count: u64,
}

impl Metric for Mean {
    type State = MeanState;

    fn key(&self) -> String {
        format!("{:?}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> MeanState {
        MeanState {
            column: self.column.clone(),
            domain: self.domain,
            of: self.of,
            whole: 0,
            floats: ExactSum::default(),
            count: 0,
        }
    }
}

/// Calls `each` with the rows of `mask`, or with all.
fn rows(mask: Option<&BooleanBuffer>, len: usize, mut each: impl FnMut(usize)) {
    match mask {
        None => (0..len).for_each(each),
        Some(mask) => mask.set_indices().for_each(&mut each),
    }
}

impl MeanState {
    fn add_whole<T>(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>)
    where
        T: ArrowPrimitiveType,
        T::Native: Into<i128>,
    {
        let values = array.as_primitive::<T>().values();
        rows(mask, values.len(), |row| self.whole += values[row].into());
    }

    fn add_floats<T: ArrowPrimitiveType>(
        &mut self,
        array: &dyn Array,
        mask: Option<&BooleanBuffer>,
        widen: impl Fn(T::Native) -> f64,
    ) {
        let values = array.as_primitive::<T>().values();
        rows(mask, values.len(), |row| self.floats.add(widen(values[row])));
    }

    /// Value by value, for types that are rare.
    fn add_cells(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>) -> Result<()> {
        let mut strange = None;
        rows(mask, array.len(), |row| match cell_at(array, row) {
            Cell::Bool(value) => self.whole += i128::from(value),
            Cell::Int(value) => self.whole += value,
            Cell::Float(value) => self.floats.add(value),
            Cell::Moment { nanos, .. } => match self.of {
                MeanOf::Moments { unit, .. } => self.whole += nanos / nanos_per_unit(unit),
                MeanOf::Numbers => strange = strange.take().or(Some(row)),
            },
            _ => strange = strange.take().or(Some(row)),
        });
        match strange {
            None => Ok(()),
            Some(row) => Err(Error::Evaluation {
                rule: format!("the mean of column {:?}", self.column),
                reason: format!("{} is no number", cell_at(array, row)),
            }),
        }
    }
}

impl Accumulator for MeanState {
    type Output = Scalar;

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
            DataType::Float16 => self.add_floats::<Float16Type>(array, mask, F16::to_f64),
            DataType::Float32 => self.add_floats::<Float32Type>(array, mask, f64::from),
            DataType::Float64 => self.add_floats::<Float64Type>(array, mask, |value| value),
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
            _ => self.add_cells(array, mask)?,
        }
        Ok(())
    }

    fn merge(&mut self, later: Self) {
        self.whole += later.whole;
        self.floats.merge(later.floats);
        self.count += later.count;
    }

    /// Missing if there is no value, or if the mean is no number.
    fn finish(self) -> Scalar {
        if self.count == 0 {
            return Cell::Missing;
        }
        match self.of {
            MeanOf::Moments { unit, zoned } => {
                let mean = self.whole.div_euclid(i128::from(self.count));
                Cell::Moment { nanos: mean * nanos_per_unit(unit), zoned }
            }
            MeanOf::Numbers => {
                let mean = (self.floats.total() + self.whole as f64) / self.count as f64;
                if mean.is_nan() { Cell::Missing } else { Cell::Float(mean) }
            }
        }
    }
}
