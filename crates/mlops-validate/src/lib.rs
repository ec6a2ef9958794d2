//! May this data, may this model pass? Great Expectations suites and promotion gates
#![forbid(unsafe_code)]

mod error;

pub use error::{Error, Result};
