use super::super::WEEKDAYS;
use super::members::Members;
use super::names::{half_of_day, in_24_hours, is_filler, is_name_of_utc, month, named};
use super::numbers::{Number, length, part};
use super::tokens::split;
use crate::rule::date_text::characters::{is_digit, whole};
use crate::rule::date_text::{days_of, is_day};

/// What a date lacks, Python takes from the day on which it is read. Here it is the last of
/// January of a leap year, so that the answer is the same on every day.
const TODAY: (i64, i64, i64) = (2024, 1, 31);

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says that a part was read")]
pub(super) struct Reading {
    pub(super) tokens: Vec<String>,
    pub(super) members: Members,
    weekday: bool,
    pub(super) hour: Option<i64>,
    pub(super) minute: Option<i64>,
    pub(super) second: Option<i64>,
    pub(super) microsecond: bool,
    zone: Option<String>,
    has_offset: bool,
    pub(super) half_of_day: bool,
}

/// `None` anywhere says that the text is no date.
impl Reading {
    pub(super) fn new(text: &str) -> Self {
        Self { tokens: split(text), ..Self::default() }
    }

    pub(super) fn token(&self, at: usize) -> Option<&str> {
        self.tokens.get(at).map(String::as_str)
    }

    pub(super) fn is(&self, at: usize, text: &str) -> bool {
        self.token(at) == Some(text)
    }

    pub(super) fn read(&mut self) -> Option<()> {
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

    pub(super) fn month(&mut self, at: usize, month: i64) -> Option<usize> {
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

    /// Whether what was read is something, and a moment that there is.
    pub(super) fn is_moment(&self) -> Option<()> {
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
