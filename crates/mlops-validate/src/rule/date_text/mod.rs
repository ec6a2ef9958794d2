//! Dates and times in text, as Python reads them.

mod characters;
mod dateutil;
mod strptime;
#[cfg(test)]
mod tests;

pub(crate) use dateutil::IsDate;
pub(crate) use strptime::TimeFormat;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Days of a month; `None` if there is no such month.
fn days_of(year: i64, month: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

/// Whether a calendar day is one that Python's `datetime` holds.
fn is_day(year: i64, month: i64, day: i64) -> bool {
    (1..=9999).contains(&year) && days_of(year, month).is_some_and(|days| (1..=days).contains(&day))
}
