use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Calibration, CellShare, ClassifierMetric, Predictions, ValueShare};
use crate::chunks::{Chunking, Threshold};
use crate::{Error, Result};

/// What is estimated of each chunk, and what counts as unusual. The default: every metric from
/// 0 to 1, about ten chunks, calibration if it helps, and three standard deviations of the
/// reference's chunks on both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CbpeSettings {
    /// What is estimated, each once.
    pub metrics: Vec<ClassifierMetric>,
    /// How rows are cut.
    pub chunking: Chunking,
    /// Whether scores are made probabilities first.
    pub calibration: Calibration,
    /// Thresholds of metrics that are to have others. That of the confusion matrix is for each
    /// of its cells.
    pub thresholds: BTreeMap<ClassifierMetric, Threshold>,
    /// Of what the cells of the confusion matrix are shares; `None` for numbers of rows.
    pub normalize_confusion_matrix: Option<CellShare>,
    /// What a row of each cell is worth: a list a true class, a value a predicted class, in
    /// the order of the classes. Needed for [`ClassifierMetric::BusinessValue`].
    pub business_value_matrix: Option<Vec<Vec<f64>>>,
    /// Of what the business value is taken; `None` for the sum over the rows of a chunk.
    pub normalize_business_value: Option<ValueShare>,
    /// Of the samples by which the sampling error of [`ClassifierMetric::AveragePrecision`] is found.
    pub seed: u64,
}

impl Default for CbpeSettings {
    fn default() -> Self {
        Self {
            metrics: ClassifierMetric::SHARES.to_vec(),
            chunking: Chunking::default(),
            calibration: Calibration::default(),
            thresholds: BTreeMap::new(),
            normalize_confusion_matrix: None,
            business_value_matrix: None,
            normalize_business_value: None,
            seed: 0,
        }
    }
}

impl CbpeSettings {
    /// Other metrics.
    #[must_use]
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = ClassifierMetric>) -> Self {
        self.metrics = metrics.into_iter().collect();
        self
    }

    /// Another way to cut.
    #[must_use]
    pub fn chunks(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Another answer to whether scores are calibrated.
    #[must_use]
    pub fn calibration(mut self, calibration: Calibration) -> Self {
        self.calibration = calibration;
        self
    }

    /// Another threshold for a metric.
    #[must_use]
    pub fn threshold(mut self, metric: ClassifierMetric, threshold: Threshold) -> Self {
        self.thresholds.insert(metric, threshold);
        self
    }

    /// The confusion matrix as shares.
    #[must_use]
    pub fn cells_as(mut self, share: CellShare) -> Self {
        self.normalize_confusion_matrix = Some(share);
        self
    }

    /// What a row of each cell is worth, by true class, then by predicted class.
    #[must_use]
    pub fn worth(mut self, matrix: Vec<Vec<f64>>) -> Self {
        self.business_value_matrix = Some(matrix);
        self
    }

    /// Refuses what can't be estimated for rows like these.
    pub(super) fn check(&self, rows: &Predictions) -> Result<()> {
        if self.metrics.is_empty() {
            return Err(Error::input("the metrics", "none", "at least one"));
        }
        for (at, metric) in self.metrics.iter().enumerate() {
            if self.metrics[..at].contains(metric) {
                return Err(Error::input(format!("metric {metric}"), "there twice", "each once"));
            }
        }
        self.thresholds.values().try_for_each(Threshold::check)?;
        if self.metrics.contains(&ClassifierMetric::BusinessValue) {
            let classes = rows.classes().len();
            let matrix = self.business_value_matrix.as_deref().unwrap_or_default();
            let square = matrix.len() == classes && matrix.iter().all(|values| values.len() == classes);
            if !square || matrix.iter().flatten().any(|value| !value.is_finite()) {
                let found = format!("{} lists", matrix.len());
                let expected = format!("{classes} of {classes} finite numbers, a list a true class");
                return Err(Error::input("the business value matrix", found, expected));
            }
        }
        if let Calibration::Of(of) = &self.calibration
            && let Some(unknown) = of.iter().find(|class| !rows.classes().contains(class))
        {
            let expected = format!("one of {}", rows.classes().join(", "));
            return Err(Error::input("a class to calibrate", format!("{unknown:?}"), expected));
        }
        Ok(())
    }
}
