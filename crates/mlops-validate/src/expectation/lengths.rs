use serde_json::{Map, Value, json};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::Result;
use crate::plan::Planner;
use crate::rule::Lengths;
use crate::table::number;

/// `expect_column_value_lengths_to_equal` and `expect_column_value_lengths_to_be_between`:
/// every value has so many characters.
///
/// Characters are Unicode code points. What is no text has the length of what Python's
/// `str` writes: `1.0` has three. If the ends are the wrong way round no value fulfils it.
///
/// ```
/// use mlops_validate::expectation::{Expectation, ValueLengths};
///
/// assert_eq!(ValueLengths::between("code", Some(2), Some(3)).rule(), "at least 2 and at most 3 characters");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ValueLengths {
    about: About,
    length: Length,
}

#[derive(Clone, Copy, Debug)]
enum Length {
    /// A fraction is allowed, and equal to no length.
    Exactly(f64),
    Between {
        min: Option<i64>,
        max: Option<i64>,
        strict_min: bool,
        strict_max: bool,
    },
}

impl Length {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a cast saturates, and the value is whole and not negative"
    )]
    fn rule(self) -> Lengths {
        match self {
            Self::Exactly(value) if value >= 0.0 && value.fract() == 0.0 => {
                Lengths { least: value as usize, most: value as usize }
            }
            Self::Exactly(_) => Lengths::NONE,
            Self::Between { min, max, strict_min, strict_max } => {
                let least = min.map_or(0, |min| min.saturating_add(i64::from(strict_min)));
                let most = max.map_or(i64::MAX, |max| max.saturating_sub(i64::from(strict_max)));
                match (usize::try_from(least.max(0)), usize::try_from(most)) {
                    (Ok(least), Ok(most)) => Lengths { least, most },
                    _ => Lengths::NONE,
                }
            }
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Exactly(value) => format!("{value} characters"),
            Self::Between { min, max, strict_min, strict_max } => {
                let min =
                    min.map(|min| format!("{} {min}", if strict_min { "more than" } else { "at least" }));
                let max =
                    max.map(|max| format!("{} {max}", if strict_max { "fewer than" } else { "at most" }));
                let ends: Vec<String> = min.into_iter().chain(max).collect();
                if ends.is_empty() {
                    "any number of characters".to_owned()
                } else {
                    format!("{} characters", ends.join(" and "))
                }
            }
        }
    }
}

impl ValueLengths {
    pub(super) const EQUAL: &str = "expect_column_value_lengths_to_equal";
    pub(super) const BETWEEN: &str = "expect_column_value_lengths_to_be_between";

    /// So many characters.
    pub fn equal(column: impl Into<String>, characters: u32) -> Self {
        Self { about: About::new(column), length: Length::Exactly(f64::from(characters)) }
    }

    /// At least `min` and at most `max` characters.
    pub fn between(column: impl Into<String>, min: Option<i64>, max: Option<i64>) -> Self {
        let length = Length::Between { min, max, strict_min: false, strict_max: false };
        Self { about: About::new(column), length }
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = About::parse(kwargs)?;
        let length = if kwargs.expectation() == Self::EQUAL {
            let expected = "a number of characters";
            let written = kwargs.required("value", expected)?;
            let value = match written {
                Value::Number(number) => number.as_f64(),
                Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
                Value::String(text) => text.trim().parse().ok(),
                _ => None,
            };
            Length::Exactly(value.ok_or_else(|| kwargs.invalid("value", written, expected))?)
        } else {
            let (min, max) = (kwargs.integer("min_value")?, kwargs.integer("max_value")?);
            if min.is_none() && max.is_none() {
                return Err(kwargs.invalid("min_value", &Value::Null, "min_value or max_value"));
            }
            let (strict_min, strict_max) =
                (kwargs.flag("strict_min", false)?, kwargs.flag("strict_max", false)?);
            Length::Between { min, max, strict_min, strict_max }
        };
        Ok(Self { about, length })
    }
}

impl Expectation for ValueLengths {
    fn name(&self) -> &str {
        match self.length {
            Length::Exactly(_) => Self::EQUAL,
            Length::Between { .. } => Self::BETWEEN,
        }
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        let mut write = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                kwargs.insert(name.to_owned(), value);
            }
        };
        match self.length {
            Length::Exactly(value) => write("value", Some(number(value))),
            Length::Between { min, max, strict_min, strict_max } => {
                write("min_value", min.map(Value::from));
                write("max_value", max.map(Value::from));
                write("strict_min", strict_min.then_some(json!(true)));
                write("strict_max", strict_max.then_some(json!(true)));
            }
        }
        kwargs
    }

    fn rule(&self) -> String {
        self.about.rule(&self.length.describe())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge_rule(planner, self.length.rule())
    }
}
