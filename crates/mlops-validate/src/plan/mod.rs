//! From expectations to one pass: what has to be measured, each thing once, over a stream
//! of record batches.

mod chunk;
#[cfg_attr(
    not(feature = "parquet"),
    allow(dead_code, unused_imports, reason = "only Parquet files are read column by column")
)]
mod component;
mod metric;
mod planner;
#[cfg_attr(
    not(feature = "parquet"),
    allow(dead_code, unused_imports, reason = "only Parquet files are read column by column")
)]
mod run;
mod state;

pub use crate::metric::Keep;
pub use crate::rule::{CellRule, Mismatch, ValueRule};
pub use chunk::Chunk;
#[cfg_attr(
    not(feature = "parquet"),
    allow(dead_code, unused_imports, reason = "only Parquet files are read column by column")
)]
pub(crate) use component::Component;
pub use metric::{Accumulator, Metric};
pub use planner::{Domain, Handle, Measurements, Planner};
#[cfg_attr(
    not(feature = "parquet"),
    allow(dead_code, unused_imports, reason = "only Parquet files are read column by column")
)]
pub(crate) use run::{Gathered, Plan, ROWS_A_PIECE, Strand, rows_a_window};
