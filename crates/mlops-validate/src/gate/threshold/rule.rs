use mlops_core::Check;
use mlops_stats::classification::Orientation;
use serde::Serialize;

use super::MetricThreshold;
use super::judge::Baseline;
use crate::Result;
use crate::gate::Candidate;
use crate::gate::candidate::Side;
use crate::gate::document::Fields;
use crate::gate::source::{Asked, Source};

/// `MLflow`'s threshold of a number computed elsewhere, or of a metric of the rows, where the
/// version in production is the baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::gate) struct ThresholdRule {
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    threshold: MetricThreshold,
}

impl ThresholdRule {
    pub(in crate::gate) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let asked = Asked::read(fields, threshold, None)?;
        let threshold = MetricThreshold::read(fields, false)?;
        let limits =
            [threshold.threshold(), threshold.min_absolute_change(), threshold.min_relative_change()];
        if limits.iter().flatten().any(|limit| !limit.is_finite()) {
            return Err(fields.invalid("threshold", "a limit without end", "finite limits in a file"));
        }
        if let Some(metric) = asked.of_rows() {
            let metric = metric.that_ranks(fields)?;
            let greater = metric.orientation() == Orientation::HigherIsBetter;
            if greater != threshold.greater_is_better() {
                let word = if greater { "higher" } else { "lower" };
                let expected = format!("{greater}: a {word} {} is better", metric.name());
                return Err(fields.invalid("greater_is_better", threshold.greater_is_better(), expected));
            }
        }
        Ok(Self { asked, threshold })
    }

    pub(in crate::gate) fn name(&self) -> String {
        format!("{} threshold", self.asked.name())
    }

    pub(in crate::gate) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let value = self.asked.value(candidate, Side::Candidate);
        let is_there = match self.asked.source() {
            Source::Rows => candidate.production().is_some(),
            Source::Given => candidate.baseline_metrics().is_some_and(|metrics| !metrics.is_empty()),
        };
        let baseline = if is_there {
            self.asked.value(candidate, Side::Production).map_or_else(Baseline::Unknown, Baseline::Value)
        } else {
            Baseline::Nothing
        };
        // A broken production is no reason to doubt a candidate that is not compared with it.
        let unused = self.asked.of_rows().is_some() && !self.threshold.needs_baseline();
        let baseline = if unused { Baseline::Nothing } else { baseline };
        self.threshold.judge(check, value, &baseline)
    }
}
