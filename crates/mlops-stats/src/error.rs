/// What can be wrong with numbers given to this crate, by what the caller can do about it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two things that belong together have different lengths, or there is nothing at all.
    /// Fix the call.
    #[error("{what} has {found} values, expected {expected}")]
    Shape {
        /// What was given, such as `scores`.
        what: &'static str,
        /// How many values it has.
        found: usize,
        /// How many it should have, such as `as many as labels (7)` or `at least 1`.
        expected: String,
    },
    /// A value is not a number, not finite, or outside what it can be. Fix the data.
    #[error("{what}[{index}] is {value}, expected {expected}")]
    Value {
        /// What was given, such as `scores`.
        what: &'static str,
        /// Where the value is, counted from 0.
        index: usize,
        /// The value.
        value: f64,
        /// What it should be, such as `a finite number`.
        expected: &'static str,
    },
    /// A setting of the function is outside its range. Fix the call.
    #[error("{what} is {value}, expected {expected}")]
    Parameter {
        /// Which setting, such as `level`.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What it should be, such as `between 0 and 1`.
        expected: &'static str,
    },
    /// The statistic has no value for this data, which is in order otherwise: one class,
    /// no positives, constant values. Nobody's fault; what it means is the caller's to say.
    #[error("{what} is not defined: {reason}")]
    Undefined {
        /// Which statistic, such as `roc_auc`.
        what: &'static str,
        /// Why, such as `all 7 labels are positive`.
        reason: String,
    },
}

impl Error {
    /// Whether the data is in order, but the statistic has no value for it.
    pub const fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined { .. })
    }

    pub(crate) fn undefined(what: &'static str, reason: impl Into<String>) -> Self {
        Self::Undefined { what, reason: reason.into() }
    }
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Refuses `what` unless it has as many values as `other`.
pub(crate) fn same_length(
    what: &'static str,
    found: usize,
    other: &'static str,
    length: usize,
) -> Result<()> {
    if found == length {
        Ok(())
    } else {
        Err(Error::Shape { what, found, expected: format!("as many as {other} ({length})") })
    }
}

/// Refuses an empty slice and the first value that is NaN or infinite.
pub(crate) fn all_finite(what: &'static str, values: &[f64]) -> Result<()> {
    if values.is_empty() {
        return Err(Error::Shape { what, found: 0, expected: "at least 1".to_owned() });
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(Error::Value { what, index, value: values[index], expected: "a finite number" }),
    }
}
