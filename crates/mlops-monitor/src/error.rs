use mlops_core::{ModelName, PredictionId};

/// What keeps a prediction or a label out of the log, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value can't be what it is meant to be. Fix the input.
    #[error("{what} of prediction {id} is {value}, expected {expected}")]
    Invalid {
        /// What was given, such as `label`.
        what: &'static str,
        /// The prediction.
        id: PredictionId,
        /// The value.
        value: f64,
        /// What it should be, such as `a finite number`.
        expected: &'static str,
    },
    /// The log knows it otherwise already, and keeps what it knows. Find out who is right.
    #[error("{what} of prediction {id} of {model} is in the log already, and differs")]
    Conflict {
        /// `answer` or `label`.
        what: &'static str,
        /// The model.
        model: ModelName,
        /// The prediction.
        id: PredictionId,
    },
    /// The log did not answer. The same call may succeed later, and is safe to repeat.
    #[error("{log} is unavailable")]
    Unavailable {
        /// Which log.
        log: &'static str,
        /// What happened beneath.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Whether the same call may succeed later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
