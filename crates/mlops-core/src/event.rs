use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use crate::{ModelName, PredictionId, Timestamp, Version};

/// Which part of the serving chain gave the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServedBy {
    /// The version in production.
    Champion,
    /// A version on trial that answers a share of the requests.
    Canary,
    /// A version whose answer nobody sees: one on trial, or the one in production where
    /// another answered.
    Shadow,
    /// The version that answers when the one before it can't.
    Fallback,
    /// The constant that answers when no version can: no model's work, and no part of a
    /// version's performance.
    Constant,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Prediction {
    /// A number: a probability for a classifier, a value for a regressor.
    Score(f64),
    /// No answer; the kind of error, in the words of the metric label `error_type`.
    Failed(&'static str),
}

/// One request and what came of it: what observers count, log and compare.
#[derive(Clone, Debug, PartialEq)]
pub struct PredictionEvent {
    /// The caller's id of this prediction; the label is joined on it.
    pub id: PredictionId,
    /// The model that was asked.
    pub model: ModelName,
    /// The version that answered.
    pub version: Version,
    /// When the decision was made.
    pub at: Timestamp,
    /// How long the answer took.
    pub latency: Duration,
    /// Who answered.
    pub served_by: ServedBy,
    /// The numeric inputs in the order of the model; NaN is missing. Shared, not copied.
    pub inputs: Arc<[f64]>,
    /// The answer.
    pub prediction: Prediction,
}

/// Something that wants to know of every prediction: metrics, a log, a drift window.
///
/// # Contract
/// [`observe`](Self::observe) is quick, never blocks on I/O and never panics: it runs on
/// the path of the request. An observer that can't keep up drops events and counts them.
pub trait Observer: Debug + Send + Sync {
    /// Takes note of `event`.
    fn observe(&self, event: &PredictionEvent);
}
