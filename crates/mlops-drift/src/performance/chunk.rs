use mlops_core::{Check, Detail, Finding, Outcome, Severity, Window};
use serde::{Deserialize, Serialize};

use crate::chunks::{Period, Reach, Thresholds};

/// How good the model seems to be in one chunk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkPerformance {
    /// Which data set it is from.
    pub period: Period,
    /// Its place among the chunks of the data set, from 0.
    pub chunk_index: usize,
    /// Its first row in the data set, from 0; in the order of time if rows have times.
    pub start_index: usize,
    /// Its last row.
    pub end_index: usize,
    /// The part of the calendar that it is, if chunks are cut by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// What was estimated, in the order asked for.
    pub metrics: Vec<Estimated>,
}

/// One metric of one chunk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Estimated {
    /// The metric, such as `roc_auc`; of a confusion matrix the cell, such as `true_positive`.
    pub metric: String,
    /// What it is estimated to be; `None` if that is not defined.
    pub value: Option<f64>,
    /// How far an estimate of a chunk of this size lies from the truth by chance: a standard
    /// error. `None` if the reference has too little to say.
    pub sampling_error: Option<f64>,
    /// What it really was; `None` without labels, or if that is not defined.
    pub realized: Option<f64>,
    /// Three standard errors above, within what the metric can be.
    pub upper_confidence_boundary: Option<f64>,
    /// Three standard errors below, within what the metric can be.
    pub lower_confidence_boundary: Option<f64>,
    /// Between what it is usual.
    #[serde(flatten)]
    pub thresholds: Thresholds,
    /// Whether what is estimated is unusual. What is not defined never is.
    pub alert: bool,
    /// Whether what really was is unusual.
    pub realized_alert: bool,
    /// Why there is no value, or why it is one by convention only, such as a precision of 0
    /// where nothing was predicted positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is known of a metric in a chunk before it is judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sighted {
    pub(crate) value: Option<f64>,
    pub(crate) sampling_error: Option<f64>,
    pub(crate) realized: Option<f64>,
    pub(crate) reason: Option<String>,
}

/// The interval around an estimate, in standard errors.
const STANDARD_ERRORS: f64 = 3.0;

impl Estimated {
    pub(crate) fn new(
        metric: impl Into<String>,
        sighted: Sighted,
        thresholds: Thresholds,
        reach: Reach,
    ) -> Self {
        let Sighted { value, sampling_error, realized, reason } = sighted;
        let away = |direction: f64| Some(value? + direction * STANDARD_ERRORS * sampling_error?);
        let unusual = |value: f64| {
            let Thresholds { lower, upper } = thresholds;
            lower.is_some_and(|lower| value < lower) || upper.is_some_and(|upper| value > upper)
        };
        Self {
            metric: metric.into(),
            value,
            sampling_error,
            realized,
            upper_confidence_boundary: away(1.0).map(|end| reach.upper.map_or(end, |upper| end.min(upper))),
            lower_confidence_boundary: away(-1.0).map(|end| reach.lower.map_or(end, |lower| end.max(lower))),
            thresholds,
            alert: value.is_some_and(unusual),
            realized_alert: realized.is_some_and(unusual),
            reason,
        }
    }

    /// Failed if it alerts; inconclusive if it is not defined, also if it is so by convention only.
    pub fn outcome(&self) -> Outcome {
        match (self.alert, &self.value, &self.reason) {
            (true, ..) => Outcome::Failed,
            (false, Some(_), None) => Outcome::Passed,
            (false, ..) => Outcome::Inconclusive,
        }
    }

    fn expected(&self) -> String {
        let Thresholds { lower, upper } = self.thresholds;
        match (lower, upper) {
            (Some(lower), Some(upper)) => format!("{lower:.4} to {upper:.4}"),
            (Some(lower), None) => format!(">= {lower:.4}"),
            (None, Some(upper)) => format!("<= {upper:.4}"),
            (None, None) => "any value".to_owned(),
        }
    }

    fn words(&self) -> String {
        match (self.value, &self.reason) {
            (Some(value), None) => format!("estimated at {value:.4}, usual is {}", self.expected()),
            (Some(value), Some(reason)) => {
                format!("estimated at {value:.4} by convention: {reason}; usual is {}", self.expected())
            }
            (None, Some(reason)) => format!("not defined: {reason}"),
            (None, None) => "not defined".to_owned(),
        }
    }
}

impl ChunkPerformance {
    /// What was estimated of a metric.
    pub fn get(&self, metric: &str) -> Option<&Estimated> {
        self.metrics.iter().find(|found| found.metric == metric)
    }

    /// What is unusual in this chunk.
    pub fn alerts(&self) -> impl Iterator<Item = &Estimated> {
        self.metrics.iter().filter(|found| found.alert)
    }

    /// Which rows it has, in words.
    fn place(&self) -> String {
        match self.window {
            Some(window) => window.to_string(),
            None => format!("rows {} to {}", self.start_index, self.end_index),
        }
    }

    /// A finding for each alert, of this severity, and for each metric that is not defined,
    /// as a warning at most: that nothing can be said is no good news.
    pub fn findings(&self, severity: Severity) -> Vec<Finding> {
        let finding = |found: &Estimated| {
            let severity = match found.outcome() {
                Outcome::Failed => severity,
                Outcome::Inconclusive => severity.min(Severity::Warning),
                Outcome::Passed | Outcome::NotApplicable => return None,
            };
            Some(Finding {
                subject: found.metric.clone(),
                rule: "estimated_performance".to_owned(),
                severity,
                observed: found.value,
                expected: found.expected(),
                reason: format!("{}: {}", self.place(), found.words()),
            })
        };
        self.metrics.iter().filter_map(finding).collect()
    }

    /// The chunk as one check of a gate: failed if a metric alerts, inconclusive if one is not
    /// defined or none was asked for.
    pub fn check(&self, name: impl Into<String>, severity: Severity) -> Check {
        let outcomes: Vec<Outcome> = self.metrics.iter().map(Estimated::outcome).collect();
        let outcome = if outcomes.contains(&Outcome::Failed) {
            Outcome::Failed
        } else if outcomes.is_empty() || outcomes.contains(&Outcome::Inconclusive) {
            Outcome::Inconclusive
        } else {
            Outcome::Passed
        };
        let detail = |found: &Estimated| Detail {
            label: found.metric.clone(),
            value: found.value,
            note: found.words(),
        };
        let alerts = self.alerts().count();
        Check::new(name, severity, outcome)
            .expected("no estimate is unusual")
            .because(format!("{}: {alerts} of {} metrics are unusual", self.place(), self.metrics.len()))
            .details(self.metrics.iter().map(detail).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARE: Reach = Reach { lower: Some(0.0), upper: Some(1.0), drop: false };

    fn estimated(value: Option<f64>, reason: Option<&str>) -> Estimated {
        let sighted =
            Sighted { value, sampling_error: Some(0.1), realized: None, reason: reason.map(str::to_owned) };
        let thresholds = Thresholds { lower: Some(0.5), upper: Some(0.9) };
        Estimated::new("accuracy", sighted, thresholds, SHARE)
    }

    fn chunk(metrics: Vec<Estimated>) -> ChunkPerformance {
        let (chunk_index, start_index, end_index) = (0, 0, 9);
        ChunkPerformance {
            period: Period::Analysis,
            chunk_index,
            start_index,
            end_index,
            window: None,
            metrics,
        }
    }

    #[test]
    fn bounds_stay_within_what_the_metric_can_be() {
        let found = estimated(Some(0.8), None);
        assert_eq!(found.upper_confidence_boundary, Some(1.0));
        assert!((found.lower_confidence_boundary.unwrap() - 0.5).abs() < 1e-12);
        assert!(estimated(None, Some("empty")).upper_confidence_boundary.is_none());
    }

    #[test]
    fn what_is_not_defined_never_passes() {
        for (found, outcome) in [
            (estimated(Some(0.8), None), Outcome::Passed),
            (estimated(Some(0.4), None), Outcome::Failed),
            (estimated(Some(0.0), Some("nothing predicted positive")), Outcome::Failed),
            (estimated(Some(0.6), Some("nothing predicted positive")), Outcome::Inconclusive),
            (estimated(None, Some("one class only")), Outcome::Inconclusive),
        ] {
            let chunk = chunk(vec![found]);
            assert_eq!(chunk.check("performance", Severity::Critical).outcome, outcome);
            let findings = chunk.findings(Severity::Critical);
            assert_eq!(findings.is_empty(), outcome == Outcome::Passed);
            let expected = if outcome == Outcome::Failed { Severity::Critical } else { Severity::Warning };
            assert!(findings.iter().all(|finding| finding.severity == expected));
        }
        assert_eq!(chunk(Vec::new()).check("performance", Severity::Info).outcome, Outcome::Inconclusive);
    }

    #[test]
    fn it_travels_as_json() {
        let chunk = chunk(vec![estimated(Some(0.4), None), estimated(None, Some("one class only"))]);
        let json = serde_json::to_string(&chunk).unwrap();
        assert_eq!(serde_json::from_str::<ChunkPerformance>(&json).unwrap(), chunk);
    }
}
