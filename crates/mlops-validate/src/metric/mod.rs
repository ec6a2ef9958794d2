//! What is measured of a table, each by an accumulator.

mod broken;
mod distinct;
mod exact_sum;
mod mean;
mod monotonic;
mod occurrences;
mod records;
mod repeated_records;
mod rows;
mod unique;

pub(crate) use broken::{Breaks, Examined, RowsThatBreak, no_key};
pub use broken::{BrokenRow, BrokenRows, Keep};
pub(crate) use mean::{Mean, MeanOf};
pub(crate) use monotonic::{Direction, OutOfOrder};
pub(crate) use records::{IgnoredRows, RecordsThatBreak};
pub(crate) use repeated_records::RepeatedRecords;
pub(crate) use rows::CountRows;
pub(crate) use unique::Repeated;
