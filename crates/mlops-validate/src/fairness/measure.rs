use super::{GroupMetric, Label};

/// A metric with the weights and the positive label it is asked with, under a name.
///
/// ```
/// use mlops_validate::fairness::{GroupMetric, Measure};
/// let weighted = Measure::new(GroupMetric::SelectionRate).weighted("premium").named("insured share");
/// assert_eq!(weighted.name(), "insured share");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a measure is asked of a frame"]
pub struct Measure {
    metric: GroupMetric,
    name: String,
    weights: Option<String>,
    positive: Option<Label>,
}

impl Measure {
    /// The metric, without weights. Positive is the label 1.
    pub fn new(metric: GroupMetric) -> Self {
        Self { metric, name: metric.name().to_owned(), weights: None, positive: None }
    }

    /// With the weights of this name.
    pub fn weighted(self, weights: impl Into<String>) -> Self {
        Self { weights: Some(weights.into()), ..self }
    }

    /// Of this label as the positive one.
    pub fn positive(self, label: impl Into<Label>) -> Self {
        Self { positive: Some(label.into()), ..self }
    }

    /// Under this name.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The metric.
    pub const fn metric(&self) -> GroupMetric {
        self.metric
    }

    pub(super) fn weights(&self) -> Option<&str> {
        self.weights.as_deref()
    }

    pub(super) const fn positive_label(&self) -> Option<&Label> {
        self.positive.as_ref()
    }
}

impl From<GroupMetric> for Measure {
    fn from(metric: GroupMetric) -> Self {
        Self::new(metric)
    }
}
