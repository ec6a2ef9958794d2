//! Intervals that cover the true value with a stated confidence.

mod order;
mod proportion;
mod wilson;

pub use order::{Quantile, quantile_estimate, quantile_upper_bound};
pub use proportion::{ShareMethod, share_interval};
pub use wilson::wilson;
pub(crate) use wilson::wilson_of_share;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// An interval that covers the true value with a stated confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "an interval is these three numbers")]
pub struct Interval {
    /// Confidence, such as 0.95.
    pub level: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// Refuses a number that is not strictly between 0 and 1.
pub(crate) fn proper_share(what: &'static str, value: f64) -> Result<()> {
    if value > 0.0 && value < 1.0 {
        Ok(())
    } else {
        Err(Error::Parameter { what, value, expected: "above 0 and below 1" })
    }
}
