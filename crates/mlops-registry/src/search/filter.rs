use std::ops::Range;

use serde::Serialize;

use super::like::Pattern;
use super::{Field, Value};
use super::{SyntaxError, parse};
use crate::store::Kind;

/// How a number is compared with the one in a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the grammar has these")]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`; NaN is unequal to every number.
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// As it is written, in a filter and in SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            #[expect(clippy::float_cmp, reason = "equal is what was asked for")]
            Self::Equal => left == right,
            #[expect(clippy::float_cmp, reason = "unequal is what was asked for")]
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every adapter must compile each of them")]
pub enum Test {
    /// A number that compares so; the one that it is compared with is not NaN.
    Number(Comparison, #[serde(with = "mlops_core::number")] f64),
    /// A number from the first one on and below the second.
    Within(f64, f64),
    /// A number below the first one, or from the second on.
    Without(f64, f64),
    /// NaN, or not NaN.
    NotANumber(bool),
    /// This text.
    Is(String),
    /// Another text.
    IsNot(String),
    /// Text that the pattern fits.
    Like(Pattern),
    /// One of these texts.
    In(Vec<String>),
    /// None of these texts.
    NotIn(Vec<String>),
    /// Nothing: there is no such value.
    Null,
    /// Something: there is such a value.
    NotNull,
}

impl Test {
    /// Whether a value passes.
    pub fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Number(comparison, right), Value::Number(left)) => comparison.holds(*left, *right),
            (Self::Within(from, until), Value::Number(number)) => from <= number && number < until,
            (Self::Without(from, until), Value::Number(number)) => number < from || until <= number,
            (Self::NotANumber(wanted), Value::Number(number)) => number.is_nan() == *wanted,
            (Self::Is(right), Value::Text(left)) => left == right,
            (Self::IsNot(right), Value::Text(left)) => left != right,
            (Self::Like(pattern), Value::Text(text)) => pattern.fits(text),
            (Self::In(list), Value::Text(text)) => list.contains(text),
            (Self::NotIn(list), Value::Text(text)) => !list.contains(text),
            (Self::NotNull, _) => true,
            _ => false,
        }
    }
}

/// One condition of a filter.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Clause {
    /// What it is about.
    pub field: Field,
    /// What that must be.
    pub test: Test,
    /// Where it stands in the text of the filter, in bytes.
    pub span: Range<usize>,
}

/// What is looked for: things for which every clause holds.
///
/// A clause holds for a thing that has such a value, and where it passes; of the data sets
/// of a run, one must. `IS NULL` alone holds for what is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    clauses: Vec<Clause>,
}

impl Filter {
    /// The filter that is written so, for things of this kind: [`Kind::Run`],
    /// [`Kind::Experiment`], [`Kind::Model`] or [`Kind::Version`]. The empty text
    /// is the filter that everything passes.
    ///
    /// # Errors
    /// [`SyntaxError`] with the place where it is not a filter, and what was expected there.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, SyntaxError> {
        parse::filter(kind, text).map(|clauses| Self { clauses })
    }

    /// The clauses in the order of the text.
    pub fn clauses(&self) -> &[Clause] {
        &self.clauses
    }

    /// Whether a thing passes, whose values `of` gives, field by field.
    pub fn matches<'v, V: Iterator<Item = &'v Value>>(&self, of: impl Fn(&Field) -> V) -> bool {
        self.clauses.iter().all(|clause| {
            let mut values = of(&clause.field);
            match &clause.test {
                Test::Null => values.next().is_none(),
                test => values.any(|value| test.holds(value)),
            }
        })
    }
}
