//! What is measured of a table, each by an accumulator.

mod broken;
mod distinct;
mod exact_sum;
mod mean;
mod rows;
mod unique;

pub(crate) use broken::{Breaks, Examined, RowsThatBreak};
pub use broken::{BrokenRow, BrokenRows, Keep};
pub(crate) use mean::{Mean, MeanOf};
pub(crate) use rows::CountRows;
pub(crate) use unique::Repeated;
