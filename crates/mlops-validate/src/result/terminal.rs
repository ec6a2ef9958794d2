//! A validation as a table for a terminal.

use comfy_table::Cell;

use super::{ExpectationResult, ValidationResult};
use crate::error::shorten;
use crate::expectation::Observed;
use crate::terminal::{self, right, table};

impl ValidationResult {
    /// The result for a terminal of so many columns: a sentence, and one line for each
    /// expectation with its outcome, how many values or rows it looked at, how many break
    /// it, and what was observed; then the words of those that do not hold.
    ///
    /// Plain text without colours; what does not fit is wrapped within its cell.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
    /// # use mlops_validate::{Suite, expectation::ValuesBetween};
    /// # let distance: ArrayRef = Arc::new(Int64Array::from(vec![187, -5]));
    /// # let batch = RecordBatch::try_from_iter([("distance", distance)])?;
    /// let suite = Suite::new("flights").expect(ValuesBetween::new("distance").above(0));
    /// let text = suite.validate(&[batch])?.to_terminal(100);
    /// assert!(text.starts_with("flights: 0 of 1 expectations hold for 2 rows"));
    /// assert!(text.contains("FAILED") && text.contains("row 1 has -5"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_terminal(&self, width: u16) -> String {
        let mut table = table(width, &["", "column", "must be", "looked at", "break it", "observed"]);
        table.add_rows(self.results.iter().map(line));
        let counts = self.statistics();
        let mut text = format!(
            "{}: {} of {} expectations hold for {} rows\n\n{}",
            self.suite,
            counts.successful,
            counts.evaluated,
            self.rows,
            terminal::text(&table)
        );
        for line in self.lines() {
            text.push_str("\n- ");
            text.push_str(&line);
        }
        if !self.success() {
            text.push('\n');
        }
        text
    }
}

fn line(result: &ExpectationResult) -> Vec<Cell> {
    let outcome = match &result.outcome {
        Err(_) => "UNKNOWN",
        Ok(judgement) if judgement.success => "ok",
        Ok(_) => "FAILED",
    };
    let (looked_at, broken, observed) = match result.outcome.as_ref().map(|judgement| &judgement.observed) {
        Ok(Observed::Rows { rows, missing, broken }) => {
            ((rows - missing.unwrap_or(0)).to_string(), broken.count.to_string(), String::new())
        }
        Ok(Observed::Value { value, .. }) => (String::new(), String::new(), shorten(&value.to_string())),
        _ => (String::new(), String::new(), String::new()),
    };
    vec![
        Cell::new(outcome),
        Cell::new(result.subject()),
        Cell::new(result.expectation().rule()),
        right(looked_at),
        right(broken),
        right(observed),
    ]
}
