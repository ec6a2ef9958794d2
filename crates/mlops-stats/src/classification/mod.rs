//! Metrics of classifiers: predicted labels, scores and probabilities against what was true.
//!
//! What is given is checked once, when it becomes one of these types; every metric is a
//! method of it. A metric that has no value for the rows given, such as the area under the
//! curve of one class, is [`Error::Undefined`](crate::Error::Undefined) and never a made-up
//! number; where a mean over classes takes a choice ([`ZeroDivision`]), the answer names the
//! classes that needed it.
//!
//! | you have … | start at … |
//! | --- | --- |
//! | a label a row, true and predicted, of any number of classes | [`ConfusionMatrix`] |
//! | precision, recall, F, Jaccard by class or on average | [`ConfusionMatrix::one_vs_rest`] |
//! | any number of labels a row | [`Multilabel`], [`MultilabelScores`] |
//! | a score for one of two classes | [`BinaryScores`] |
//! | a curve to draw | [`BinaryScores::roc_curve`], [`precision_recall_curve`](BinaryScores::precision_recall_curve), [`det_curve`](BinaryScores::det_curve), [`calibration_curve`](BinaryScores::calibration_curve) |
//! | probabilities, and want to know whether they mean what they say | [`BinaryScores::reliability`], [`brier_decomposition`](BinaryScores::brier_decomposition), [`corp`](BinaryScores::corp), [`observed_expected`](BinaryScores::observed_expected), [`recalibration`](BinaryScores::recalibration) |
//! | a score for each of several classes | [`ClassScores`] |
//! | rows in batches, or on several machines | [`ConfusionMatrix::merge`], [`LossSums`], [`BinnedScores`], [`CalibrationBins`] |
//! | labels that a table keeps as floats | [`whole_labels`], [`binary_labels`] |
//! | the name of a metric in a file | [`BinaryMetric`], [`LabelMetric`] |
//!
//! ```
//! use mlops_stats::classification::{Average, BinaryScores, ConfusionMatrix, LabelMetric, ZeroDivision};
//! let rows = BinaryScores::new(&[false, false, true, true], &[0.1, 0.4, 0.35, 0.8])?;
//! assert_eq!(rows.roc_auc()?, 0.75);
//! assert_eq!(rows.at(0.5)?.recall()?, 0.5);
//!
//! let seen = ConfusionMatrix::new(&["cat", "dog", "cat"], &["cat", "dog", "fox"])?;
//! let recall = seen.one_vs_rest().mean(LabelMetric::Recall, Average::Macro, ZeroDivision::Zero)?;
//! assert_eq!(recall.value, 0.5);
//! assert_eq!(seen.classes()[recall.undefined[0]], "fox"); // no row is one
//! # Ok::<(), mlops_stats::Error>(())
//! ```

mod agreement;
mod area;
mod average;
mod binned;
mod calibration;
mod class_areas;
mod class_losses;
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
mod top_k;
mod weights;
mod zero_division;

pub use agreement::KappaWeights;
pub use average::Average;
pub use binned::{AreaBounds, BinnedScores};
pub(crate) use calibration::Newton;
pub use calibration::{
    Bins, BrierDecomposition, CalibrationBins, CalibrationCurve, CorpReliability, CorpStep, HosmerLemeshow,
    ObservedExpected, Recalibration, Reliability, ReliabilityBin, Spiegelhalter,
};
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
