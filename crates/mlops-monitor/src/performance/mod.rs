//! How good the answers were, once it is known what turned out to be true.

mod paired;
mod rows;
mod summary;
mod window;
mod words;

pub use paired::{Comparison, PairedPerformance};
pub use rows::{PairedRows, ScoredRows};
pub use summary::PerformanceSummary;
pub use window::{Performance, PerformanceCounts};
pub(crate) use words::grouped;
#[cfg(feature = "report")]
pub(crate) use words::window_in_words;
