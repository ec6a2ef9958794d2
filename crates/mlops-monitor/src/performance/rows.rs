use mlops_core::{PredictionId, Timestamp, Window};
use mlops_stats::bootstrap::{BlockBootstrap, BlockMetric, Blocks, Estimate};
use mlops_stats::classification::{BinaryMetric, BinaryScores};

use crate::{Error, Result};

/// Scores with their labels, row by row, in the order of decision time.
///
/// The columns have one length; scores are finite. It may have no rows: metrics are an
/// error then, never a made-up number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoredRows {
    pub(super) ids: Vec<PredictionId>,
    pub(super) times: Vec<Timestamp>,
    pub(super) labels: Vec<bool>,
    pub(super) scores: Vec<f64>,
}

impl ScoredRows {
    /// The predictions.
    pub fn ids(&self) -> &[PredictionId] {
        &self.ids
    }

    /// When each was decided.
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// What turned out to be true.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }

    /// What the version answered.
    pub fn scores(&self) -> &[f64] {
        &self.scores
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.scores.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    /// Labels and scores for the metrics of `mlops-stats`.
    ///
    /// # Errors
    /// [`Error::Statistic`] without rows.
    pub fn binary(&self) -> Result<BinaryScores<'_>> {
        binary(&self.labels, &self.scores)
    }

    /// A metric of the rows.
    ///
    /// # Errors
    /// [`Error::Statistic`] if it has no value: no rows, one class.
    pub fn metric(&self, metric: BinaryMetric) -> Result<f64> {
        metric.of(&self.binary()?).map_err(no_value(metric))
    }

    /// The rows of each UTC day as a block.
    ///
    /// # Errors
    /// [`Error::Statistic`] without rows.
    pub fn days(&self) -> Result<Blocks> {
        days(&self.times)
    }

    /// A metric, and how sure it is if chance works on whole days.
    ///
    /// # Errors
    /// [`Error::Statistic`] if it has no value, or not in each draw: less than two days,
    /// days of one class.
    pub fn interval(&self, metric: BinaryMetric, bootstrap: &BlockBootstrap) -> Result<Estimate> {
        let rows = BlockMetric::new(metric, &self.binary()?, &self.days()?).map_err(no_value(metric))?;
        bootstrap.metric(&rows).map_err(no_value(metric))
    }
}

/// Scores of two versions for the same requests with their labels, in the order of decision time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PairedRows {
    pub(super) ids: Vec<PredictionId>,
    pub(super) times: Vec<Timestamp>,
    pub(super) labels: Vec<bool>,
    pub(super) candidate: Vec<f64>,
    pub(super) baseline: Vec<f64>,
}

impl PairedRows {
    /// The predictions.
    pub fn ids(&self) -> &[PredictionId] {
        &self.ids
    }

    /// When each was decided.
    pub fn times(&self) -> &[Timestamp] {
        &self.times
    }

    /// What turned out to be true.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }

    /// What the candidate answered.
    pub fn candidate(&self) -> &[f64] {
        &self.candidate
    }

    /// What the baseline answered.
    pub fn baseline(&self) -> &[f64] {
        &self.baseline
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// A metric of the candidate, of the baseline, and their difference with its interval
    /// if chance works on whole days; both are seen on the same draws.
    ///
    /// # Errors
    /// As [`ScoredRows::interval`].
    pub fn difference(
        &self,
        metric: BinaryMetric,
        bootstrap: &BlockBootstrap,
    ) -> Result<(f64, f64, Estimate)> {
        let wrong = || no_value(metric);
        let days = days(&self.times)?;
        let candidate = binary(&self.labels, &self.candidate)?;
        let baseline = binary(&self.labels, &self.baseline)?;
        let of = |rows| BlockMetric::new(metric, rows, &days).map_err(wrong());
        let difference = bootstrap.difference(&of(&candidate)?, &of(&baseline)?).map_err(wrong())?;
        Ok((metric.of(&candidate).map_err(wrong())?, metric.of(&baseline).map_err(wrong())?, difference))
    }
}

pub(super) fn no_value(metric: BinaryMetric) -> impl FnOnce(mlops_stats::Error) -> Error {
    move |source| Error::Statistic { what: metric.name(), source }
}

fn binary<'a>(labels: &'a [bool], scores: &'a [f64]) -> Result<BinaryScores<'a>> {
    BinaryScores::new(labels, scores).map_err(|source| Error::Statistic { what: "performance", source })
}

fn days(times: &[Timestamp]) -> Result<Blocks> {
    let days: Vec<Timestamp> = times.iter().map(|time| Window::day_of(*time).from()).collect();
    Blocks::by(&days).map_err(|source| Error::Statistic { what: "performance", source })
}
