//! What a comparison of two windows found.

mod beside;
mod column;
mod comparison;
mod new_categories;

use std::fmt;

use mlops_core::{Check, Detail, Finding, Outcome, Severity};
use serde::{Deserialize, Serialize};

pub use column::{ColumnDrift, Distribution, Status, Summary};
pub use comparison::{Comparison, Magnitude};
pub use new_categories::NewCategories;

/// From when on the table as a whole has drifted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatasetRule {
    /// When one column has drifted: the report's α is for all of them together.
    #[default]
    AnyColumn,
    /// When at least this share of the columns that could be judged has drifted.
    Share(f64),
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
    /// From when on the table as a whole has drifted.
    #[serde(default)]
    pub dataset: DatasetRule,
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

    /// Whether the table as a whole has drifted, by its [`DatasetRule`]; `None` if no column
    /// could be judged. A column gone or new is a finding of its own.
    pub fn dataset_drifted(&self) -> Option<bool> {
        let share = self.share_drifted()?;
        Some(match self.dataset {
            DatasetRule::AnyColumn => share > 0.0,
            DatasetRule::Share(at_least) => share >= at_least,
        })
    }

    /// How much has become of the table: nothing, something that is less than what matters
    /// in every column, or a drift of the table as a whole.
    pub fn magnitude(&self) -> Magnitude {
        let columns = self.columns.iter().map(ColumnDrift::magnitude).max().unwrap_or_default();
        match self.dataset_drifted() {
            Some(true) => Magnitude::Material,
            _ => columns.min(Magnitude::Slight),
        }
    }

    /// A finding for each column that drifted or is not the same column any more.
    pub fn findings(&self) -> Vec<Finding> {
        self.columns
            .iter()
            .filter(|column| matches!(column.status, Status::Drifted | Status::SchemaChanged))
            .map(|column| column.finding(self.severity))
            .collect()
    }

    /// The report as one check of a gate: failed if the table drifted or a column changed its
    /// kind, inconclusive if none could be judged. Columns that could not be judged stand in the details.
    pub fn check(&self, name: impl Into<String>) -> Check {
        let share = self.share_drifted();
        let outcome = match self.dataset_drifted() {
            _ if self.of_status(Status::SchemaChanged).next().is_some() => Outcome::Failed,
            Some(true) => Outcome::Failed,
            Some(false) => Outcome::Passed,
            None => Outcome::Inconclusive,
        };
        let told =
            self.columns.iter().filter(|column| !matches!(column.status, Status::Stable | Status::Skipped));
        let details = told
            .map(|column| Detail {
                label: column.name.clone(),
                value: column.deciding().map(Comparison::score),
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
