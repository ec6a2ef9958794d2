//! Gates: what they judge, refuse and say.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gate_answers_every_kind;
mod gate_behaviour_golden_slices;
mod gate_bytes_never_panic;
mod gate_compares_models;
mod gate_decisions;
mod gate_fairness;
mod gate_is_deterministic;
mod gate_judges_numbers;
mod gate_latency;
mod gate_needs_whole_days;
#[cfg(feature = "report")]
mod gate_page;
mod gate_refuses_bad_input;
mod gate_report;
#[path = "../gate_support/mod.rs"]
mod gate_support;
#[path = "../mutated/mod.rs"]
mod mutated;
mod what_can_not_be_judged_is_said;
