//! Metrics of a binary classifier: labels that are true or false, scores where higher
//! means more likely true.
//!
//! Labels and scores are checked once, as [`BinaryScores`]; every metric is a method of
//! it, and a [`BinaryMetric`] where the choice is data. A metric that has no value for
//! the rows given, such as the area under the curve of one class, is
//! [`Error::Undefined`](crate::Error::Undefined) and never a made-up number.
//!
//! ```
//! use mlops_stats::classification::BinaryScores;
//! let rows = BinaryScores::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
//! assert_eq!(rows.roc_auc()?, 0.75);
//! assert_eq!(rows.at(0.5)?.recall()?, 0.5);
//! # Ok::<(), mlops_stats::Error>(())
//! ```

mod agreement;
mod area;
mod average;
mod binned;
mod calibration;
mod class_scores;
mod confusion;
mod curves;
mod from_numbers;
mod matrix;
mod metric;
mod multilabel;
mod multilabel_scores;
mod one_vs_rest;
mod order;
mod parallel;
mod scores;
mod sums;
mod tally;
mod weights;
mod zero_division;

pub use agreement::KappaWeights;
pub use average::Average;
pub use binned::{AreaBounds, BinnedScores};
pub use calibration::{Bins, CalibrationCurve};
pub use class_scores::ClassScores;
pub use confusion::Confusion;
pub use curves::{CurvePoints, DetCurve, PrecisionRecallCurve, RocCurve};
pub use from_numbers::{binary_labels, whole_labels};
pub use matrix::{ConfusionMatrix, Normalize};
pub use metric::{BinaryMetric, Orientation};
pub use multilabel::Multilabel;
pub use multilabel_scores::MultilabelScores;
pub use one_vs_rest::{LabelMetric, OneVsRest};
pub(crate) use order::by_score;
pub use scores::BinaryScores;
pub(crate) use scores::log_loss_of;
pub use sums::LossSums;
pub use zero_division::{Measured, ZeroDivision};

#[cfg(test)]
mod tests;
