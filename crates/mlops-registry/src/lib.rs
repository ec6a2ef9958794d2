//! Model registry with approvals, gated promotion, lineage and a tamper-evident Merkle audit log.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | know why something was not done | [`Error`] |
#![forbid(unsafe_code)]

pub mod access;
pub mod audit;
mod error;
pub mod merkle;
pub mod promotion;
pub mod store;

pub use error::{BoxError, Error, Result};
