use std::fmt;

use mlops_core::{Timestamp, Window as Span};
use serde::{Deserialize, Serialize};

/// When a look is due: where one window ends and the next begins. Hours, days, weeks and
/// months are those of the calendar, in UTC; a week begins on Monday.
///
/// ```
/// use mlops_drift::monitor::Cadence;
/// assert_eq!(serde_json::from_str::<Cadence>(r#""week""#)?, Cadence::Week);
/// assert_eq!(serde_json::from_str::<Cadence>(r#"{"rows": 500}"#)?.to_string(), "500 rows");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cadence {
    /// Every hour.
    Hour,
    /// Every day.
    Day,
    /// Every week.
    Week,
    /// Every month.
    Month,
    /// Every so many rows, whenever they come.
    Rows(u64),
}

impl Cadence {
    /// The window of the calendar that `moment` lies in; none if rows are counted.
    pub fn window_of(self, moment: Timestamp) -> Option<Span> {
        match self {
            Self::Hour => Some(Span::hour_of(moment)),
            Self::Day => Some(Span::day_of(moment)),
            Self::Week => Some(Span::week_of(moment)),
            Self::Month => Some(Span::month_of(moment)),
            Self::Rows(_) => None,
        }
    }

    /// How many looks fall into a month: at most, by the calendar; a guess where rows are counted.
    pub(super) fn looks_a_month(self) -> u64 {
        match self {
            Self::Hour => 31 * 24,
            Self::Day => 31,
            Self::Week => 5,
            Self::Month => 1,
            Self::Rows(_) => 30,
        }
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hour => f.pad("hour"),
            Self::Day => f.pad("day"),
            Self::Week => f.pad("week"),
            Self::Month => f.pad("month"),
            Self::Rows(rows) => write!(f, "{rows} rows"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MICROS: i64 = 3_600_000_000;

    #[test]
    fn an_hour_holds_its_moments_to_both_ends_of_time() {
        for text in ["2013-04-01T10:59:59.999999Z", "1969-12-31T23:30:00Z", "0000-01-01"] {
            let moment: Timestamp = text.parse().unwrap();
            let hour = Cadence::Hour.window_of(moment).unwrap();
            assert!(hour.contains(moment) && hour.from().as_micros() % HOUR_MICROS == 0, "{hour}");
        }
        let last = Cadence::Hour.window_of(Timestamp::MAX).unwrap();
        assert_eq!(last.until(), Timestamp::MAX);
        assert_eq!(Cadence::Hour.window_of(last.from()), Some(last));
    }
}
