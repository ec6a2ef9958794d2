use std::fmt;
use std::path::PathBuf;

use mlops_core::Timestamp;

/// A cause of any type, kept for `source()`.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong. Each variant is something else to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that can't be one. Fix the definition.
    #[error(transparent)]
    Name(#[from] mlops_core::Error),
    /// The same name twice where names must differ. Fix the definition.
    #[error("{within} has {what} {name:?} twice")]
    Duplicate {
        /// What is named, such as `feature`.
        what: &'static str,
        /// The name.
        name: String,
        /// Where it stands twice, such as `view "weather"`.
        within: String,
    },
    /// A name that nothing has: a view, a feature, a column. Fix the name.
    #[error("{within} has no {what} {name:?}{}", DidYouMean(nearest.as_deref()))]
    Unknown {
        /// What was asked for, such as `column`.
        what: &'static str,
        /// The name that nothing has.
        name: String,
        /// Where it was looked for: a file, a view, the entity rows.
        within: String,
        /// The name there that looks most like it.
        nearest: Option<String>,
    },
    /// A definition that lacks something or contradicts itself. Fix the definition.
    #[error("{of} {reason}")]
    Definition {
        /// What is defined, such as `view "weather"`.
        of: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A column of a type that can't be used as it is meant to. Fix the data or the definition.
    #[error("column {column:?} of {table} is {found}, expected {expected}")]
    ColumnType {
        /// The file or table.
        table: String,
        /// The column.
        column: String,
        /// The type that it has.
        found: String,
        /// The types that would do.
        expected: String,
    },
    /// Two columns of the result would have the same name. Ask for
    /// [full names](crate::FeatureNaming::Full), or rename the column of the entity rows.
    #[error("{first} and {second} would both be column {name:?}; use full feature names (view__feature)")]
    NameClash {
        /// The name that both would have.
        name: String,
        /// Where the first comes from.
        first: String,
        /// Where the second comes from.
        second: String,
    },
    /// A cell that can't be what its column is meant to hold. Fix the data.
    #[error("row {row} of {table} has {value} in column {column:?}, expected {expected}")]
    Cell {
        /// The file or table.
        table: String,
        /// The column.
        column: String,
        /// The number of the row, counted from 0.
        row: u64,
        /// What the cell holds.
        value: String,
        /// What would do.
        expected: String,
    },
    /// Slices that don't belong together. Fix the call.
    #[error("{found} {what}, expected {expected}")]
    Shape {
        /// What there are too many or too few of, such as `join keys`.
        what: &'static str,
        /// How many were given.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// A moment that doesn't fit into 64 bits of microseconds. Fix the data.
    #[error("column {column:?} of {table} holds {value} ({unit}), which is out of the range of microseconds")]
    OutOfRange {
        /// The file or table.
        table: String,
        /// The column.
        column: String,
        /// The value as it is stored.
        value: i64,
        /// The unit that it is stored in.
        unit: &'static str,
    },
    /// More than can be held at once: split the work.
    #[error("{what} is too large: {limit}")]
    TooLarge {
        /// What is too large.
        what: String,
        /// The limit that it exceeds.
        limit: String,
    },
    /// No such file. Fix the path.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The path as it was given.
        path: PathBuf,
    },
    /// Someone else has moved the watermark. Read it again, then decide.
    #[error("view {view:?} is published until {}, not until {}", Moment(*current), Moment(*expected))]
    Conflict {
        /// The view.
        view: String,
        /// Until when it should have been published.
        expected: Option<Timestamp>,
        /// Until when it is.
        current: Option<Timestamp>,
    },
    /// A later release of this library wrote the store. Upgrade, or use another store.
    #[error("{store} has layout {found}, this release reads up to {supported}")]
    NewerLayout {
        /// The file.
        store: String,
        /// The layout that it has.
        found: i64,
        /// The newest layout that this release knows.
        supported: i64,
    },
    /// The source or store did not answer. The same call may succeed later.
    #[error("{what} is unavailable")]
    Unavailable {
        /// The file, table or store.
        what: String,
        /// Why.
        #[source]
        source: BoxError,
    },
    /// The bytes are not what they should be: truncated, overwritten, another format.
    /// Get the file again.
    #[error("{table} is corrupt{}", InColumn(column.as_deref()))]
    Corrupt {
        /// The file or table.
        table: String,
        /// The column in which it shows, if it is one.
        column: Option<String>,
        /// What the reader says.
        #[source]
        source: BoxError,
    },
    /// An implementation of a port broke its contract. Report a bug to its author.
    #[error("{table} broke the contract of its port: {reason}")]
    Contract {
        /// The source or store.
        table: String,
        /// What it did.
        reason: String,
    },
}

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the same call may succeed later, without anything being fixed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Nothing among `names` is called `name`.
    pub(crate) fn unknown<'a>(
        what: &'static str,
        name: &str,
        within: impl Into<String>,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        Self::Unknown { what, name: name.to_owned(), within: within.into(), nearest: nearest(name, names) }
    }
}

/// The name most like `name`, if it is like it at all.
fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    names
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

struct DidYouMean<'a>(Option<&'a str>);

impl fmt::Display for DidYouMean<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, "; did you mean {name:?}?"))
    }
}

struct InColumn<'a>(Option<&'a str>);

impl fmt::Display for InColumn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, " in column {name:?}"))
    }
}

struct Moment(Option<Timestamp>);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(moment) => moment.fmt(f),
            None => f.write_str("no moment"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_if_it_is_near() {
        let names = ["temp", "wind_speed", "visib"];
        let message = |name| Error::unknown("feature", name, "view \"weather\"", names).to_string();
        assert_eq!(message("tmep"), r#"view "weather" has no feature "tmep"; did you mean "temp"?"#);
        assert_eq!(message("zzz"), r#"view "weather" has no feature "zzz""#);
    }
}
