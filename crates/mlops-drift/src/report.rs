use std::fmt;

use mlops_core::{Check, Detail, Finding, Outcome, Severity};
use serde::{Deserialize, Serialize};

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

/// One test of one column and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The name of the test.
    pub test: String,
    /// How far apart the two sides are.
    #[serde(with = "mlops_core::number")]
    pub effect: f64,
    /// What the effect is counted in.
    pub unit: String,
    /// From this effect on it matters.
    #[serde(with = "mlops_core::number")]
    pub limit: f64,
    /// How likely such a difference is by chance, looked at alone.
    pub p_value: Option<f64>,
    /// The same, given how many tests the report made (Benjamini and Hochberg).
    pub adjusted_p_value: Option<f64>,
    /// Whether both the effect and the adjusted p-value say so.
    pub drifted: bool,
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
}

impl ColumnDrift {
    /// The comparison that says drift; the one of the values if both do. For a column that
    /// has not drifted, the one of its values.
    pub fn deciding(&self) -> Option<&Comparison> {
        let of_missing = self.missing.as_ref().filter(|comparison| comparison.drifted);
        match &self.values {
            Some(values) if values.drifted || of_missing.is_none() => Some(values),
            _ => of_missing,
        }
    }

    fn finding(&self, severity: Severity) -> Finding {
        let deciding = self.deciding();
        Finding {
            subject: self.name.clone(),
            rule: deciding.map_or_else(|| "schema".to_owned(), |comparison| comparison.test.clone()),
            severity,
            observed: deciding.map(|comparison| comparison.effect),
            expected: deciding.map_or_else(
                || "the same column as in the reference".to_owned(),
                |comparison| format!("< {} {}", comparison.limit, comparison.unit),
            ),
            reason: self.reason.clone(),
        }
    }
}

impl fmt::Display for ColumnDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

/// What became of every column between two windows. A drift is a result, not an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct DriftReport {
    /// The rows of the reference.
    pub reference_rows: u64,
    /// The rows of the current window.
    pub current_rows: u64,
    /// The share of false alarms among the alarms that was accepted.
    pub alpha: f64,
    /// How much its findings matter.
    pub severity: Severity,
    /// Every column, drifted or not: those of the reference in its order, then new ones.
    pub columns: Vec<ColumnDrift>,
}

impl DriftReport {
    /// The columns that drifted.
    pub fn drifted(&self) -> impl Iterator<Item = &ColumnDrift> {
        self.of_status(Status::Drifted)
    }

    /// The columns of one status.
    pub fn of_status(&self, status: Status) -> impl Iterator<Item = &ColumnDrift> {
        self.columns.iter().filter(move |column| column.status == status)
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&ColumnDrift> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Drifted columns among those that could be judged; `None` if none could.
    pub fn share_drifted(&self) -> Option<f64> {
        let drifted = self.drifted().count();
        let judged = drifted + self.of_status(Status::Stable).count();
        (judged > 0).then(|| drifted as f64 / judged as f64)
    }

    /// A finding for each column that drifted or is not the same column any more.
    pub fn findings(&self) -> Vec<Finding> {
        self.columns
            .iter()
            .filter(|column| matches!(column.status, Status::Drifted | Status::SchemaChanged))
            .map(|column| column.finding(self.severity))
            .collect()
    }

    /// The report as one check of a gate: failed if a column drifted or changed its kind,
    /// inconclusive if none could be judged. Columns that could not be judged stand in the details.
    pub fn check(&self, name: impl Into<String>) -> Check {
        let findings = self.findings();
        let share = self.share_drifted();
        let outcome = match share {
            _ if !findings.is_empty() => Outcome::Failed,
            None => Outcome::Inconclusive,
            Some(_) => Outcome::Passed,
        };
        let told =
            self.columns.iter().filter(|column| !matches!(column.status, Status::Stable | Status::Skipped));
        let details = told
            .map(|column| Detail {
                label: column.name.clone(),
                value: column.deciding().map(|comparison| comparison.effect),
                note: column.reason.clone(),
            })
            .collect();
        let check = Check::new(name, self.severity, outcome)
            .expected("no column drifted")
            .because(self.to_string())
            .details(details);
        match share {
            Some(share) => check.observed(share),
            None => check,
        }
    }
}

/// The report in one sentence.
impl fmt::Display for DriftReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.drifted().map(|column| column.name.as_str()).collect();
        let stable = self.of_status(Status::Stable).count();
        write!(f, "{} of {} columns drifted", names.len(), names.len() + stable)?;
        if !names.is_empty() {
            write!(f, ": {}", names.join(", "))?;
        }
        for (status, words) in [
            (Status::SchemaChanged, "not the same column any more"),
            (Status::Inconclusive, "could not be judged"),
        ] {
            let count = self.of_status(status).count();
            if count > 0 {
                write!(f, "; {count} {words}")?;
            }
        }
        Ok(())
    }
}
