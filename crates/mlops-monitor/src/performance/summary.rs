use mlops_core::{ModelName, Version, Window};
use mlops_stats::bootstrap::{BlockBootstrap, Estimate};
use mlops_stats::classification::BinaryMetric;

use super::{Performance, PerformanceCounts};

/// The figures of a [`Performance`] without its rows: a line of a table, a point of a chart.
///
/// A metric is `None` if it has no value or no interval: no labels, one class, less than two days.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PerformanceSummary {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// The window that the answers were decided in.
    pub window: Window,
    /// How many answers there are.
    pub counts: PerformanceCounts,
    /// Mean score of the labelled answers.
    pub mean_score: Option<f64>,
    /// Share of positive labels among them.
    pub positive_rate: Option<f64>,
    /// Mean score less positive rate.
    pub gap: Option<Estimate>,
    /// Area under the ROC curve.
    pub roc_auc: Option<Estimate>,
    /// Mean squared difference of score and label.
    pub brier: Option<Estimate>,
}

impl Performance {
    /// Its figures, with intervals that take the UTC day as unit. Milliseconds for 2,000
    /// draws of a month.
    pub fn summary(&self, bootstrap: &BlockBootstrap) -> PerformanceSummary {
        let interval = |metric| self.rows().interval(metric, bootstrap).ok();
        PerformanceSummary {
            model: self.model().clone(),
            version: self.version().clone(),
            window: self.window(),
            counts: self.counts(),
            mean_score: self.mean_score(),
            positive_rate: self.positive_rate(),
            gap: interval(BinaryMetric::CalibrationGap),
            roc_auc: interval(BinaryMetric::RocAuc),
            brier: interval(BinaryMetric::Brier),
        }
    }
}
