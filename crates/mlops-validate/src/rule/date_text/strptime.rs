use arrow_array::Array;
use arrow_buffer::BooleanBuffer;
use chrono::Datelike;
use regex::{CaptureLocations, Regex};

use super::characters::{is_space, whole};
use super::{MONTHS, WEEKDAYS, days_of, is_day};
use crate::rule::pattern;
use crate::rule::text::broken_by_only_text;
use crate::rule::{Mismatch, ValueRule};

/// A format of Python's `datetime.strptime` (3.11, C locale, UTC).
#[derive(Clone, Debug)]
pub(crate) struct TimeFormat {
    written: String,
    shape: Regex,
    /// The directives, in the order of their groups.
    directives: Vec<char>,
}

impl TimeFormat {
    /// Reads a format.
    ///
    /// # Errors
    /// Why it is none: a directive that is unknown, occurs twice, or needs others.
    pub(crate) fn new(written: &str) -> Result<Self, String> {
        let mut reading = Reading { shape: "(?i)".to_owned(), directives: Vec::new() };
        reading.format(written)?;
        let Reading { shape, directives } = reading;
        check(&directives)?;
        let linear = pattern::linear_syntax(&shape)?;
        let shape = Regex::new(&format!(r"\A(?:{linear})")).map_err(|error| error.to_string())?;
        Ok(Self { written: written.to_owned(), shape, directives })
    }

    /// The format as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }

    fn reads(&self, text: &str, found: &mut CaptureLocations) -> bool {
        // As in Python the first match counts, even if another would take in all.
        match self.shape.captures_read(found, text) {
            Some(all) if all.end() == text.len() => {}
            _ => return false,
        }
        let mut read = Fields::default();
        let fields = self.directives.iter().enumerate().map(|(at, directive)| {
            let (from, to) = found.get(at + 1)?;
            read.take(*directive, &text[from..to])
        });
        // All are read before any is judged.
        fields.collect::<Option<Vec<()>>>().is_some() && read.is_moment().is_some()
    }
}

impl ValueRule for TimeFormat {
    fn key(&self) -> String {
        format!("strptime {:?}", self.written)
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        let mut found = self.shape.capture_locations();
        broken_by_only_text(values, "a date format", false, |text| Ok(self.reads(text, &mut found)))
    }
}

/// A pattern in Python's syntax, as it grows.
struct Reading {
    shape: String,
    directives: Vec<char>,
}

impl Reading {
    fn format(&mut self, written: &str) -> Result<(), String> {
        let mut rest = written.chars().peekable();
        while let Some(next) = rest.next() {
            if next == '%' {
                match rest.next() {
                    None => return Err("there is a % at its end".to_owned()),
                    Some(directive) => self.directive(directive)?,
                }
            } else if is_space(next) {
                while rest.next_if(|next| is_space(*next)).is_some() {}
                self.shape.push_str(r"\s+");
            } else if next == '\0' {
                return Err("there is a null character in it".to_owned());
            } else {
                self.shape.extend((!next.is_alphanumeric()).then_some('\\'));
                self.shape.push(next);
            }
        }
        Ok(())
    }

    fn directive(&mut self, directive: char) -> Result<(), String> {
        let names = |names: &[&str], short: bool| {
            let mut names: Vec<&str> =
                names.iter().map(|name| if short { &name[..3] } else { *name }).collect();
            names.sort_by_key(|name| std::cmp::Reverse(name.len()));
            names.join("|")
        };
        let shape = match directive {
            'd' => r"3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9]".to_owned(),
            'f' => "[0-9]{1,6}".to_owned(),
            'H' => r"2[0-3]|[0-1]\d|\d".to_owned(),
            'I' | 'm' => "1[0-2]|0[1-9]|[1-9]".to_owned(),
            'G' | 'Y' => r"\d\d\d\d".to_owned(),
            'j' => r"36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9]".to_owned(),
            'M' => r"[0-5]\d|\d".to_owned(),
            'S' => r"6[0-1]|[0-5]\d|\d".to_owned(),
            'U' | 'W' => r"5[0-3]|[0-4]\d|\d".to_owned(),
            'w' => "[0-6]".to_owned(),
            'u' => "[1-7]".to_owned(),
            'V' => r"5[0-3]|0[1-9]|[1-4]\d|\d".to_owned(),
            'y' => r"\d\d".to_owned(),
            'z' => r"[+-]\d\d:?[0-5]\d(?::?[0-5]\d(?:\.\d{1,6})?)?|(?-i:Z)".to_owned(),
            'A' => names(&WEEKDAYS, false),
            'a' => names(&WEEKDAYS, true),
            'B' => names(&MONTHS, false),
            'b' => names(&MONTHS, true),
            'p' => "am|pm".to_owned(),
            'Z' => "utc|gmt".to_owned(),
            '%' => {
                self.shape.push('%');
                return Ok(());
            }
            'c' => return self.format("%a %b %d %H:%M:%S %Y"),
            'x' => return self.format("%m/%d/%y"),
            'X' => return self.format("%H:%M:%S"),
            other => return Err(format!("{:?} is no directive", format!("%{other}"))),
        };
        if self.directives.contains(&directive) {
            return Err(format!("%{directive} occurs twice"));
        }
        self.directives.push(directive);
        self.shape.extend(["(", &shape, ")"]);
        Ok(())
    }
}

/// Whether the directives can go together at all.
fn check(directives: &[char]) -> Result<(), String> {
    let has = |any: &[char]| any.iter().any(|one| directives.contains(one));
    let weekday = has(&['A', 'a', 'w', 'u']);
    if !has(&['y', 'Y']) && has(&['G']) {
        if !has(&['V']) || !weekday {
            return Err("%G needs %V and a weekday (%A, %a, %w or %u)".to_owned());
        }
        if has(&['j']) {
            return Err("%j does not go with %G, but with %Y".to_owned());
        }
    } else if !has(&['U', 'W']) && has(&['V']) {
        return Err("%V needs %G and a weekday, and no %Y".to_owned());
    }
    Ok(())
}

/// What was read. Names are those of the directives where they say more.
#[derive(Default)]
struct Fields {
    year: Option<i64>,
    iso_year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    second: i64,
    /// From 0 for Monday.
    weekday: Option<i64>,
    day_of_year: Option<i64>,
    /// The week, and whether weeks begin on Monday.
    week: Option<(i64, bool)>,
    iso_week: Option<i64>,
}

impl Fields {
    /// `None` if the text is no value of the directive.
    fn take(&mut self, directive: char, text: &str) -> Option<()> {
        let number = || whole(text.trim_start_matches(' ').chars());
        let name = |names: &[&str], short: bool| {
            let lower = text.to_lowercase();
            let at = names.iter().position(|name| if short { name[..3] == lower } else { *name == lower })?;
            i64::try_from(at).ok()
        };
        match directive {
            'y' => self.year = Some(number().map(|year| if year <= 68 { year + 2000 } else { year + 1900 })?),
            'Y' => self.year = Some(number()?),
            'G' => self.iso_year = Some(number()?),
            'm' => self.month = Some(number()?),
            'B' => self.month = Some(name(&MONTHS, false)? + 1),
            'b' => self.month = Some(name(&MONTHS, true)? + 1),
            'd' => self.day = Some(number()?),
            'S' => self.second = number()?,
            'A' => self.weekday = Some(name(&WEEKDAYS, false)?),
            'a' => self.weekday = Some(name(&WEEKDAYS, true)?),
            'w' => self.weekday = Some((number()? + 6) % 7),
            'u' => self.weekday = Some(number()? - 1),
            'j' => self.day_of_year = Some(number()?),
            'U' => self.week = Some((number()?, false)),
            'W' => self.week = Some((number()?, true)),
            'V' => self.iso_week = Some(number()?),
            'z' => return is_offset(text).then_some(()),
            // Hours, minutes and fractions of every shape are fine, as are names of UTC.
            _ => {}
        }
        Some(())
    }

    /// `None` if there is no such moment.
    fn is_moment(&self) -> Option<()> {
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        // Without a year Python looks the day up in a leap year, but makes the date of 1900.
        let leap_day = self.year.is_none() && month == 2 && day == 29;
        let mut year = self.year.unwrap_or(if leap_day { 1904 } else { 1900 });
        let mut day_of_year = self.day_of_year;
        if let (None, Some(weekday)) = (day_of_year, self.weekday) {
            if let Some((week, from_monday)) = self.week {
                day_of_year = Some(day_of_week(year, week, weekday, from_monday)?);
            } else if let (Some(iso_year), Some(iso_week)) = (self.iso_year, self.iso_week) {
                let (of_year, day) = day_of_iso_week(iso_year, iso_week, weekday + 1)?;
                (year, day_of_year) = (of_year, Some(day));
            }
            if let Some(day) = day_of_year.filter(|day| *day <= 0) {
                year -= 1;
                day_of_year = Some(day + days_of(year, 2)? + 337);
            }
        }
        let (found_month, found_day) = match day_of_year {
            None => {
                is_day(year, month, day).then_some(())?;
                (month, day)
            }
            Some(day_of_year) => {
                let ordinal = day_of_year - 1 + first_day(year)?;
                let date = chrono::NaiveDate::from_num_days_from_ce_opt(i32::try_from(ordinal).ok()?)?;
                year = i64::from(date.year());
                (i64::from(date.month()), i64::from(date.day()))
            }
        };
        if leap_day {
            year = 1900;
        }
        (is_day(year, found_month, found_day) && self.second < 60).then_some(())
    }
}

/// The number of the first day of a year, from 1 for that of year 1.
fn first_day(year: i64) -> Option<i64> {
    let before = (1..=9999).contains(&year).then_some(year - 1)?;
    Some(before * 365 + before / 4 - before / 100 + before / 400 + 1)
}

/// From 0 for Monday.
fn weekday_of(ordinal: i64) -> i64 {
    (ordinal + 6).rem_euclid(7)
}

/// The day of the year of a weekday in a week that `%U` or `%W` counts.
fn day_of_week(year: i64, week: i64, weekday: i64, from_monday: bool) -> Option<i64> {
    let first = weekday_of(first_day(year)?);
    let (first, weekday) = if from_monday { (first, weekday) } else { ((first + 1) % 7, (weekday + 1) % 7) };
    Some(if week == 0 { 1 + weekday - first } else { 1 + (7 - first) % 7 + 7 * (week - 1) + weekday })
}

/// The year and the day in it of a weekday, from 1, in a week of ISO 8601.
fn day_of_iso_week(year: i64, week: i64, weekday: i64) -> Option<(i64, i64)> {
    let fourth = weekday_of(first_day(year)? + 3) + 1;
    let day = week * 7 + weekday - (fourth + 3);
    if day >= 1 {
        return Some((year, day));
    }
    Some((year - 1, day + first_day(year)? - first_day(year - 1)?))
}

/// Whether the colons of an offset agree and it is less than a day.
fn is_offset(text: &str) -> bool {
    if text == "Z" {
        return true;
    }
    let mut letters: Vec<char> = text.chars().collect();
    if letters.get(3) == Some(&':') {
        letters.remove(3);
        if letters.len() > 5 {
            if letters[5] != ':' {
                return false;
            }
            letters.remove(5);
        }
    }
    let seconds = letters.get(5..letters.len().min(7)).unwrap_or_default();
    let seconds = seconds.is_empty() || whole(seconds.iter().copied()).is_some();
    seconds
        && letters.get(1..3).and_then(|hours| whole(hours.iter().copied())).is_some_and(|hours| hours < 24)
}
