//! What the benches in `benches/` and the peer runs in `peers/` share: data that is the same
//! on every machine.
//!
//! `cargo bench -p mlops-benches` runs all groups, `--bench point_in_time` one. Names are
//! `group/operation/size`, and every answer is checked once before it is timed.
//! `peers/README.md` says how to run the same work beside other tools; what came of it is in
//! `docs/PERFORMANCE.md`.
#![forbid(unsafe_code)]

mod join;
mod rounds;
mod ten_columns;

use std::path::PathBuf;

pub use join::{Summary, events, plain_join, ten_features};
pub use rounds::answer_rounds;
pub use ten_columns::{TWENTY_EXPECTATIONS, schema_of_ten_columns, ten_columns};

/// A file of the real flights and models of the examples.
pub fn flights(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/flights")).join(name)
}

/// What the flights must look like, as the lifecycle example says it.
pub const FLIGHTS_SUITE: &str = include_str!("../../examples/lifecycle/suite.json");
