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
    #[error("column {column:?} is {found}, expected {expected}, as in the batches before or as it was named")]
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
    /// A row has another number of values than the monitor has inputs. Fix the call.
    #[error("the row has {found} values, expected {expected}, one an input")]
    Row {
        /// How many it has.
        found: usize,
        /// How many inputs there are.
        expected: usize,
    },
    /// The column that should say when each row happened does not. Fix the call or the source.
    #[error("the time column {column:?} is {found}, expected a timestamp without nulls")]
    Time {
        /// The column.
        column: String,
        /// What it is, such as `Utf8`, `missing` or `null in row 7`.
        found: String,
    },
    /// The state is not one of this monitor, or was damaged. Begin without it, or give back
    /// the reference and the cadence that it was kept with.
    #[error("the state of a monitor does not fit: {what} is {found}, expected {expected}")]
    State {
        /// What does not fit, such as `reference`.
        what: &'static str,
        /// What the state has.
        found: String,
        /// What the monitor has.
        expected: String,
    },
    /// What was given does not fit together, or holds a value that can't be used. Fix the data.
    #[error("{what} is {found}, expected {expected}")]
    Input {
        /// What was given, such as `row 7 of column "embedding"`.
        what: String,
        /// What it is, such as `NaN`.
        found: String,
        /// What it should be, such as `a finite number`.
        expected: String,
    },
    /// A profile or a state was written in another version of its format. Make it again from
    /// the data, or read it with the release that wrote it.
    #[error("{what} is written in version {found} of the format, expected {expected}")]
    Version {
        /// What was read, such as `the profile`.
        what: &'static str,
        /// Its version.
        found: u32,
        /// The version that is read.
        expected: u32,
    },
    /// What was read is not whole. Get it anew.
    #[error("{what} is damaged: {reason}")]
    Damaged {
        /// What it is, such as a path or `the profile`.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file can't be read. Look at the path and the rights.
    #[error("{what} can't be read: {reason}")]
    Unavailable {
        /// The path.
        what: String,
        /// Why.
        reason: String,
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
    pub(crate) fn input(
        what: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        Self::Input { what: what.into(), found: found.into(), expected: expected.into() }
    }

    /// The answer of a test that has none.
    pub fn undefined(test: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Undefined { test: test.into(), reason: reason.into() }
    }
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
