//! The moments in a column of a table.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use mlops_core::Timestamp;

use crate::{Error, Result};

/// When each row happened, and the table without that column.
pub(crate) fn dated(batch: &RecordBatch, column: &str) -> Result<(Vec<Timestamp>, RecordBatch)> {
    let refuse = |found: String| Err(Error::Time { column: column.to_owned(), found });
    let Ok(place) = batch.schema_ref().index_of(column) else {
        return refuse("missing".to_owned());
    };
    let array = batch.column(place).as_ref();
    if let Some(row) = (0..array.len()).find(|row| array.is_null(*row)) {
        return refuse(format!("null in row {row}"));
    }
    let moments = match array.data_type() {
        DataType::Timestamp(unit, _) => moments(array, *unit),
        other => return refuse(other.to_string()),
    };
    let mut rest = batch.clone();
    rest.remove_column(place);
    Ok((moments, rest))
}

fn moments(array: &dyn Array, unit: TimeUnit) -> Vec<Timestamp> {
    macro_rules! micros {
        ($type:ty, $micros:expr) => {
            array.as_primitive::<$type>().values().iter().map($micros).map(Timestamp::from_micros).collect()
        };
    }
    match unit {
        TimeUnit::Second => micros!(TimestampSecondType, |at| at.saturating_mul(1_000_000)),
        TimeUnit::Millisecond => micros!(TimestampMillisecondType, |at| at.saturating_mul(1_000)),
        TimeUnit::Microsecond => micros!(TimestampMicrosecondType, |at| *at),
        TimeUnit::Nanosecond => micros!(TimestampNanosecondType, |at| at.div_euclid(1_000)),
    }
}
