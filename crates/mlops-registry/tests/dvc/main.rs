//! Data shared with DVC: what the genuine tool writes we read, and the other way round.
#![cfg(feature = "dvc")]
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod a_cache_is_shared_with_dvc;
mod a_restore_touches_nothing_else;
mod bytes_that_are_not_those;
mod names_that_are_refused;
mod project;
#[allow(dead_code, reason = "`cases.rs` uses the rest")]
mod recorded;
mod what_dvc_would_not_take;
mod what_is_added_is_kept;
