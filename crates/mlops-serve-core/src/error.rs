use std::fmt;
use std::path::{Path, PathBuf};

use crate::ModelFormat;

/// What can go wrong between a model file and an answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file can't be read. Look at the path, or try again.
    #[error("{} can't be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The bytes stopped coming. The same call may succeed later.
    #[error("the model can't be read to its end")]
    Interrupted {
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The bytes are no model file of a known format.
    #[error("{}no model of a known format: {reason}", Place(file.as_deref(), ": "))]
    UnknownFormat {
        /// The file, if the bytes came from one.
        file: Option<PathBuf>,
        /// What was found instead.
        reason: String,
    },
    /// The file is damaged, cut short, or was never written by the library. Get it again.
    #[error("{}not a valid {format}: {at}: {reason}", Place(file.as_deref(), ": "))]
    Malformed {
        /// The file, if the bytes came from one.
        file: Option<PathBuf>,
        /// What the bytes should be.
        format: ModelFormat,
        /// Where: `line 17`, `byte 1584`, `tree 3, node 5`.
        at: String,
        /// What is wrong there, and what was expected.
        reason: String,
    },
    /// The model is sound but needs what this runtime does not do. Never guessed.
    #[error("{}this {format} needs {what}, which is not supported", Place(file.as_deref(), ": "))]
    Unsupported {
        /// The file, if the bytes came from one.
        file: Option<PathBuf>,
        /// The format of the file.
        format: ModelFormat,
        /// What it needs, such as ``the objective `poisson` ``.
        what: String,
    },
    /// A row, a batch or a buffer has another size than the model needs. Fix the call.
    #[error("{what}: {got} given, {expected} expected")]
    Shape {
        /// What was counted, such as `features in a row`.
        what: &'static str,
        /// What the model needs.
        expected: usize,
        /// What was given.
        got: usize,
    },
    /// The caller's features are not those of the model, or in another order. Reorder them.
    #[error("feature {position} is {got:?}, expected {expected:?}")]
    FeatureName {
        /// Where the two lists differ first, from 0.
        position: usize,
        /// The model's name.
        expected: String,
        /// The caller's name.
        got: String,
    },
    /// A value that the model can't take. Missing is NaN; an infinity is a mistake upstream.
    #[error("row {row}, feature {feature}: {value:e} is not allowed, expected {expected}")]
    ForbiddenValue {
        /// The row in the batch, from 0.
        row: usize,
        /// The feature's name, or its position if the model has no names.
        feature: String,
        /// The value.
        value: f64,
        /// What would have been right.
        expected: &'static str,
    },
    /// A setting that can't be what it is meant to be: a share of 120 %, a range from 5 to 1.
    /// Fix the configuration.
    #[error("{what} {value} is not valid: expected {expected}")]
    InvalidSetting {
        /// Which setting.
        what: &'static str,
        /// What it was set to.
        value: String,
        /// What would have been right.
        expected: &'static str,
    },
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Names the file that the bytes came from.
    pub(crate) fn in_file(mut self, path: &Path) -> Self {
        if let Self::UnknownFormat { file, .. }
        | Self::Malformed { file, .. }
        | Self::Unsupported { file, .. } = &mut self
        {
            *file = Some(path.to_owned());
        }
        self
    }

    pub(crate) fn malformed(format: ModelFormat, at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Malformed { file: None, format, at: at.into(), reason: reason.into() }
    }

    pub(crate) fn invalid_setting(
        what: &'static str,
        value: impl fmt::Display,
        expected: &'static str,
    ) -> Self {
        Self::InvalidSetting { what, value: value.to_string(), expected }
    }

    pub(crate) fn unsupported(format: ModelFormat, what: impl Into<String>) -> Self {
        Self::Unsupported { file: None, format, what: what.into() }
    }
}

/// A file's name in front of a message, or nothing.
struct Place<'a>(Option<&'a Path>, &'a str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(path) => write!(f, "{}{}", path.display(), self.1),
            None => Ok(()),
        }
    }
}

/// What stood in a hostile file, short enough for a message.
pub(crate) fn excerpt(text: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
