use std::path::PathBuf;

use mlops_core::{ModelName, PredictionId};

/// A cause from beneath, boxed so that its type stays out of ours.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why something could not be kept, read, computed or delivered, by what the caller can do about it.
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
        source: BoxError,
    },
    /// A setting, or a part of an input, is outside what it can be. Fix the call.
    #[error("{what} is {value}, expected {expected}")]
    Parameter {
        /// Which one, such as `threshold`.
        what: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Another handle writes to the file, here or in another process. Wait for it, or use it.
    /// A process that is being started may hold a handle for a moment after it was closed.
    #[error("{} is in use: it has one writer at a time", file.display())]
    InUse {
        /// The file.
        file: PathBuf,
    },
    /// The file is not what was written. Nothing was changed: repair it, or take a copy of it.
    #[error("{} is damaged at byte {offset}: {reason}", file.display())]
    Corrupt {
        /// The file.
        file: PathBuf,
        /// Where the damage begins. What is before it is in order.
        offset: u64,
        /// What is wrong there.
        reason: String,
    },
    /// The file is of another release. Use one that knows its format.
    #[error("{} has format {found}, expected {supported}", file.display())]
    Format {
        /// The file.
        file: PathBuf,
        /// The format it says it has.
        found: u16,
        /// The format this release reads and writes.
        supported: u16,
    },
    /// The answers have no such statistic: no labels, one class, one day.
    #[error("{what} has no value")]
    Statistic {
        /// Which one, such as `roc_auc`.
        what: &'static str,
        /// Why.
        #[source]
        source: mlops_stats::Error,
    },
    /// An alert did not reach its receiver. Send it again; receivers may see it twice.
    #[error("{sink} did not take the alert, in {attempts} attempts")]
    NotDelivered {
        /// Which sink, without secrets.
        sink: String,
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt met.
        #[source]
        source: BoxError,
    },
}

impl Error {
    /// Whether the same call may succeed later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::InUse { .. } | Self::NotDelivered { .. })
    }
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
