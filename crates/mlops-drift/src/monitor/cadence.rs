use std::fmt;

use mlops_core::{Timestamp, Window as Span};
use serde::{Deserialize, Serialize};

/// Where one window ends and the next begins. Days, weeks and months are those of the
/// calendar, in UTC; a week begins on Monday.
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
            Self::Day => Some(Span::day_of(moment)),
            Self::Week => Some(Span::week_of(moment)),
            Self::Month => Some(Span::month_of(moment)),
            Self::Rows(_) => None,
        }
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day => f.pad("day"),
            Self::Week => f.pad("week"),
            Self::Month => f.pad("month"),
            Self::Rows(rows) => write!(f, "{rows} rows"),
        }
    }
}
