use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::gate::document::{Fields, Unique};
use crate::{Error, Result};

/// What a metric has to reach: a value, a gain over a baseline, or several of these.
///
/// Read and written with `MLflow`'s field names, and refused where `MLflow` refuses it: when it
/// is made, never later.
///
/// # Source
/// `mlflow.models.MetricThreshold` of `MLflow` 3.17.2.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MetricThreshold {
    #[serde(skip_serializing_if = "Option::is_none", with = "mlops_core::number::option")]
    threshold: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", with = "mlops_core::number::option")]
    min_absolute_change: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", with = "mlops_core::number::option")]
    min_relative_change: Option<f64>,
    greater_is_better: bool,
}

/// A [`MetricThreshold`] in the making: the direction and at least one of the three others.
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "a threshold exists only after `build`"]
pub struct MetricThresholdBuilder {
    threshold: Option<f64>,
    min_absolute_change: Option<f64>,
    min_relative_change: Option<f64>,
    greater_is_better: Option<bool>,
}

impl MetricThresholdBuilder {
    /// The metric has to be at least this, or at most if lower is better. A NaN is never
    /// reached.
    pub const fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// It has to be better than the baseline's by this much; above 0.
    pub const fn min_absolute_change(mut self, change: f64) -> Self {
        self.min_absolute_change = Some(change);
        self
    }

    /// It has to be better by this share of the size of the baseline's, 0 to 1; if that is 0,
    /// by 10⁻¹⁰.
    pub const fn min_relative_change(mut self, share: f64) -> Self {
        self.min_relative_change = Some(share);
        self
    }

    /// Whether more is better. Needed.
    pub const fn greater_is_better(mut self, greater_is_better: bool) -> Self {
        self.greater_is_better = Some(greater_is_better);
        self
    }

    /// The threshold.
    ///
    /// # Errors
    /// [`Error::Invalid`] without direction or without any limit, for an absolute change
    /// that is not above 0 and a relative one outside of 0 to 1.
    pub fn build(self) -> Result<MetricThreshold> {
        self.checked(&|key, value, expected| Error::invalid("metric threshold", key, value, expected))
    }

    fn checked(self, refused: &Refuse<'_>) -> Result<MetricThreshold> {
        // As in MLflow, a NaN is let through: nothing reaches it.
        if let Some(change) = self.min_absolute_change.filter(|change| *change <= 0.0) {
            return Err(refused("min_absolute_change", change.to_string(), "a number above 0"));
        }
        if let Some(share) = self.min_relative_change.filter(|share| *share < 0.0 || *share > 1.0) {
            return Err(refused("min_relative_change", share.to_string(), "a share of the baseline, 0 to 1"));
        }
        let Some(greater_is_better) = self.greater_is_better else {
            return Err(refused("greater_is_better", "missing".to_owned(), "true or false"));
        };
        if self.threshold.is_none()
            && self.min_absolute_change.is_none()
            && self.min_relative_change.is_none()
        {
            let expected = "one of threshold, min_absolute_change and min_relative_change";
            return Err(refused("threshold", "missing".to_owned(), expected));
        }
        Ok(MetricThreshold {
            threshold: self.threshold,
            min_absolute_change: self.min_absolute_change,
            min_relative_change: self.min_relative_change,
            greater_is_better,
        })
    }
}

/// Makes the error of a field, of its value and of what was expected.
type Refuse<'e> = dyn Fn(&str, String, &str) -> Error + 'e;

impl MetricThreshold {
    /// A threshold in the making.
    pub fn builder() -> MetricThresholdBuilder {
        MetricThresholdBuilder::default()
    }

    /// What the metric has to reach.
    pub const fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    /// By how much it has to be better than the baseline's.
    pub const fn min_absolute_change(&self) -> Option<f64> {
        self.min_absolute_change
    }

    /// By which share of the baseline's size it has to be better.
    pub const fn min_relative_change(&self) -> Option<f64> {
        self.min_relative_change
    }

    /// Whether more is better.
    pub const fn greater_is_better(&self) -> bool {
        self.greater_is_better
    }

    /// Whether a baseline is looked at.
    pub const fn needs_baseline(&self) -> bool {
        self.min_absolute_change.is_some() || self.min_relative_change.is_some()
    }

    /// Takes the four fields out of an object. A field that is null is one that is missing.
    ///
    /// `MLflow` takes a relative change of 1.0 and refuses 1. So does `strictly`; a gate file
    /// takes both, as its canonical form writes the one as the other.
    pub(in crate::gate) fn read(fields: &mut Fields, strictly: bool) -> Result<Self> {
        let threshold = number(fields, "threshold", "a number", &Value::as_f64)?;
        let expected = "a number above 0";
        let min_absolute_change = number(fields, "min_absolute_change", expected, &Value::as_f64)?;
        let expected = "a share of the baseline, 0 to 1, written as a decimal fraction such as 0.05";
        let fraction = |value: &Value| if value.is_f64() || !strictly { value.as_f64() } else { None };
        let min_relative_change = number(fields, "min_relative_change", expected, &fraction)?;
        let greater_is_better = match fields.value("greater_is_better") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(greater)) => Some(greater),
            Some(other) => return Err(fields.invalid("greater_is_better", other, "true or false")),
        };
        let read =
            MetricThresholdBuilder { threshold, min_absolute_change, min_relative_change, greater_is_better };
        read.checked(&|key, value, expected| fields.invalid(key, value, expected))
    }
}

/// A number, or the name of one that JSON has no digits for.
fn number(
    fields: &mut Fields,
    key: &'static str,
    expected: &str,
    of: &dyn Fn(&Value) -> Option<f64>,
) -> Result<Option<f64>> {
    match fields.value(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let number = match value.as_str() {
                Some("NaN") => Some(f64::NAN),
                Some("Infinity") => Some(f64::INFINITY),
                Some("-Infinity") => Some(f64::NEG_INFINITY),
                _ => of(&value),
            };
            number.map(Some).ok_or_else(|| fields.invalid(key, value, expected))
        }
    }
}

impl<'de> Deserialize<'de> for MetricThreshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Unique(value) = Unique::deserialize(deserializer)?;
        let read = || {
            let mut fields = Fields::of("", value)?;
            let threshold = Self::read(&mut fields, true)?;
            fields.finish()?;
            Ok::<Self, Error>(threshold)
        };
        read().map_err(serde::de::Error::custom)
    }
}
