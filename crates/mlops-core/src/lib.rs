//! The vocabulary of `mlops`: what things are called, when they happened, and how a
//! judgement is written down. No I/O and no algorithm lives here, so that the other
//! crates can talk to each other without knowing each other.
//!
//! ```
//! use mlops_core::{Check, Digest, ModelName, Outcome, Severity, Subject, Timestamp, Verdict};
//!
//! let subject = Subject {
//!     model: "flight-delay".parse()?,
//!     version: "1.0.0".parse()?,
//!     artifact: Digest::of(b"the model file"),
//! };
//! let auc = Check::new("roc_auc", Severity::Critical, Outcome::Passed)
//!     .observed(0.71)
//!     .expected(">= 0.6")
//!     .because("0.71 is at least 0.6");
//! let verdict = Verdict::new("production", subject, "2013-04-01T00:00:00Z".parse()?, vec![auc]);
//! assert!(verdict.passed());
//! # Ok::<(), mlops_core::Error>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | name a model, a view, a feature | [`ModelName`], [`ViewName`], [`FeatureName`] |
//! | point at a version of a model | [`ModelRef`], [`Version`] |
//! | say who did it | [`Principal`] |
//! | address bytes by their content | [`Digest`], [`DigestWriter`] |
//! | know or set the time | [`Timestamp`], [`Clock`], [`SystemClock`], [`ManualClock`] |
//! | name a day, a week, a month | [`Window`] |
//! | report what a model answered | [`PredictionEvent`], [`Observer`] |
//! | report something worth a look | [`Finding`], [`Severity`] |
//! | judge a candidate | [`Check`], [`Verdict`], [`Evidence`] |
//! | sign or hash a document | [`canonical`] |
#![forbid(unsafe_code)]

pub mod canonical;
mod clock;
mod digest;
mod error;
mod event;
mod evidence;
mod finding;
mod model_ref;
mod name;
pub mod number;
mod timestamp;
mod verdict;
mod version;
mod window;

pub use clock::{Clock, ManualClock, SystemClock};
pub use digest::{Digest, DigestWriter};
pub use error::{Error, Result};
pub use event::{Observer, Prediction, PredictionEvent, ServedBy};
pub use evidence::Evidence;
pub use finding::{Finding, Severity};
pub use model_ref::{ModelRef, Selector};
pub use name::{
    Alias, EntityName, ExperimentName, FeatureName, ModelName, PredictionId, Principal, ServiceName, ViewName,
};
pub use timestamp::Timestamp;
pub use verdict::{Check, Detail, Interval, Measured, Outcome, Subject, Verdict};
pub use version::Version;
pub use window::Window;
