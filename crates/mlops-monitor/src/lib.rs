//! What is happening now? The prediction log: every answer with its time and version, and
//! the label that becomes known hours or months later; how good the answers were, and when
//! to call someone.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use mlops_core::{Prediction, PredictionEvent, ServedBy, Version};
//! use mlops_monitor::{Label, MemoryPredictionLog, PredictionLog, PredictionLogExt, PredictionQuery};
//!
//! let log = MemoryPredictionLog::new();
//! // The flight lands before the prediction is logged: the label waits for it.
//! log.label(&[Label::new("delay".parse()?, "UA1545".parse()?, 1.0, "2013-04-01T14:00:00Z".parse()?)?])?;
//! log.append(&[PredictionEvent {
//!     id: "UA1545".parse()?,
//!     model: "delay".parse()?,
//!     version: Version::new(1, 0, 0),
//!     at: "2013-04-01T10:00:00Z".parse()?,
//!     latency: Duration::from_micros(80),
//!     served_by: ServedBy::Champion,
//!     inputs: Arc::new([7.0, f64::NAN]),
//!     prediction: Prediction::Score(0.31),
//! }])?;
//! let april = PredictionQuery::new("delay".parse()?).decided("2013-04-01".parse()?.."2013-05-01".parse()?);
//! for entry in log.entries(april) {
//!     assert_eq!(entry?.label.map(|label| label.value()), Some(1.0));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | keep predictions and labels | [`PredictionLog`], [`FilePredictionLog`], [`MemoryPredictionLog`] |
//! | log what a service answers | [`LogObserver`] |
//! | say what turned out to be true | [`Label`] |
//! | read a version's answers of a month | [`PredictionQuery`], [`PredictionLogExt::entries`] |
//! | know how many labels are still out | [`PredictionLog::count`], [`PredictionLog::waiting_labels`] |
//! | know how good a version's answers of a month were | [`Performance`] |
//! | compare two versions on the same requests | [`PairedPerformance`] |
//! | be told when a number is out of bounds | [`AlertRule`], [`RuleState`] |
//! | send alerts somewhere, once each | [`AlertSink`], [`LogSink`], [`Dispatcher`] |
//! | know what 1,000 predictions cost | [`Price`] |
//! | count, measure and expose numbers to Prometheus | [`metrics`] |
//! | keep them elsewhere | implement [`PredictionLog`], then run `prediction_log_suite!` |
//!
//! # Features
//!
//! - `testing`: the conformance suite of the prediction log, for adapters of your own.
//! - `report`: sections of an HTML page; brings `mlops-report`.
//! - `webhook`: alerts to an HTTP address; brings an HTTP client and TLS, which needs a C compiler.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "a test says exactly what it expects"))]

mod alert;
mod cost;
mod error;
#[cfg(feature = "report")]
pub mod html;
mod log;
pub mod metrics;
mod performance;
#[cfg(feature = "testing")]
pub mod testing;

#[cfg(feature = "webhook")]
pub use alert::WebhookSink;
pub use alert::{
    Alert, AlertRule, AlertSink, AlertState, Condition, Dispatcher, Ending, Labels, LogSink, MemorySink,
    RuleState, Sample,
};
pub use cost::Price;
pub use error::{Error, Result};
pub use log::{
    Appended, Counts, Cursor, Durability, Entries, FilePredictionLog, Flushed, Label, LabelsTaken,
    LogObserver, LoggedPrediction, MemoryPredictionLog, Page, PredictionLog, PredictionLogExt,
    PredictionQuery, TornTail,
};
pub use performance::{
    Comparison, PairedPerformance, PairedRows, Performance, PerformanceCounts, PerformanceSummary, ScoredRows,
};
