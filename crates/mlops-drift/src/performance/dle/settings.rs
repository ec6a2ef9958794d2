use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::RegressionMetric;
use crate::chunks::{Chunking, Threshold};
use crate::trees::{Gaps, Growth};
use crate::{Error, Result};

/// What is estimated, in which chunks, what is unusual, and how the trees are grown: as
/// `LightGBM` grows them if nothing is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DleSettings {
    /// How rows are cut; into about ten chunks.
    pub chunking: Chunking,
    /// What is estimated; all.
    pub metrics: Vec<RegressionMetric>,
    /// Thresholds of metrics that are to have others than three standard deviations of the
    /// reference's chunks on both sides.
    pub thresholds: BTreeMap<RegressionMetric, Threshold>,
    /// So many trees a loss; 100.
    pub trees: usize,
    /// A tree has at most so many leaves; 31.
    pub leaves: usize,
    /// A leaf has at least so many rows; 20.
    pub leaf_rows: usize,
    /// How much of a tree's answer is taken; 0.1.
    pub learning_rate: f64,
    /// In so many parts of rows that follow each other the reference's own chunks are estimated,
    /// each by trees that were grown without it; 5. With 0 by trees that know their labels, as
    /// `NannyML` does: then they look closer to what was realized than estimates are. What is
    /// estimated of other rows, and the thresholds, do not depend on it; fitting takes
    /// about as many times longer.
    pub reference_folds: usize,
}

impl Default for DleSettings {
    fn default() -> Self {
        Self {
            chunking: Chunking::default(),
            metrics: RegressionMetric::ALL.to_vec(),
            thresholds: BTreeMap::new(),
            trees: 100,
            leaves: 31,
            leaf_rows: 20,
            learning_rate: 0.1,
            reference_folds: 5,
        }
    }
}

impl DleSettings {
    /// Another way to cut.
    #[must_use]
    pub fn chunks(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Only these metrics.
    #[must_use]
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = RegressionMetric>) -> Self {
        self.metrics = metrics.into_iter().collect();
        self
    }

    /// Another threshold for a metric.
    #[must_use]
    pub fn threshold(mut self, metric: RegressionMetric, threshold: Threshold) -> Self {
        self.thresholds.insert(metric, threshold);
        self
    }

    /// In so many parts the reference's own chunks are estimated.
    #[must_use]
    pub fn folds(mut self, reference_folds: usize) -> Self {
        self.reference_folds = reference_folds;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        self.thresholds.values().try_for_each(Threshold::check)?;
        if self.metrics.is_empty() {
            return refuse("metrics", 0.0, "at least 1");
        }
        if !(1..=MOST_TREES).contains(&self.trees) {
            return refuse("trees", self.trees as f64, "from 1 to 100,000");
        }
        if self.leaves < 2 {
            return refuse("leaves", self.leaves as f64, "at least 2");
        }
        if self.leaf_rows == 0 {
            return refuse("leaf_rows", 0.0, "at least 1");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            return refuse("learning_rate", self.learning_rate, "above 0 and at most 1");
        }
        if !(self.reference_folds == 0 || (2..=MOST_FOLDS).contains(&self.reference_folds)) {
            return refuse("reference_folds", self.reference_folds as f64, "0, or from 2 to 100");
        }
        Ok(())
    }

    pub(super) fn threshold_of(&self, metric: RegressionMetric) -> Threshold {
        let usual = Threshold::StandardDeviation { lower: Some(3.0), upper: Some(3.0) };
        self.thresholds.get(&metric).copied().unwrap_or(usual)
    }

    pub(super) fn growth(&self) -> Growth {
        Growth {
            trees: self.trees,
            depth: usize::MAX,
            leaves: self.leaves,
            learning_rate: self.learning_rate,
            leaf_rows: self.leaf_rows,
            ridge: 0.0,
            gaps: Gaps::InOrder,
        }
    }
}

const MOST_TREES: usize = 100_000;
const MOST_FOLDS: usize = 100;
