//! Has what a stream says changed? Detectors that take one value after the other: whether a
//! prediction was wrong, a loss, a measurement.
//!
//! ```
//! use mlops_drift::stream::{PageHinkley, Status, StreamDetector};
//!
//! let mut flow = PageHinkley::default();
//! let values = (0..400).map(|day| if day < 200 { 1.0 } else { 2.0 });
//! let mut found = None;
//! for (day, value) in values.enumerate() {
//!     if flow.update(value)? == Status::Drift {
//!         found.get_or_insert(day);
//!     }
//! }
//! assert_eq!(found, Some(257));
//! # Ok::<(), mlops_drift::Error>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | watch a stream by several detectors, keep their course and alarms, draw them | [`StreamMonitor`] |
//! | bring a detector of your own | [`StreamDetector`] |
//! | keep a detector as bytes | [`SavedDetector`] |
//!
//! After a drift a detector begins anew with the next value. A value that it can't take, such
//! as NaN, is an error and changes nothing.

mod anytime;
mod bounds;
mod detector;
mod error_rate;
mod mean;
mod monitor;
mod saved;
mod status;
mod window;

pub use anytime::{
    MeanEProcess, MeanEProcessSettings, PValueMartingale, PValueMartingaleSettings, RiskEProcess,
    RiskEProcessSettings, ScoreMartingale, ScoreMartingaleSettings,
};
pub use detector::StreamDetector;
/// Which p-values a [`PValueMartingale`] bets on.
pub use mlops_stats::sequential::PValues;

pub(crate) use detector::{Sound, bit, finite, share};
pub use error_rate::{
    AverageRunLength, Ddm, DdmSettings, EcddWt, EcddWtSettings, Eddm, EddmSettings, Fhddm, FhddmSettings,
    HddmA, HddmASettings, HddmW, HddmWSettings, Rddm, RddmSettings, Stepd, StepdSettings,
};
pub use mean::{
    Baseline, Cusum, CusumSettings, GeometricMovingAverage, GeometricMovingAverageSettings, PageHinkley,
    PageHinkleySettings, Side,
};
pub use monitor::{StreamAlarm, StreamMonitor};
pub use saved::SavedDetector;
pub use status::{Reading, Status};
pub use window::{Adwin, AdwinSettings, AfterDrift, Kswin, KswinSettings};
