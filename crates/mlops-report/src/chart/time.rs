//! An axis of moments, which are UTC microseconds since 1970.

use super::scale::Tick;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// 0001-01-01 and 9999-12-31: what an axis can spell. Moments beyond are drawn at its ends.
const EARLIEST: i64 = -719_162 * DAY;
const LATEST: i64 = 2_932_896 * DAY;

/// About so many ticks at most.
const TICKS: i64 = 10;

/// An axis of moments with ticks at round ones.
#[derive(Debug)]
pub(super) struct TimeScale {
    low: i64,
    high: i64,
    pub(super) ticks: Vec<Tick>,
}

/// The distance of two ticks.
#[derive(Clone, Copy, Debug)]
enum Step {
    Even(i64),
    Months(i64),
}

const STEPS: [Step; 25] = [
    Step::Even(SECOND),
    Step::Even(5 * SECOND),
    Step::Even(15 * SECOND),
    Step::Even(MINUTE),
    Step::Even(5 * MINUTE),
    Step::Even(15 * MINUTE),
    Step::Even(HOUR),
    Step::Even(3 * HOUR),
    Step::Even(6 * HOUR),
    Step::Even(12 * HOUR),
    Step::Even(DAY),
    Step::Even(2 * DAY),
    Step::Even(7 * DAY),
    Step::Even(14 * DAY),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(600),
    Step::Months(2_400),
    Step::Months(12_000),
];

impl TimeScale {
    /// An axis on which all `moments` have a place; nothing if there is none.
    pub(super) fn of(moments: impl IntoIterator<Item = i64>) -> Option<Self> {
        let mut moments = moments.into_iter().map(|moment| moment.clamp(EARLIEST, LATEST));
        let first = moments.next()?;
        let (mut low, mut high) =
            moments.fold((first, first), |(low, high), moment| (low.min(moment), high.max(moment)));
        if low == high {
            // A lonely moment stands in the middle of its day.
            (low, high) = (low - 12 * HOUR, high + 12 * HOUR);
        }
        let step = STEPS.into_iter().find(|step| (high - low) / step.micros() < TICKS);
        let mut scale = Self { low, high, ticks: Vec::new() };
        scale.ticks = ticks(low, high, step.unwrap_or(STEPS[STEPS.len() - 1]))
            .into_iter()
            .map(|(moment, label)| Tick { at: scale.at(moment), label })
            .collect();
        Some(scale)
    }

    /// Where `moment` lies: 0 at the low end, 1 at the high end.
    pub(super) fn at(&self, moment: i64) -> f64 {
        // The span is at most some 3e17 microseconds: the difference can't overflow.
        let from_low = moment.clamp(EARLIEST, LATEST).clamp(self.low, self.high) - self.low;
        from_low as f64 / (self.high - self.low) as f64
    }
}

impl Step {
    /// About how long it is.
    const fn micros(self) -> i64 {
        match self {
            Self::Even(micros) => micros,
            Self::Months(months) => months * 30 * DAY,
        }
    }
}

/// Moments at multiples of `step` and what they are called.
fn ticks(low: i64, high: i64, step: Step) -> Vec<(i64, String)> {
    let mut ticks = Vec::new();
    match step {
        Step::Even(micros) => {
            // Weeks begin on Monday, and 1970 began on a Thursday.
            let offset = if micros % (7 * DAY) == 0 { 4 * DAY } else { 0 };
            let mut moment = (low - offset).div_euclid(micros) * micros + offset;
            while moment <= high {
                if moment >= low {
                    ticks.push((moment, short(moment, micros < MINUTE)));
                }
                moment += micros;
            }
        }
        Step::Months(months) => {
            let (year, month, _) = civil(low);
            let mut number = (year * 12 + month - 1).div_euclid(months) * months;
            loop {
                let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
                let moment = days(year, month, 1) * DAY;
                if moment > high {
                    break;
                }
                if moment >= low {
                    let name = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
                    let label = if months >= 12 {
                        year.to_string()
                    } else if ticks.is_empty() || month == 1 {
                        format!("{name} {year}")
                    } else {
                        name.to_owned()
                    };
                    ticks.push((moment, label));
                }
                number += months;
            }
        }
    }
    if ticks.is_empty() {
        ticks.push((low, words(low)));
    }
    ticks
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The time of day, or the day if it is midnight.
fn short(moment: i64, seconds: bool) -> String {
    let of_day = moment.rem_euclid(DAY);
    if of_day == 0 {
        let (_, month, day) = civil(moment);
        let name = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
        return format!("{day} {name}");
    }
    let (hour, minute, second) = (of_day / HOUR, of_day % HOUR / MINUTE, of_day % MINUTE / SECOND);
    if seconds { format!("{hour:02}:{minute:02}:{second:02}") } else { format!("{hour:02}:{minute:02}") }
}

/// A moment to the minute, such as `2013-08-01 12:00`; without the time at midnight.
pub(super) fn words(moment: i64) -> String {
    let moment = moment.clamp(EARLIEST, LATEST);
    let (year, month, day) = civil(moment);
    let of_day = moment.rem_euclid(DAY);
    if of_day < MINUTE {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", of_day / HOUR, of_day % HOUR / MINUTE)
    }
}

/// Year, month and day of a moment in the Gregorian calendar.
///
/// Hinnant, *chrono-compatible low-level date algorithms* (2014): years begin in March, so
/// that the leap day comes last.
fn civil(moment: i64) -> (i64, i64, i64) {
    let day = moment.div_euclid(DAY) + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * march_month + 2) / 5 + 1)
}

/// Days since 1970 of a date: the inverse of [`civil`].
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let march_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * march_month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(year: i64, month: i64, day: i64) -> i64 {
        days(year, month, day) * DAY
    }

    fn labels(from: i64, to: i64) -> Vec<String> {
        TimeScale::of([from, to]).unwrap().ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        // 1 March 2000, 29 February 2012 and 1 April 2013 as `date -u +%s` knows them.
        assert_eq!(at(2000, 3, 1), 951_868_800 * SECOND);
        assert_eq!(at(2012, 2, 29), 1_330_473_600 * SECOND);
        assert_eq!(at(2013, 4, 1), 1_364_774_400 * SECOND);
        assert_eq!(civil(1_330_473_600 * SECOND), (2012, 2, 29));
        assert_eq!(words(1_375_358_400 * SECOND), "2013-08-01 12:00");
        assert_eq!((words(i64::MIN), words(i64::MAX)), ("0001-01-01".into(), "9999-12-31".into()));
    }

    #[test]
    fn ticks_are_round_moments() {
        assert_eq!(
            labels(at(2013, 4, 1), at(2013, 12, 31)),
            ["Apr 2013", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        );
        assert_eq!(labels(at(2012, 9, 20), at(2013, 2, 20)), ["Oct 2012", "Nov", "Dec", "Jan 2013", "Feb"]);
        assert_eq!(
            labels(at(2013, 11, 1), at(2013, 11, 4)),
            ["1 Nov", "12:00", "2 Nov", "12:00", "3 Nov", "12:00", "4 Nov"]
        );
        // The 4th of November 2013 was a Monday.
        assert_eq!(labels(at(2013, 11, 1), at(2013, 11, 30)), ["4 Nov", "11 Nov", "18 Nov", "25 Nov"]);
        assert_eq!(
            labels(at(2010, 1, 1), at(2015, 12, 31)),
            ["2010", "2011", "2012", "2013", "2014", "2015"]
        );
        assert_eq!(labels(5, 6), ["1970-01-01"]);
    }

    proptest! {
        #[test]
        fn a_date_is_read_back(day in -719_162_i64..2_932_896) {
            let (year, month, date) = civil(day * DAY);
            prop_assert_eq!(days(year, month, date), day);
            prop_assert!((1..=12).contains(&month) && (1..=31).contains(&date));
        }

        #[test]
        fn every_moment_has_a_place(moments in prop::collection::vec(
            prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), 0..3 * DAY], 1..5)
        ) {
            let scale = TimeScale::of(moments.iter().copied()).unwrap();
            prop_assert!((1..=15).contains(&scale.ticks.len()), "{:?}", scale);
            for place in scale.ticks.iter().map(|tick| tick.at).chain(moments.into_iter().map(|moment| scale.at(moment))) {
                prop_assert!((0.0..=1.0).contains(&place), "{:?}", scale);
            }
        }
    }
}
