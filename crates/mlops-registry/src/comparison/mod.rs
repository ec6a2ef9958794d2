//! Two versions of a model side by side: what they were made from, and what came of it.

mod compare;
mod row;
mod side;

pub use row::{ComparisonRow, Topic};
pub use side::{Pair, Side, VersionComparison};
