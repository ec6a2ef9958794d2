use std::fmt;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};
use serde::{Deserialize, Serialize};

use crate::{Error, Result, Timestamp};

const DAY_MICROS: i64 = 86_400_000_000;

/// A stretch of time, from its start up to, but not including, its end.
///
/// ```
/// use mlops_core::Window;
/// let training = Window::new("2013-01-01".parse()?, "2013-03-01".parse()?)?;
/// assert_eq!(training.to_string(), "2013-01-01 until 2013-03-01");
/// assert_eq!(training.days().count(), 59);
/// let march = Window::month_of("2013-03-17T08:00:00Z".parse()?);
/// assert_eq!(march.from(), training.until());
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// [`Error::Invalid`] unless it ends after it starts.
    pub fn new(from: Timestamp, until: Timestamp) -> Result<Self> {
        if from < until {
            Ok(Self { from, until })
        } else {
            Err(Error::invalid("window", &format!("{from} until {until}"), "an end after the start"))
        }
    }

    /// The UTC hour that `moment` lies in.
    pub fn hour_of(moment: Timestamp) -> Self {
        let at = naive(moment);
        let start = at.date().and_time(NaiveTime::MIN) + TimeDelta::hours(i64::from(at.hour()));
        Self::between(start, start.checked_add_signed(TimeDelta::hours(1)))
    }

    /// The UTC day that `moment` lies in. The last day of the year 9999 ends with [`Timestamp::MAX`].
    pub fn day_of(moment: Timestamp) -> Self {
        let midnight = naive(moment).date().and_time(NaiveTime::MIN);
        Self::between(midnight, midnight.checked_add_days(Days::new(1)))
    }

    /// The week that `moment` lies in, from Monday, in UTC.
    pub fn week_of(moment: Timestamp) -> Self {
        let midnight = naive(moment).date().and_time(NaiveTime::MIN);
        let monday = Days::new(u64::from(midnight.weekday().num_days_from_monday()));
        let start = midnight.checked_sub_days(monday).unwrap_or(midnight);
        Self::between(start, start.checked_add_days(Days::new(7)))
    }

    /// The UTC month that `moment` lies in.
    pub fn month_of(moment: Timestamp) -> Self {
        Self::months_of(moment, 1)
    }

    /// The UTC quarter of a year that `moment` lies in: from January, April, July or October.
    pub fn quarter_of(moment: Timestamp) -> Self {
        Self::months_of(moment, 3)
    }

    /// The UTC year that `moment` lies in.
    pub fn year_of(moment: Timestamp) -> Self {
        Self::months_of(moment, 12)
    }

    /// The part of so many months of the year.
    fn months_of(moment: Timestamp, months: u32) -> Self {
        let day = naive(moment).date();
        let first = day.month0() / months * months;
        let start = day.with_day(1).and_then(|day| day.with_month0(first)).unwrap_or(day);
        let start = start.and_time(NaiveTime::MIN);
        Self::between(start, start.checked_add_months(Months::new(months)))
    }

    fn between(from: NaiveDateTime, until: Option<NaiveDateTime>) -> Self {
        let moment = |at: NaiveDateTime| Timestamp::from_micros(at.and_utc().timestamp_micros());
        Self { from: moment(from), until: until.map_or(Timestamp::MAX, moment) }
    }

    /// Its first moment.
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// The first moment after it.
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// Both ends as a range.
    pub const fn range(&self) -> std::ops::Range<Timestamp> {
        self.from..self.until
    }

    /// Whether the moment lies within it.
    pub fn contains(&self, moment: Timestamp) -> bool {
        self.from <= moment && moment < self.until
    }

    /// Whether it is one whole UTC month.
    pub fn is_month(&self) -> bool {
        *self == Self::month_of(self.from)
    }

    /// The UTC month before the one that `moment` lies in: the latest that is over.
    pub fn month_before(moment: Timestamp) -> Self {
        let start = Self::month_of(moment).from;
        Self::month_of(start - std::time::Duration::from_micros(1))
    }

    /// The days that it touches, in order, each whole.
    pub fn days(&self) -> impl Iterator<Item = Self> + use<> {
        let until = self.until;
        std::iter::successors(Some(Self::day_of(self.from)), |day| Some(Self::day_of(day.until)))
            .take_while(move |day| day.from < until)
    }
}

fn naive(moment: Timestamp) -> NaiveDateTime {
    DateTime::from_timestamp_micros(moment.as_micros()).unwrap_or_default().naive_utc()
}

/// `2013-03-01 until 2013-04-01`, with the time of day where it is not midnight.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_midnight = |moment: Timestamp| moment.as_micros().rem_euclid(DAY_MICROS) == 0;
        if at_midnight(self.from) && at_midnight(self.until) {
            let day = |moment: Timestamp| naive(moment).date();
            write!(f, "{} until {}", day(self.from), day(self.until))
        } else {
            write!(f, "{} until {}", self.from, self.until)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn months_have_their_lengths() {
        let lengths: Vec<usize> = (1..=12)
            .map(|month| Window::month_of(moment(&format!("2012-{month:02}-15T23:59:59Z"))).days().count())
            .collect();
        assert_eq!(lengths, [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
        assert_eq!(Window::month_before(moment("2014-01-01")).to_string(), "2013-12-01 until 2014-01-01");
        assert!(Window::month_of(moment("2013-02-03")).is_month());
        assert!(!Window::day_of(moment("2013-02-01")).is_month());
    }

    #[test]
    fn a_week_begins_on_monday() {
        let week = Window::week_of(moment("2013-04-07T12:00:00Z"));
        assert_eq!(week.to_string(), "2013-04-01 until 2013-04-08");
        assert_eq!(Window::week_of(moment("2013-04-01")), week);
        assert_ne!(Window::week_of(moment("2013-04-08")), week);
    }

    #[test]
    fn hours_quarters_and_years_are_those_of_the_calendar() {
        let at = moment("2012-05-31T13:59:59.999999Z");
        assert_eq!(Window::hour_of(at).to_string(), "2012-05-31T13:00:00Z until 2012-05-31T14:00:00Z");
        assert_eq!(Window::quarter_of(at).to_string(), "2012-04-01 until 2012-07-01");
        assert_eq!(Window::quarter_of(moment("2012-12-31")).to_string(), "2012-10-01 until 2013-01-01");
        assert_eq!(Window::year_of(at).to_string(), "2012-01-01 until 2013-01-01");
        assert_eq!(Window::hour_of(moment("1969-12-31T23:30:00Z")).until(), moment("1970-01-01"));
    }

    #[test]
    fn it_ends_after_it_starts() {
        let noon = moment("2013-04-01T12:00:00Z");
        assert!(Window::new(noon, noon).is_err());
        assert!(serde_json::from_str::<Window>(r#"{"from": "2013-03-01", "until": "2013-02-01"}"#).is_err());
    }

    proptest! {
        #[test]
        fn every_moment_lies_in_its_day_week_and_month(micros in any::<i64>()) {
            let moment = Timestamp::from_micros(micros);
            let around = [
                Window::hour_of, Window::day_of, Window::week_of, Window::month_of,
                Window::quarter_of, Window::year_of,
            ];
            for window in around.map(|around| around(moment)) {
                prop_assert!(window.contains(moment) || window.until() == Timestamp::MAX);
            }
        }
    }
}
