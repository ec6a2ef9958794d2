use mlops_core::{Check, Detail, Outcome};
use serde::Serialize;

use super::document::Fields;
use super::{Candidate, text};
use crate::Result;
use crate::behaviour::TestReport;

/// What a suite of behaviour found, run elsewhere: every test has to pass.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct BehaviourRule {
    report: String,
}

impl BehaviourRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self { report: report_name(fields)? })
    }

    pub(super) fn name(&self) -> String {
        self.report.clone()
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let check = check.expected("every test passes");
        let given = candidate.behaviour();
        let Some((_, report)) = given.iter().find(|(name, _)| *name == self.report) else {
            let names = given.iter().map(|(name, _)| name.as_str());
            return check.because(not_given("behaviour report", &self.report, names));
        };
        let check = check.details(report.tests.iter().map(detail).collect());
        let check = match report.digest() {
            Ok(digest) => check.evidence(digest),
            Err(error) => return check.because(error.to_string()),
        };
        let of = |outcome: Outcome| -> Vec<&str> {
            let those = report.tests.iter().filter(|test| test.outcome == outcome);
            those.map(|test| test.name.as_str()).collect()
        };
        let (failed, unsure) = (of(Outcome::Failed), of(Outcome::Inconclusive));
        let check = check.observed(failed.len() as f64);
        let total = text::count(report.tests.len(), "test", "tests");
        if !failed.is_empty() {
            let reason = format!("{} of {total} failed: {}", failed.len(), first(&failed));
            return Check { outcome: Outcome::Failed, ..check }.because(reason);
        }
        if !unsure.is_empty() {
            return check.because(format!("{} of {total} can't be said: {}", unsure.len(), first(&unsure)));
        }
        if !report.passed() || report.tests.is_empty() {
            return check.because("the report has no test that passed");
        }
        Check { outcome: Outcome::Passed, ..check }.because(format!("all of {total} passed"))
    }
}

/// The field of a check that judges a report made elsewhere.
pub(super) fn report_name(fields: &mut Fields) -> Result<String> {
    let report = fields.text("report")?;
    fields.needed("report", report, "the name under which a report is given")
}

fn detail(test: &TestReport) -> Detail {
    let mut note = format!("{}: {}, {}", test.outcome, test.expected, test.reason);
    for example in test.examples.iter().take(3) {
        note = format!("{note}; {example}");
    }
    Detail { label: test.name.clone(), value: test.failure_rate, note }
}

/// The first five names.
pub(super) fn first(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(5).map(|name| crate::error::shorten(name)).collect();
    format!("{}{}", shown.join(", "), if names.len() > 5 { ", …" } else { "" })
}

/// Why a report can't be judged: nobody gave it.
pub(super) fn not_given<'n>(what: &str, name: &str, given: impl Iterator<Item = &'n str>) -> String {
    let given: Vec<&str> = given.collect();
    let known =
        if given.is_empty() { "none was".to_owned() } else { format!("there are {}", given.join(", ")) };
    format!("no {what} {:?} was given, {known}", crate::error::shorten(name))
}
