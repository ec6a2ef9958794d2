use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::broken::{BrokenRow, Examined, Keep, shown};
use super::distinct::Key;
use super::keys::{float_bits, is_text, same_bytes, scalar};
use super::occurrences::Occurrences;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::table::{Cell, and, cell_at, same_values};
use crate::{Error, Result};

/// The rows of a column whose value occurs more than once; the first occurrence too.
///
/// Memory grows with the number of distinct values: 20 to 40 bytes each (35 to 70 for
/// text, and its bytes), much more if rows have to be shown with their keys.
#[derive(Debug)]
pub(crate) struct Repeated {
    pub(crate) column: String,
    pub(crate) domain: Domain,
    pub(crate) keep: Keep,
}

pub(crate) struct RepeatedState {
    column: String,
    domain: Domain,
    keep: Keep,
    /// Of the column, once a batch has been seen.
    data_type: DataType,
    rows: u64,
    missing: u64,
    occurrences: Occurrences,
    /// How often each value of the dictionary at hand was seen, up to twice.
    seen: Option<(ArrayRef, Vec<u8>)>,
}

impl Metric for Repeated {
    type State = RepeatedState;

    fn key(&self) -> String {
        format!("{:?}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> RepeatedState {
        RepeatedState {
            column: self.column.clone(),
            domain: self.domain,
            keep: self.keep.clone(),
            data_type: DataType::Null,
            rows: 0,
            missing: 0,
            occurrences: Occurrences::new(&self.keep),
            seen: None,
        }
    }
}

impl RepeatedState {
    /// Whether a row can't be shown from its value alone.
    fn needs_the_row(&self) -> bool {
        !self.keep.keys.is_empty()
            || self.keep.whole_rows > 0
            || matches!(self.data_type, DataType::Union(_, _) | DataType::Decimal128(_, _))
    }

    fn shown(&self, chunk: &Chunk<'_>, array: &ArrayRef, row: usize) -> Result<BrokenRow> {
        let value = match shown(array, row) {
            // Both zeros are one value, and so they look the same.
            Cell::Float(value) => Cell::Float(value + 0.0),
            value => value,
        };
        self.keep.row(chunk, row, value, self.keep.whole_rows > 0)
    }

    /// Takes in a row whose value was there before.
    fn repeat(&mut self, chunk: &Chunk<'_>, array: &ArrayRef, row: usize) -> Result<()> {
        let shown =
            if self.occurrences.shows_another() { Some(self.shown(chunk, array, row)?) } else { None };
        self.occurrences.again(chunk.first_row() + row as u64, shown);
        Ok(())
    }

    fn take(&mut self, chunk: &Chunk<'_>, array: &ArrayRef, row: usize, key: Key<'_>) -> Result<()> {
        if self.occurrences.see(key, chunk.first_row() + row as u64) {
            self.repeat(chunk, array, row)
        } else if self.needs_the_row() {
            let shown = self.shown(chunk, array, row)?;
            self.occurrences.keep_shown(shown);
            Ok(())
        } else {
            Ok(())
        }
    }

    fn take_bits<T: ArrowPrimitiveType>(
        &mut self,
        chunk: &Chunk<'_>,
        array: &ArrayRef,
        mask: Option<&BooleanBuffer>,
        bits: impl Fn(T::Native) -> u64,
    ) -> Result<()> {
        let values = array.as_primitive::<T>().values();
        each(mask, values.len(), |row| self.take(chunk, array, row, Key::Bits(bits(values[row]))))
    }

    fn take_text<'a>(
        &mut self,
        chunk: &Chunk<'_>,
        array: &ArrayRef,
        mask: Option<&BooleanBuffer>,
        text: impl Fn(usize) -> &'a str,
    ) -> Result<()> {
        each(mask, array.len(), |row| self.take(chunk, array, row, Key::Bytes(text(row).as_bytes())))
    }

    /// Dictionaries, which the batches of a file share: each of their values is looked up once,
    /// or twice if it repeats.
    fn take_dictionary(
        &mut self,
        chunk: &Chunk<'_>,
        array: &ArrayRef,
        mask: Option<&BooleanBuffer>,
    ) -> Result<()> {
        let dictionary = array.as_any_dictionary();
        let of_values = dictionary.values();
        if of_values.is_empty() {
            return Ok(());
        }
        let mut times = match self.seen.take() {
            Some((known, times)) if same_values(&known, of_values) => times,
            _ => vec![0; of_values.len()],
        };
        let keys = dictionary.normalized_keys();
        each(mask, array.len(), |row| {
            let key = keys[row];
            if times[key] == 2 {
                return self.repeat(chunk, array, row);
            }
            times[key] += 1;
            let bytes = self.bytes(&cell_at(of_values.as_ref(), key))?;
            self.take(chunk, array, row, Key::Bytes(&bytes))
        })?;
        self.seen = Some((ArrayRef::clone(of_values), times));
        Ok(())
    }

    fn take_cells(
        &mut self,
        chunk: &Chunk<'_>,
        array: &ArrayRef,
        mask: Option<&BooleanBuffer>,
    ) -> Result<()> {
        each(mask, array.len(), |row| {
            let bytes = self.bytes(&cell_at(array.as_ref(), row))?;
            self.take(chunk, array, row, Key::Bytes(&bytes))
        })
    }

    /// Bytes that are the same for values that are the same.
    fn bytes(&self, cell: &Cell<'_>) -> Result<Vec<u8>> {
        match cell {
            // Text alone needs no tag, and is read back from its bytes.
            Cell::Text(text) if matches!(&self.data_type, DataType::Dictionary(_, values) if is_text(values)) => {
                Ok(text.as_bytes().to_vec())
            }
            cell => same_bytes(cell).ok_or_else(|| Error::Evaluation {
                rule: format!("uniqueness of column {:?}", self.column),
                reason: format!("{cell} can't be compared"),
            }),
        }
    }
}

/// Calls `call` with the rows of `mask`, or with all.
fn each(mask: Option<&BooleanBuffer>, len: usize, mut call: impl FnMut(usize) -> Result<()>) -> Result<()> {
    match mask {
        None => (0..len).try_for_each(call),
        Some(mask) => mask.set_indices().try_for_each(&mut call),
    }
}

impl Accumulator for RepeatedState {
    type Output = Examined;

    /// To merge two sets of values costs as much as to fill one.
    const MERGES_CHEAPLY: bool = false;

    #[expect(clippy::cast_sign_loss, reason = "only equality of the bits matters")]
    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let array = chunk.as_given(&self.column)?;
        self.data_type = array.data_type().clone();
        let domain = chunk.domain(self.domain)?;
        let mask = and(domain, chunk.present(&self.column)?);
        let rows = domain.map_or(chunk.rows(), BooleanBuffer::count_set_bits);
        let valued = mask.as_ref().map_or(chunk.rows(), BooleanBuffer::count_set_bits);
        self.rows += rows as u64;
        self.missing += (rows - valued) as u64;
        let mask = mask.as_ref();
        match array.data_type() {
            DataType::Int8 => self.take_bits::<Int8Type>(chunk, array, mask, |v| i64::from(v) as u64),
            DataType::Int16 => self.take_bits::<Int16Type>(chunk, array, mask, |v| i64::from(v) as u64),
            DataType::Int32 => self.take_bits::<Int32Type>(chunk, array, mask, |v| i64::from(v) as u64),
            DataType::Int64 => self.take_bits::<Int64Type>(chunk, array, mask, |v| v as u64),
            DataType::UInt8 => self.take_bits::<UInt8Type>(chunk, array, mask, u64::from),
            DataType::UInt16 => self.take_bits::<UInt16Type>(chunk, array, mask, u64::from),
            DataType::UInt32 => self.take_bits::<UInt32Type>(chunk, array, mask, u64::from),
            DataType::UInt64 => self.take_bits::<UInt64Type>(chunk, array, mask, |v| v),
            DataType::Float16 => {
                self.take_bits::<Float16Type>(chunk, array, mask, |v| float_bits(v.to_f64()))
            }
            DataType::Float32 => self.take_bits::<Float32Type>(chunk, array, mask, |v| float_bits(v.into())),
            DataType::Float64 => self.take_bits::<Float64Type>(chunk, array, mask, float_bits),
            DataType::Date32 => self.take_bits::<Date32Type>(chunk, array, mask, |v| i64::from(v) as u64),
            DataType::Date64 => self.take_bits::<Date64Type>(chunk, array, mask, |v| v as u64),
            DataType::Timestamp(unit, _) => match unit {
                TimeUnit::Second => self.take_bits::<TimestampSecondType>(chunk, array, mask, |v| v as u64),
                TimeUnit::Millisecond => {
                    self.take_bits::<TimestampMillisecondType>(chunk, array, mask, |v| v as u64)
                }
                TimeUnit::Microsecond => {
                    self.take_bits::<TimestampMicrosecondType>(chunk, array, mask, |v| v as u64)
                }
                TimeUnit::Nanosecond => {
                    self.take_bits::<TimestampNanosecondType>(chunk, array, mask, |v| v as u64)
                }
            },
            DataType::Boolean => {
                let values = array.as_boolean();
                each(mask, values.len(), |row| {
                    self.take(chunk, array, row, Key::Bits(u64::from(values.value(row))))
                })
            }
            DataType::Utf8 => {
                let text = array.as_string::<i32>();
                self.take_text(chunk, array, mask, |row| text.value(row))
            }
            DataType::LargeUtf8 => {
                let text = array.as_string::<i64>();
                self.take_text(chunk, array, mask, |row| text.value(row))
            }
            DataType::Utf8View => {
                let text = array.as_string_view();
                self.take_text(chunk, array, mask, |row| text.value(row))
            }
            DataType::Dictionary(_, _) => self.take_dictionary(chunk, array, mask),
            _ => self.take_cells(chunk, array, mask),
        }
    }

    fn merge(&mut self, later: Self) {
        if later.rows > 0 {
            self.data_type = later.data_type.clone();
        }
        self.rows += later.rows;
        self.missing += later.missing;
        let data_type = &self.data_type;
        self.occurrences.merge(later.occurrences, |key| scalar(data_type, key));
    }

    fn finish(self) -> Examined {
        let broken = self.occurrences.finish(|key| scalar(&self.data_type, key));
        Examined { rows: self.rows, missing: self.missing, broken, failed: None }
    }
}
