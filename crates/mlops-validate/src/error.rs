use std::fmt;

/// A cause from another library, boxed so that its type stays out of ours.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why nothing could be said about the data or the model.
///
/// A failed expectation or a refused gate is a value, not one of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is not JSON, or is nested too deep. Fix the file at the place named.
    #[error("{what} can't be read at line {line}, column {column}")]
    Parse {
        /// What was read, such as `expectation suite` or `gate`.
        what: &'static str,
        /// 1-based line.
        line: usize,
        /// 1-based column.
        column: usize,
        /// What the parser says.
        #[source]
        source: BoxError,
    },
    /// A part of a document is not what it has to be. Fix that part.
    #[error("{what}: {path} is {value}, expected {expected}")]
    Invalid {
        /// What was read, such as `expectation suite`, `gate`, or the name of an expectation.
        what: String,
        /// Where in it, such as `expectations[3].kwargs.mostly`.
        path: String,
        /// The value that is there, as JSON, cut short.
        value: String,
        /// What would have been right.
        expected: String,
    },
    /// No expectation has this name. Take one of the nearest, or register your own.
    #[error("no expectation is called {name:?}{}", suggestion(nearest))]
    UnknownExpectation {
        /// The name as it was given, cut short.
        name: String,
        /// Names that look like it, the nearest first.
        nearest: Vec<String>,
    },
    /// The data is not of the shape that was announced: batches of another schema,
    /// slices of different lengths, a source that failed. Fix the input.
    #[error("{what}: {reason}")]
    Input {
        /// What was given.
        what: String,
        /// What is wrong with it.
        reason: String,
        /// The failure beneath, if there is one.
        #[source]
        source: Option<BoxError>,
    },
    /// A rule that was valid could not be evaluated on this data: a column that is not
    /// there, or of a type that the rule does not understand.
    #[error("{rule} can't be evaluated: {reason}")]
    Evaluation {
        /// The expectation or check.
        rule: String,
        /// Why not.
        reason: String,
    },
    /// The caller stopped the work.
    #[error("stopped after {rows} rows")]
    Stopped {
        /// Rows that had been seen.
        rows: u64,
    },
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A part of a document that is not what it has to be.
    pub(crate) fn invalid(
        what: impl Into<String>,
        path: impl Into<String>,
        value: impl fmt::Display,
        expected: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            what: what.into(),
            path: path.into(),
            value: shorten(&value.to_string()),
            expected: expected.into(),
        }
    }

    /// Text that is no JSON.
    pub(crate) fn parse(what: &'static str, error: serde_json::Error) -> Self {
        Self::Parse { what, line: error.line(), column: error.column(), source: Box::new(error) }
    }

    /// Data that does not fit.
    pub(crate) fn input(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Input { what: what.into(), reason: reason.into(), source: None }
    }
}

/// At most 120 characters of what someone else wrote, for a message.
pub(crate) fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().take(120).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

fn suggestion(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [one] => format!(", did you mean {one:?}?"),
        [first, rest @ ..] => {
            let rest: Vec<String> = rest.iter().map(|name| format!(" or {name:?}")).collect();
            format!(", did you mean {first:?}{}?", rest.concat())
        }
    }
}
