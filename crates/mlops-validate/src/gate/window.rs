use mlops_core::{Check, Detail, Outcome, Timestamp, Window};
use serde::Serialize;

use super::document::Fields;
use super::{Candidate, text};
use crate::Result;

const DAY_MICROS: i64 = 86_400_000_000;

/// Days since 1970-01-01 in UTC.
pub(super) const fn utc_day(moment: Timestamp) -> i64 {
    moment.as_micros().div_euclid(DAY_MICROS)
}

/// `2013-03-01`.
pub(super) fn day_name(day: i64) -> String {
    let mut name = Timestamp::from_micros(day.saturating_mul(DAY_MICROS)).to_string();
    name.truncate(10);
    name
}

/// The rule of the evaluation window, declared before anyone looks: nobody chooses the
/// month on which a candidate looks best.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct WindowRule {
    rule: Declared,
    every_day: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Declared {
    FullUtcMonthAfterTraining,
}

impl WindowRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        let words = [("full_utc_month_after_training", Declared::FullUtcMonthAfterTraining)];
        let rule = fields.word("rule", &words)?;
        Ok(Self {
            rule: fields.needed("rule", rule, words[0].0)?,
            every_day: fields.truth("every_day")?.unwrap_or(false),
        })
    }

    /// Judged `at` that moment: the month is the latest that is over, whoever would like another.
    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, at: Timestamp) -> Check {
        let declared = Window::month_before(at);
        let check = check.expected(declared.to_string());
        let (Some(training), Some(evaluation)) = (candidate.training(), candidate.evaluation()) else {
            return check.because("it was not said from when the model learned, and on what it is judged");
        };
        let failed =
            |check: Check, reason: String| Check { outcome: Outcome::Failed, ..check }.because(reason);
        if evaluation != declared {
            return failed(check, format!("the candidate is judged on {evaluation}"));
        }
        if declared.from() < training.until() {
            return failed(check, format!("it does not follow the training window, {training}"));
        }
        if let Some((row, time)) = candidate.row_outside() {
            return failed(check, format!("row {row} is of {time}, outside of the window"));
        }
        let days = candidate.day_numbers();
        if days.is_empty() {
            return check.because("there are no labelled rows");
        }
        let all: Vec<i64> = (utc_day(declared.from())..utc_day(declared.until())).collect();
        let missing: Vec<&i64> = all.iter().filter(|day| days.binary_search(day).is_err()).collect();
        let check = check.details(vec![
            detail("UTC days with labelled rows", days.len(), format!("of {}", all.len())),
            detail("labelled rows", candidate.labelled(), String::new()),
            detail("rows without label", candidate.unlabelled(), "left out of every check".to_owned()),
        ]);
        if self.every_day && !missing.is_empty() {
            let named: Vec<String> = missing.iter().take(5).map(|day| day_name(**day)).collect();
            let more = if missing.len() > named.len() { ", …" } else { "" };
            let days = text::count(missing.len(), "day has", "days have");
            return failed(check, format!("{days} no labelled row: {}{more}", named.join(", ")));
        }
        let reason = format!("it follows the training window, {training}");
        Check { outcome: Outcome::Passed, ..check }.because(reason)
    }
}

fn detail(label: &str, value: usize, note: String) -> Detail {
    Detail { label: label.to_owned(), value: Some(value as f64), note }
}
