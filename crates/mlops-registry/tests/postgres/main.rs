//! The store in a PostgreSQL database keeps the contracts of all stores, and what it promises besides.
//!
//! See `server.rs` for where the server comes from.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

#[path = "../world/mod.rs"]
mod base;
mod contract;
mod failures;
mod searching;
mod server;
mod stored;
mod tenants;
mod world;

// What these tell of all stores, told of the `worlds` of this program.
#[path = "../audit/old_entries_are_pruned.rs"]
mod old_entries_are_pruned;
#[path = "../races/one_production_version_under_races.rs"]
mod one_production_version_under_races;
#[path = "../search/search_answers_as_mlflow.rs"]
mod search_answers_as_mlflow;
#[path = "../search/search_finds.rs"]
mod search_finds;
#[path = "../models/what_is_deleted_leaves_a_tombstone.rs"]
mod what_is_deleted_leaves_a_tombstone;
#[path = "../tracking/what_is_purged_is_gone.rs"]
mod what_is_purged_is_gone;
