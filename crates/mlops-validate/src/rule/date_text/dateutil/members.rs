use super::numbers::Number;
use crate::rule::date_text::characters::{is_digit, whole};
use crate::rule::date_text::days_of;

/// The numbers of which year, month and day are made.
#[derive(Default)]
pub(super) struct Members {
    pub(super) values: Vec<i64>,
    pub(super) day: Option<usize>,
    pub(super) month: Option<usize>,
    pub(super) year: Option<usize>,
    pub(super) has_century: bool,
}

impl Members {
    pub(super) fn put_month(&mut self, month: i64) -> Option<()> {
        self.month.is_none().then_some(())?;
        self.month = Some(self.values.len());
        self.values.push(month);
        Some(())
    }

    pub(super) fn put_year(&mut self, year: i64) -> Option<()> {
        self.year.is_none().then_some(())?;
        self.year = Some(self.values.len());
        self.values.push(year);
        Some(())
    }

    /// Digits: more than two are a year.
    pub(super) fn put_text(&mut self, token: &str, is_year: bool) -> Option<()> {
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
    pub(super) fn put_number(&mut self, number: Number) -> Option<()> {
        if number.up_to(100) {
            self.values.push(number.whole);
            Some(())
        } else {
            self.has_century = true;
            self.put_year(number.whole)
        }
    }

    pub(super) fn could_be_day(&self, number: Number) -> bool {
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
    pub(super) fn resolve(&self) -> Option<(Option<i64>, Option<i64>, Option<i64>)> {
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
