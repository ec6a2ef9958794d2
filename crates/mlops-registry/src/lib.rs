//! Model registry with approvals, gated promotion, lineage and a tamper-evident Merkle audit log.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | keep model files by their content | [`artifact::FolderArtifacts`] |
//! | show an outsider that the log is what it was | [`merkle::SignedTreeHead`], [`merkle::InclusionProof`], [`merkle::ConsistencyProof`] |
//! | know why something was not done | [`Error`] |
#![forbid(unsafe_code)]

pub mod access;
pub mod artifact;
pub mod audit;
mod error;
pub mod merkle;
pub mod model;
pub mod promotion;
mod registry;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tracking;

pub use error::{BoxError, Error, Result};
pub use registry::{Registry, RegistryBuilder, Session};
