//! How does a model behave, beyond its metrics? Rows are changed in ways whose effect is known:
//! none, up, down; and rows are made up whose answer is known.
//!
//! ```
//! # use std::sync::Arc;
//! # use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, cast::AsArray, types::Float64Type};
//! use mlops_validate::behaviour::BehaviourSuite;
//!
//! # let delays: ArrayRef = Arc::new(Float64Array::from(vec![0.0, 5.0, 40.0]));
//! # let tails: ArrayRef = Arc::new(StringArray::from(vec!["N1", "N2", "N3"]));
//! # let flights = RecordBatch::try_from_iter([("dep_delay", delays), ("tailnum", tails)])?;
//! let suite = BehaviourSuite::from_json(
//!     r#"{"suite": "flight delays", "tests": [
//!         {"kind": "invariance", "name": "the tail number says nothing", "tolerance": 0,
//!          "perturb": [{"kind": "swap", "column": "tailnum"}]},
//!         {"kind": "directional", "name": "a later departure is a later arrival", "moves": "not_down",
//!          "perturb": [{"kind": "shift", "column": "dep_delay", "by": 10}]},
//!         {"kind": "minimum_functionality", "name": "three hours are late", "label": true, "threshold": 0.5,
//!          "rows": [{"dep_delay": 180, "tailnum": "N1"}]}
//!     ]}"#,
//! )?;
//! let model = |rows: &RecordBatch| {
//!     let delays = rows.column(0).as_primitive::<Float64Type>();
//!     Ok(delays.values().iter().map(|delay| 1.0 / (1.0 + (3.0 - delay / 10.0).exp())).collect())
//! };
//! let report = suite.run(&model, &[flights])?;
//! assert!(report.passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | kind | fields | a row passes if |
//! | --- | --- | --- |
//! | `invariance` | `perturb`, `repeats`, `tolerance` or `threshold` | the score stays within the tolerance, or the class at the threshold stays |
//! | `directional` | `perturb`, `repeats`, `moves`, `at_least`, `at_most`, `tolerance` | the score moves `up`, `down`, `not_down`, `not_up` |
//! | `monotonic` | `column`, `moves`, `points`, `range`, `tolerance` | the score never turns back while the column goes through its range |
//! | `minimum_functionality` | `rows`, `template` (`columns`, `sample`) or `"table": true`; `label` and `threshold`, or `min`, `max` | class or score are as expected |
//!
//! Each has a `name`, and may have a `max_failure_rate`, 0 by default. What is done in `perturb` is
//! a list, one after the other, of `noise`, `shift`, `round`, `swap`, `missing`, `case`,
//! `whitespace`, `typo`, `shuffle`, `set`: see [`Perturbation`].
//!
//! # Source
//! Ribeiro, Wu, Guestrin and Singh, *Beyond Accuracy: Behavioral Testing of NLP Models with
//! `CheckList`* (ACL 2020).

mod apply;
mod cells;
mod expectation;
mod model;
mod part;
mod perturbation;
mod read;
mod report;
mod rows;
mod run;
mod suite;
#[cfg(test)]
mod tests;

const WHAT: &str = "behaviour suite";

pub use expectation::{Direction, Expected, Movement, Unchanged};
pub use model::Model;
pub(crate) use model::predict;

pub use perturbation::{Amount, Case, Perturbation};
pub use report::{BehaviourReport, Example, ExampleValue, TestReport};
pub use rows::Rows;
pub use run::BehaviourProgress;
pub use suite::{BehaviourSuite, BehaviourTest};
