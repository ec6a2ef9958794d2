use mlops_core::{Digest, Interval, Outcome, canonical};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, Result};

/// What came of a suite: each test with its counts and failing examples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct BehaviourReport {
    /// The suite's name.
    pub suite: String,
    /// The digest of the suite.
    pub suite_digest: Digest,
    /// Rows of the table.
    pub rows: u64,
    /// The tests, in the order of the suite.
    pub tests: Vec<TestReport>,
}

/// What came of one test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TestReport {
    /// Its name.
    pub name: String,
    /// What it asks of the model.
    pub expected: String,
    /// Passed if the share of failures is at most the allowed one. Inconclusive if the model
    /// had no answer for a row, or no row was tried.
    pub outcome: Outcome,
    /// The answer in words.
    pub reason: String,
    /// Rows tried; with repeats each try counts.
    pub tried: u64,
    /// Rows that the perturbation left as they were, so that nothing could be tried.
    pub unchanged: u64,
    /// Of those tried, how many failed.
    pub failures: u64,
    /// Their share; `None` if none was tried.
    pub failure_rate: Option<f64>,
    /// Wilson's 95 % interval of the share, with rows as independent; `None` if none was tried.
    pub interval: Option<Interval>,
    /// The share that may fail.
    pub max_failure_rate: f64,
    /// The first failures, in the order of rows.
    pub examples: Vec<Example>,
}

/// A row on which the model failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Example {
    /// The row of the table, or of the test's own rows, counted from 0.
    pub row: u64,
    /// The columns that were changed, or for a minimum functionality test the row.
    pub values: Vec<ExampleValue>,
    /// The prediction before; `None` if there is nothing to compare with.
    #[serde(with = "mlops_core::number::option", default)]
    pub before: Option<f64>,
    /// The prediction that failed.
    #[serde(with = "mlops_core::number")]
    pub after: f64,
}

/// A value of an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExampleValue {
    /// The column.
    pub column: String,
    /// Its value before; `null` if missing, or there is nothing to compare with.
    pub before: Value,
    /// Its value when the model failed.
    pub after: Value,
}

impl BehaviourReport {
    /// Whether every test passed.
    pub fn passed(&self) -> bool {
        self.tests.iter().all(|test| test.outcome == Outcome::Passed)
    }

    /// The digest of its canonical form.
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be written, as a report with numbers put there by hand.
    pub fn digest(&self) -> Result<Digest> {
        canonical::digest(self).map_err(|error| Error::input("behaviour report", error.to_string()))
    }
}

impl std::fmt::Display for Example {
    /// `row 7: delay 3 → 13, prediction 0.4 → 0.3`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "row {}: ", self.row)?;
        for ExampleValue { column, before, after } in self.values.iter().take(5) {
            let (before, after) =
                (crate::error::shorten(&before.to_string()), crate::error::shorten(&after.to_string()));
            match self.before {
                Some(_) => write!(f, "{column} {before} → {after}, ")?,
                None => write!(f, "{column} {after}, ")?,
            }
        }
        match self.before {
            Some(before) => write!(f, "prediction {before} → {}", self.after),
            None => write!(f, "prediction {}", self.after),
        }
    }
}
