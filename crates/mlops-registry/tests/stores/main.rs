//! Stores keep their contracts, whole, damaged or old.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod artifact_chunks;
#[cfg(feature = "encryption")]
mod artifact_encryption;
mod artifact_folder;
mod artifact_stores;
mod artifact_suite_catches;
mod blob_suite_catches;
#[cfg(feature = "sqlite")]
mod damaged_files_are_told;
#[cfg(feature = "sqlite")]
mod files_cannot_be_rewritten;
#[cfg(feature = "testing")]
mod metadata_stores;
#[cfg(feature = "testing")]
mod metadata_suite_catches;
#[cfg(feature = "sqlite")]
mod older_files_open;
mod tied;
#[path = "../world/mod.rs"]
mod world;
