use mlops_core::{Check, Detail, Outcome};
use serde::Serialize;

use super::behaviour::{not_given, report_name};
use super::document::Fields;
use super::{Candidate, text};
use crate::Result;

/// What a comparison with golden predictions found, made elsewhere: every row as recorded.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct GoldenRule {
    report: String,
}

impl GoldenRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self { report: report_name(fields)? })
    }

    pub(super) fn name(&self) -> String {
        self.report.clone()
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let check = check.expected("every golden row is predicted once, as recorded, and no other");
        let given = candidate.golden();
        let Some((_, report)) = given.iter().find(|(name, _)| *name == self.report) else {
            let names = given.iter().map(|(name, _)| name.as_str());
            return check.because(not_given("golden report", &self.report, names));
        };
        let check = match report.digest() {
            Ok(digest) => check.evidence(digest),
            Err(error) => return check.because(error.to_string()),
        };
        let mut details: Vec<Detail> = Vec::new();
        for output in &report.outputs {
            let note =
                format!("{} differ, largest difference", text::count_of(output.differing, "row", "rows"));
            details.push(Detail { label: output.name.clone(), value: Some(output.max_difference), note });
        }
        for one in report.differences.iter().take(10) {
            let note = format!("{} instead of {}", one.predicted, one.recorded);
            let label = format!("{} of {}", one.output, crate::error::shorten(&one.key));
            details.push(Detail { label, value: Some(one.difference), note });
        }
        let check = check.details(details).observed(report.differing as f64);
        if report.rows == 0 {
            return check.because("the golden set has no rows");
        }
        if report.passed() {
            let reason = format!("all {} are as recorded", text::count_of(report.rows, "row", "rows"));
            return Check { outcome: Outcome::Passed, ..check }.because(reason);
        }
        let found = [
            (report.differing, "differ"),
            (report.missing, "missing"),
            (report.extra, "extra"),
            (report.duplicates, "predicted more than once"),
        ];
        let found = found.iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = found.map(|(count, word)| format!("{count} {word}")).collect();
        let reason = format!("of {}: {}", text::count_of(report.rows, "row", "rows"), words.join(", "));
        Check { outcome: Outcome::Failed, ..check }.because(reason)
    }
}
