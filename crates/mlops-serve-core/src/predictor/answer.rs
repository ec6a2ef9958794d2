use std::sync::Arc;
use std::time::Duration;

use mlops_core::{ServedBy, Timestamp, Version};

use super::{GuardAction, InputRefused, LookupError};

/// Why a version gave no answer that may leave the house.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The model refused the inputs.
    #[error("the model failed")]
    Model(#[source] crate::Error),
    /// The model's code panicked; the panic was contained.
    #[error("the model panicked: {message}")]
    Panicked {
        /// What it said.
        message: String,
    },
    /// The answer is NaN or infinite.
    #[error("the answer is {score}, expected a finite number")]
    NotFinite {
        /// The answer.
        score: f64,
    },
    /// The answer lies outside the range of the output guard.
    #[error("the answer is {score}, expected {expected}")]
    OutOfRange {
        /// The answer.
        score: f64,
        /// The range.
        expected: String,
    },
    /// The answer is not sure enough for the output guard.
    #[error("the answer is {score}, expected a confidence of at least {floor}")]
    LowConfidence {
        /// The answer.
        score: f64,
        /// The least confidence.
        floor: f64,
    },
}

impl Failure {
    /// The failure in the words of the metric label `error_type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Model(_) => "model_error",
            Self::Panicked { .. } => "model_panicked",
            Self::NotFinite { .. } => "output_not_finite",
            Self::OutOfRange { .. } => "output_out_of_range",
            Self::LowConfidence { .. } => "output_low_confidence",
        }
    }
}

/// A link of the chain that was asked and could not answer.
#[derive(Debug, thiserror::Error)]
#[error("{version} ({served_by:?})")]
#[non_exhaustive]
pub struct Attempt {
    /// As what the version was asked.
    pub served_by: ServedBy,
    /// The version.
    pub version: Version,
    /// What went wrong.
    #[source]
    pub failure: Failure,
}

/// Why the constant of the route answered, and no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoModel {
    /// A guard's rule says so.
    #[error(transparent)]
    Guarded(#[from] InputRefused),
    /// The inputs could not be looked up.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Every version that was asked failed; [`Answer::attempts`] says how.
    #[error("every version failed")]
    AllFailed,
}

/// An answer, and how it came about.
#[derive(Debug)]
#[must_use]
#[non_exhaustive]
pub struct Answer {
    /// The number: a probability for a classifier, a value for a regressor.
    pub score: f64,
    /// Who answered.
    pub served_by: ServedBy,
    /// The version that answered; for [`ServedBy::Constant`], the one in production, which did not.
    pub version: Version,
    /// The decision moment.
    pub at: Timestamp,
    /// The inputs of the version that answered, in its order; NaN is missing. For a constant
    /// all that was looked up, in the order of the look-up: nothing if it did not come to that.
    pub inputs: Arc<[f64]>,
    /// The versions that were asked before and failed, in order; mostly none.
    pub attempts: Vec<Attempt>,
    /// Why a constant answered; `None` if a model did.
    pub no_model: Option<NoModel>,
    /// What the guards did to the request and the inputs; mostly nothing.
    pub guard_actions: Vec<GuardAction>,
    /// How long it took, measured.
    pub latency: Duration,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PredictError {
    /// Too much at once: come back later.
    #[error("{limit} is reached, expected to have room {}", After(*retry_after))]
    Overloaded {
        /// The limit, such as `the rate of 100 requests a second`.
        limit: String,
        /// The shortest time after which another request can be let in; `None` if nobody
        /// can tell.
        retry_after: Option<Duration>,
    },
    /// Nobody waits for the answer any more.
    #[error("the deadline {deadline} has passed, it is {now}")]
    DeadlineExceeded {
        /// The deadline.
        deadline: Timestamp,
        /// The time on the predictor's clock.
        now: Timestamp,
    },
    /// A value breaks a rule. Fix the request.
    #[error(transparent)]
    Refused(#[from] InputRefused),
    /// The inputs could not be looked up, and the route has no constant.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Every version failed, and the route has no constant.
    #[error("no version answered: {}", Chain(attempts))]
    NoAnswer {
        /// The versions in the order in which they were asked.
        attempts: Vec<Attempt>,
    },
}

impl PredictError {
    /// Whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Overloaded { .. } => true,
            Self::Lookup(error) => error.is_transient(),
            _ => false,
        }
    }

    /// Whether the request is to blame: what HTTP calls a 4xx other than 429.
    pub const fn is_callers_fault(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Lookup(LookupError::Field { .. }))
    }

    /// The error in the words of the metric label `error_type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Overloaded { .. } => "overloaded",
            Self::DeadlineExceeded { .. } => "deadline_exceeded",
            Self::Refused(refused) => refused.violation.kind(),
            Self::Lookup(error) => error.kind(),
            Self::NoAnswer { attempts } => attempts.last().map_or("no_answer", |last| last.failure.kind()),
        }
    }
}

struct After(Option<Duration>);

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(wait) => write!(f, "in {wait:?}"),
            None => f.write_str("soon"),
        }
    }
}

struct Chain<'a>(&'a [Attempt]);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, attempt) in self.0.iter().enumerate() {
            let separator = if place == 0 { "" } else { "; " };
            write!(f, "{separator}{attempt}: {}", attempt.failure)?;
        }
        Ok(())
    }
}
