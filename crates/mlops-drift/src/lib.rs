//! Has the world changed? Compares a window of rows with a reference, column by column,
//! and says what moved, how far, in which direction, and whether it matters.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Float64Array, RecordBatch};
//! use mlops_drift::{Columns, Detector};
//!
//! let table = |mean: f64| {
//!     let temp = (0..500).map(|row| Some(mean + f64::from(row * 37 % 100) / 10.0));
//!     RecordBatch::try_from_iter([("temp", Arc::new(temp.collect::<Float64Array>()) as ArrayRef)])
//! };
//! let report = Detector::default().compare_batches(&[table(33.0)?], &[table(36.0)?], &Columns::default())?;
//! let found = &report.findings()[0];
//! assert_eq!(found.subject, "temp");
//! assert_eq!(found.reason, "mean 38.0 → 41.0, shifted up by 1.04 reference standard deviations");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | compare two tables | [`Detector::compare_batches`] |
//! | compare many windows with one reference | [`Window`], [`Detector::compare`] |
//! | watch what comes, week by week, or every day the latest week | [`monitor::DriftMonitor`] |
//! | look often without crying wolf | [`monitor::Horizon`] |
//! | be told when drift begins and when it is over | [`monitor::AlarmSettings`] |
//! | feed it from a running predictor | [`monitor::DriftObserver`] |
//! | stop and go on with a new process | [`monitor::MonitorState`] |
//! | read a table in parts or in parallel | [`WindowAccumulator`] |
//! | compare slices | [`Window::from_columns`] |
//! | keep a reference as a small file, and merge those of days | [`Profile`], [`ProfileAccumulator`] |
//! | read Parquet, also files larger than memory | `parquet::ParquetTable` (feature `parquet`) |
//! | know how exact an answer is | [`Exactness`], [`Comparison::exactness`] |
//! | say which columns are codes or identifiers | [`Columns`] |
//! | set what counts as drift | [`Settings`] |
//! | bring a test of your own | [`DriftTest`] |
//! | watch a stream value by value: errors, losses, a sensor | [`stream`] |
//! | the same, with a chance of a false alarm of at most α over the whole stream | [`stream::MeanEProcess`], [`stream::RiskEProcess`], [`stream::ScoreMartingale`] |
//! | follow a column chunk by chunk, as `NannyML` | [`chunks::UnivariateChunks`] |
//! | know how good a classifier is before labels come | [`performance::Cbpe`] |
//! | know how large a regression's errors are before the targets come | [`performance::Dle`] |
//! | see whether columns still go together | [`multivariate::DomainClassifier`], [`multivariate::ReconstructionChunks`] |
//! | put what was found elsewhere into a report | [`DriftReport::beside`] |
//! | compare a column of text | [`text::TextTest`] |
//! | compare embeddings: where they lie, and their shape | [`vectors::VectorTest`] |
//! | keep the rows of a table together | [`Rows`] |
//! | put it into a gate | [`DriftReport::check`], [`DriftReport::findings`] |
//! | judge as others do: Evidently, the population stability index | [`preset`] |
//! | know what a table looks like by itself | [`quality`] |
//! | show it in a terminal | `DriftReport::to_terminal` (feature `terminal`) |
//! | show it | `DriftReport::section`, `DriftMonitor::section`, `monitor::windows_section` (feature `report`) |
//!
//! # It does not cry wolf
//!
//! A test at p < 0.05 on each of fifty columns alarms nearly every day, and on a hundred
//! thousand rows it alarms whatever the columns do. Here a column has drifted if the
//! difference is more than chance over all columns together (Benjamini and Hochberg) *and*
//! at least as large as a limit that has a meaning. Rows are taken as independent: where
//! they come in clusters (days, customers) the p-values are too small, and the limit is
//! what keeps quiet. A monitor that looks every day shares α out over its looks
//! ([`monitor::Horizon`]).
//!
//! # What cannot be compared
//!
//! | case | answer |
//! | --- | --- |
//! | a window without rows | [`Error::Empty`] |
//! | a clock of a monitor that goes back | [`Error::Input`] from the tick; nothing has changed, and nothing is judged twice |
//! | a window of a monitor with too few rows, or none | a report without a judgement, and so an inconclusive check |
//! | batches of one window with different columns, or one column twice | [`Error::Schema`] |
//! | a column gone, new, or of another kind | a finding, [`Status::SchemaChanged`] |
//! | fewer than [`Settings::min_values`] values, all missing on both sides | [`Status::Inconclusive`] |
//! | all missing on one side | drift of the share of missing values |
//! | a profile or a state of another version, or damaged; a damaged Parquet file | [`Error::Version`], [`Error::Damaged`] |
//! | constant on both sides, the same value | [`Status::Stable`] |
//! | constant in the reference only | the effect is the share of values that differ |
//! | NaN, infinities | missing values |
//! | values that lie further apart than a number can be | [`Status::Inconclusive`] |
//! | times, binary, nested types | [`Status::Skipped`] |
//!
//! # Features
//!
//! | feature | brings |
//! | --- | --- |
//! | `parquet` | tables from Parquet files; Zstandard needs a C compiler |
//! | `report` | a section for an HTML page, through `mlops-report` |
//! | `terminal` | a report as a table for a terminal |
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "a test says exactly what it expects"))]

mod bins;
pub mod chunks;
mod classifier;
mod detector;
mod error;
#[cfg(feature = "report")]
mod html;
pub mod monitor;
pub mod multivariate;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod performance;
pub mod preset;
mod profile;
pub mod quality;
mod report;
mod rows;
mod sealed;
pub mod stream;
#[cfg(feature = "terminal")]
mod terminal;
mod test;
pub mod text;
mod trees;
pub mod vectors;
mod window;
mod words;

pub use detector::{Detector, Settings};
pub use error::{Error, Result};
pub use profile::{ColumnProfile, Profile, ProfileAccumulator, ProfileSettings};
pub use report::{
    ColumnDrift, Comparison, DatasetRule, Distribution, DriftReport, Magnitude, NewCategories, Status,
    Summary,
};
pub use rows::Rows;
pub use test::{Decision, Direction, DriftTest, Measurement, MixTest, Pair, ShiftTest};
pub use window::{Columns, Exactness, Series, Window, WindowAccumulator};

/// Vectors may be rows of an array of this crate.
pub use ndarray;
