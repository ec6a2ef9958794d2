use mlops_core::{ModelName, Principal, Version};

use crate::access::Role;
use crate::model::BumpTooSmall;

/// A cause that lives below the registry: a database, a file system.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why the registry could not do or find out what was asked.
///
/// A promotion that is refused for its reasons is not here: it is a value,
/// [`Decision::Refused`](crate::promotion::Decision::Refused).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such thing. Look at the name again.
    #[error("{what} {key:?} is not there")]
    NotFound {
        /// What was looked for, such as `model version`.
        what: &'static str,
        /// Its name.
        key: String,
    },
    /// Someone changed it first, or it exists already. Read the state again, then decide.
    #[error("{what} {key:?} is {current}, not {expected}")]
    Conflict {
        /// What was to be changed, such as `alias`.
        what: &'static str,
        /// Its name.
        key: String,
        /// The state that the caller took for granted.
        expected: String,
        /// The state that it is in.
        current: String,
    },
    /// There is no version to go back to. Promote another one.
    #[error("nothing was in production of {model} before {}", .production.as_ref().map_or_else(|| "now".to_owned(), ToString::to_string))]
    NothingBefore {
        /// The model.
        model: ModelName,
        /// The version that is in production, if one is.
        production: Option<Version>,
    },
    /// The principal holds no grant for this. Ask an admin of the registry.
    #[error("{principal} may not {action}: that takes the role {needed}")]
    Denied {
        /// Who asked.
        principal: Principal,
        /// What for, such as `approve the promotion of flight-delay`.
        action: String,
        /// The role that would allow it.
        needed: Role,
    },
    /// The version is too close to the one before for what its signature changes. Register
    /// it as the least that is allowed, or with the signature of before.
    #[error(transparent)]
    BumpTooSmall(Box<BumpTooSmall>),
    /// The value can't be what it is meant to be. Fix the input.
    #[error("{field} {value:?} is not valid: expected {expected}")]
    Invalid {
        /// Which value.
        field: &'static str,
        /// The value as it was given.
        value: String,
        /// What would have been right.
        expected: String,
    },
    /// What is stored is not what was stored. Restore it from a copy.
    #[error("{what} is damaged: {reason}")]
    Corrupt {
        /// Which thing: a file, a record, an artifact.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store was written by a later version of this library. Update the library.
    #[error("{store} has schema {found}; this version of the library reads up to {supported}")]
    NewerSchema {
        /// Which store, such as the path of its file.
        store: String,
        /// The schema that it has.
        found: i64,
        /// The newest schema that can be read.
        supported: i64,
    },
    /// The store did not do it.
    #[error("{store} is unavailable")]
    Unavailable {
        /// Which store, such as the path of its file.
        store: String,
        /// Whether the same call may succeed later with nothing else changed.
        transient: bool,
        /// What it said.
        #[source]
        source: BoxError,
    },
}

impl Error {
    /// Whether the same call may succeed later with nothing else changed.
    ///
    /// A [`Conflict`](Self::Conflict) is not transient: the state must be read again first.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { transient: true, .. })
    }
}

impl From<mlops_core::Error> for Error {
    fn from(error: mlops_core::Error) -> Self {
        match error {
            mlops_core::Error::Invalid { what, value, expected } => {
                Self::Invalid { field: what, value, expected: expected.to_owned() }
            }
            mlops_core::Error::Document { reason } => Self::Corrupt { what: "document".to_owned(), reason },
            other => Self::Corrupt { what: "value".to_owned(), reason: other.to_string() },
        }
    }
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
