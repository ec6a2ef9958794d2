use mlops_core::Outcome;
use mlops_stats::classification::Orientation;
use serde::Serialize;

use super::document::Fields;
use super::metric::Metric;
use super::text;
use crate::Result;

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
        limits.checked(fields)
    }

    /// Of a number of which nothing is known.
    pub(super) fn of_any(fields: &mut Fields) -> Result<Self> {
        let mut limit = |key| fields.number(key, |_| true, "a number");
        let limits = Self { min: limit("min")?, max: limit("max")? };
        limits.checked(fields)
    }

    /// Of a number within this range, called `what`.
    pub(super) fn between(fields: &mut Fields, least: f64, most: f64, what: &str) -> Result<Self> {
        let expected = match (least.is_finite(), most.is_finite()) {
            (true, true) => format!("a number from {least} to {most}, as {what} is"),
            (true, false) => format!("a number from {least} upwards, as {what} is"),
            _ => "a number".to_owned(),
        };
        let mut limit = |key| fields.number(key, |limit| (least..=most).contains(&limit), &expected);
        let limits = Self { min: limit("min")?, max: limit("max")? };
        limits.checked(fields)
    }

    /// Refuses a single limit on the side where the metric is good: a least loss lets every
    /// bad model pass, and keeps out those that are good. Who looks for what is too good to
    /// be true gives both.
    pub(super) fn on_the_right_side(self, fields: &Fields, metric: Metric) -> Result<Self> {
        let name = metric.name();
        match (metric.orientation(), self.min, self.max) {
            (Orientation::LowerIsBetter, Some(min), None) => {
                let expected = format!("max, with it or in its place: a lower {name} is better");
                Err(fields.invalid("min", min, expected))
            }
            (Orientation::HigherIsBetter, None, Some(max)) => {
                let expected = format!("min, with it or in its place: a higher {name} is better");
                Err(fields.invalid("max", max, expected))
            }
            _ => Ok(self),
        }
    }

    fn checked(self, fields: &Fields) -> Result<Self> {
        let limits = self;
        match (limits.min, limits.max) {
            (None, None) => Err(fields.missing("min", "a limit, min or max or both")),
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
