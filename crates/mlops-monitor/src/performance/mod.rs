//! How good the answers were, once it is known what turned out to be true.

mod paired;
mod rows;
mod window;
mod words;

pub(crate) use words::grouped;

pub use paired::{Comparison, PairedPerformance};
pub use rows::{PairedRows, ScoredRows};
pub use window::{Performance, PerformanceCounts};
