//! Versions, what they are called by, and where they came from.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod a_reference_is_resolved_from_memory;
mod aliases_are_set;
mod cards_are_filled;
mod lineage_goes_both_ways;
mod links_have_an_author;
mod locks_pin_versions;
mod stages_are_moved;
#[cfg(feature = "report")]
mod the_section_tells_it_all;
mod versions_are_compared;
mod versions_are_signed;
mod versions_follow_their_signature;
mod versions_know_their_git;
mod what_is_deleted_leaves_a_tombstone;
#[path = "../world/mod.rs"]
mod world;
