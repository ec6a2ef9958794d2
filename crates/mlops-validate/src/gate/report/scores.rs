use mlops_core::Interval;
use mlops_stats::classification::{BinaryMetric, Orientation};
use mlops_stats::regression::RegressionMetric;
use rayon::prelude::*;
use serde::Serialize;

use crate::gate::Candidate;
use crate::gate::candidate::{Evaluated, Side};
use crate::gate::metric::Metric;
use crate::gate::resampling::Resampling;
use crate::interval::as_core;

/// A number with its interval, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "there is a number or there is none")]
pub enum Estimate {
    /// There is a number.
    Known {
        /// The number.
        #[serde(with = "mlops_core::number")]
        value: f64,
        /// How sure it is; `None` if there are too few units to draw.
        interval: Option<Interval>,
    },
    /// It is not defined for these rows.
    Unknown {
        /// In words, why not.
        reason: String,
    },
}

impl Estimate {
    /// The number.
    pub const fn value(&self) -> Option<f64> {
        match self {
            Self::Known { value, .. } => Some(*value),
            Self::Unknown { .. } => None,
        }
    }

    /// How sure it is.
    pub const fn interval(&self) -> Option<Interval> {
        match self {
            Self::Known { interval, .. } => *interval,
            Self::Unknown { .. } => None,
        }
    }
}

/// A metric of the candidate, of production, and how far they are apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Score {
    /// Its name in gate files.
    pub metric: &'static str,
    /// Whether more of it is better, less of it, or neither.
    pub better: &'static str,
    /// Of the candidate.
    pub candidate: Estimate,
    /// Of the version in production; `None` if there is none.
    pub production: Option<Estimate>,
    /// Candidate less production, paired on the same rows.
    pub difference: Option<Estimate>,
}

/// Every metric that fits what the candidate predicts.
pub(super) fn of(candidate: &Candidate<'_>, resampling: &Resampling, threshold: Option<f64>) -> Vec<Score> {
    let metrics: Vec<Metric> = match candidate.evaluated(Side::Candidate) {
        Err(_) => Vec::new(),
        Ok(Evaluated::Classes(_)) => {
            // Without a threshold there are no predicted classes, and NaN is never used.
            let named = |name: &&str| BinaryMetric::named(name, threshold.unwrap_or(f64::NAN));
            let all = BinaryMetric::NAMES.iter().filter_map(named);
            all.map(Metric::Classes).filter(|metric| threshold.is_some() || !metric.takes_classes()).collect()
        }
        Ok(Evaluated::Numbers(_)) => RegressionMetric::NAMES
            .iter()
            .filter_map(|name| RegressionMetric::named(name))
            .map(Metric::Numbers)
            .collect(),
    };
    metrics.into_par_iter().map(|metric| score(metric, candidate, resampling)).collect()
}

fn score(metric: Metric, candidate: &Candidate<'_>, resampling: &Resampling) -> Score {
    let of_side = |side| match candidate.value(side, metric) {
        Err(reason) => Estimate::Unknown { reason },
        Ok(value) => Estimate::Known { value, interval: resampling.interval(side, metric, candidate, None) },
    };
    let compared = candidate.production().is_some();
    Score {
        metric: metric.name(),
        better: match metric.orientation() {
            Orientation::HigherIsBetter => "higher",
            Orientation::LowerIsBetter => "lower",
            Orientation::Neither => "neither",
        },
        candidate: of_side(Side::Candidate),
        production: compared.then(|| of_side(Side::Production)),
        difference: compared.then(|| difference(metric, candidate, resampling)),
    }
}

fn difference(metric: Metric, candidate: &Candidate<'_>, resampling: &Resampling) -> Estimate {
    let both = candidate
        .value(Side::Candidate, metric)
        .and_then(|ours| candidate.value(Side::Production, metric).map(|theirs| ours - theirs));
    let value = match both {
        Ok(value) => value,
        Err(reason) => return Estimate::Unknown { reason },
    };
    let drawn = || {
        let ours = candidate.digested(Side::Candidate, metric, &resampling.unit).ok()?;
        let theirs = candidate.digested(Side::Production, metric, &resampling.unit).ok()?;
        if ours.blocks() < resampling.min_units as usize {
            return None;
        }
        resampling.bootstrap().difference(&ours, &theirs).ok().map(|estimate| as_core(estimate.interval))
    };
    Estimate::Known { value, interval: drawn() }
}
