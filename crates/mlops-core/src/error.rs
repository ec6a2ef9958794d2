/// What can be wrong with a value of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The value can't be what it is meant to be. Fix the input.
    #[error("{what} {value:?} is not valid: expected {expected}")]
    Invalid {
        /// What the value was meant to be, such as `model name`.
        what: &'static str,
        /// The value as it was given, cut at 120 characters.
        value: String,
        /// What would have been right.
        expected: &'static str,
    },
    /// A document could not be written in canonical form, or is not what it says it is.
    #[error("the document is not valid: {reason}")]
    Document {
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    pub(crate) fn invalid(what: &'static str, value: &str, expected: &'static str) -> Self {
        let mut shown: String = value.chars().take(120).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self::Invalid { what, value: shown, expected }
    }
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
