use super::names::{half_of_day, in_24_hours, is_filler, month, unit};
use super::reading::Reading;
use crate::rule::date_text::characters::{is_digit, whole};

/// A number in a token: what is before the point, and whether there is more behind it.
#[derive(Clone, Copy)]
pub(super) struct Number {
    pub(super) whole: i64,
    fraction: bool,
}

impl Number {
    pub(super) fn parse(token: &str) -> Option<Self> {
        let (before, behind) = token.split_once('.').unwrap_or((token, "0"));
        let whole_part = whole(before.chars())?;
        Some(Self { whole: whole_part, fraction: whole(behind.chars())? > 0 })
    }

    pub(super) fn up_to(self, most: i64) -> bool {
        self.whole < most || (self.whole == most && !self.fraction)
    }
}

/// The characters of a token from `from` up to `to` as a number.
pub(super) fn part(token: &str, from: usize, to: usize) -> Option<i64> {
    whole(token.chars().skip(from).take(to.saturating_sub(from)))
}

pub(super) fn length(token: &str) -> usize {
    token.chars().count()
}

/// `None` anywhere says that the text is no date.
impl Reading {
    pub(super) fn seconds(&mut self, token: &str) -> Option<()> {
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

    pub(super) fn minutes(&mut self, number: Number) {
        self.minute = Some(number.whole);
        // A fraction of a minute is always less than sixty seconds.
        self.second = number.fraction.then_some(0);
    }

    pub(super) fn number(&mut self, at: usize) -> Option<usize> {
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
}
