use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::keys::for_each_place;
use super::numbers::{as_numbers, for_each_block};
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::table::{Cell, Scalar, cell_at, nanos_per_unit};
use crate::{Error, Result};

/// The least and the greatest value of a column: of numbers, truth values, text (by its
/// bytes), moments and days.
///
/// A NaN that is a value has no place in an order: then there is neither.
#[derive(Debug)]
pub(crate) struct Extremes {
    pub(crate) column: String,
    pub(crate) domain: Domain,
}

/// The least and the greatest value; both missing if there is no value.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    pub(crate) min: Scalar,
    pub(crate) max: Scalar,
}

pub(crate) struct ExtremesState {
    column: String,
    domain: Domain,
    range: Option<Range>,
    has_nan: bool,
    /// Why parts that were merged have no common order.
    clash: Option<String>,
}

impl Metric for Extremes {
    type State = ExtremesState;

    fn key(&self) -> String {
        format!("{:?}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> ExtremesState {
        ExtremesState {
            column: self.column.clone(),
            domain: self.domain,
            range: None,
            has_nan: false,
            clash: None,
        }
    }
}

impl ExtremesState {
    fn incomparable(&self, reason: String) -> Error {
        Error::Evaluation { rule: format!("the extremes of column {:?}", self.column), reason }
    }

    /// Takes in a range of values that follow.
    fn widen(&mut self, min: Scalar, max: Scalar) -> Result<()> {
        let Some(own) = &mut self.range else {
            self.range = Some(Range { min, max });
            return Ok(());
        };
        let (Some(below), Some(above)) = (min.order(&own.min), max.order(&own.max)) else {
            let reason = format!("{min} and {} have no order", own.min);
            return Err(self.incomparable(reason));
        };
        if below.is_lt() {
            own.min = min;
        }
        if above.is_gt() {
            own.max = max;
        }
        Ok(())
    }

    fn whole<T: ArrowPrimitiveType>(
        &mut self,
        array: &dyn Array,
        mask: Option<&BooleanBuffer>,
        cell: impl Fn(T::Native) -> Scalar,
    ) -> Result<()>
    where
        T::Native: Ord,
    {
        let mut range: Option<(T::Native, T::Native)> = None;
        for_each_block(array.as_primitive::<T>().values(), mask, |block| {
            let (mut min, mut max) = range.unwrap_or((block[0], block[0]));
            for value in block {
                min = min.min(*value);
                max = max.max(*value);
            }
            range = Some((min, max));
        });
        match range {
            Some((min, max)) => self.widen(cell(min), cell(max)),
            None => Ok(()),
        }
    }

    fn floats(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>) -> Result<()> {
        const LANES: usize = 8;
        let values = as_numbers(array, mask).map_err(|reason| self.incomparable(reason))?;
        let mut seen = false;
        let mut has_nan = false;
        let (mut least, mut greatest) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        for_each_block(&values, mask, |block| {
            seen = true;
            // Lanes of their own, so that one comparison need not wait for the other.
            let mut take = |lane: usize, value: f64| {
                least[lane] = if value < least[lane] { value } else { least[lane] };
                greatest[lane] = if value > greatest[lane] { value } else { greatest[lane] };
                has_nan |= value.is_nan();
            };
            let (lanes, rest) = block.as_chunks::<LANES>();
            for values in lanes {
                for (lane, value) in values.iter().enumerate() {
                    take(lane, *value);
                }
            }
            for (lane, value) in rest.iter().enumerate() {
                take(lane, *value);
            }
        });
        self.has_nan |= has_nan;
        if !seen || has_nan {
            return Ok(());
        }
        let min = least.into_iter().fold(f64::INFINITY, f64::min);
        let max = greatest.into_iter().fold(f64::NEG_INFINITY, f64::max);
        self.widen(Cell::Float(min), Cell::Float(max))
    }

    fn text<'a>(&mut self, rows: impl Iterator<Item = usize>, text: impl Fn(usize) -> &'a str) -> Result<()> {
        let mut range: Option<(&str, &str)> = None;
        for row in rows {
            let value = text(row);
            range = Some(range.map_or((value, value), |(min, max)| (min.min(value), max.max(value))));
        }
        let owned = |text: &str| Cell::Text(text.to_owned().into());
        match range {
            Some((min, max)) => self.widen(owned(min), owned(max)),
            None => Ok(()),
        }
    }

    /// Value by value, for types that are rare.
    fn cells(&mut self, array: &dyn Array, rows: impl Iterator<Item = usize>) -> Result<()> {
        for row in rows {
            let cell = cell_at(array, row);
            match &cell {
                Cell::Float(value) if value.is_nan() => self.has_nan = true,
                Cell::Other(_) => return Err(self.incomparable(format!("{cell} has no order"))),
                _ => self.widen(cell.clone().into_owned(), cell.into_owned())?,
            }
        }
        Ok(())
    }

    /// Each value of a dictionary once.
    fn dictionary(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>) -> Result<()> {
        let dictionary = array.as_any_dictionary();
        let values = dictionary.values();
        if values.is_empty() {
            return Ok(());
        }
        let mut used = vec![false; values.len()];
        for_each_place(array, mask, |place| used[place] = true);
        let used = (0..used.len()).filter(|place| used[*place]);
        match values.data_type() {
            DataType::Utf8 => {
                let text = values.as_string::<i32>();
                self.text(used, |place| text.value(place))
            }
            DataType::LargeUtf8 => {
                let text = values.as_string::<i64>();
                self.text(used, |place| text.value(place))
            }
            _ => self.cells(values.as_ref(), used),
        }
    }

    fn take(&mut self, array: &dyn Array, mask: Option<&BooleanBuffer>) -> Result<()> {
        let int = |value: i64| Cell::Int(value.into());
        match array.data_type() {
            DataType::Int8 => self.whole::<Int8Type>(array, mask, |value| int(value.into())),
            DataType::Int16 => self.whole::<Int16Type>(array, mask, |value| int(value.into())),
            DataType::Int32 => self.whole::<Int32Type>(array, mask, |value| int(value.into())),
            DataType::Int64 => self.whole::<Int64Type>(array, mask, int),
            DataType::UInt8 => self.whole::<UInt8Type>(array, mask, |value| int(value.into())),
            DataType::UInt16 => self.whole::<UInt16Type>(array, mask, |value| int(value.into())),
            DataType::UInt32 => self.whole::<UInt32Type>(array, mask, |value| int(value.into())),
            DataType::UInt64 => self.whole::<UInt64Type>(array, mask, |value| Cell::Int(value.into())),
            DataType::Float16 | DataType::Float32 | DataType::Float64 => self.floats(array, mask),
            DataType::Timestamp(unit, zone) => {
                let (scale, zoned) = (nanos_per_unit(*unit), zone.is_some());
                let moment = |value: i64| Cell::Moment { nanos: i128::from(value) * scale, zoned };
                match unit {
                    TimeUnit::Second => self.whole::<TimestampSecondType>(array, mask, moment),
                    TimeUnit::Millisecond => self.whole::<TimestampMillisecondType>(array, mask, moment),
                    TimeUnit::Microsecond => self.whole::<TimestampMicrosecondType>(array, mask, moment),
                    TimeUnit::Nanosecond => self.whole::<TimestampNanosecondType>(array, mask, moment),
                }
            }
            DataType::Date32 => self.whole::<Date32Type>(array, mask, |value| Cell::Date(value.into())),
            DataType::Date64 => {
                self.whole::<Date64Type>(array, mask, |value| Cell::Date(value.div_euclid(86_400_000)))
            }
            DataType::Utf8 => {
                let text = array.as_string::<i32>();
                self.text(rows(mask, text.len()), |row| text.value(row))
            }
            DataType::LargeUtf8 => {
                let text = array.as_string::<i64>();
                self.text(rows(mask, text.len()), |row| text.value(row))
            }
            DataType::Utf8View => {
                let text = array.as_string_view();
                self.text(rows(mask, text.len()), |row| text.value(row))
            }
            DataType::Dictionary(_, _) => self.dictionary(array, mask),
            _ => self.cells(array, rows(mask, array.len())),
        }
    }
}

/// The rows of `mask`, or all.
fn rows(mask: Option<&BooleanBuffer>, len: usize) -> impl Iterator<Item = usize> {
    let picked = mask.map(BooleanBuffer::set_indices);
    let all = if mask.is_none() { 0..len } else { 0..0 };
    picked.into_iter().flatten().chain(all)
}

impl Accumulator for ExtremesState {
    /// Or why the values have no order.
    type Output = Result<Range, String>;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let array = chunk.as_given(&self.column)?.as_ref();
        let mask = chunk.present_in(self.domain, &self.column)?;
        self.take(array, mask.as_ref())
    }

    fn merge(&mut self, later: Self) {
        self.has_nan |= later.has_nan;
        self.clash = self.clash.take().or(later.clash);
        if let Some(Range { min, max }) = later.range
            && let Err(error) = self.widen(min, max)
        {
            self.clash = Some(error.to_string());
        }
    }

    fn finish(self) -> Self::Output {
        if let Some(reason) = self.clash {
            return Err(reason);
        }
        let none = Range { min: Cell::Missing, max: Cell::Missing };
        Ok(if self.has_nan { none } else { self.range.unwrap_or(none) })
    }
}
