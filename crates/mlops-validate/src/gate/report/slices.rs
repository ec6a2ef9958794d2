use serde::Serialize;

use crate::gate::rule::Rule;
use crate::gate::{Candidate, Gate};
use crate::slice::SliceReport;

/// What a check of kind `worst_slice` found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WorstSlices {
    /// The check.
    pub check: String,
    /// All that it found, worst first.
    pub report: SliceReport,
}

/// The slices of each check that looks for them; a check that could not look says so itself.
pub(super) fn of(gate: &Gate, candidate: &Candidate<'_>) -> Vec<WorstSlices> {
    let found = gate.entries().iter().filter_map(|entry| {
        let Rule::WorstSlice(rule) = &entry.rule else { return None };
        let report = candidate.slices(rule, gate.resampling()).ok()?;
        Some(WorstSlices { check: entry.name.clone(), report: report.as_ref().clone() })
    });
    found.collect()
}
