//! Suites that hold an adapter to the contract of its port, for ours and for yours.

pub mod artifact_store;
pub mod blob_store;
pub mod durable_store;
pub mod metadata_store;
mod source;
