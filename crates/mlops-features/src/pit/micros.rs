use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};

use crate::{Error, Result};

/// Whether moments can be read from a column of this type.
pub(crate) fn is_moment(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
}

/// A column of moments in microseconds since 1970 in UTC.
#[derive(Debug)]
pub(crate) struct Micros {
    values: ScalarBuffer<i64>,
    nulls: Option<NullBuffer>,
}

impl Micros {
    /// Reads a column of any unit. With a time zone or without, the values count from 1970
    /// in UTC; a date is its midnight; what is finer than a microsecond is cut off.
    pub(crate) fn read(column: &ArrayRef, table: &str, name: &str) -> Result<Self> {
        let scaled = Scaled { column, table, name };
        let values = match column.data_type() {
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                column.as_primitive::<TimestampMicrosecondType>().values().clone()
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => column
                .as_primitive::<TimestampNanosecondType>()
                .values()
                .iter()
                .map(|nanos| nanos.div_euclid(1000))
                .collect(),
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                scaled.by::<TimestampMillisecondType>(1000, "milliseconds")?
            }
            DataType::Timestamp(TimeUnit::Second, _) => {
                scaled.by::<TimestampSecondType>(1_000_000, "seconds")?
            }
            DataType::Date32 => scaled.by::<Date32Type>(86_400_000_000, "days")?,
            DataType::Date64 => scaled.by::<Date64Type>(1000, "milliseconds")?,
            other => {
                return Err(Error::ColumnType {
                    table: table.to_owned(),
                    column: name.to_owned(),
                    found: other.to_string(),
                    expected: "a timestamp or a date".to_owned(),
                });
            }
        };
        Ok(Self { values, nulls: column.nulls().filter(|nulls| nulls.null_count() > 0).cloned() })
    }

    /// The moment in row `index`.
    pub(crate) fn get(&self, index: usize) -> Option<i64> {
        match &self.nulls {
            Some(nulls) if nulls.is_null(index) => None,
            _ => Some(self.values[index]),
        }
    }
}

/// A column of a coarser unit.
struct Scaled<'a> {
    column: &'a ArrayRef,
    table: &'a str,
    name: &'a str,
}

impl Scaled<'_> {
    fn by<T: ArrowPrimitiveType<Native: Into<i64>>>(
        &self,
        micros: i64,
        unit: &'static str,
    ) -> Result<ScalarBuffer<i64>> {
        let column = self.column.as_primitive::<T>();
        let scale = |(index, value): (usize, &T::Native)| {
            let value: i64 = (*value).into();
            match value.checked_mul(micros) {
                Some(micros) => Ok(micros),
                None if column.is_null(index) => Ok(0),
                None => Err(Error::OutOfRange {
                    table: self.table.to_owned(),
                    column: self.name.to_owned(),
                    value,
                    unit,
                }),
            }
        };
        column.values().iter().enumerate().map(scale).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        Date32Array, Int64Array, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray,
    };

    use super::*;

    fn read(column: impl Array + 'static) -> Result<Vec<Option<i64>>> {
        let column: ArrayRef = Arc::new(column);
        let micros = Micros::read(&column, "t.parquet", "ts")?;
        Ok((0..column.len()).map(|index| micros.get(index)).collect())
    }

    #[test]
    fn every_unit_becomes_microseconds() {
        assert_eq!(read(TimestampSecondArray::from(vec![Some(-1), None])).unwrap(), [Some(-1_000_000), None]);
        let zoned = TimestampMillisecondArray::from(vec![2]).with_timezone("+02:00");
        assert_eq!(read(zoned).unwrap(), [Some(2000)]);
        assert_eq!(read(TimestampNanosecondArray::from(vec![1999, -1])).unwrap(), [Some(1), Some(-1)]);
        assert_eq!(read(Date32Array::from(vec![1])).unwrap(), [Some(86_400_000_000)]);
    }

    #[test]
    fn what_is_no_moment_or_too_far_is_named() {
        let error = read(Int64Array::from(vec![1])).unwrap_err().to_string();
        assert_eq!(error, r#"column "ts" of t.parquet is Int64, expected a timestamp or a date"#);
        let error = read(TimestampSecondArray::from(vec![i64::MAX])).unwrap_err().to_string();
        assert!(
            error.starts_with(r#"column "ts" of t.parquet holds 9223372036854775807 (seconds)"#),
            "{error}"
        );
    }
}
