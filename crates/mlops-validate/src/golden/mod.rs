//! Golden rows: predictions recorded once, that a later version has to give again.
//!
//! A golden set is recorded from a model that is trusted, kept as a table (Parquet, CSV, …) beside a
//! small [`GoldenRecord`] with its digest, and compared row by row. A table that is not the one
//! recorded is refused: nobody makes a regression pass by editing what is expected.
//!
//! ```
//! # use std::sync::Arc;
//! # use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, cast::AsArray, types::Float64Type};
//! use mlops_validate::golden::{Agreement, GoldenSet};
//!
//! # let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
//! # let x: ArrayRef = Arc::new(Float64Array::from(vec![0.1, 0.2, 0.3]));
//! # let rows = [RecordBatch::try_from_iter([("id", ids), ("x", x)])?];
//! # let model = |rows: &RecordBatch| Ok(rows.column(1).as_primitive::<Float64Type>().values().to_vec());
//! # let newer = |rows: &RecordBatch| {
//! #     Ok(rows.column(1).as_primitive::<Float64Type>().values().iter().map(|x| x + 1e-9).collect())
//! # };
//! let golden = GoldenSet::predicted(&model, &rows, &["id"])?;
//! let record = golden.record("flight-delay 1.0.0, 2013-04-01");
//! let kept = golden.to_batch()?; // to a file, and back
//!
//! let golden = GoldenSet::read(&record, &[kept])?;
//! let now = GoldenSet::predicted(&newer, &rows, &["id"])?;
//! assert!(!golden.compare(&now, Agreement::Exact)?.passed());
//! assert!(golden.compare(&now, Agreement::Within { absolute: 1e-6, relative: 0.0 })?.passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compare;
mod set;
#[cfg(test)]
mod tests;

pub use compare::{Agreement, GoldenDifference, GoldenOutput, GoldenReport};
pub use set::{GoldenRecord, GoldenSet};
