/// What keeps drift from being judged, by what the caller can do about it. A drift is
/// never an error.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A window has no rows. Wait for some, or look where they went.
    #[error("the {window} window has no rows")]
    Empty {
        /// Which window: `reference` or `current`.
        window: &'static str,
    },
    /// The batches of one window do not have the same columns. Fix the source.
    #[error("column {column:?} is {found} here and {expected} in the batches before")]
    Schema {
        /// The column.
        column: String,
        /// What it is in this batch, such as `Utf8` or `missing`.
        found: String,
        /// What it was before.
        expected: String,
    },
    /// A setting is outside its range. Fix the call or the file.
    #[error("{setting} is {value}, expected {expected}")]
    Setting {
        /// The setting, such as `alpha`.
        setting: &'static str,
        /// Its value.
        value: f64,
        /// What it should be, such as `between 0 and 1`.
        expected: &'static str,
    },
    /// A test has no answer for these values. The column is then inconclusive.
    #[error("{test} is not defined: {reason}")]
    Undefined {
        /// The test.
        test: String,
        /// Why.
        reason: String,
    },
}

impl Error {
    /// The answer of a test that has none.
    pub fn undefined(test: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Undefined { test: test.into(), reason: reason.into() }
    }
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
