//! Schemas, suites and profiles.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../mutated/mod.rs"]
mod mutated;
mod profile_and_suggested_suite;
mod schema_changes_say_whom_they_break;
mod schema_files_from_anywhere;
mod schema_is_inferred_and_checked;
mod suite_bytes_never_panic;
mod suites_are_read_or_refused;
