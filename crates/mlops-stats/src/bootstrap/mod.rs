//! How sure is a metric, when chance works on whole blocks of rows?
//!
//! Rows of one day, one customer, one machine share what happened to them. Taking them
//! as independent claims several times more certainty than there is. Here whole blocks
//! are drawn with replacement, so often as there are blocks, and the metric is computed
//! again on the rows drawn; two models are compared on the same draws.
//!
//! ```
//! use mlops_stats::bootstrap::{BlockBootstrap, BlockMetric, Blocks};
//! use mlops_stats::classification::{BinaryMetric, BinaryScores};
//! # let days: Vec<u32> = (0..400).map(|row| row / 20).collect();
//! # let labels: Vec<bool> = (0..400).map(|row| row % 3 == 0).collect();
//! # let old: Vec<f64> = (0..400).map(|row| f64::from(row * 7 % 100) / 100.0).collect();
//! # let new: Vec<f64> = (0..400).map(|row| f64::from(row % 3 * 30 + row % 40) / 100.0).collect();
//! let blocks = Blocks::by(&days)?;
//! let auc = |scores| BlockMetric::new(BinaryMetric::RocAuc, &BinaryScores::new(&labels, scores)?, &blocks);
//! let change = BlockBootstrap::new(2_000, 7, 0.95)?.difference(&auc(&new)?, &auc(&old)?)?;
//! assert!(change.interval.lower < change.value && change.value < change.interval.upper);
//! # Ok::<(), mlops_stats::Error>(())
//! ```

mod area;
mod blocks;
mod calibration;
mod interval;
mod metric;
mod regression;
mod resample;

pub use blocks::Blocks;
pub use calibration::{BlockCalibration, CalibrationMetric};
pub use interval::IntervalKind;
pub use metric::BlockMetric;
pub use resample::{BlockBootstrap, Estimate};

#[cfg(test)]
mod tests;
