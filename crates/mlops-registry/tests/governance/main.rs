//! Who may do what, what a promotion asks for, and what is told of refusals.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod break_glass;
mod compliance_lists_what_is_there;
mod decisions_stand_when_they_are_logged;
mod policies_differ_by_model;
mod policies_know_the_time;
mod promotion_needs_evidence;
mod promotions_keep_their_policy;
mod refusals_are_told;
mod refusals_of_rules_are_told;
mod requests_are_closed;
mod roles_have_a_scope;
mod rollback_goes_back;
mod self_approval_is_refused;
mod tenants_know_nothing_of_each_other;
mod trials_run_beside_production;
mod who_may_read;
#[path = "../world/mod.rs"]
mod world;
