use mlops_stats::bootstrap::{BlockMetric, Blocks};
use mlops_stats::classification::{BinaryMetric, Orientation};
use mlops_stats::regression::RegressionMetric;
use serde::Serialize;

use super::candidate::{Evaluated, of_one_class};
use super::document::{Fields, one_of};
use crate::Result;

/// The name of a metric in a gate file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "&'static str")]
pub(super) enum Metric {
    /// Of a model that says how likely something is.
    Classes(BinaryMetric),
    /// Of a model that predicts numbers.
    Numbers(RegressionMetric),
}

impl From<Metric> for &'static str {
    fn from(metric: Metric) -> Self {
        metric.name()
    }
}

impl Metric {
    /// Every name that a file may give.
    pub(super) fn names() -> Vec<&'static str> {
        BinaryMetric::NAMES.into_iter().chain(RegressionMetric::NAMES).collect()
    }

    /// Reads the field `metric`; `threshold` is that of the file.
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let name = fields.text("metric")?;
        let all = one_of(&Self::names(), name.as_deref());
        let name = fields.needed("metric", name, &all)?;
        if let Some(metric) = RegressionMetric::named(&name) {
            return Ok(Self::Numbers(metric));
        }
        // NaN is never used: it is refused below for the metrics that would.
        let Some(metric) = BinaryMetric::named(&name, threshold.unwrap_or(f64::NAN)) else {
            return Err(fields.invalid("metric", format!("{name:?}"), all));
        };
        if Self::Classes(metric).takes_classes() && threshold.is_none() {
            let expected = "a metric that needs no predicted classes, or a decision_threshold in the file";
            return Err(fields.invalid("metric", format!("{name:?}"), expected));
        }
        Ok(Self::Classes(metric))
    }

    /// Whether it is of predicted classes, and so needs a decision threshold.
    pub(super) const fn takes_classes(self) -> bool {
        matches!(
            self,
            Self::Classes(
                BinaryMetric::Accuracy { .. }
                    | BinaryMetric::Precision { .. }
                    | BinaryMetric::Recall { .. }
                    | BinaryMetric::F1 { .. }
            )
        )
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Classes(metric) => metric.name(),
            Self::Numbers(metric) => metric.name(),
        }
    }

    pub(super) const fn orientation(self) -> Orientation {
        match self {
            Self::Classes(metric) => metric.orientation(),
            Self::Numbers(metric) => metric.orientation(),
        }
    }

    pub(super) const fn range(self) -> (f64, f64) {
        match self {
            Self::Classes(metric) => metric.range(),
            Self::Numbers(metric) => metric.range(),
        }
    }

    /// Its value, or in words why it has none.
    pub(super) fn of(self, rows: &Evaluated<'_>) -> Result<f64, String> {
        let value = match (self, rows) {
            (Self::Classes(metric), Evaluated::Classes(rows)) => metric.of(rows),
            (Self::Numbers(metric), Evaluated::Numbers(rows)) => metric.of(rows),
            _ => return Err(self.mismatch()),
        };
        value.map_err(|error| error.to_string())
    }

    /// Ready to be asked for draws of blocks.
    pub(super) fn by_blocks(self, rows: &Evaluated<'_>, blocks: &Blocks) -> Result<BlockMetric, String> {
        let digested = match (self, rows) {
            (Self::Classes(metric), Evaluated::Classes(rows)) => BlockMetric::new(metric, rows, blocks),
            (Self::Numbers(metric), Evaluated::Numbers(rows)) => {
                BlockMetric::regression(metric, rows, blocks)
            }
            _ => return Err(self.mismatch()),
        };
        digested.map_err(|error| error.to_string())
    }

    /// In words, why labels of one class say nothing of it; those that are about one of labels
    /// and scores alone have a value for any.
    pub(super) fn takes_both_classes(self, rows: &Evaluated<'_>) -> Result<(), String> {
        let alone = matches!(self, Self::Classes(BinaryMetric::MeanScore | BinaryMetric::PositiveRate));
        match rows {
            Evaluated::Classes(rows) if !alone && of_one_class(rows).is_some() => {
                Err(format!("all {} labels are of one class", rows.rows()))
            }
            _ => Ok(()),
        }
    }

    /// Whether it is a mean over rows of which each row's part is known.
    pub(super) fn of_row_is_known(self) -> bool {
        match self {
            Self::Classes(metric) => metric.of_row(true, 0.5).is_some(),
            Self::Numbers(metric) => metric.of_row(1.0, 1.0).is_some(),
        }
    }

    /// What each row adds to the mean that it is.
    pub(super) fn of_rows(self, rows: &Evaluated<'_>) -> Result<Vec<f64>, String> {
        let values: Option<Vec<f64>> = match (self, rows) {
            (Self::Classes(metric), Evaluated::Classes(rows)) => {
                let pairs = rows.labels().iter().zip(rows.scores());
                pairs.map(|(label, score)| metric.of_row(*label, *score)).collect()
            }
            (Self::Numbers(metric), Evaluated::Numbers(rows)) => {
                let pairs = rows.truth().iter().zip(rows.predicted());
                pairs.map(|(truth, predicted)| metric.of_row(*truth, *predicted)).collect()
            }
            _ => return Err(self.mismatch()),
        };
        values.ok_or_else(|| format!("{} is no mean over rows", self.name()))
    }

    fn mismatch(self) -> String {
        let (of, predicts) = match self {
            Self::Classes(_) => ("classes", "numbers"),
            Self::Numbers(_) => ("numbers", "classes"),
        };
        format!("{} is a metric of predicted {of}, the candidate predicts {predicts}", self.name())
    }

    /// Whether the worst of several is the one with the lowest value.
    pub(super) fn worst_is_lowest(self) -> bool {
        self.orientation() == Orientation::HigherIsBetter
    }

    /// Refuses a metric that does not rank, where one model or group must be the better one.
    pub(super) fn that_ranks(self, fields: &Fields) -> Result<Self> {
        if self.orientation() == Orientation::Neither {
            let expected = "a metric of which more, or less, is better";
            return Err(fields.invalid("metric", format!("{:?}", self.name()), expected));
        }
        Ok(self)
    }

    /// A limit that the metric can reach: 60 for an area under the curve is a percentage by mistake.
    pub(super) fn limit(self, fields: &mut Fields, key: &'static str) -> Result<Option<f64>> {
        let (low, high) = self.range();
        let expected = match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("a number from {low} to {high}, as {} is", self.name()),
            (true, false) => format!("a number from {low} upwards, as {} is", self.name()),
            (false, _) => format!("a number up to {high}, as {} is", self.name()),
        };
        fields.number(key, |limit| (low..=high).contains(&limit), &expected)
    }
}
