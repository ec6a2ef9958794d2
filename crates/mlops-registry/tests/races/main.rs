//! Threads and processes that want the same at once, and such that are killed.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod artifact_processes;
mod interrupted;
mod no_interleaving_breaks_a_model;
#[cfg(feature = "sqlite")]
mod one_production_version_across_processes;
mod one_production_version_under_races;
#[cfg(all(feature = "testing", feature = "sqlite"))]
mod store_survives_kill;
#[path = "../world/mod.rs"]
mod world;
