//! Do probabilities mean what they say? In bins, over distinct scores, on average, and as a
//! line in log-odds.

mod bins;
mod brier;
mod corp;
mod curve;
mod in_the_large;
mod recalibration;
mod reliability;

pub use bins::CalibrationBins;
pub use brier::BrierDecomposition;
pub use corp::{CorpReliability, CorpStep};
pub use curve::{Bins, CalibrationCurve};
pub use in_the_large::{ObservedExpected, Spiegelhalter};
pub(crate) use recalibration::Newton;
pub use recalibration::Recalibration;
pub use reliability::{HosmerLemeshow, Reliability, ReliabilityBin};

#[cfg(test)]
mod tests;
