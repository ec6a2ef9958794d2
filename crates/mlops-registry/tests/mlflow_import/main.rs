//! What MLflow has kept is taken over: all of it, once, and without a right that nobody gave.
#![cfg(feature = "mlflow-import")]
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod again;
mod any_bytes;
mod bad_sources;
mod governance;
#[cfg(unix)]
mod links_are_not_followed;
#[path = "../../fuzz/read_mlflow_database.rs"]
mod read_mlflow_database;
#[path = "../../fuzz/read_mlmodel.rs"]
mod read_mlmodel;
mod recorded;
mod source_is_unharmed;
mod values_are_those_of_mlflow;
#[path = "../world/mod.rs"]
mod world;
