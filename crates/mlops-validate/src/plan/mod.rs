//! From expectations to one pass: what has to be measured, each thing once, over a stream
//! of record batches.

mod chunk;
mod component;
mod metric;
mod planner;
mod run;
mod state;

pub use crate::metric::Keep;
pub use crate::rule::{CellRule, Mismatch, ValueRule};
pub use chunk::Chunk;
pub(crate) use component::Component;
pub use metric::{Accumulator, Metric};
pub use planner::{Domain, Handle, Measurements, Planner};
pub(crate) use run::{Gathered, Plan, ROWS_A_PIECE, Strand, rows_a_window};
