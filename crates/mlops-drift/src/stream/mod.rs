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
//! | be alarmed falsely with a chance of at most α, over the whole stream | [`MeanEProcess`], [`RiskEProcess`], [`ScoreMartingale`], [`PValueMartingale`] |
//! | bring a detector of your own | [`StreamDetector`] |
//! | keep a detector as bytes | [`SavedDetector`] |
//!
//! [`DetectorSettings`] are the settings of any of them by name, for a configuration;
//! [`SavedDetector`] is any of them with its state.
//!
//! After a drift a detector begins anew with the next value. A value that it can't take, such
//! as NaN, is an error and changes nothing. A state is checked when it is read as a
//! [`SavedDetector`], and by [`StreamMonitor::from_bytes`]; that of a single detector, read by
//! itself, is not.
//!
//! # Detectors that seldom cry wolf, however long the stream
//!
//! | detector | takes | what a course must keep, for an alarm to have a chance of at most α |
//! | --- | --- | --- |
//! | [`RiskEProcess`] | losses within 0 to 1 | the mean risk of all labels so far is within the promised level |
//! | [`MeanEProcess`] | values within a range | the mean of each value, given those before it, is within the level |
//! | [`ScoreMartingale`] | scores of any size, of no known level | rows are exchangeable: independent and alike, for instance |
//! | [`PValueMartingale`] | p-values | they are independent and uniform, or larger where small ones are bet on |
//!
//! They count what a bet against that has made of 1, its e-value, and alarm when it is 1/α;
//! [`reading`](StreamDetector::reading) gives the logarithms of both. The first two allow for
//! values that depend on each other. Each course has its α: what follows an alarm is a new one.
//!
//! # What a guarantee costs
//!
//! A thousand streams of right and wrong: `false` is the share of those of 5,000 at a rate of 0.2
//! with an alarm. Then how many labels after a change an alarm takes in the median, where the
//! stream begins at the new rate, or changes after 1,000 labels at 0.2; in brackets the share
//! without one within 5,000. α = 0.05, all other settings as they are by default.
//!
//! | detector | false | 0.3 at once | 0.4 at once | 0.3 after 1,000 | 0.4 after 1,000 |
//! | --- | ---: | ---: | ---: | ---: | ---: |
//! | [`RiskEProcess`], told 0.2 | 2.5 % | 105 | 30 | 529 | 240 |
//! | [`MeanEProcess`], told 0.2 | 2.5 % | 126 | 39 | 260 | 82 |
//! | [`ScoreMartingale`], told nothing | 3.1 % | never (96 %) | never (96 %) | 805 (11 %) | 152 |
//! | [`Adwin`] | 0 % | never (100 %) | never (100 %) | 760 (2 %) | 152 |
//! | [`Ddm`] | 28.6 % | never (80 %) | never (86 %) | 425 (7 %) | 161 |
//! | [`Eddm`] | 97.0 % | 117 (6 %) | 88 (6 %) | 202 | 120 |
//! | [`EcddWt`] | 100 % | 286 | 357 | 35 | 21 |
//! | [`HddmA`] | 6.0 % | never (88 %) | never (85 %) | 461 | 102 |
//! | [`HddmW`] | 25.3 % | 1,883 (9 %) | 1,097 (1 %) | 335 | 61 |
//! | [`PageHinkley`] | 5.1 % | never (87 %) | never (79 %) | 577 | 247 |
//!
//! - `EDDM` alarms falsely on 97 of 100 stationary streams of 5,000, and ECDD on all: what they
//!   find "at once" is mostly nothing. On longer streams the share of all that have no guarantee
//!   goes on growing; over 100,000 labels ours stays within 5 %.
//! - Who knows the level gains most: only these two see that a stream was bad from its first
//!   label on. [`RiskEProcess`] asks about all labels so far, so that a thousand good ones have
//!   to be made up for first; [`MeanEProcess`] asks about any time, and pays some 20 labels at
//!   the start for it.
//! - Without the level, a guarantee over endless courses costs delay: a small change is found
//!   after 805 labels, as by ADWIN, and not after the 335 to 577 of DDM, HDDM and Page–Hinkley,
//!   which alarm now and then; in 11 % of the streams it is not found at all. A large change
//!   costs nothing beside ADWIN and DDM, half as much again beside HDDM-A, and 2.5 times beside HDDM-W.
//!
//! The program is `benches/examples/stream_delays.rs`.

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

pub(crate) use detector::{Sound, bit, finite, is_finite, refused, share};
pub use error_rate::{
    AverageRunLength, Ddm, DdmSettings, EcddWt, EcddWtSettings, Eddm, EddmSettings, Fhddm, FhddmSettings,
    HddmA, HddmASettings, HddmW, HddmWSettings, Rddm, RddmSettings, Rule, Stepd, StepdSettings,
};
pub use mean::{
    Baseline, Cusum, CusumSettings, GeometricMovingAverage, GeometricMovingAverageSettings, PageHinkley,
    PageHinkleySettings, Side,
};
pub use monitor::{StreamAlarm, StreamMonitor};
pub use saved::{DetectorSettings, SavedDetector};
pub use status::{Reading, Status};
pub use window::{Adwin, AdwinSettings, AfterDrift, Kswin, KswinSettings};
