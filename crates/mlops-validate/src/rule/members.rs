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
use hashbrown::HashSet;
use serde_json::Value;

use super::{CellRule, Mismatch, ValueRule};
use crate::table::{Cell, F16, NANOS_PER_DAY, Scalar, cell_at, nanos_per_unit, parse_moment};

/// Sets up to this size are searched one by one, which beats hashing.
const SMALL: usize = 8;

/// A set of constants that values are looked up in.
///
/// Equality is that of [`Cell`]; on columns of moments and days, text in the set is read
/// as a moment. A column of another kind than the constants simply has none of them.
#[derive(Clone, Debug)]
pub(crate) struct Members {
    written: Vec<Scalar>,
    /// Broken if in the set instead of if not in it.
    forbidden: bool,
    whole: Vec<i128>,
    floats: Vec<f64>,
    text: Vec<Box<[u8]>>,
    moments: Vec<i128>,
}

impl Members {
    pub(crate) fn new(written: Vec<Scalar>, forbidden: bool) -> Self {
        let mut set = Self {
            forbidden,
            whole: Vec::new(),
            floats: Vec::new(),
            text: Vec::new(),
            moments: Vec::new(),
            written: Vec::new(),
        };
        for value in &written {
            match value {
                Cell::Bool(value) => set.push_whole(i128::from(*value)),
                Cell::Int(value) => set.push_whole(*value),
                Cell::Float(value) => set.push_float(*value),
                Cell::Text(text) => {
                    set.moments.extend(parse_moment(text));
                    set.text.push(text.as_bytes().into());
                }
                Cell::Moment { nanos, .. } => set.moments.push(*nanos),
                Cell::Date(days) => set.moments.push(i128::from(*days) * NANOS_PER_DAY),
                Cell::Missing | Cell::MissingMoment | Cell::Other(_) | Cell::Record(_) => {}
            }
        }
        set.whole.sort_unstable();
        set.whole.dedup();
        set.text.sort_unstable();
        set.text.dedup();
        set.moments.sort_unstable();
        set.moments.dedup();
        set.written = written;
        set
    }

    #[expect(clippy::cast_possible_truncation, reason = "checked by the way back")]
    fn push_whole(&mut self, value: i128) {
        self.whole.push(value);
        let float = value as f64;
        if float as i128 == value {
            self.floats.push(float);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
    fn push_float(&mut self, value: f64) {
        self.floats.push(value);
        if value.abs() < 1e38 && value.fract() == 0.0 {
            self.whole.push(value as i128);
        }
    }

    /// The constants as they were written.
    pub(crate) fn to_json(&self) -> Value {
        self.written.iter().map(Scalar::to_json).collect()
    }

    /// The constants in words, cut short.
    pub(crate) fn describe(&self) -> String {
        const SHOWN: usize = 8;
        let one = |value: &Scalar| match value {
            Cell::Text(text) => format!("{text:?}"),
            other => other.to_string(),
        };
        let shown: Vec<String> = self.written.iter().take(SHOWN).map(one).collect();
        let more = self.written.len().saturating_sub(SHOWN);
        let list = shown.join(", ");
        if more == 0 { format!("{{{list}}}") } else { format!("{{{list} and {more} more}}") }
    }

    /// The first text that is no moment, as none can be in a column of moments.
    pub(crate) fn no_moment(&self) -> Option<&str> {
        self.written.iter().find_map(|one| match one {
            Cell::Text(text) if parse_moment(text).is_none() => Some(text.as_ref()),
            _ => None,
        })
    }

    pub(super) fn is_forbidden(&self) -> bool {
        self.forbidden
    }

    /// Whether its floating point numbers are better hashed than searched.
    pub(super) fn has_many_floats(&self) -> bool {
        self.floats.len() > SMALL
    }

    pub(super) fn float_constants(&self) -> &[f64] {
        &self.floats
    }

    /// Whether a value is in the set.
    pub(crate) fn has(&self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Bool(value) => self.whole.binary_search(&i128::from(*value)).is_ok(),
            Cell::Int(value) => self.whole.binary_search(value).is_ok(),
            Cell::Float(value) => self.floats.contains(value),
            Cell::Text(text) => self.text.binary_search_by(|one| one.as_ref().cmp(text.as_bytes())).is_ok(),
            Cell::Moment { nanos, .. } => self.moments.binary_search(nanos).is_ok(),
            Cell::Date(days) => self.moments.binary_search(&(i128::from(*days) * NANOS_PER_DAY)).is_ok(),
            Cell::Missing | Cell::MissingMoment | Cell::Other(_) | Cell::Record(_) => false,
        }
    }

    /// The answer for each value from whether it is in the set.
    fn answer(&self, len: usize, has: impl Fn(usize) -> bool) -> BooleanBuffer {
        let forbidden = self.forbidden;
        BooleanBuffer::collect_bool(len, |row| has(row) == forbidden)
    }

    fn of_whole<T>(&self, array: &dyn Array, constants: impl Iterator<Item = i128>) -> BooleanBuffer
    where
        T: ArrowPrimitiveType,
        T::Native: Ord + std::hash::Hash + TryFrom<i128>,
    {
        let values = array.as_primitive::<T>().values();
        let constants: Vec<T::Native> = constants.filter_map(|one| T::Native::try_from(one).ok()).collect();
        if constants.len() <= SMALL {
            self.answer(values.len(), |row| constants.contains(&values[row]))
        } else {
            let constants: HashSet<T::Native> = constants.into_iter().collect();
            self.answer(values.len(), |row| constants.contains(&values[row]))
        }
    }

    fn of_floats<T: ArrowPrimitiveType>(
        &self,
        array: &dyn Array,
        widen: impl Fn(T::Native) -> f64,
    ) -> BooleanBuffer {
        let values = array.as_primitive::<T>().values();
        if self.floats.len() <= SMALL {
            self.answer(values.len(), |row| self.floats.contains(&widen(values[row])))
        } else {
            // Both zeros are one value; NaN is in no set.
            let bits = |value: f64| (value + 0.0).to_bits();
            let constants: HashSet<u64> =
                self.floats.iter().filter(|one| !one.is_nan()).map(|one| bits(*one)).collect();
            self.answer(values.len(), |row| {
                let value = widen(values[row]);
                !value.is_nan() && constants.contains(&bits(value))
            })
        }
    }

    fn of_text<'a>(&self, len: usize, value: impl Fn(usize) -> &'a [u8]) -> BooleanBuffer {
        let short: Vec<(usize, u64)> = self.text.iter().filter_map(|one| packed(one)).collect();
        if self.text.len() > SMALL {
            let constants: HashSet<&[u8]> = self.text.iter().map(AsRef::as_ref).collect();
            self.answer(len, |row| constants.contains(value(row)))
        } else if short.len() == self.text.len() {
            self.answer(len, |row| packed(value(row)).is_some_and(|value| short.contains(&value)))
        } else {
            self.answer(len, |row| {
                let value = value(row);
                self.text.iter().any(|one| one.as_ref() == value)
            })
        }
    }

    /// The moments of the set that fall on a unit of the column.
    fn moments_in(&self, unit: i128) -> impl Iterator<Item = i128> {
        self.moments.iter().filter(move |nanos| *nanos % unit == 0).map(move |nanos| nanos / unit)
    }
}

/// Up to eight bytes as their number and one word, which compare without a call; the
/// halves of the word overlap if there are fewer than eight.
pub(crate) fn packed(bytes: &[u8]) -> Option<(usize, u64)> {
    let word = match bytes {
        [] => 0,
        [one] => u64::from(*one),
        [_, _] | [_, _, _] => {
            let (first, last) = (bytes.first_chunk()?, bytes.last_chunk()?);
            u64::from(u16::from_le_bytes(*first)) | u64::from(u16::from_le_bytes(*last)) << 16
        }
        _ if bytes.len() <= 8 => {
            let (first, last) = (bytes.first_chunk()?, bytes.last_chunk()?);
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        }
        _ => return None,
    };
    Some((bytes.len(), word))
}

impl ValueRule for Members {
    fn key(&self) -> String {
        format!("{} {:?}", if self.forbidden { "not in" } else { "in" }, self.written)
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        let whole = || self.whole.iter().copied();
        Ok(match values.data_type() {
            DataType::Int8 => self.of_whole::<Int8Type>(values, whole()),
            DataType::Int16 => self.of_whole::<Int16Type>(values, whole()),
            DataType::Int32 => self.of_whole::<Int32Type>(values, whole()),
            DataType::Int64 => self.of_whole::<Int64Type>(values, whole()),
            DataType::UInt8 => self.of_whole::<UInt8Type>(values, whole()),
            DataType::UInt16 => self.of_whole::<UInt16Type>(values, whole()),
            DataType::UInt32 => self.of_whole::<UInt32Type>(values, whole()),
            DataType::UInt64 => self.of_whole::<UInt64Type>(values, whole()),
            DataType::Float16 => self.of_floats::<Float16Type>(values, F16::to_f64),
            DataType::Float32 => self.of_floats::<Float32Type>(values, f64::from),
            DataType::Float64 => self.of_floats::<Float64Type>(values, |value| value),
            DataType::Timestamp(unit, _) => {
                let constants = self.moments_in(nanos_per_unit(*unit));
                match unit {
                    TimeUnit::Second => self.of_whole::<TimestampSecondType>(values, constants),
                    TimeUnit::Millisecond => self.of_whole::<TimestampMillisecondType>(values, constants),
                    TimeUnit::Microsecond => self.of_whole::<TimestampMicrosecondType>(values, constants),
                    TimeUnit::Nanosecond => self.of_whole::<TimestampNanosecondType>(values, constants),
                }
            }
            DataType::Date32 => self.of_whole::<Date32Type>(values, self.moments_in(NANOS_PER_DAY)),
            DataType::Date64 => self.of_whole::<Date64Type>(values, self.moments_in(1_000_000)),
            DataType::Utf8 => {
                let text = values.as_string::<i32>();
                self.of_text(text.len(), |row| text.value(row).as_bytes())
            }
            DataType::LargeUtf8 => {
                let text = values.as_string::<i64>();
                self.of_text(text.len(), |row| text.value(row).as_bytes())
            }
            DataType::Utf8View => {
                let text = values.as_string_view();
                self.of_text(text.len(), |row| text.value(row).as_bytes())
            }
            _ => self.answer(values.len(), |row| self.has(&cell_at(values, row))),
        })
    }

    fn prepare(&self, _: &DataType) -> Option<Result<CellRule, Mismatch>> {
        Some(Ok(Members::prepare(self)))
    }
}

/// A constant of a set from JSON; lists and objects are none.
pub(crate) fn constants(value: &Value) -> Option<Vec<Scalar>> {
    value.as_array()?.iter().map(Scalar::from_json).collect()
}

/// Text as a constant.
pub(crate) fn text(value: &str) -> Scalar {
    Cell::Text(Cow::Owned(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
    };
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn outside(array: &ArrayRef, set: &Value) -> Vec<bool> {
        Members::new(constants(set).unwrap(), false).broken(array.as_ref()).unwrap().iter().collect()
    }

    #[test]
    fn equality_crosses_number_types_and_nothing_else() {
        let ints: ArrayRef = Arc::new(Int64Array::from(vec![0, 1, 9_007_199_254_740_993]));
        assert_eq!(outside(&ints, &json!([1.0, true, "0"])), [true, false, true]);
        assert_eq!(outside(&ints, &json!([9_007_199_254_740_993_i64])), [true, true, false]);
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 9_007_199_254_740_992.0, f64::NAN]));
        assert_eq!(outside(&floats, &json!([0, 9_007_199_254_740_993_i64])), [false, true, true]);
        let bools: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
        assert_eq!(outside(&bools, &json!([1, "false"])), [false, true]);
        let text: ArrayRef = Arc::new(StringArray::from(vec!["1", ""]));
        assert_eq!(outside(&text, &json!([1, ""])), [true, false]);
    }

    #[test]
    fn text_is_a_moment_on_a_column_of_moments() {
        let moments: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![1_704_067_200_000_000, 0]));
        assert_eq!(outside(&moments, &json!(["2024-01-01"])), [false, true]);
        assert_eq!(outside(&moments, &json!([0, "x"])), [true, true]);
    }

    proptest! {
        #[test]
        fn packed_bytes_are_equal_only_if_the_bytes_are(a in prop::collection::vec(0u8..3, 0..10), b in prop::collection::vec(0u8..3, 0..10)) {
            match (packed(&a), packed(&b)) {
                (Some(one), Some(other)) => prop_assert_eq!(one == other, a == b),
                (one, other) => prop_assert!((one.is_none() == (a.len() > 8)) && (other.is_none() == (b.len() > 8))),
            }
        }

        /// Small and large sets against a search that compares value by value.
        #[test]
        fn kernels_agree_with_a_plain_search(
            values in prop::collection::vec(-15i64..15, 0..40),
            set in prop::collection::vec(-15i64..15, 0..20),
            forbidden: bool,
        ) {
            let constants: Vec<Scalar> = set.iter().map(|one| if one % 2 == 0 { Cell::Int((*one).into()) } else { Cell::Float(*one as f64) }).collect();
            let named: Vec<Scalar> = set.iter().map(|one| text(&one.to_string())).collect();
            let ints: ArrayRef = Arc::new(Int64Array::from(values.clone()));
            let floats: ArrayRef = Arc::new(Float64Array::from_iter_values(values.iter().map(|one| *one as f64)));
            let words: ArrayRef = Arc::new(StringArray::from_iter_values(values.iter().map(ToString::to_string)));
            for (array, set) in [(ints, &constants), (floats, &constants), (words, &named)] {
                let plain: Vec<bool> = (0..array.len())
                    .map(|row| set.iter().any(|one| one.same(&cell_at(array.as_ref(), row))) == forbidden)
                    .collect();
                let members = Members::new(set.clone(), forbidden);
                prop_assert_eq!(members.broken(array.as_ref()).unwrap().iter().collect::<Vec<_>>(), plain);
            }
        }
    }
}
