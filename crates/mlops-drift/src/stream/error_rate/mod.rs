//! Does a model err more often than it did? Detectors on the stream of its errors.

mod bits;
mod ddm;
mod ecdd;
mod eddm;
mod fhddm;
mod hddm_a;
mod hddm_w;
mod mean;
mod rddm;
mod rule;
mod stepd;

pub use ddm::{Ddm, DdmSettings};
pub use ecdd::{AverageRunLength, EcddWt, EcddWtSettings};
pub use eddm::{Eddm, EddmSettings};
pub use fhddm::{Fhddm, FhddmSettings};
pub use hddm_a::{HddmA, HddmASettings};
pub use hddm_w::{HddmW, HddmWSettings};
pub use rddm::{Rddm, RddmSettings};
pub use rule::Rule;
pub use stepd::{Stepd, StepdSettings};

use super::Reading;
use crate::{Error, Result};

/// Checks the levels of a test: the smaller, the surer.
fn within_0_and_1<const N: usize>(settings: [(&'static str, f64); N]) -> Result<()> {
    for (setting, value) in settings {
        // The inverse of less is infinite.
        if !(f64::MIN_POSITIVE..1.0).contains(&value) {
            return Err(Error::Setting { setting, value, expected: "between 0 and 1" });
        }
    }
    Ok(())
}

/// Of two readings the one nearer to its limit of a drift.
fn nearer(first: Option<Reading>, second: Option<Reading>) -> Reading {
    let short = |reading: &Reading| reading.drift.zip(reading.value).map(|(limit, value)| limit - value);
    match (first, second) {
        (Some(first), Some(second)) if short(&second) < short(&first) => second,
        (Some(first), _) => first,
        (None, second) => second.unwrap_or_default(),
    }
}
