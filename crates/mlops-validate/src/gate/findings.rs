use mlops_core::{Check, Detail, Finding, Outcome, Severity};
use serde::Serialize;

use super::document::Fields;
use super::{Candidate, text};
use crate::Result;

/// What others found: a data suite, a drift test. Nothing is computed here.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct FindingsRule {
    source: String,
    fail_on: Severity,
}

pub(super) const SEVERITIES: [(&str, Severity); 5] = [
    ("critical", Severity::Critical),
    ("block", Severity::Critical),
    ("warning", Severity::Warning),
    ("warn", Severity::Warning),
    ("info", Severity::Info),
];

impl FindingsRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        let source = fields.text("source")?;
        Ok(Self {
            source: fields.needed("source", source, "the name under which findings are given")?,
            fail_on: fields.word("fail_on", &SEVERITIES)?.unwrap_or(Severity::Warning),
        })
    }

    pub(super) fn name(&self) -> String {
        self.source.clone()
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let check = check.expected(format!("no finding of severity {} or above", self.fail_on));
        let Some(findings) = candidate.findings(&self.source) else {
            let given = candidate.sources().join(", ");
            let given = if given.is_empty() { "none were".to_owned() } else { format!("there are {given}") };
            return check.because(format!("no findings of {:?} were given, {given}", self.source));
        };
        let count = findings.iter().filter(|finding| finding.severity >= self.fail_on).count();
        let check = check.observed(count as f64).details(findings.iter().map(detail).collect());
        let check = match mlops_core::canonical::digest(&findings) {
            Ok(digest) => check.evidence(digest),
            Err(error) => return check.because(format!("the findings can't be written: {error}")),
        };
        if count == 0 {
            let reason = match findings.len() {
                0 => "nothing was found".to_owned(),
                n => format!("{} below that severity", text::count(n, "finding is", "findings are")),
            };
            return Check { outcome: Outcome::Passed, ..check }.because(reason);
        }
        let mut subjects: Vec<&str> = Vec::new();
        for finding in findings.iter().filter(|finding| finding.severity >= self.fail_on) {
            if !subjects.contains(&finding.subject.as_str()) {
                subjects.push(&finding.subject);
            }
        }
        let more = if subjects.len() > 5 { ", …" } else { "" };
        subjects.truncate(5);
        let found = text::count(count, "finding", "findings");
        let reason = format!("{found}: {}{more}", subjects.join(", "));
        Check { outcome: Outcome::Failed, ..check }.because(reason)
    }
}

fn detail(finding: &Finding) -> Detail {
    let Finding { subject, rule, severity, observed, expected, reason } = finding;
    Detail {
        label: subject.clone(),
        value: *observed,
        note: format!("{severity}, {rule} {expected}: {reason}"),
    }
}
