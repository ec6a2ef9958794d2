//! What came of a validation.

mod format;
mod json;
mod legacy;
#[cfg(feature = "report")]
mod page;
#[cfg(feature = "terminal")]
mod terminal;
mod words;

use std::sync::Arc;

use mlops_core::{Finding, Severity};
use serde_json::{Map, Value};

pub use crate::metric::{BrokenRow, BrokenRows};
pub use format::{Level, ResultFormat};
#[cfg(feature = "report")]
pub use page::{page, sections};
pub(crate) use words::percent;

use crate::expectation::{Differing, Expectation, Judgement, Observed};
use crate::suite::SuiteEntry;

/// The results of a suite's expectations on a table.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct ValidationResult {
    /// The suite's name.
    pub suite: String,
    /// Rows of the table.
    pub rows: u64,
    /// One for each expectation, in the order of the suite.
    pub results: Vec<ExpectationResult>,
    /// The values that the suite's parameters had.
    pub parameters: Map<String, Value>,
}

/// How many rows of a column a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// All rows of the column.
    pub rows: u64,
    /// Those without a value.
    pub missing: u64,
}

/// How many expectations held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// All of them.
    pub evaluated: usize,
    /// Those that held.
    pub successful: usize,
    /// Those that did not, among them those that could not be evaluated.
    pub unsuccessful: usize,
}

/// The result of one expectation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExpectationResult {
    /// The expectation and what the suite says of it.
    pub entry: SuiteEntry,
    /// What it came to, or why it could not be evaluated. The latter is not a pass.
    pub outcome: Result<Judgement, String>,
    /// The column's rows, if they were [counted](crate::Validator::count_values).
    pub seen: Option<Seen>,
    pub(crate) format: Arc<ResultFormat>,
}

impl ValidationResult {
    /// Whether every expectation holds. Severities do not matter here, as they do not for
    /// Great Expectations; see [`passed_at`](Self::passed_at).
    pub fn success(&self) -> bool {
        self.results.iter().all(ExpectationResult::success)
    }

    /// Whether every expectation at least as severe as this holds.
    pub fn passed_at(&self, severity: Severity) -> bool {
        self.failures().all(|result| result.entry.severity < severity)
    }

    /// How many expectations held.
    pub fn statistics(&self) -> Statistics {
        let evaluated = self.results.len();
        let successful = self.results.iter().filter(|result| result.success()).count();
        Statistics { evaluated, successful, unsuccessful: evaluated - successful }
    }

    /// The expectations that do not hold, in the order of the suite.
    pub fn failures(&self) -> impl Iterator<Item = &ExpectationResult> {
        self.results.iter().filter(|result| !result.success())
    }

    /// What does not hold, for a report or an alert.
    pub fn findings(&self) -> Vec<Finding> {
        self.failures().map(ExpectationResult::finding).collect()
    }

    /// A line for each expectation that does not hold: column, rule, how many rows break
    /// it, and the first of them.
    pub fn lines(&self) -> Vec<String> {
        self.failures().map(|result| format!("{}: {}", result.subject(), result.reason())).collect()
    }

    /// The result as Great Expectations writes it. What varies from run to run there (ids,
    /// times, the batch) is left out.
    pub fn to_json(&self) -> Value {
        json::validation(self)
    }

    /// The result as Great Expectations 0.18 wrote it, without what varies from run to run.
    /// What that version said of figures of a column is there if it was
    /// [counted](crate::Validator::count_values).
    pub fn to_json_0_18(&self) -> Value {
        legacy::validation(self)
    }
}

impl Statistics {
    /// Of those evaluated, in percent; `None` if there were none.
    pub fn success_percent(&self) -> Option<f64> {
        (self.evaluated > 0).then(|| self.successful as f64 / self.evaluated as f64 * 100.0)
    }
}

impl ExpectationResult {
    /// Whether it holds; what could not be evaluated does not.
    pub fn success(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|judgement| judgement.success)
    }

    /// The expectation.
    pub fn expectation(&self) -> &dyn Expectation {
        self.entry.expectation.as_ref()
    }

    /// The column, or `table`.
    pub fn subject(&self) -> &str {
        self.expectation().column().unwrap_or("table")
    }

    /// The rows that break the rule; `None` if it is not about rows or was not evaluated.
    pub fn broken(&self) -> Option<&BrokenRows> {
        match &self.outcome {
            Ok(Judgement { observed: Observed::Rows { broken, .. }, .. }) => Some(broken),
            _ => None,
        }
    }

    /// What came of it, in words.
    pub fn reason(&self) -> String {
        words::reason(self)
    }

    /// As a finding, whether it holds or not. Observed is the percentage of rows that break
    /// the rule, the observed number, or how many values of two sets differ.
    pub fn finding(&self) -> Finding {
        Finding {
            subject: self.subject().to_owned(),
            rule: self.expectation().name().to_owned(),
            severity: self.entry.severity,
            observed: self.observed_number(),
            expected: self.expectation().rule(),
            reason: self.reason(),
        }
    }

    fn observed_number(&self) -> Option<f64> {
        match &self.outcome.as_ref().ok()?.observed {
            Observed::Rows { rows, missing, broken } => {
                let considered = rows - missing.unwrap_or(0);
                (considered > 0).then(|| broken.count as f64 / considered as f64 * 100.0)
            }
            Observed::Value { value, .. } => value.as_f64(),
            Observed::Set { unexpected, missing } => {
                let count = |differing: &Option<Differing>| differing.as_ref().map_or(0, |one| one.count);
                Some((count(unexpected) + count(missing)) as f64)
            }
            Observed::Nothing => None,
        }
    }

    /// Its `result` as Great Expectations writes it; empty if it was not evaluated.
    pub fn result_json(&self) -> Map<String, Value> {
        json::result(self)
    }

    /// All of it as Great Expectations writes it.
    pub fn to_json(&self) -> Value {
        json::expectation(self)
    }
}
