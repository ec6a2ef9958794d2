//! From expectations to one pass: what has to be measured, each thing once, over a stream
//! of record batches.

mod chunk;
mod metric;
mod planner;
mod run;

pub use crate::metric::Keep;
pub use crate::rule::{Mismatch, ValueRule};
pub use chunk::Chunk;
pub use metric::{Accumulator, Metric};
pub use planner::{Domain, Handle, Measurements, Planner};
pub(crate) use run::{Gathered, Plan, rows_a_window};
