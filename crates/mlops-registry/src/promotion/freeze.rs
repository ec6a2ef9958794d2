use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use mlops_core::{Timestamp, Window};
use serde::{Deserialize, Serialize};

use crate::audit::check_reason;
use crate::{Error, Result};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
const WEEK: i64 = 7 * DAY;

/// 1970-01-05, the first Monday that is counted.
const MONDAY: i64 = 4 * DAY;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A minute of every week, in UTC: written `fri 16:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WeekTime(u16);

impl WeekTime {
    /// Since Monday, 00:00.
    const fn micros(self) -> i64 {
        self.0 as i64 * MINUTE
    }
}

impl fmt::Display for WeekTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, minute) = (self.0 / 1440, self.0 % 1440);
        write!(f, "{} {:02}:{:02}", DAYS[usize::from(day) % 7], minute / 60, minute % 60)
    }
}

impl FromStr for WeekTime {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let number = |digits: &str, below: u16| {
            let plain = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
            digits.parse::<u16>().ok().filter(|number| plain && *number < below)
        };
        let read = || {
            let (day, time) = text.split_once(' ')?;
            let day = DAYS.iter().position(|name| *name == day)?;
            let (hour, minute) = time.split_once(':')?;
            let minute = number(hour, 24)? * 60 + number(minute, 60)?;
            Some(Self(u16::try_from(day).ok()? * 1440 + minute))
        };
        read().ok_or_else(|| Error::Invalid {
            field: "time of the week",
            value: text.chars().take(64).collect(),
            expected: "a day and a time in UTC, such as `fri 16:00`".to_owned(),
        })
    }
}

/// When nothing is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FreezeTime {
    /// Once.
    Once(Window),
    /// Every week from the one time up to the other; over the end of the week, if that comes first.
    Weekly(WeekTime, WeekTime),
}

impl FreezeTime {
    /// When the stretch ends in which `moment` lies; `None` if it lies in none.
    fn end_at(&self, moment: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Once(window) => window.contains(moment).then(|| window.until()),
            Self::Weekly(from, until) => {
                let at = (moment.as_micros() - MONDAY).rem_euclid(WEEK);
                // Both as the way from the beginning, however that lies to the end of the week.
                let length = (until.micros() - from.micros()).rem_euclid(WEEK);
                let gone = (at - from.micros()).rem_euclid(WEEK);
                (gone < length)
                    .then(|| moment + Duration::from_micros(u64::try_from(length - gone).unwrap_or(0)))
            }
        }
    }
}

/// A time in which a policy lets nothing through, and why: the days before Christmas, the
/// weekends. Times are UTC; the beginning belongs to it, the end does not.
///
/// In JSON `{"from": "fri 16:00", "until": "mon 08:00", "reason": "…"}` for every week, and
/// with two moments as RFC 3339 for once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Freeze {
    time: FreezeTime,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: String,
    until: String,
    reason: String,
}

impl From<Freeze> for Written {
    fn from(Freeze { time, reason }: Freeze) -> Self {
        let (from, until) = match time {
            FreezeTime::Once(window) => (window.from().to_string(), window.until().to_string()),
            FreezeTime::Weekly(from, until) => (from.to_string(), until.to_string()),
        };
        Self { from, until, reason }
    }
}

impl TryFrom<Written> for Freeze {
    type Error = Error;
    fn try_from(Written { from, until, reason }: Written) -> Result<Self> {
        if let (Ok(from), Ok(until)) = (from.parse(), until.parse()) {
            return Self::weekly(from, until, reason);
        }
        Self::once(Window::new(from.parse()?, until.parse()?)?, reason)
    }
}

impl Freeze {
    /// Nothing is promoted within `window`.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty reason.
    pub fn once(window: Window, reason: impl Into<String>) -> Result<Self> {
        Self::of(FreezeTime::Once(window), reason.into())
    }

    /// Nothing is promoted from the one time of the week up to the other.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty reason, or if both are the same.
    pub fn weekly(from: WeekTime, until: WeekTime, reason: impl Into<String>) -> Result<Self> {
        if from == until {
            return Err(Error::Invalid {
                field: "end of a freeze",
                value: until.to_string(),
                expected: "another time than that of its beginning".to_owned(),
            });
        }
        Self::of(FreezeTime::Weekly(from, until), reason.into())
    }

    fn of(time: FreezeTime, reason: String) -> Result<Self> {
        check_reason("reason of a freeze", &reason)?;
        Ok(Self { time, reason })
    }

    /// When.
    pub const fn time(&self) -> &FreezeTime {
        &self.time
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The freeze of `all` in which `moment` lies, and when it is over: also those are waited
    /// for that begin before it ends.
    pub(super) fn at(all: &[Self], moment: Timestamp) -> Option<(&Self, Timestamp)> {
        let latest = |moment| {
            let ends = all.iter().filter_map(|freeze| Some((freeze, freeze.time.end_at(moment)?)));
            ends.max_by_key(|(_, end)| *end)
        };
        let (freeze, mut over) = latest(moment)?;
        // Weekly ones that meet go on for ever: a year is told as well as for ever.
        for _ in 0..all.len().max(1) * 53 {
            match latest(over).filter(|(_, end)| *end > over) {
                Some((_, end)) => over = end,
                None => break,
            }
        }
        Some((freeze, over))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn weekly(from: &str, until: &str) -> Freeze {
        Freeze::weekly(from.parse().unwrap(), until.parse().unwrap(), "why").unwrap()
    }

    fn end(all: &[Freeze], at: &str) -> Option<String> {
        Freeze::at(all, moment(at)).map(|(_, end)| end.to_string())
    }

    #[test]
    fn a_weekend_ends_on_monday() {
        // 2013-04-01 was a Monday.
        let weekend = [weekly("fri 16:00", "mon 08:00")];
        for (at, expected) in [
            ("2013-04-01T07:59:59.999999Z", Some("2013-04-01T08:00:00Z")),
            ("2013-04-01T08:00:00Z", None),
            ("2013-04-05T15:59:59.999999Z", None),
            ("2013-04-05T16:00:00Z", Some("2013-04-08T08:00:00Z")),
            ("2013-04-07T23:59:59Z", Some("2013-04-08T08:00:00Z")),
            ("1969-12-28T00:00:00Z", Some("1969-12-29T08:00:00Z")),
        ] {
            assert_eq!(end(&weekend, at).as_deref(), expected, "{at}");
        }
    }

    #[test]
    fn one_that_begins_before_the_other_ends_prolongs_it() {
        let window = Window::new(moment("2013-04-08"), moment("2013-04-09")).unwrap();
        let all = [weekly("sat 00:00", "mon 00:00"), Freeze::once(window, "a holiday").unwrap()];
        assert_eq!(end(&all, "2013-04-06T12:00:00Z").as_deref(), Some("2013-04-09T00:00:00Z"));
        // For ever.
        let all = [weekly("mon 00:00", "thu 00:00"), weekly("thu 00:00", "mon 00:00")];
        assert!(end(&all, "2013-04-06T12:00:00Z").is_some_and(|end| end.starts_with("201")));
    }

    #[test]
    fn it_is_written_as_it_is_read() {
        for text in [
            r#"{"from":"fri 16:00","until":"mon 08:00","reason":"weekend"}"#,
            r#"{"from":"2013-12-20T00:00:00Z","until":"2014-01-02T00:00:00Z","reason":"holidays"}"#,
        ] {
            let freeze: Freeze = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&freeze).unwrap(), text);
        }
        for bad in [
            r#"{"from":"fri 16:00","until":"fri 16:00","reason":"x"}"#,
            r#"{"from":"fri 16:00","until":"2014-01-02","reason":"x"}"#,
            r#"{"from":"2014-01-02","until":"2013-01-02","reason":"x"}"#,
            r#"{"from":"fri 16:00","until":"mon 08:00","reason":" "}"#,
            r#"{"from":"fri 24:00","until":"mon 08:00","reason":"x"}"#,
            r#"{"from":"fri 1:00","until":"mon 08:00","reason":"x"}"#,
            r#"{"from":"Friday 16:00","until":"mon 08:00","reason":"x"}"#,
            r#"{"from":"fri 16:00","until":"mon 08:00","reason":"x","unless":"urgent"}"#,
        ] {
            assert!(serde_json::from_str::<Freeze>(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// Minute by minute, by the names of the days.
        #[test]
        fn weekly_is_a_walk_along_the_week(from in 0..10_080_u16, until in 0..10_080_u16, at in 0..10_080_u16) {
            prop_assume!(from != until);
            let freeze = Freeze::weekly(WeekTime(from), WeekTime(until), "why").unwrap();
            let monday = moment("2013-04-01");
            let now = monday + Duration::from_mins(at.into());
            let mut walked = from;
            let mut inside = false;
            while walked != until {
                inside |= walked == at;
                walked = (walked + 1) % 10_080;
            }
            let mut left = 0_u64;
            while (u64::from(at) + left) % 10_080 != u64::from(until) {
                left += 1;
            }
            let expected = inside.then(|| now + Duration::from_mins(left));
            prop_assert_eq!(Freeze::at(std::slice::from_ref(&freeze), now).map(|(_, end)| end), expected);
            prop_assert_eq!(WeekTime(at).to_string().parse::<WeekTime>().unwrap(), WeekTime(at));
        }
    }
}
