use std::fmt;

use mlops_core::{Finding, Severity};
use serde::{Deserialize, Serialize};

use super::{Comparison, Magnitude, NewCategories};

/// What is to be said of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// No difference that matters.
    Stable,
    /// Its values, or the share of missing ones, have changed by more than chance and more than the limit.
    Drifted,
    /// The column itself is another: gone, new, or of another kind. It could not be compared.
    SchemaChanged,
    /// It could not be said: too few values, or the test has no answer.
    Inconclusive,
    /// Its type has no distribution to compare.
    Skipped,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Stable => "stable",
            Self::Drifted => "drifted",
            Self::SchemaChanged => "schema changed",
            Self::Inconclusive => "inconclusive",
            Self::Skipped => "skipped",
        })
    }
}

/// One side of a column in a few numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// The rows, with or without a value.
    pub rows: u64,
    /// Rows whose value is null, NaN or infinite.
    pub missing: u64,
    /// The mean of a numeric column.
    pub mean: Option<f64>,
    /// Its standard deviation (divided by n).
    pub standard_deviation: Option<f64>,
    /// How many categories a column of names has.
    pub categories: Option<u64>,
}

impl Summary {
    /// The share of missing values; `None` without rows.
    pub fn missing_share(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.missing as f64 / self.rows as f64)
    }
}

/// Both sides of a column in the same bins, to be drawn over each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Distribution {
    /// Bins of equal width over the middle 99 % of both sides; the first and the last also
    /// count what lies beyond.
    Numbers {
        /// The edges, one more than bins.
        edges: Vec<f64>,
        /// Counts of the reference.
        reference: Vec<u64>,
        /// Counts now.
        current: Vec<u64>,
    },
    /// The most frequent names, and all others together in `others`.
    Categories {
        /// The names.
        names: Vec<String>,
        /// Counts of the reference.
        reference: Vec<u64>,
        /// Counts now.
        current: Vec<u64>,
        /// The counts of all other names on both sides.
        others: (u64, u64),
    },
}

/// A column and what has become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnDrift {
    /// The column.
    pub name: String,
    /// The answer.
    pub status: Status,
    /// The answer in words, such as `mean 33.1 → 39.9, shifted up by 0.61 reference standard deviations`.
    pub reason: String,
    /// The test of the values; `None` if there was nothing to compare.
    pub values: Option<Comparison>,
    /// The test of the share of missing values; `None` if nothing is missing on either side.
    pub missing: Option<Comparison>,
    /// The reference in a few numbers; `None` if it lacks the column.
    pub reference: Option<Summary>,
    /// The current window in a few numbers; `None` if it lacks the column.
    pub current: Option<Summary>,
    /// Both sides in bins.
    pub distribution: Option<Distribution>,
    /// Categories that the reference does not have.
    #[serde(default)]
    pub new_categories: NewCategories,
}

impl ColumnDrift {
    /// The comparison that says drift; the one of the values if both do. For a column that
    /// has not drifted, the one of its values.
    pub fn deciding(&self) -> Option<&Comparison> {
        let of_missing = self.missing.as_ref().filter(|comparison| comparison.drifted());
        match &self.values {
            Some(values) if values.drifted() || of_missing.is_none() => Some(values),
            _ => of_missing,
        }
    }

    /// How much has become of it: the larger of its values and its missing values.
    pub fn magnitude(&self) -> Magnitude {
        let of = |comparison: &Option<Comparison>| comparison.as_ref().map(|found| found.magnitude);
        of(&self.values).max(of(&self.missing)).unwrap_or_default()
    }

    pub(crate) fn finding(&self, severity: Severity) -> Finding {
        let deciding = self.deciding();
        Finding {
            subject: self.name.clone(),
            rule: deciding.map_or_else(|| "schema".to_owned(), |comparison| comparison.test.clone()),
            severity,
            observed: deciding.map(Comparison::score),
            expected: deciding
                .map_or_else(|| "the same column as in the reference".to_owned(), Comparison::expected),
            reason: self.reason.clone(),
        }
    }
}

impl fmt::Display for ColumnDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}
