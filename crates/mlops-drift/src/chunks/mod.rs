//! Drift chunk by chunk: a reference and what came after it are cut into chunks of rows, each
//! chunk is measured against the whole reference, and how much the reference's own chunks
//! differ from it says what is unusual.
//!
//! This is `NannyML`'s way (0.13.1), with its methods, bins, approximations and thresholds to
//! 1e-9. Its thresholds come from a handful of chunks: with ten of them and three standard
//! deviations a false alarm a column every few dozen chunks is normal. For a judgement with
//! a known error rate compare whole windows by [`Detector`](crate::Detector).

mod categories;
mod chunking;
mod histogram;
mod method;
mod numbers;
pub(crate) mod numpy;
mod threshold;
mod univariate;

pub use chunking::{Calendar, Chunking, Leftover};
pub use method::{Approximation, Method};
pub(crate) use threshold::Reach;
pub use threshold::{Threshold, Thresholds};
pub use univariate::{ChunkColumn, ChunkDrift, Period, UnivariateChunks, UnivariateSettings};
