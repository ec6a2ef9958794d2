//! The log: what is proven of it, and what is noticed.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod an_audit_is_the_same_by_any_number_of_threads;
mod an_entry_is_proven_offline;
#[cfg(feature = "sqlite")]
mod any_tampering_is_found;
#[cfg(feature = "sqlite")]
mod audit_cannot_be_replaced;
#[cfg(feature = "sqlite")]
mod audit_cannot_be_rewritten;
#[cfg(feature = "sqlite")]
mod audit_reports_what_it_saw;
mod checkpoints_are_exchanged;
mod garbage_is_collected;
mod old_entries_are_pruned;
mod proof_bytes_never_panic;
#[cfg(feature = "sqlite")]
mod records_cannot_be_rewritten;
mod the_log_is_exported;
#[path = "../world/mod.rs"]
mod world;
