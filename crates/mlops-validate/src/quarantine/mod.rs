//! Rows that break a rule apart from those that don't, and nothing lost.

#[cfg(feature = "parquet")]
mod parquet;
mod rows;
mod split;

pub use split::{Quarantine, Split};
