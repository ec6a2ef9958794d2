use super::super::MONTHS;

/// What may stand between the parts of a date.
const FILLERS: [&str; 18] =
    [" ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd", "th"];

/// The place of a name or its first letters in a list; months may also be `sept`.
pub(super) fn named(token: &str, names: &[&str]) -> Option<usize> {
    let lower = token.to_lowercase();
    names.iter().position(|name| {
        *name == lower || name.get(..3) == Some(lower.as_str()) || (*name == "september" && lower == "sept")
    })
}

pub(super) fn month(token: &str) -> Option<i64> {
    i64::try_from(named(token, &MONTHS)? + 1).ok()
}

/// 0 for hours, 1 for minutes, 2 for seconds.
pub(super) fn unit(token: &str) -> Option<usize> {
    match token.to_lowercase().as_str() {
        "h" | "hour" | "hours" => Some(0),
        "m" | "minute" | "minutes" => Some(1),
        "s" | "second" | "seconds" => Some(2),
        _ => None,
    }
}

/// Whether it is the afternoon.
pub(super) fn half_of_day(token: &str) -> Option<bool> {
    match token.to_lowercase().as_str() {
        "am" | "a" => Some(false),
        "pm" | "p" => Some(true),
        _ => None,
    }
}

pub(super) fn is_filler(token: &str) -> bool {
    FILLERS.contains(&token.to_lowercase().as_str())
}

pub(super) fn is_name_of_utc(token: &str) -> bool {
    matches!(token.to_lowercase().as_str(), "utc" | "gmt" | "z")
}

pub(super) fn in_24_hours(hour: i64, afternoon: bool) -> i64 {
    match (hour, afternoon) {
        (..12, true) => hour.saturating_add(12),
        (12, false) => 0,
        _ => hour,
    }
}
