use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use super::characters::{is_digit, is_letter, is_space, whole};
use super::{days_of, is_day};
use crate::rule::text::broken_by_only_text;
use crate::rule::{Mismatch, ValueRule};

/// What a date lacks, Python takes from the day on which it is read. Here it is the last of
/// January of a leap year, so that the answer is the same on every day.
const TODAY: (i64, i64, i64) = (2024, 1, 31);

/// What may stand between the parts of a date.
const FILLERS: [&str; 18] =
    [" ", ".", ",", ";", "-", "/", "'", "at", "on", "and", "ad", "m", "t", "of", "st", "nd", "rd", "th"];
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

/// Values are dates or times, as `dateutil.parser.parse` (python-dateutil 4.0.0) decides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IsDate;

impl ValueRule for IsDate {
    fn key(&self) -> String {
        "dateutil".to_owned()
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        broken_by_only_text(values, "a date in text", false, |text| Ok(is_date(text)))
    }
}

/// Whether `dateutil.parser.parse` reads a text. Linear time.
pub(super) fn is_date(text: &str) -> bool {
    let mut reading = Reading { tokens: split(text), ..Reading::default() };
    reading.read().is_some() && reading.is_moment().is_some()
}

/// Tokens: runs of letters, numbers with their point, single other characters.
fn split(text: &str) -> Vec<String> {
    /// What a token is so far.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum State {
        Word,
        Number,
        DottedWord,
        DottedNumber,
    }
    let mut letters = text.chars().filter(|one| *one != '\0').peekable();
    let mut tokens = Vec::new();
    while let Some(first) = letters.next() {
        let mut state = if is_letter(first) {
            State::Word
        } else if is_digit(first) {
            State::Number
        } else {
            tokens.push(if is_space(first) { " ".to_owned() } else { first.to_string() });
            continue;
        };
        let mut token = String::from(first);
        let mut seen_letters = false;
        while let Some(next) = letters.peek().copied() {
            // A word of one letter at the end of the text has seen none, as in the original.
            seen_letters |= matches!(state, State::Word | State::DottedWord);
            let after_point = token.ends_with('.');
            state = match state {
                State::Word if is_letter(next) => State::Word,
                State::Word if next == '.' => State::DottedWord,
                State::Number if is_digit(next) => State::Number,
                State::Number if next == '.' => State::DottedNumber,
                State::Number if next == ',' && token.chars().nth(1).is_some() => State::DottedNumber,
                State::DottedWord if next == '.' || is_letter(next) => State::DottedWord,
                State::DottedWord if is_digit(next) && after_point => State::DottedNumber,
                State::DottedNumber if next == '.' || is_digit(next) => State::DottedNumber,
                State::DottedNumber if is_letter(next) && after_point => State::DottedWord,
                _ => break,
            };
            token.push(next);
            letters.next();
        }
        let dotted = matches!(state, State::DottedWord | State::DottedNumber);
        let points = token.matches('.').count();
        if dotted && (seen_letters || points > 1 || token.ends_with(['.', ','])) {
            let mut part = String::new();
            let mut is_first = true;
            for letter in token.chars() {
                if matches!(letter, '.' | ',') {
                    // The first part is kept even if it is empty.
                    if is_first || !part.is_empty() {
                        tokens.push(std::mem::take(&mut part));
                    }
                    is_first = false;
                    tokens.push(letter.to_string());
                } else {
                    part.push(letter);
                }
            }
            if !part.is_empty() {
                tokens.push(part);
            }
        } else if state == State::DottedNumber && points == 0 {
            tokens.push(token.replace(',', "."));
        } else {
            tokens.push(token);
        }
    }
    tokens
}

/// A number in a token: what is before the point, and whether there is more behind it.
#[derive(Clone, Copy)]
struct Number {
    whole: i64,
    fraction: bool,
}

impl Number {
    fn parse(token: &str) -> Option<Self> {
        let (before, behind) = token.split_once('.').unwrap_or((token, "0"));
        let whole_part = whole(before.chars())?;
        Some(Self { whole: whole_part, fraction: whole(behind.chars())? > 0 })
    }

    fn up_to(self, most: i64) -> bool {
        self.whole < most || (self.whole == most && !self.fraction)
    }
}

/// The numbers of which year, month and day are made.
#[derive(Default)]
struct Members {
    values: Vec<i64>,
    day: Option<usize>,
    month: Option<usize>,
    year: Option<usize>,
    has_century: bool,
}

impl Members {
    fn put_month(&mut self, month: i64) -> Option<()> {
        self.month.is_none().then_some(())?;
        self.month = Some(self.values.len());
        self.values.push(month);
        Some(())
    }

    fn put_year(&mut self, year: i64) -> Option<()> {
        self.year.is_none().then_some(())?;
        self.year = Some(self.values.len());
        self.values.push(year);
        Some(())
    }

    /// Digits: more than two are a year.
    fn put_text(&mut self, token: &str, is_year: bool) -> Option<()> {
        let century = token.chars().nth(2).is_some() && token.chars().all(is_digit);
        self.has_century |= century;
        let value = whole(token.chars())?;
        if century || is_year {
            self.put_year(value)
        } else {
            self.values.push(value);
            Some(())
        }
    }

    /// A number: one above a hundred is a year.
    fn put_number(&mut self, number: Number) -> Option<()> {
        if number.up_to(100) {
            self.values.push(number.whole);
            Some(())
        } else {
            self.has_century = true;
            self.put_year(number.whole)
        }
    }

    fn could_be_day(&self, number: Number) -> bool {
        // No day is ever named as such.
        let month = self.month.map(|at| self.values[at]);
        let days = match (month, self.year) {
            (None, _) => 31,
            (Some(month), None) => days_of(2000, month).unwrap_or(0),
            (Some(month), Some(at)) => days_of(self.values[at], month).unwrap_or(0),
        };
        number.whole >= 1 && number.up_to(days)
    }

    /// Year, month and day, where there are such.
    fn resolve(&self) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
        let known = [self.year, self.month, self.day];
        let named = known.iter().flatten().count();
        let count = self.values.len();
        if named > 0 && (count == named || (count == 3 && named == 2)) {
            let free = (0..3).find(|at| !known.contains(&Some(*at)));
            let of = |at: Option<usize>| match at {
                Some(at) => Some(self.values[at]),
                None if count == 3 && named == 2 => free.map(|free| self.values[free]),
                None => None,
            };
            return Some((of(self.year), of(self.month), of(self.day)));
        }
        let month_first = self.month == Some(0);
        Some(match *self.values.as_slice() {
            [] => (None, None, None),
            [one] if self.month.is_none() => {
                if one > 31 {
                    (Some(one), None, None)
                } else {
                    (None, None, Some(one))
                }
            }
            [one] => (None, Some(one), None),
            [a, b] if self.month.is_some() => {
                let (month, other) = if month_first { (a, b) } else { (b, a) };
                if other > 31 { (Some(other), Some(month), None) } else { (None, Some(month), Some(other)) }
            }
            [a, b] if a > 31 => (Some(a), Some(b), None),
            [a, b] if b > 31 => (Some(b), Some(a), None),
            [a, b] => (None, Some(a), Some(b)),
            [a, b, c] => {
                let (year, month, day) = match self.month {
                    Some(0) if b > 31 => (b, a, c),
                    Some(0) => (c, a, b),
                    Some(1) if a > 31 => (a, b, c),
                    Some(1) => (c, b, a),
                    Some(_) if b > 31 => (b, c, a),
                    Some(_) => (a, c, b),
                    None if a > 31 || self.year == Some(0) => (a, b, c),
                    None if a > 12 => (c, b, a),
                    None => (c, a, b),
                };
                (Some(year), Some(month), Some(day))
            }
            _ => return None,
        })
    }
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says that a part was read")]
struct Reading {
    tokens: Vec<String>,
    members: Members,
    weekday: bool,
    hour: Option<i64>,
    minute: Option<i64>,
    second: Option<i64>,
    microsecond: bool,
    zone: Option<String>,
    has_offset: bool,
    half_of_day: bool,
}

/// The place of a name or its first letters in a list; months may also be `sept`.
fn named(token: &str, names: &[&str]) -> Option<usize> {
    let lower = token.to_lowercase();
    names.iter().position(|name| {
        *name == lower || name.get(..3) == Some(lower.as_str()) || (*name == "september" && lower == "sept")
    })
}

fn month(token: &str) -> Option<i64> {
    i64::try_from(named(token, &MONTHS)? + 1).ok()
}

/// 0 for hours, 1 for minutes, 2 for seconds.
fn unit(token: &str) -> Option<usize> {
    match token.to_lowercase().as_str() {
        "h" | "hour" | "hours" => Some(0),
        "m" | "minute" | "minutes" => Some(1),
        "s" | "second" | "seconds" => Some(2),
        _ => None,
    }
}

/// Whether it is the afternoon.
fn half_of_day(token: &str) -> Option<bool> {
    match token.to_lowercase().as_str() {
        "am" | "a" => Some(false),
        "pm" | "p" => Some(true),
        _ => None,
    }
}

fn is_filler(token: &str) -> bool {
    FILLERS.contains(&token.to_lowercase().as_str())
}

fn is_name_of_utc(token: &str) -> bool {
    matches!(token.to_lowercase().as_str(), "utc" | "gmt" | "z")
}

fn in_24_hours(hour: i64, afternoon: bool) -> i64 {
    match (hour, afternoon) {
        (..12, true) => hour.saturating_add(12),
        (12, false) => 0,
        _ => hour,
    }
}

/// The characters of a token from `from` up to `to` as a number.
fn part(token: &str, from: usize, to: usize) -> Option<i64> {
    whole(token.chars().skip(from).take(to.saturating_sub(from)))
}

fn length(token: &str) -> usize {
    token.chars().count()
}

/// `None` anywhere says that the text is no date.
impl Reading {
    fn token(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).map(String::as_str)
    }

    fn is(&self, at: usize, text: &str) -> bool {
        self.token(at) == Some(text)
    }

    fn read(&mut self) -> Option<()> {
        let mut at = 0;
        while let Some(token) = self.token(at) {
            let token = token.to_owned();
            if matches!(token.to_lowercase().as_str(), "nan" | "inf" | "infinity") {
                return None;
            }
            if Number::parse(&token).is_some() {
                at = self.number(at)?;
            } else if named(&token, &WEEKDAYS).is_some() {
                self.weekday = true;
            } else if let Some(month) = month(&token) {
                at = self.month(at, month)?;
            } else if let Some(afternoon) = half_of_day(&token) {
                let hour = self.hour.filter(|hour| (0..=12).contains(hour))?;
                self.hour = Some(in_24_hours(hour, afternoon));
                self.half_of_day = true;
            } else if self.could_be_zone(&token) && !self.has_offset {
                // Only the small letter is found in the table of offsets.
                self.has_offset = token == "z";
                self.zone = Some(token.clone());
                if let Some(sign) = self.token(at + 1).filter(|sign| matches!(*sign, "+" | "-")) {
                    let other = if sign == "+" { "-" } else { "+" };
                    other.clone_into(&mut self.tokens[at + 1]);
                    self.has_offset = false;
                    if is_name_of_utc(&token) {
                        self.zone = None;
                    }
                }
            } else if self.hour.is_some() && matches!(token.as_str(), "+" | "-") {
                at = self.offset(at)?;
            } else if !is_filler(&token) {
                return None;
            }
            at += 1;
        }
        Some(())
    }

    fn could_be_zone(&self, token: &str) -> bool {
        self.hour.is_some()
            && self.zone.is_none()
            && length(token) <= 5
            && (token.chars().all(|one| one.is_ascii_uppercase())
                || matches!(token, "UTC" | "GMT" | "Z" | "z"))
    }

    fn month(&mut self, at: usize, month: i64) -> Option<usize> {
        self.members.put_month(month)?;
        let Some(next) = self.token(at + 1) else { return Some(at) };
        if matches!(next, "-" | "/") {
            let separator = next.to_owned();
            let second = self.token(at + 2)?.to_owned();
            self.members.put_text(&second, false)?;
            if self.is(at + 3, &separator) {
                let third = self.token(at + 4)?.to_owned();
                self.members.put_text(&third, false)?;
                return Some(at + 4);
            }
            return Some(at + 2);
        }
        let pertains = self.token(at + 2).is_some_and(|token| token.to_lowercase() == "of");
        if next == " " && self.is(at + 3, " ") && pertains && self.token(at + 4).is_some() {
            let year = self.token(at + 4)?.to_owned();
            if year.chars().all(is_digit) {
                let year = four_digits(whole(year.chars())?);
                self.members.has_century |= year > 99;
                self.members.put_year(year)?;
            }
            return Some(at + 4);
        }
        Some(at)
    }

    fn offset(&mut self, at: usize) -> Option<usize> {
        let digits = self.token(at + 1)?.to_owned();
        let len = length(&digits);
        let mut next = at;
        if len == 4 {
            part(&digits, 0, 2)?;
            part(&digits, 2, 4)?;
        } else if self.is(at + 2, ":") {
            whole(digits.chars())?;
            whole(self.token(at + 3)?.chars())?;
            next += 2;
        } else if len <= 2 {
            whole(digits.chars())?;
        } else {
            return None;
        }
        self.has_offset = true;
        let name = self.token(next + 4).unwrap_or_default();
        if self.token(next + 2).is_some_and(is_filler)
            && self.is(next + 3, "(")
            && self.is(next + 5, ")")
            && length(name) >= 3
            && self.could_be_zone(name)
        {
            self.zone = Some(name.to_owned());
            next += 4;
        }
        Some(next + 1)
    }

    fn seconds(&mut self, token: &str) -> Option<()> {
        match token.split_once('.') {
            None => self.second = Some(whole(token.chars())?),
            Some((seconds, fraction)) => {
                self.second = Some(whole(seconds.chars())?);
                if !fraction.is_empty() {
                    whole(fraction.chars().take(6))?;
                }
            }
        }
        self.microsecond = true;
        Some(())
    }

    fn minutes(&mut self, number: Number) {
        self.minute = Some(number.whole);
        // A fraction of a minute is always less than sixty seconds.
        self.second = number.fraction.then_some(0);
    }

    fn number(&mut self, at: usize) -> Option<usize> {
        let token = self.token(at)?.to_owned();
        let value = Number::parse(&token)?;
        let len = length(&token);
        let next = self.token(at + 1).map(ToOwned::to_owned);
        let point = token.chars().position(|one| one == '.');

        let no_time_follows = next.as_deref().is_none_or(|next| next != ":" && unit(next).is_none());
        if self.members.values.len() == 3 && matches!(len, 2 | 4) && self.hour.is_none() && no_time_follows {
            self.hour = Some(part(&token, 0, 2)?);
            if len == 4 {
                self.minute = Some(part(&token, 2, 4)?);
            }
            return Some(at);
        }
        if len == 6 || (len > 6 && point == Some(6)) {
            let (first, second) = (part(&token, 0, 2)?, part(&token, 2, 4)?);
            if self.members.values.is_empty() && point.is_none() {
                self.members.values.extend([first, second, part(&token, 4, 6)?]);
            } else {
                (self.hour, self.minute) = (Some(first), Some(second));
                let seconds: String = token.chars().skip(4).collect();
                self.seconds(&seconds)?;
            }
            return Some(at);
        }
        if matches!(len, 8 | 12 | 14) {
            let year: String = token.chars().take(4).collect();
            self.members.put_text(&year, true)?;
            let (month, day) = (part(&token, 4, 6)?, part(&token, 6, 8)?);
            self.members.values.extend([month, day]);
            if len > 8 {
                (self.hour, self.minute) = (Some(part(&token, 8, 10)?), Some(part(&token, 10, 12)?));
            }
            if len > 12 {
                self.second = Some(part(&token, 12, 14)?);
            }
            return Some(at);
        }
        if let Some((label, unit)) = self.unit_of(at) {
            match unit {
                0 => {
                    self.hour = Some(value.whole);
                    if value.fraction {
                        self.minute = Some(0);
                    }
                }
                1 => self.minutes(value),
                2 => self.seconds(&token)?,
                _ => {}
            }
            return Some(label.max(at));
        }
        if next.as_deref() == Some(":") && self.token(at + 2).is_some() {
            self.hour = Some(value.whole);
            let minutes = Number::parse(self.token(at + 2)?)?;
            self.minutes(minutes);
            if self.is(at + 3, ":") && self.token(at + 4).is_some() {
                let seconds = self.token(at + 4)?.to_owned();
                self.seconds(&seconds)?;
                return Some(at + 4);
            }
            return Some(at + 2);
        }
        if let Some(separator) = next.as_deref().filter(|next| matches!(*next, "-" | "/" | ".")) {
            return self.separated(at, &token, separator);
        }
        if next.as_deref().is_none_or(is_filler) {
            if let Some(afternoon) = self.token(at + 2).and_then(half_of_day) {
                self.hour = Some(in_24_hours(value.whole, afternoon));
                return Some(at + 2);
            }
            self.members.put_number(value)?;
            return Some(at + 1);
        }
        if let Some(afternoon) = next.as_deref().and_then(half_of_day).filter(|_| value.whole < 24) {
            self.hour = Some(in_24_hours(value.whole, afternoon));
            return Some(at + 1);
        }
        self.members.could_be_day(value).then_some(())?;
        self.members.put_number(value)?;
        Some(at)
    }

    /// `01-02-2003`, `1/Jan/2003`
    fn separated(&mut self, at: usize, first: &str, separator: &str) -> Option<usize> {
        self.members.put_text(first, false)?;
        let Some(second) = self.token(at + 2).filter(|second| !is_filler(second)) else {
            return Some(at + 1);
        };
        let second = second.to_owned();
        if second.chars().all(is_digit) {
            self.members.put_text(&second, false)?;
        } else {
            self.members.put_month(month(&second)?)?;
        }
        if !self.is(at + 3, separator) {
            return Some(at + 2);
        }
        let third = self.token(at + 4)?.to_owned();
        match month(&third) {
            Some(month) => self.members.put_month(month)?,
            None => self.members.put_text(&third, false)?,
        }
        Some(at + 4)
    }

    /// Where the unit of a number stands, and which it is: behind the number, or before it,
    /// where the next smaller one is meant.
    fn unit_of(&self, at: usize) -> Option<(usize, usize)> {
        let unit_at = |at: usize| self.token(at).and_then(unit);
        if let Some(unit) = unit_at(at + 1) {
            return Some((at + 1, unit));
        }
        if self.is(at + 1, " ")
            && let Some(unit) = unit_at(at + 2)
        {
            return Some((at + 2, unit));
        }
        if at > 0
            && let Some(unit) = unit_at(at - 1)
        {
            return Some((at - 1, unit + 1));
        }
        if at > 1
            && at + 1 == self.tokens.len()
            && self.is(at - 1, " ")
            && let Some(unit) = unit_at(at - 2)
        {
            return Some((at - 2, unit + 1));
        }
        None
    }

    /// Whether what was read is something, and a moment that there is.
    fn is_moment(&self) -> Option<()> {
        let (year, month, day) = self.members.resolve()?;
        let has_time =
            self.hour.is_some() || self.minute.is_some() || self.second.is_some() || self.microsecond;
        let has_date = year.is_some() || month.is_some() || day.is_some() || self.weekday;
        if !(has_time || has_date || self.zone.is_some() || self.has_offset || self.half_of_day) {
            return None;
        }
        let century = self.members.has_century;
        let year = year.map_or(TODAY.0, |year| if century { year } else { four_digits(year) });
        let month = month.unwrap_or(TODAY.1);
        let last = days_of(year, month)?;
        let date = day.unwrap_or(TODAY.2.min(last));
        let within = |value: Option<i64>, below: i64| value.is_none_or(|value| value < below);
        let is_there = is_day(year, month, date)
            && within(self.hour, 24)
            && within(self.minute, 60)
            && within(self.second, 60);
        // A weekday moves a date without a day on, by up to six days.
        let overflows =
            self.weekday && day.is_none_or(|day| day == 0) && (year, month) == (9999, 12) && date > 25;
        (is_there && !overflows).then_some(())
    }
}

/// A year of two digits in the hundred years around today.
fn four_digits(year: i64) -> i64 {
    if year >= 100 {
        return year;
    }
    let year = year + TODAY.0 / 100 * 100;
    if year >= TODAY.0 + 50 {
        year - 100
    } else if year < TODAY.0 - 50 {
        year + 100
    } else {
        year
    }
}
