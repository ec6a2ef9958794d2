//! May this data, may this model pass? Great Expectations suites and promotion gates
#![forbid(unsafe_code)]

pub mod condition;
mod error;
pub mod expectation;
pub mod gate;
mod metric;
pub mod plan;
pub mod result;
mod rule;
mod suite;
mod table;

pub use error::{Error, Result};
pub use result::ValidationResult;
pub use suite::{Compiled, Part, Progress, Suite, SuiteEntry, Validator};
pub use table::{Cell, NanIs, Scalar};
