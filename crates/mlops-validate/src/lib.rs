//! May this data, may this model pass? Suites of expectations about tables, under Great
//! Expectations' names, JSON and semantics, and gates that judge candidate models.
//!
//! ```
//! # use std::sync::Arc;
//! # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
//! use mlops_validate::Suite;
//!
//! let suite = Suite::from_json(
//!     r#"{"name": "flights", "expectations": [
//!         {"type": "expect_column_values_to_be_unique", "kwargs": {"column": "id"}},
//!         {"type": "expect_column_values_to_be_between", "kwargs": {"column": "distance", "min_value": 1}}
//!     ]}"#,
//! )?;
//! # let column = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
//! # let batch = RecordBatch::try_from_iter([("id", column(vec![1, 2, 2])), ("distance", column(vec![187, -5, 96]))])?;
//! let result = suite.validate(&[batch])?;
//! assert!(!result.success());
//! assert_eq!(
//!     result.lines(),
//!     [
//!         "id: expected unique, but 2 of 3 values are not (66.67 %): row 1 has 2, row 2 has 2",
//!         "distance: expected at least 1, but 1 of 3 values are not (33.33 %): row 1 has -5",
//!     ]
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | read a suite that Great Expectations wrote, 1.x or 0.18 | [`Suite::from_json`] |
//! | give values to a suite's parameters | [`Suite::with_parameters`] |
//! | build one in code | [`Suite::new`], [`SuiteEntry`] |
//! | find the expectation for a rule | [`expectation`], by topic |
//! | bound a column's mean, median, sum, deviation, extremes | [`AggregateBetween`](expectation::AggregateBetween), [`QuantilesBetween`](expectation::QuantilesBetween) |
//! | hold a distribution against an expected one | [`KlDivergence`](expectation::KlDivergence), [`DistinctValues`](expectation::DistinctValues), [`MostCommonInSet`](expectation::MostCommonInSet) |
//! | check text: patterns, dates, JSON, lengths | [`ValuesMatchRegex`](expectation::ValuesMatchRegex), [`ValuesMatchLike`](expectation::ValuesMatchLike), [`ValuesMatchStrftime`](expectation::ValuesMatchStrftime) |
//! | check the types of columns | [`ValuesOfType`](expectation::ValuesOfType), [`schema`] |
//! | validate batches, files, streams, with progress | [`Suite::validator`], [`Validator`] |
//! | validate a Parquet, CSV or JSON lines file of any size | [`Validator`], [`source`] |
//! | validate parts in different places | [`Validator::compile`], [`Part`] |
//! | judge one row, at serving time | [`Validator::compile_row`], [`RowRules`] |
//! | say how much a result tells | [`result::ResultFormat`] |
//! | read a result: lines, findings, JSON | [`ValidationResult`] |
//! | write a result as Great Expectations 0.18 did | [`ValidationResult::to_json_0_18`] |
//! | show a result: HTML, terminal | `result::page`, [`ValidationResult`]`::to_terminal` |
//! | set the rows apart that break a rule | [`Suite::quarantine`], [`quarantine`] |
//! | look only at some rows | [`condition::RowCondition`] |
//! | add an expectation of your own | [`expectation::Expectation`], [`expectation::Catalog`] |
//! | measure something new for it | [`plan::Metric`], [`plan::ValueRule`] |
//! | profile a table, have a suite suggested | [`profile`] |
//! | infer a schema, check tables against it, compare its versions | [`schema`] |
//! | find outliers, rows that repeat, what is missing | [`outlier`], [`Duplicates`], [`Completeness`] |
//! | compare groups: metrics by group, parity, four-fifths rule | [`fairness`] |
//! | judge a candidate model | [`gate`] |
//! | choose a threshold by cost, say what a model is worth, lift and gain | [`decision`] |
//! | judge metrics that were computed elsewhere, by MLflow's thresholds | [`gate::threshold`] |
//! | measure latency, throughput and memory of a model, and hold an agreement against it | [`latency`] |
//! | test how a model behaves when rows are changed | [`behaviour`] |
//! | hold predictions against those recorded once | [`golden`] |
//! | find the slices of rows where a model is worst | [`slice`](mod@slice) |
//!
//! # Features
//! - `parquet`: tables from Parquet files, and quarantine into them; Zstandard needs a C
//!   compiler.
//! - `csv`, `json`: tables from CSV files and JSON lines.
//! - `json-schema`: `expect_column_values_to_match_json_schema`; some thirty more crates.
//! - `report`: validation results and verdicts as HTML pages; brings `mlops-report`.
//! - `terminal`: validation results as a table for a terminal.
#![forbid(unsafe_code)]

pub mod behaviour;
mod completeness;
pub mod condition;
pub mod decision;
mod document;
mod duplicates;
mod error;
pub mod expectation;
pub mod fairness;
pub mod gate;
pub mod golden;
mod interval;
pub mod latency;
mod metric;
pub mod outlier;
pub mod plan;
pub mod profile;
pub mod quarantine;
pub mod result;
mod rule;
pub mod schema;
pub mod slice;
pub mod source;
mod suite;
mod table;
#[cfg(feature = "terminal")]
mod terminal;

pub use completeness::Completeness;
pub use duplicates::{DuplicateRows, Duplicates, RepeatedRow};
pub use error::{Error, Result};
pub use result::ValidationResult;
pub use suite::{Compiled, Part, Progress, RowBreak, RowRules, Suite, SuiteEntry, Validator};
pub use table::{Cell, NanIs, Record, Scalar};

/// The rows of a latency probe are an array of this crate.
pub use ndarray;
