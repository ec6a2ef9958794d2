//! What stands behind a field: a comparison with its value, a list, a pattern.

use super::super::field::Type;
use super::super::filter::{Comparison, Test};
use super::super::like::Pattern;
use super::super::syntax_error::hint;
use super::super::{Field, Source};
use super::Result;
use super::reader::{Reader, is_word};
use crate::store::Kind;
use crate::tracking::RunId;

/// The most texts in one list.
const MAX_LIST: usize = 1000;
/// The longest pattern, in bytes: to fit one takes its length times that of the text.
const MAX_PATTERN: usize = 1024;

impl Reader<'_> {
    pub(super) fn null(&mut self, field: &Field) -> Result<Test> {
        let not = self.word("NOT");
        if !self.word("NULL") {
            return Err(self.error(if not { "NULL" } else { "NULL or NOT NULL" }));
        }
        let fits = match self.kind {
            Kind::Run => matches!(field.source, Source::Param | Source::Tag),
            Kind::Experiment => field.source == Source::Tag,
            _ => false,
        };
        if !fits {
            return Err(self.unread("NULL", &format!("a comparison: {field} can't be compared with NULL")));
        }
        Ok(if not { Test::NotNull } else { Test::Null })
    }

    pub(super) fn list(&mut self, field: &Field, takes_list: bool) -> Result<Vec<String>> {
        if !takes_list {
            return Err(self.unread("IN", &format!("another comparison: {field} is not compared with lists")));
        }
        self.space();
        if !self.sign('(') {
            return Err(self.error("a list of texts, such as ('a', 'b')"));
        }
        let mut list = Vec::new();
        loop {
            self.space();
            if !list.is_empty() && self.sign(')') {
                return Ok(list);
            }
            if list.len() == MAX_LIST {
                return Err(self.error(format!("), after at most {MAX_LIST} texts")));
            }
            let text = self.text(field)?;
            list.push(self.id(field, text));
            self.space();
            if self.sign(')') {
                return Ok(list);
            }
            if !self.sign(',') {
                return Err(self.error("a comma or )"));
            }
        }
    }

    pub(super) fn like(&mut self, field: &Field, is: Type, word: &str, ignore_case: bool) -> Result<Test> {
        if is != Type::Text {
            return Err(self.unread(word, &format!("=, !=, <, <=, > or >=: {field} is a number")));
        }
        self.space();
        let at = self.at;
        let pattern = self.text(field)?;
        if pattern.len() > MAX_PATTERN {
            return Err(self.error_at(at, format!("a pattern of at most {MAX_PATTERN} bytes")));
        }
        Ok(Test::Like(Pattern::new(pattern, ignore_case)))
    }

    fn text(&mut self, field: &Field) -> Result<String> {
        self.space();
        self.quoted(&['\'', '"'])?.ok_or_else(|| self.error(format!("text in quotes: {field} is text")))
    }

    pub(super) fn compared(&mut self, field: &Field, is: Type) -> Result<Test> {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
        let start = self.at;
        let comparison = match self.plain(|c| "=!<>~".contains(c)) {
            "=" => Equal,
            "!=" => NotEqual,
            "<" => Less,
            "<=" => LessOrEqual,
            ">" => Greater,
            ">=" => GreaterOrEqual,
            _ if is == Type::Text => {
                return Err(
                    self.error_at(start, "one of =, !=, LIKE, ILIKE, IN, NOT IN, IS NULL, IS NOT NULL")
                );
            }
            _ => return Err(self.error_at(start, "one of =, !=, <, <=, >, >=")),
        };
        if is != Type::Text {
            self.space();
            let at = self.at;
            let number = self.quotable(field, is)?;
            return match is {
                Type::Number | Type::Text => self.of_number(comparison, number, at),
                Type::Time => Ok(of_time(comparison, number)),
            };
        }
        if !matches!(comparison, Equal | NotEqual) {
            return Err(self.error_at(start, format!("one of =, !=, LIKE, ILIKE: {field} is text")));
        }
        self.space();
        let at = self.at;
        let mut text = self.text(field)?;
        if self.kind == Kind::Run && *field == Field::attribute("status") {
            text = self.status(&text, at)?;
        }
        text = self.id(field, text);
        Ok(if comparison == Equal { Test::Is(text) } else { Test::IsNot(text) })
    }

    /// The id that runs are found by, if the text is the other one.
    fn id(&self, field: &Field, text: String) -> String {
        let of_run = matches!(self.kind, Kind::Run | Kind::Version) && *field == Field::attribute("run_id");
        if !of_run {
            return text;
        }
        text.parse::<RunId>().map_or(text, |id| id.uid())
    }

    /// A status that there is. One that there is not would find nothing, without a word.
    fn status(&self, text: &str, at: usize) -> Result<String> {
        let upper = text.to_uppercase();
        let known = || STATUSES.iter().copied();
        if known().any(|status| status == upper) {
            return Ok(upper);
        }
        Err(self.error_at(at, hint(&upper, known(), &known().collect::<Vec<_>>().join(", "))))
    }

    /// A number; that of a version may stand in quotes, as MLflow takes it.
    fn quotable(&mut self, field: &Field, is: Type) -> Result<f64> {
        let start = self.at;
        if *field != Field::attribute("version_number") {
            return self.number(field, is);
        }
        let Some(text) = self.quoted(&['\'', '"'])? else { return self.number(field, is) };
        let is_whole = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse()
            .ok()
            .filter(|_| is_whole)
            .ok_or_else(|| self.error_at(start, "a whole number, in quotes or not: a version has one"))
    }

    fn number(&mut self, field: &Field, is: Type) -> Result<f64> {
        let start = self.at;
        let expected = || match is {
            Type::Time => format!("whole milliseconds since 1970: {field} is a time"),
            _ => format!("a number, NaN, Infinity or -Infinity: {field} is a number"),
        };
        let negative = self.sign('-');
        let named = if is == Type::Number { self.plain(char::is_alphabetic) } else { "" };
        let size = match named.to_ascii_lowercase().as_str() {
            "" => {
                let written = self.digits();
                let size: f64 = match written.parse() {
                    Ok(size) if written.contains(|c: char| c.is_ascii_digit()) => size,
                    _ => return Err(self.error_at(start, expected())),
                };
                if size.is_infinite() {
                    return Err(self.error_at(start, "a number that a double can hold, or Infinity"));
                }
                size
            }
            "nan" => f64::NAN,
            "infinity" | "inf" => f64::INFINITY,
            _ => return Err(self.error_at(start, expected())),
        };
        if self.rest().starts_with(is_word) {
            return Err(self.error_at(start, expected()));
        }
        let number = if negative { -size } else { size };
        if *field == Field::attribute("version_number") && number.fract() != 0.0 {
            return Err(self.error_at(start, "a whole number: a version has one"));
        }
        Ok(number)
    }

    /// `5`, `5.`, `.5`, `5e-3`.
    fn digits(&mut self) -> &str {
        let start = self.at;
        let digit = |c: char| c.is_ascii_digit();
        self.plain(digit);
        if self.sign('.') {
            self.plain(digit);
        }
        let mantissa = self.at;
        if self.sign('e') || self.sign('E') {
            self.sign('-');
            if self.plain(digit).is_empty() {
                self.at = mantissa;
            }
        }
        &self.text[start..self.at]
    }

    fn of_number(&self, comparison: Comparison, number: f64, at: usize) -> Result<Test> {
        match comparison {
            _ if !number.is_nan() => Ok(Test::Number(comparison, number + 0.0)),
            Comparison::Equal => Ok(Test::NotANumber(true)),
            Comparison::NotEqual => Ok(Test::NotANumber(false)),
            _ => Err(self.error_at(at, "a number: NaN is neither less nor greater, it takes = or !=")),
        }
    }
}

/// The words that a run can stand at.
const STATUSES: [&str; 5] = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

/// Moments have microseconds, and are compared by their whole milliseconds.
fn of_time(comparison: Comparison, milliseconds: f64) -> Test {
    let (from, until) = (milliseconds.ceil() * 1e3, (milliseconds.floor() + 1.0) * 1e3);
    match comparison {
        Comparison::Equal => Test::Within(from, until),
        Comparison::NotEqual => Test::Without(from, until),
        Comparison::Less => Test::Number(Comparison::Less, from),
        Comparison::LessOrEqual => Test::Number(Comparison::Less, until),
        Comparison::Greater => Test::Number(Comparison::GreaterOrEqual, until),
        Comparison::GreaterOrEqual => Test::Number(Comparison::GreaterOrEqual, from),
    }
}
