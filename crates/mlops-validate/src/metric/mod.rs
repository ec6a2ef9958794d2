//! What is measured of a table, each by an accumulator.

mod broken;
mod counts;
mod distinct;
mod double;
mod exact_sum;
mod extremes;
mod histogram;
mod kept;
mod keys;
mod monotonic;
mod numbers;
mod occurrences;
mod order;
mod records;
mod repeated_records;
mod rows;
mod spread;
mod sum;
mod unique;

pub(crate) use broken::{Breaks, Examined, RowsThatBreak, no_key};
pub use broken::{BrokenRow, BrokenRows, Keep};
pub(crate) use counts::{CountValues, Counted, in_order};
pub(crate) use exact_sum::ExactSum;
pub(crate) use extremes::Extremes;
pub(crate) use histogram::{Binned, Histogram};
pub(crate) use kept::{KeepColumn, Kept};
pub(crate) use keys::same_bytes;
pub(crate) use monotonic::{Direction, OutOfOrder};
pub(crate) use numbers::has_numbers;
pub(crate) use order::Interpolation;
pub(crate) use records::{IgnoredRows, RecordsThatBreak};
pub(crate) use repeated_records::RepeatedRecords;
pub(crate) use rows::{CountPresent, CountRows};
pub(crate) use spread::Spread;
pub(crate) use sum::{Sum, SumOf};
pub(crate) use unique::Repeated;
