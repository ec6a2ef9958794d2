use arrow_array::RecordBatch;
use mlops_core::Outcome;
use mlops_stats::interval::wilson;
use serde_json::Value;

use super::apply::Piece;
use super::cells::cells;
use super::model::Unanswered;
use super::report::{Example, ExampleValue};
use super::{BehaviourTest, TestReport};
use crate::interval::as_core;
use crate::table::Cell;

/// What came of some rows of a test.
#[derive(Default)]
pub(super) struct Part {
    pub(super) tried: u64,
    pub(super) unchanged: u64,
    pub(super) failures: u64,
    pub(super) examples: Vec<Example>,
    pub(super) broken: Option<(u64, String)>,
}

impl Part {
    pub(super) fn broken_at(mut self, piece: &Piece, unanswered: &Unanswered) -> Self {
        self.broken = Some((piece.first_row + unanswered.row as u64, unanswered.reason.clone()));
        self
    }
}

pub(super) fn example(
    piece: &Piece,
    after: &RecordBatch,
    columns: &[usize],
    row: usize,
    before_score: Option<f64>,
    after_score: f64,
) -> Example {
    let value = |rows: &RecordBatch, at: usize| {
        let cell = cells(&rows.column(at).slice(row, 1)).pop().unwrap_or(Cell::Missing);
        cell.to_json()
    };
    let values = columns.iter().map(|at| ExampleValue {
        column: after.schema_ref().field(*at).name().clone(),
        before: if before_score.is_some() { value(&piece.rows, *at) } else { Value::Null },
        after: value(after, *at),
    });
    Example {
        row: piece.first_row + row as u64,
        values: values.collect(),
        before: before_score,
        after: after_score,
    }
}

pub(super) fn report(test: &BehaviourTest, parts: Vec<Part>, expected: String, most: usize) -> TestReport {
    let mut whole = Part::default();
    for part in parts {
        whole.tried += part.tried;
        whole.unchanged += part.unchanged;
        whole.failures += part.failures;
        whole.examples.extend(part.examples);
        whole.examples.truncate(most);
        whole.broken = whole.broken.or(part.broken);
    }
    let Part { tried, unchanged, failures, examples, broken } = whole;
    let failure_rate = (tried > 0).then(|| failures as f64 / tried as f64);
    let interval = wilson(failures, tried, 0.95).ok().map(as_core);
    let counts = format!("{failures} of {tried} rows failed");
    let (outcome, reason) = match (&broken, failure_rate) {
        (Some((row, reason)), _) => (Outcome::Inconclusive, format!("row {row}: {reason}")),
        (None, None) if unchanged > 0 => {
            (Outcome::Inconclusive, format!("no row was tried: all {unchanged} were left as they are"))
        }
        (None, None) => (Outcome::Inconclusive, "no row was tried: there is none".to_owned()),
        (None, Some(rate)) if rate <= test.max_failure_rate => (Outcome::Passed, counts),
        (None, Some(_)) => {
            let limit = test.max_failure_rate;
            (Outcome::Failed, format!("{counts}, a share of at most {limit} may"))
        }
    };
    TestReport {
        name: test.name.clone(),
        expected,
        outcome,
        reason,
        tried,
        unchanged,
        failures,
        failure_rate,
        interval,
        max_failure_rate: test.max_failure_rate,
        examples,
    }
}
