//! What is found, and by which words.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod filters_of_any_bytes;
mod search_answers_as_mlflow;
mod search_finds;
#[path = "../world/mod.rs"]
mod world;
