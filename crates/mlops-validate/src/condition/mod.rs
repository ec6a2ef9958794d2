//! Which rows a rule is about: Great Expectations' `row_condition`.

mod evaluate;
mod gx;
mod pandas;

pub(crate) use evaluate::Columns;
use serde_json::{Value, json};

use crate::table::{Cell, Scalar};
use crate::{Error, Result};

/// A condition on rows, as an expectation's `row_condition` gives it.
///
/// Three spellings are read: a boolean expression as `pandas.DataFrame.query` has it
/// (comparisons with constants and between columns, `in`, `and`, `or`, `not`,
/// parentheses, `column.isnull()`, back-quoted names), Great Expectations' own
/// `col("x") > 5` and `col("x").notNull()`, and the JSON objects that its 1.x API writes.
/// A missing value fulfils no comparison but `!=`.
///
/// What else pandas could evaluate (arithmetic, methods, variables) is not: the
/// condition is kept, and an expectation with it can't be evaluated and says why.
#[derive(Clone, Debug)]
pub struct RowCondition {
    written: Value,
    parser: Option<String>,
    meaning: Result<Expr, String>,
}

/// Conditions in a JSON condition, all levels together; Great Expectations has the same limit.
const MAX_CONDITIONS: usize = 100;

impl RowCondition {
    /// An expression of pandas' query language.
    pub fn pandas(expression: &str) -> Self {
        Self {
            written: json!({"type": "pass_through", "pass_through_filter": expression}),
            parser: Some("pandas".to_owned()),
            meaning: pandas::parse(expression),
        }
    }

    /// Reads the `row_condition` and `condition_parser` of an expectation.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the condition is neither text nor one of Great Expectations'
    /// condition objects, if the parser is unknown, or if Great Expectations' own parser
    /// can't read it.
    pub(crate) fn from_json(
        condition: &Value,
        parser: Option<&str>,
        invalid: impl Fn(&str, &Value, &str) -> Error,
    ) -> Result<Self> {
        let native = match parser {
            None | Some("pandas" | "spark") => false,
            Some("great_expectations" | "great_expectations__experimental__") => true,
            Some(other) => {
                let expected = "\"pandas\", \"great_expectations\" or \"spark\"";
                return Err(invalid("condition_parser", &Value::from(other), expected));
            }
        };
        let parser = parser.map(ToOwned::to_owned);
        let (written, meaning) = match condition {
            Value::String(text) if native => {
                let expr =
                    gx::parse(text).map_err(|expected| invalid("row_condition", condition, &expected))?;
                (gx::to_json(&expr), Ok(expr))
            }
            Value::String(text) => {
                (json!({"type": "pass_through", "pass_through_filter": text}), pandas::parse(text))
            }
            Value::Object(_) => {
                let mut left = MAX_CONDITIONS;
                let meaning = gx::from_json(condition, &mut left, true)
                    .map_err(|expected| invalid("row_condition", condition, &expected))?;
                (condition.clone(), meaning)
            }
            _ => return Err(invalid("row_condition", condition, "text or a condition object")),
        };
        Ok(Self { written, parser, meaning })
    }

    /// The condition as Great Expectations 1.x writes it.
    pub fn to_json(&self) -> Value {
        self.written.clone()
    }

    /// The name of the parser that reads it, if one was given.
    pub fn parser(&self) -> Option<&str> {
        self.parser.as_deref()
    }

    /// Two conditions with the same key choose the same rows.
    pub(crate) fn key(&self) -> String {
        match &self.meaning {
            Ok(expr) => format!("{expr:?}"),
            Err(_) => self.written.to_string(),
        }
    }

    /// What it means, or why that can't be said.
    pub(crate) fn meaning(&self) -> Result<&Expr, Error> {
        self.meaning
            .as_ref()
            .map_err(|reason| Error::Evaluation { rule: self.rule(), reason: reason.clone() })
    }

    /// The condition in words.
    pub(crate) fn describe(&self) -> String {
        let text = self.written.get("pass_through_filter").and_then(Value::as_str);
        text.map_or_else(|| self.written.to_string(), ToOwned::to_owned)
    }

    pub(crate) fn rule(&self) -> String {
        format!("row_condition {:?}", self.describe())
    }
}

/// A condition, taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Compare { left: Operand, op: Comparison, right: Operand },
    In { column: String, constants: Vec<Constant>, negated: bool },
    IsMissing { column: String, negated: bool },
    Flag { column: String },
    Not(Box<Expr>),
    All(Vec<Expr>),
    Any(Vec<Expr>),
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Column(String),
    Constant(Constant),
}

/// A constant that is equal only to the same spelling.
#[derive(Clone, Debug)]
pub(crate) struct Constant(pub(crate) Scalar);

impl PartialEq for Constant {
    fn eq(&self, other: &Self) -> bool {
        format!("{:?}", self.0) == format!("{:?}", other.0)
    }
}

impl Constant {
    fn from_json(value: &Value) -> Option<Self> {
        Cell::from_json(value).map(Self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    const ALL: [(&str, Self); 6] = [
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("<", Self::Less),
        (">", Self::Greater),
    ];

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, op)| *op)
    }

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, op)| *op == self).map_or("==", |(name, _)| name)
    }

    /// The same comparison with its sides exchanged.
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            other => other,
        }
    }
}

impl Expr {
    /// The columns that it looks at.
    pub(crate) fn columns(&self) -> Vec<&str> {
        match self {
            Self::Compare { left, right, .. } => [left, right]
                .into_iter()
                .filter_map(|operand| match operand {
                    Operand::Column(name) => Some(name.as_str()),
                    Operand::Constant(_) => None,
                })
                .collect(),
            Self::In { column, .. } | Self::IsMissing { column, .. } | Self::Flag { column } => vec![column],
            Self::Not(inner) => inner.columns(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::columns).collect(),
        }
    }
}
