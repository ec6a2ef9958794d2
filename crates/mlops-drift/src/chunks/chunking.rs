use std::ops::Range;

use mlops_core::{Timestamp, Window};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How rows are cut into chunks that lie side by side.
///
/// ```
/// use mlops_drift::chunks::{Chunking, Leftover};
/// assert_eq!(Chunking::size(4).split(10)?, [0..4, 4..8, 8..10]);
/// assert_eq!(Chunking::size(4).leftover(Leftover::Append).split(10)?, [0..4, 4..10]);
/// assert_eq!(Chunking::number(2).split(10)?, [0..5, 5..10]);
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// By the calendar, over the moments of the rows in ascending order:
/// ```
/// use mlops_drift::chunks::{Calendar, Chunking};
/// let times = ["2013-01-30", "2013-01-31", "2013-02-01"].map(|day| day.parse().unwrap());
/// assert_eq!(Chunking::period(Calendar::Month).split_by_time(&times)?, [0..2, 2..3]);
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub struct Chunking {
    by: By,
    leftover: Leftover,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum By {
    #[serde(rename = "chunk_size")]
    Size(usize),
    #[serde(rename = "chunk_number")]
    Number(usize),
    #[serde(rename = "chunk_period")]
    Period(Calendar),
}

/// A part of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Calendar {
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// A month.
    Month,
    /// A quarter of a year, from January, April, July or October.
    Quarter,
    /// A year.
    Year,
}

impl Calendar {
    /// The part that a moment lies in.
    pub fn window_of(self, moment: Timestamp) -> Window {
        match self {
            Self::Hour => Window::hour_of(moment),
            Self::Day => Window::day_of(moment),
            Self::Week => Window::week_of(moment),
            Self::Month => Window::month_of(moment),
            Self::Quarter => Window::quarter_of(moment),
            Self::Year => Window::year_of(moment),
        }
    }
}

/// The letters that pandas and `NannyML` write for it, in either case, and the words.
impl std::str::FromStr for Calendar {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "h" | "hour" => Self::Hour,
            "d" | "day" => Self::Day,
            "w" | "week" | "w-sun" => Self::Week,
            "m" | "me" | "month" => Self::Month,
            "q" | "qe" | "quarter" | "q-dec" => Self::Quarter,
            "a" | "y" | "ye" | "year" | "a-dec" | "y-dec" => Self::Year,
            _ => {
                return Err(Error::input(
                    "the period of a chunk",
                    format!("{text:?}"),
                    "such as day or month",
                ));
            }
        })
    }
}

/// What becomes of the rows at the end that do not fill a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Leftover {
    /// They are a smaller chunk of their own.
    #[default]
    Keep,
    /// They are left out.
    Drop,
    /// They join the last full chunk, if there is one.
    Append,
}

impl Default for Chunking {
    /// About ten chunks.
    fn default() -> Self {
        Self::number(10)
    }
}

impl Chunking {
    /// Chunks of so many rows.
    pub const fn size(rows: usize) -> Self {
        Self { by: By::Size(rows), leftover: Leftover::Keep }
    }

    /// So many chunks, each of the number of rows divided by it, rounded down; what is left
    /// makes further chunks, as in the tool.
    pub const fn number(chunks: usize) -> Self {
        Self { by: By::Number(chunks), leftover: Leftover::Keep }
    }

    /// The rows of each part of the calendar that has any; see
    /// [`split_by_time`](Self::split_by_time).
    pub const fn period(calendar: Calendar) -> Self {
        Self { by: By::Period(calendar), leftover: Leftover::Keep }
    }

    /// The part of the calendar that it cuts by, if it does.
    pub const fn calendar(&self) -> Option<Calendar> {
        match self.by {
            By::Period(calendar) => Some(calendar),
            By::Size(_) | By::Number(_) => None,
        }
    }

    /// What becomes of the rest; kept if nothing is said. A part of the calendar leaves none.
    pub const fn leftover(mut self, leftover: Leftover) -> Self {
        self.leftover = leftover;
        self
    }

    /// The rows of each chunk, in their order. None without rows.
    ///
    /// # Errors
    /// [`Error::Setting`] if the size or the number is 0, or there are more chunks than rows;
    /// [`Error::Input`] if it cuts by the calendar, for which rows need moments.
    ///
    /// # Source
    /// `NannyML` 0.13.1, `SizeBasedChunker`, `CountBasedChunker`.
    pub fn split(&self, rows: usize) -> Result<Vec<Range<usize>>> {
        let refuse =
            |setting, value: usize, expected| Err(Error::Setting { setting, value: value as f64, expected });
        let size = match self.by {
            By::Size(0) => return refuse("chunk_size", 0, "at least 1"),
            By::Number(0) => return refuse("chunk_number", 0, "at least 1"),
            By::Number(number) if rows > 0 && rows < number => {
                return refuse("chunk_number", number, "at most as many as rows");
            }
            By::Period(_) => {
                return Err(Error::input(
                    "the time of each row",
                    "missing",
                    "moments, to cut by the calendar",
                ));
            }
            By::Size(size) => size,
            By::Number(number) => (rows / number).max(1),
        };
        let full = rows / size;
        let mut chunks: Vec<Range<usize>> = (0..full).map(|chunk| chunk * size..(chunk + 1) * size).collect();
        let rest = full * size..rows;
        if !rest.is_empty() {
            match (self.leftover, chunks.last_mut()) {
                (Leftover::Drop, _) => {}
                (Leftover::Append, Some(last)) => last.end = rows,
                (Leftover::Append, None) | (Leftover::Keep, _) => chunks.push(rest),
            }
        }
        Ok(chunks)
    }

    /// The rows of each chunk, for rows that happened at these moments. A part of the calendar
    /// without rows is no chunk; by size or number the moments do not matter.
    ///
    /// # Errors
    /// As [`split`](Self::split); [`Error::Input`] if it cuts by the calendar and the moments
    /// do not ascend.
    ///
    /// # Source
    /// `NannyML` 0.13.1, `PeriodBasedChunker`: the periods of pandas.
    pub fn split_by_time(&self, times: &[Timestamp]) -> Result<Vec<Range<usize>>> {
        let By::Period(calendar) = self.by else { return self.split(times.len()) };
        let mut chunks: Vec<Range<usize>> = Vec::new();
        let mut until = Timestamp::MIN;
        for (row, time) in times.iter().enumerate() {
            if row > 0 && *time < times[row - 1] {
                return Err(Error::input(
                    format!("the time of row {row}"),
                    time.to_string(),
                    "none before it",
                ));
            }
            match chunks.last_mut() {
                // The last moment there is belongs to the part that it ends.
                Some(chunk) if *time < until || until == Timestamp::MAX => chunk.end = row + 1,
                _ => {
                    until = calendar.window_of(*time).until();
                    chunks.push(row..row + 1);
                }
            }
        }
        Ok(chunks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_cut_is_refused() {
        assert!(matches!(Chunking::size(0).split(5), Err(Error::Setting { setting: "chunk_size", .. })));
        assert!(matches!(Chunking::number(6).split(5), Err(Error::Setting { setting: "chunk_number", .. })));
        assert!(Chunking::number(6).split(0).unwrap().is_empty());
    }

    #[test]
    fn parts_of_the_calendar_without_rows_are_no_chunks() {
        let times: Vec<Timestamp> =
            ["2012-12-31T23:59:59", "2013-01-01", "2013-01-06", "2013-01-07", "2013-04-01", "2014-01-01"]
                .map(|time| time.parse().unwrap())
                .into();
        let split = |calendar| Chunking::period(calendar).split_by_time(&times).unwrap();
        assert_eq!(split(Calendar::Hour), [0..1, 1..2, 2..3, 3..4, 4..5, 5..6]);
        assert_eq!(split(Calendar::Week), [0..3, 3..4, 4..5, 5..6]);
        assert_eq!(split(Calendar::Month), [0..1, 1..4, 4..5, 5..6]);
        assert_eq!(split(Calendar::Quarter), [0..1, 1..4, 4..5, 5..6]);
        assert_eq!(split(Calendar::Year), [0..1, 1..5, 5..6]);
        assert_eq!(Chunking::size(4).split_by_time(&times).unwrap(), [0..4, 4..6]);
        let month = Chunking::period(Calendar::Month);
        assert!(month.split_by_time(&[]).unwrap().is_empty());
        assert_eq!(month.split_by_time(&[Timestamp::MAX; 2]).unwrap().len(), 1);
        assert!(matches!(month.split_by_time(&[times[1], times[0]]), Err(Error::Input { .. })));
        assert!(matches!(month.split(6), Err(Error::Input { .. })));
        let json = serde_json::to_string(&month).unwrap();
        assert_eq!(serde_json::from_str::<Chunking>(&json).unwrap(), month);
    }

    #[test]
    fn the_rest_has_a_place() {
        assert_eq!(Chunking::size(4).leftover(Leftover::Drop).split(10).unwrap(), [0..4, 4..8]);
        assert_eq!(Chunking::size(4).leftover(Leftover::Append).split(3).unwrap().len(), 1);
        // Eleven rows by four are two each: five chunks, and one for the last row.
        assert_eq!(Chunking::number(4).split(11).unwrap().len(), 6);
    }
}
