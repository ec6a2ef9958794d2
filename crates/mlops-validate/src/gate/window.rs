use chrono::{DateTime, Datelike as _, Months, NaiveTime};
use mlops_core::{Check, Detail, Outcome, Timestamp};
use serde::{Deserialize, Serialize};

use super::document::Fields;
use super::{Candidate, text};
use crate::{Error, Result};

/// A stretch of time, from its start up to, but not including, its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Ends")]
pub struct Window {
    from: Timestamp,
    until: Timestamp,
}

#[derive(Deserialize)]
struct Ends {
    from: Timestamp,
    until: Timestamp,
}

impl TryFrom<Ends> for Window {
    type Error = Error;
    fn try_from(ends: Ends) -> Result<Self> {
        Self::new(ends.from, ends.until)
    }
}

impl Window {
    /// From `from` up to, but not including, `until`.
    ///
    /// # Errors
    /// [`Error::Input`] unless it ends after it starts.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self> {
        if from < until {
            Ok(Self { from, until })
        } else {
            Err(Error::input("window", format!("it starts at {from} and ends at {until}, not after that")))
        }
    }

    /// Its first moment.
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// The first moment after it.
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// Whether the moment lies within it.
    pub fn contains(&self, moment: Timestamp) -> bool {
        self.from <= moment && moment < self.until
    }

    /// The full UTC month directly after this window; `None` if the window does not end
    /// where a month starts.
    ///
    /// ```
    /// use mlops_validate::gate::Window;
    /// let training = Window::new("2013-01-01".parse()?, "2013-03-01".parse()?)?;
    /// let march = training.month_after().expect("it ends with February");
    /// assert_eq!(march.to_string(), "2013-03-01 until 2013-04-01");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn month_after(&self) -> Option<Self> {
        let start = DateTime::from_timestamp_micros(self.until.as_micros())?.naive_utc();
        if start.day() != 1 || start.time() != NaiveTime::MIN {
            return None;
        }
        let end = start.checked_add_months(Months::new(1))?;
        Self::new(self.until, Timestamp::from_micros(end.and_utc().timestamp_micros())).ok()
    }
}

/// `2013-03-01 until 2013-04-01`, with the time of day where it is not midnight.
impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at_midnight = |moment: Timestamp| moment.as_micros().rem_euclid(DAY_MICROS) == 0;
        if at_midnight(self.from) && at_midnight(self.until) {
            write!(f, "{} until {}", day_name(utc_day(self.from)), day_name(utc_day(self.until)))
        } else {
            write!(f, "{} until {}", self.from, self.until)
        }
    }
}

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

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let (training, evaluation) = (candidate.training(), candidate.evaluation());
        let Some(declared) = training.month_after() else {
            let reason = format!("the training window ends at {}, where no month starts", training.until());
            let expected = "the full UTC month directly after the training window";
            return Check { outcome: Outcome::Failed, ..check }.expected(expected).because(reason);
        };
        let check = check.expected(declared.to_string());
        let failed =
            |check: Check, reason: String| Check { outcome: Outcome::Failed, ..check }.because(reason);
        if evaluation != declared {
            return failed(check, format!("the candidate is judged on {evaluation}"));
        }
        if let Some((row, time)) = candidate.row_outside() {
            return failed(check, format!("row {row} is of {time}, outside of the window"));
        }
        let days = candidate.day_numbers();
        if days.is_empty() {
            return check.because("there are no labelled rows");
        }
        let all: Vec<i64> = (utc_day(declared.from)..utc_day(declared.until)).collect();
        let missing: Vec<&i64> = all.iter().filter(|day| days.binary_search(day).is_err()).collect();
        let check = check.details(vec![
            detail("UTC days with labelled rows", days.len(), format!("of {}", all.len())),
            detail("labelled rows", candidate.labels().len(), String::new()),
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
