use std::sync::Arc;

use mlops_core::{PredictionId, ServedBy, Timestamp, Version};

/// One request that both the version in production and the version on trial have scored:
/// what a rollout is decided on.
///
/// The label comes later and is joined by [`id`](Self::id). A side that gave no answer has
/// the kind of its failure, in the words of the metric label `error_type`, such as
/// `output_not_finite`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The caller's id of the prediction.
    pub id: PredictionId,
    /// When the decision was made.
    pub at: Timestamp,
    /// The request's values of the segment fields, such as `("carrier", "MQ")`, in the order
    /// in which the fields were declared; a field that the request lacks is left out.
    pub segments: Vec<(Arc<str>, Box<str>)>,
    /// How the version on trial was asked: [`ServedBy::Canary`] if the request was its to
    /// answer, [`ServedBy::Shadow`] if nobody was to see its answer.
    pub candidate_role: ServedBy,
    /// The version on trial. A pair may arrive after its trial has ended: a rollout takes
    /// only those of its own two versions.
    pub candidate_version: Version,
    /// The version in production.
    pub production_version: Version,
    /// What the version on trial answered.
    pub candidate: Result<f64, &'static str>,
    /// What the version in production answered.
    pub production: Result<f64, &'static str>,
}

impl Pair {
    /// The request's value of a segment field.
    pub fn segment(&self, field: &str) -> Option<&str> {
        self.segments.iter().find(|(name, _)| **name == *field).map(|(_, value)| &**value)
    }
}
