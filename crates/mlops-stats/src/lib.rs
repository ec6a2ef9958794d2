//! The numerics of `mlops`: plain functions over slices, each with its source, each with
//! a decided answer for degenerate input: a typed error, never a panic and never a NaN
//! that nobody asked for.
#![forbid(unsafe_code)]

mod error;

pub use error::{Error, Result};
