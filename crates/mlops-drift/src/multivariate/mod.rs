//! Do the columns together look as they did? A change of how they depend on each other shows
//! in no column alone.
//!
//! [`ReconstructionChunks`] asks how well the reference's principal components still describe
//! the rows, chunk by chunk, as `NannyML`. It sees what is linear.

mod eigen;
mod encode;
mod reconstruction;

pub use reconstruction::{Components, ReconstructionChunk, ReconstructionChunks, ReconstructionSettings};
