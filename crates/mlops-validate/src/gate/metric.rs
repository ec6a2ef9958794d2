use mlops_core::{Check, Outcome};
use mlops_stats::classification::{BinaryMetric, Orientation};
use serde::Serialize;

use super::document::{Fields, one_of};
use super::resampling::Resampling;
use super::{Candidate, text};
use crate::Result;

/// The name of a metric in a gate file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(into = "&'static str")]
pub(super) struct Metric(BinaryMetric);

impl From<Metric> for &'static str {
    fn from(metric: Metric) -> Self {
        metric.0.name()
    }
}

impl Metric {
    /// Reads the field `metric`; `threshold` is that of the file.
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let name = fields.text("metric")?;
        let all = one_of(&BinaryMetric::NAMES, name.as_deref());
        let name = fields.needed("metric", name, &all)?;
        // NaN is never used: it is refused below for the metrics that would.
        let Some(metric) = BinaryMetric::named(&name, threshold.unwrap_or(f64::NAN)) else {
            return Err(fields.invalid("metric", format!("{name:?}"), all));
        };
        let takes_classes = matches!(
            metric,
            BinaryMetric::Accuracy { .. }
                | BinaryMetric::Precision { .. }
                | BinaryMetric::Recall { .. }
                | BinaryMetric::F1 { .. }
        );
        if takes_classes && threshold.is_none() {
            let expected = "a metric that needs no predicted classes, or a decision_threshold in the file";
            return Err(fields.invalid("metric", format!("{name:?}"), expected));
        }
        Ok(Self(metric))
    }

    pub(super) const fn get(self) -> BinaryMetric {
        self.0
    }

    pub(super) const fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether the worst of several is the one with the lowest value.
    pub(super) fn worst_is_lowest(self) -> bool {
        self.0.orientation() == Orientation::HigherIsBetter
    }

    /// Refuses a metric that does not rank, where one model or group must be the better one.
    pub(super) fn that_ranks(self, fields: &Fields) -> Result<Self> {
        if self.0.orientation() == Orientation::Neither {
            let expected = "a metric of which more, or less, is better";
            return Err(fields.invalid("metric", format!("{:?}", self.name()), expected));
        }
        Ok(self)
    }

    /// A limit that the metric can reach: 60 for an area under the curve is a percentage by mistake.
    pub(super) fn limit(self, fields: &mut Fields, key: &'static str) -> Result<Option<f64>> {
        let (low, high) = self.0.range();
        let expected = if high.is_finite() {
            format!("a number from {low} to {high}, as {} is", self.name())
        } else {
            format!("a number from {low} upwards, as {} is", self.name())
        };
        fields.number(key, |limit| (low..=high).contains(&limit), &expected)
    }
}

/// Lower and upper limit, at least one of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Limits {
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
}

impl Limits {
    pub(super) fn read(fields: &mut Fields, metric: Metric) -> Result<Self> {
        let limits = Self { min: metric.limit(fields, "min")?, max: metric.limit(fields, "max")? };
        match (limits.min, limits.max) {
            (None, None) => Err(fields.invalid("min", "missing", "a limit, min or max or both")),
            (Some(min), Some(max)) if min > max => {
                Err(fields.invalid("min", min, format!("at most max, which is {max}")))
            }
            _ => Ok(limits),
        }
    }

    pub(super) const fn min(&self) -> Option<f64> {
        self.min
    }

    pub(super) const fn max(&self) -> Option<f64> {
        self.max
    }

    /// `>= 0.6`, `<= 0.2`, or both.
    pub(super) fn expected(&self) -> String {
        match (self.min, self.max) {
            (Some(min), Some(max)) => format!(">= {min} and <= {max}"),
            (Some(min), None) => format!(">= {min}"),
            (None, Some(max)) => format!("<= {max}"),
            (None, None) => String::new(),
        }
    }

    /// Whether the value is within them, in words.
    pub(super) fn judge(&self, value: f64) -> (Outcome, String) {
        if value.is_nan() {
            return (Outcome::Inconclusive, "it is NaN".to_owned());
        }
        match (self.min.filter(|min| value < *min), self.max.filter(|max| value > *max)) {
            (Some(min), _) => (Outcome::Failed, format!("{} is below {min}", text::beside(value, min))),
            (_, Some(max)) => (Outcome::Failed, format!("{} is above {max}", text::beside(value, max))),
            (None, None) => {
                let within = match (self.min, self.max) {
                    (Some(min), Some(max)) => format!("is within {min} and {max}"),
                    (Some(min), None) => format!("is at least {min}"),
                    (None, Some(max)) => format!("is at most {max}"),
                    (None, None) => "has no limit".to_owned(),
                };
                (Outcome::Passed, format!("{} {within}", text::shown(value)))
            }
        }
    }
}

/// A metric of the candidate against fixed limits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct MetricRule {
    metric: Metric,
    #[serde(flatten)]
    limits: Limits,
}

impl MetricRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let metric = Metric::read(fields, threshold)?;
        Ok(Self { metric, limits: Limits::read(fields, metric)? })
    }

    pub(super) fn name(&self) -> String {
        self.metric.name().to_owned()
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let check = check.expected(self.limits.expected());
        let rows = match candidate.rows() {
            Ok(rows) => rows,
            Err(reason) => return check.because(reason),
        };
        match self.metric.get().of(&rows) {
            Err(error) => check.because(error.to_string()),
            Ok(value) => {
                let (outcome, reason) = self.limits.judge(value);
                let interval = resampling.interval(self.metric.get(), &rows, candidate);
                Check { outcome, interval, ..check }.observed(value).because(reason)
            }
        }
    }
}

/// The log loss against that of a model which knows nothing but the positive rate of the
/// evaluated rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ConstantRateRule {}

impl ConstantRateRule {
    pub(super) fn check(check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let check = check.expected("below the log loss of the constant positive rate");
        let rows = match candidate.rows() {
            Ok(rows) => rows,
            Err(reason) => return check.because(reason),
        };
        let (loss, rate) = match (rows.log_loss(), rows.positive_rate()) {
            (Ok(loss), Ok(rate)) => (loss, rate),
            (Err(error), _) | (_, Err(error)) => return check.because(error.to_string()),
        };
        if rate <= 0.0 || rate >= 1.0 {
            return check.because("all labels are of one class: saying so each time can't be beaten");
        }
        let constant = -(rate * rate.ln() + (1.0 - rate) * (1.0 - rate).ln());
        let rate = text::shown(rate);
        let (shown_loss, shown_constant) = text::both(loss, constant);
        let expected = format!("< {shown_constant}, the log loss of the constant rate {rate}");
        let (outcome, word) =
            if loss < constant { (Outcome::Passed, "below") } else { (Outcome::Failed, "not below") };
        let reason = format!("{shown_loss} is {word} {shown_constant}");
        let interval = resampling.interval(BinaryMetric::LogLoss, &rows, candidate);
        Check { outcome, interval, ..check }.observed(loss).expected(expected).because(reason)
    }
}
