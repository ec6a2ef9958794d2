use std::str::FromStr;

use super::FORMAT;
use crate::error::excerpt;
use crate::{Error, Result};

/// The lines of a model, up to `end of trees`.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
    /// A line that was looked at and not yet used.
    ahead: Option<&'a str>,
}

/// What stood behind `key=`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    pub(super) key: &'static str,
    pub(super) value: &'a str,
    line: usize,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, number: 0, ahead: None }
    }

    /// Where the reader is, for messages.
    pub(super) fn place(&self) -> String {
        format!("line {}", self.number.max(1))
    }

    pub(super) fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::malformed(FORMAT, self.place(), reason)
    }

    /// The next line that is not blank, without its end. A model ends with a line of its
    /// own, so the end of the bytes is always an error.
    pub(super) fn next(&mut self) -> Result<&'a str> {
        if let Some(line) = self.ahead.take() {
            return Ok(line);
        }
        while !self.rest.is_empty() {
            let end = self.rest.iter().position(|byte| *byte == b'\n');
            let (line, rest) = match end {
                Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
                None => (self.rest, &self.rest[..0]),
            };
            self.rest = rest;
            self.number += 1;
            let line = std::str::from_utf8(line).map_err(|_| self.malformed("it is not UTF-8"))?;
            if !line.trim_ascii().is_empty() {
                return Ok(line.trim_ascii_end());
            }
        }
        Err(self.malformed("the model ends here, `end of trees` expected"))
    }

    /// The next line of a section, split at its first `=`; a word of its own has no value.
    /// `None` where the section ends.
    pub(super) fn next_field(&mut self) -> Result<Option<(&'a str, Option<&'a str>)>> {
        let line = self.next()?;
        let field = match line.split_once('=') {
            Some(("Tree", _)) => None,
            Some((key, value)) => Some((key, Some(value))),
            None if line == "end of trees" => None,
            None => Some((line, None)),
        };
        if field.is_none() {
            self.ahead = Some(line);
        }
        Ok(field)
    }

    /// Whether tree `number` begins here (its line is used up) or the trees end.
    pub(super) fn expect_tree(&mut self, number: usize) -> Result<bool> {
        let line = self.next()?;
        if line == "end of trees" {
            return Ok(false);
        }
        let written = line.strip_prefix("Tree=").and_then(|tree| tree.parse::<usize>().ok());
        if written == Some(number) {
            return Ok(true);
        }
        Err(self.malformed(format!("{} found, `Tree={number}` expected", excerpt(line))))
    }

    /// Keeps what stands on this line in its place.
    pub(super) fn keep(
        &self,
        place: &mut Option<Field<'a>>,
        key: &'static str,
        value: Option<&'a str>,
    ) -> Result<()> {
        let value = value.ok_or_else(|| self.malformed(format!("`{key}` has no value")))?;
        match place.replace(Field { key, value, line: self.number }) {
            None => Ok(()),
            Some(first) => Err(self.malformed(format!("`{key}` stands already on line {}", first.line))),
        }
    }
}

impl<'a> Field<'a> {
    pub(super) fn malformed(&self, reason: impl Into<String>) -> Error {
        Error::malformed(FORMAT, format!("line {}, `{}`", self.line, self.key), reason)
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.value.split(' ').filter(|word| !word.is_empty())
    }

    fn parse<T: FromStr>(&self, word: &str, expected: &str) -> Result<T> {
        word.parse().map_err(|_| self.malformed(format!("{} found, {expected} expected", excerpt(word))))
    }

    /// A whole number.
    pub(super) fn integer(&self) -> Result<i64> {
        self.parse(self.value.trim_ascii(), "a whole number")
    }

    /// Exactly `count` whole numbers.
    pub(super) fn integers(&self, count: usize) -> Result<Vec<i32>> {
        let numbers = self.words().map(|word| self.parse(word, "a whole number"));
        self.exactly(count, numbers.collect::<Result<Vec<_>>>()?)
    }

    /// Exactly `count` numbers, none of them NaN.
    pub(super) fn numbers(&self, count: usize) -> Result<Vec<f64>> {
        let numbers = self.words().map(|word| self.number(word));
        self.exactly(count, numbers.collect::<Result<Vec<_>>>()?)
    }

    pub(super) fn number(&self, word: &str) -> Result<f64> {
        let number: f64 = self.parse(word, "a number")?;
        let overflown = number.is_infinite() && word.bytes().any(|byte| byte.is_ascii_digit());
        if number.is_nan() || overflown {
            return Err(self.malformed(format!("{} found, a number expected", excerpt(word))));
        }
        Ok(number)
    }

    /// That there are `count` words, whatever they are.
    pub(super) fn expect_words(&self, count: usize) -> Result<()> {
        match self.words().count() {
            found if found == count => Ok(()),
            found => Err(self.wrong_count(found, count)),
        }
    }

    fn exactly<T>(&self, count: usize, found: Vec<T>) -> Result<Vec<T>> {
        if found.len() == count { Ok(found) } else { Err(self.wrong_count(found.len(), count)) }
    }

    fn wrong_count(&self, found: usize, count: usize) -> Error {
        self.malformed(format!("{found} entries found, {count} expected"))
    }
}
