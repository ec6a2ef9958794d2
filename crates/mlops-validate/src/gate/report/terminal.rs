use comfy_table::Cell;
use mlops_core::Outcome;

use super::{Estimate, ModelReport};
use crate::gate::text;
use crate::terminal::{self, right, table};

impl ModelReport {
    /// The report for a terminal of so many columns: the answer, a line for each check with
    /// its reason, and a line for each metric beside that of production.
    ///
    /// Plain text without colours; what does not fit is wrapped within its cell.
    pub fn to_terminal(&self, width: u16) -> String {
        let verdict = &self.verdict;
        let subject = &verdict.subject;
        let answer = if verdict.passed() { "passed the gate" } else { "REFUSED by the gate" };
        let mut text = format!("{} {}: {answer} “{}”\n\n", subject.model, subject.version, verdict.gate);
        let mut checks = table(width, &["", "check", "observed", "interval", "expected", "because"]);
        checks.add_rows(verdict.checks.iter().map(|check| {
            let outcome = match check.outcome {
                Outcome::Passed => "ok",
                Outcome::Failed if check.blocks() => "FAILED",
                Outcome::Failed => "warning",
                Outcome::Inconclusive if check.blocks() => "UNKNOWN",
                Outcome::Inconclusive => "unknown",
                Outcome::NotApplicable => "-",
            };
            let (value, interval) = numbers(check.observed, check.interval);
            vec![
                Cell::new(outcome),
                Cell::new(&check.name),
                right(value),
                right(interval),
                Cell::new(&check.expected),
                Cell::new(&check.reason),
            ]
        }));
        text.push_str(&terminal::text(&checks));
        if self.scores.is_empty() {
            return text;
        }
        let production = self.production.as_ref().map(|version| format!("production {version}"));
        let head = ["", "metric", "candidate", "interval"];
        let beside = production.iter().flat_map(|name| [name.as_str(), "difference", "interval"]);
        let head: Vec<&str> = head.into_iter().skip(1).chain(beside).collect();
        let mut scores = table(width, &head);
        scores.add_rows(self.scores.iter().map(|score| {
            let (value, interval) = estimate(&score.candidate);
            let mut cells = vec![Cell::new(score.metric), right(value), right(interval)];
            if let (Some(production), Some(difference)) = (&score.production, &score.difference) {
                let (value, interval) = estimate(difference);
                cells.extend([right(estimate(production).0), right(value), right(interval)]);
            }
            cells
        }));
        text.push('\n');
        text.push_str(&terminal::text(&scores));
        text
    }
}

fn estimate(estimate: &Estimate) -> (String, String) {
    numbers(estimate.value(), estimate.interval())
}

fn numbers(value: Option<f64>, interval: Option<mlops_core::Interval>) -> (String, String) {
    let value = value.map_or(String::new(), text::whole_or_shown);
    let interval = interval.map_or(String::new(), |interval| {
        format!("[{}, {}]", text::shown(interval.lower), text::shown(interval.upper))
    });
    (value, interval)
}
