use std::fmt;

use mlops_core::{Check, Finding, Outcome, Severity, Window as Span};
use serde::{Deserialize, Serialize};

use super::{Alarm, Look};
use crate::{ColumnDrift, DriftReport, Status};

/// What became of the inputs in one window. Too few rows to say is an answer of its own,
/// and never the answer that nothing has changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct WindowReport {
    /// The stretch of time: of the calendar, or from the first to the last of the counted rows.
    pub window: Span,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them, or of those that it has forgotten already, came since the look before.
    #[serde(default)]
    pub new_rows: u64,
    /// Rows that came in this window but belong to one that was closed before; left out.
    pub late_rows: u64,
    /// From how many rows on a window is judged.
    pub min_rows: u64,
    /// How much its findings matter.
    pub severity: Severity,
    /// Each column compared with the reference; `None` if there were too few rows, or none
    /// that was not looked at before.
    pub drift: Option<DriftReport>,
    /// Which look it was and which part of α it might spend; `None` if nothing was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub look: Option<Look>,
    /// The alarms that began or ended with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<Alarm>,
}

impl WindowReport {
    /// A finding for each column that drifted or is not the same column any more.
    pub fn findings(&self) -> Vec<Finding> {
        self.drift.as_ref().map(DriftReport::findings).unwrap_or_default()
    }

    /// The columns that drifted.
    pub fn drifted(&self) -> impl Iterator<Item = &ColumnDrift> {
        self.columns().filter(|column| column.status == Status::Drifted)
    }

    /// Every column with what became of it, in words; none if there were too few rows.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnDrift> {
        self.drift.iter().flat_map(|drift| &drift.columns)
    }

    /// How far the values of each column are from the reference, in the unit of its test:
    /// what a gauge shows. Columns that could not be judged have none.
    pub fn effects(&self) -> impl Iterator<Item = (&str, f64)> {
        self.columns()
            .filter_map(|column| column.values.as_ref().map(|values| (column.name.as_str(), values.effect)))
    }

    /// The window as one check of a gate: failed if a column drifted or changed its kind,
    /// inconclusive if there were too few rows or no column could be judged.
    pub fn check(&self, name: impl Into<String>) -> Check {
        match &self.drift {
            Some(drift) => drift.check(name),
            None => Check::new(name, self.severity, Outcome::Inconclusive).expected("no column drifted"),
        }
        .because(self.to_string())
    }
}

/// The window and what became of it in one sentence.
impl fmt::Display for WindowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} rows: ", self.window, self.rows)?;
        match &self.drift {
            Some(drift) => write!(f, "{drift}")?,
            None if self.rows >= self.min_rows => f.write_str("none of them new, so nothing to say")?,
            None => write!(f, "too few to say, of {} rows", self.min_rows)?,
        }
        if self.late_rows > 0 {
            write!(f, "; {} rows of windows before came too late and are left out", self.late_rows)?;
        }
        Ok(())
    }
}
