use std::collections::BTreeMap;

use serde::Serialize;

use super::Candidate;
use super::candidate::Side;
use super::document::{Fields, one_of};
use super::metric::Metric;
use crate::Result;
use crate::error::shorten;

/// Where a metric comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// It is computed of the candidate's rows.
    Rows,
    /// It was computed elsewhere, and given with the candidate.
    Given,
}

/// A metric that a check asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Asked {
    /// Of the rows. Files that say no more than a name mean this.
    OfRows {
        metric: Metric,
        #[serde(skip_serializing_if = "Option::is_none")]
        source: Option<Source>,
    },
    /// A number of this name, computed elsewhere.
    Given { metric: String, source: Source },
}

impl Asked {
    /// Reads `metric` and `source`, which is needed if there is no default.
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>, default: Option<Source>) -> Result<Self> {
        let words = [("rows", Source::Rows), ("given", Source::Given)];
        let said = fields.word("source", &words)?;
        match fields.needed("source", said.or(default), "rows or given: whence the metric comes")? {
            Source::Rows => Ok(Self::OfRows { metric: Metric::read(fields, threshold)?, source: said }),
            Source::Given => {
                let metric = fields.text("metric")?;
                let metric = fields.needed("metric", metric, "the name under which the number is given")?;
                Ok(Self::Given { metric, source: Source::Given })
            }
        }
    }

    pub(super) const fn source(&self) -> Source {
        match self {
            Self::OfRows { .. } => Source::Rows,
            Self::Given { .. } => Source::Given,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::OfRows { metric, .. } => metric.name(),
            Self::Given { metric, .. } => metric,
        }
    }

    /// The metric, if it is computed of the rows.
    pub(super) const fn of_rows(&self) -> Option<Metric> {
        match self {
            Self::OfRows { metric, .. } => Some(*metric),
            Self::Given { .. } => None,
        }
    }

    /// Its value, or in words why there is none.
    pub(super) fn value(&self, candidate: &Candidate<'_>, side: Side) -> Result<f64, String> {
        match (self, side) {
            (Self::OfRows { metric, .. }, _) => candidate.value(side, *metric),
            (Self::Given { metric, .. }, Side::Candidate) => {
                named(candidate.metrics(), metric, "the candidate")
            }
            (Self::Given { metric, .. }, Side::Production) => {
                named(candidate.baseline_metrics(), metric, "the baseline")
            }
        }
    }
}

/// The number of this name, or in words that there is none, and which there are.
pub(super) fn named(
    metrics: Option<&BTreeMap<String, f64>>,
    name: &str,
    of_whom: &str,
) -> Result<f64, String> {
    let Some(metrics) = metrics.filter(|metrics| !metrics.is_empty()) else {
        return Err(format!("no metrics of {of_whom} were given"));
    };
    metrics.get(name).copied().ok_or_else(|| {
        let names: Vec<&str> = metrics.keys().map(String::as_str).collect();
        let expected = shorten(&one_of(&names, Some(name)));
        format!("no metric {:?} of {of_whom} was given, expected {expected}", shorten(name))
    })
}
