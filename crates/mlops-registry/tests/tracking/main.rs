//! What runs keep, how they live, and what they leave out.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod a_guard_ends_its_run;
mod a_run_takes_what_it_can_keep;
mod files_of_a_run;
mod runs_have_a_life;
mod runs_keep_what_was_logged;
mod runs_start_apart;
mod secrets_are_not_shown;
mod what_is_purged_is_gone;
#[path = "../world/mod.rs"]
mod world;
