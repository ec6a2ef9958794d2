use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Mostly;
use crate::condition::RowCondition;
use crate::rule::{Bound, Bounds};
use crate::{Error, Result};

/// The parameters of an expectation in a suite, read by name; each error says where.
///
/// Numbers and truth values are taken from text too, since Great Expectations does that.
#[derive(Debug)]
pub struct Kwargs<'a> {
    expectation: &'a str,
    path: &'a str,
    values: &'a Map<String, Value>,
    read: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Kwargs<'a> {
    /// The parameters of `expectation`, found at `path` of a suite.
    pub fn new(expectation: &'a str, path: &'a str, values: &'a Map<String, Value>) -> Self {
        Self { expectation, path, values, read: RefCell::default() }
    }

    /// The name of the expectation.
    pub fn expectation(&self) -> &'a str {
        self.expectation
    }

    /// The error that a parameter is not what it has to be.
    pub fn invalid(&self, name: &str, value: &Value, expected: &str) -> Error {
        Error::invalid(self.expectation, format!("{}.{name}", self.path), value, expected)
    }

    /// A parameter as it is; `None` if it is not there.
    pub fn get(&self, name: &'a str) -> Option<&'a Value> {
        self.read.borrow_mut().insert(name);
        self.values.get(name)
    }

    /// A parameter as it is; `None` if it is not there or null.
    pub fn optional(&self, name: &'a str) -> Option<&'a Value> {
        self.get(name).filter(|value| !value.is_null())
    }

    /// A parameter that must be there and not be null.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not.
    pub fn required(&self, name: &'a str, expected: &str) -> Result<&'a Value> {
        let value = self.get(name).unwrap_or(&Value::Null);
        if value.is_null() { Err(self.invalid(name, value, expected)) } else { Ok(value) }
    }

    /// The name of a column.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not text, or empty.
    pub fn column(&self, name: &'a str) -> Result<String> {
        let expected = "the name of a column";
        let value = self.required(name, expected)?;
        match value.as_str() {
            Some(column) if !column.is_empty() => Ok(column.to_owned()),
            _ => Err(self.invalid(name, value, expected)),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is there and is none.
    pub fn integer(&self, name: &'a str) -> Result<Option<i64>> {
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
        let whole = |number: f64| (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64);
        let Some(value) = self.optional(name) else { return Ok(None) };
        let integer = match value {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        integer.map(Some).ok_or_else(|| self.invalid(name, value, "a whole number"))
    }

    /// A number.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is there and is none.
    pub fn number(&self, name: &'a str) -> Result<Option<f64>> {
        let Some(value) = self.optional(name) else { return Ok(None) };
        let number = match value {
            Value::Number(number) => number.as_f64(),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| self.invalid(name, value, "a number"))
    }

    /// True or false; `default` if it is not there.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is there and is neither.
    pub fn flag(&self, name: &'a str, default: bool) -> Result<bool> {
        let Some(value) = self.get(name) else { return Ok(default) };
        let flag = match value {
            Value::Bool(flag) => Some(*flag),
            Value::Number(number) => [(0.0, false), (1.0, true)]
                .iter()
                .find(|(one, _)| number.as_f64() == Some(*one))
                .map(|(_, flag)| *flag),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
                "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        };
        flag.ok_or_else(|| self.invalid(name, value, "true or false"))
    }

    /// `mostly`: the share of rows that must fulfil the rule, 1 if it is not there.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not from 0 to 1.
    pub fn mostly(&self) -> Result<Mostly> {
        let Some(value) = self.get("mostly") else { return Ok(Mostly::ALL) };
        let share = match value {
            Value::Number(number) => number.as_f64(),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        share
            .and_then(|share| Mostly::new(share).ok())
            .ok_or_else(|| self.invalid("mostly", value, "a number from 0 to 1"))
    }

    /// `row_condition` and `condition_parser`; `None` if there is no condition.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is no condition.
    pub fn condition(&self) -> Result<Option<RowCondition>> {
        let parser = match self.optional("condition_parser") {
            None => None,
            Some(Value::String(parser)) => Some(parser.as_str()),
            Some(other) => return Err(self.invalid("condition_parser", other, "the name of a parser")),
        };
        let invalid = |name: &str, value: &Value, expected: &str| self.invalid(name, value, expected);
        let none = Value::from("col(\"x\").notNull()");
        match self.optional("row_condition") {
            Some(condition) => RowCondition::from_json(condition, parser, invalid).map(Some),
            // The parser is checked all the same.
            None => RowCondition::from_json(&none, parser, invalid).map(|_| None),
        }
    }

    /// `min_value`, `max_value`, `strict_min` and `strict_max`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if an end is neither a number nor text.
    pub(crate) fn bounds(&self) -> Result<Bounds> {
        let bound = |name: &'a str| match self.optional(name) {
            None => Ok(None),
            Some(value) => {
                let bound = Bound::from_json(value);
                bound
                    .map(Some)
                    .ok_or_else(|| self.invalid(name, value, "a number, a moment as ISO 8601, text, or null"))
            }
        };
        Ok(Bounds {
            min: bound("min_value")?,
            max: bound("max_value")?,
            strict_min: self.flag("strict_min", false)?,
            strict_max: self.flag("strict_max", false)?,
        })
    }

    /// Text that must be there; numbers and truth values are taken as Python's `str` writes
    /// them.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is missing, a list or an object.
    pub fn text(&self, name: &'a str) -> Result<String> {
        let value = self.required(name, "text")?;
        as_text(value).ok_or_else(|| self.invalid(name, value, "text"))
    }

    /// A list of at least one text; see [`text`](Self::text).
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is missing, empty, no list, or holds something else.
    pub fn texts(&self, name: &'a str) -> Result<Vec<String>> {
        let expected = "a list of at least one text";
        let value = self.required(name, expected)?;
        let texts: Option<Vec<String>> = value.as_array().and_then(|list| list.iter().map(as_text).collect());
        texts.filter(|texts| !texts.is_empty()).ok_or_else(|| self.invalid(name, value, expected))
    }

    /// A list of names or other constants; `None` if it is not there or null.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is no list, or holds lists or objects.
    pub(crate) fn list(&self, name: &'a str) -> Result<Option<Vec<Value>>> {
        let Some(value) = self.optional(name) else { return Ok(None) };
        let is_constant = |value: &Value| !value.is_array() && !value.is_object();
        match value.as_array() {
            Some(list) if list.iter().all(is_constant) => Ok(Some(list.clone())),
            _ => Err(self.invalid(name, value, "a list of constants")),
        }
    }

    /// Refuses parameters that were not read, most likely misspelt.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the names that are known.
    pub fn finish(&self) -> Result<()> {
        let read = self.read.borrow();
        match self.values.iter().find(|(name, _)| !read.contains(name.as_str())) {
            None => Ok(()),
            Some((name, value)) => {
                let known: Vec<&str> = read.iter().copied().collect();
                Err(self.invalid(name, value, &format!("no such parameter, but {}", known.join(", "))))
            }
        }
    }
}

/// A constant as text.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
