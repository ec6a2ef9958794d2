use serde::Serialize;
use serde_json::Value;

use super::cells::{Kind, kind};
use crate::document::Fields;
use crate::{Error, Result};
use arrow_schema::Schema;

/// How much a number is changed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Amount {
    /// So much, in the column's unit: for moments nanoseconds, for days days.
    Absolute(f64),
    /// So many standard deviations of the column.
    Deviations(f64),
    /// This share of the value itself: 0.1 is a tenth.
    Relative(f64),
}

/// Upper or lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "letters have no third case")]
pub enum Case {
    /// All letters.
    Upper,
    /// All letters.
    Lower,
}

/// What is done to the values of one or more columns.
///
/// Types are kept: whole numbers stay whole, and numbers stay within the smallest and largest of
/// the column unless it is [allowed](Self::beyond_range) to leave them, so that no row is tested
/// that can't be. A missing value stays missing. What is drawn depends on the seed, the test and the row
/// alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Perturbation {
    pub(super) columns: Vec<String>,
    #[serde(flatten)]
    pub(super) change: Change,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) range: Option<(f64, f64)>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) beyond_range: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Change {
    Noise { by: Amount },
    Shift { by: Amount },
    Round { digits: i32 },
    Swap {},
    Missing {},
    Case { to: Case },
    Whitespace {},
    Typo {},
    Shuffle {},
    Set { value: Value },
}

pub(super) const KINDS: [&str; 10] =
    ["noise", "shift", "round", "swap", "missing", "case", "whitespace", "typo", "shuffle", "set"];

impl Perturbation {
    fn new(column: impl Into<String>, change: Change) -> Self {
        Self { columns: vec![column.into()], change, range: None, beyond_range: false }
    }

    /// Adds to a number another between `-by` and `by`, each as likely as the other.
    pub fn noise(column: impl Into<String>, by: Amount) -> Self {
        Self::new(column, Change::Noise { by })
    }

    /// Adds `by` to a number; below 0 it lowers it.
    pub fn shift(column: impl Into<String>, by: Amount) -> Self {
        Self::new(column, Change::Shift { by })
    }

    /// Rounds a number to so many digits after the point; −2 is to hundreds.
    pub fn round(column: impl Into<String>, digits: i32) -> Self {
        Self::new(column, Change::Round { digits })
    }

    /// Puts another of the column's values there, each as likely as the other.
    pub fn swap(column: impl Into<String>) -> Self {
        Self::new(column, Change::Swap {})
    }

    /// Takes the value away.
    pub fn missing(column: impl Into<String>) -> Self {
        Self::new(column, Change::Missing {})
    }

    /// Writes a text in upper or lower case.
    pub fn case(column: impl Into<String>, to: Case) -> Self {
        Self::new(column, Change::Case { to })
    }

    /// Puts a space before a text, behind it, or both.
    pub fn whitespace(column: impl Into<String>) -> Self {
        Self::new(column, Change::Whitespace {})
    }

    /// Swaps two neighbouring characters of a text, leaves one out, or doubles one.
    pub fn typo(column: impl Into<String>) -> Self {
        Self::new(column, Change::Typo {})
    }

    /// Deals the column's values out anew over all rows; several columns keep together.
    pub fn shuffle(column: impl Into<String>) -> Self {
        Self::new(column, Change::Shuffle {})
    }

    /// Puts this value there, in each row.
    pub fn set(column: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::new(column, Change::Set { value: value.into() })
    }

    /// Does the same to one more column.
    #[must_use]
    pub fn and(mut self, column: impl Into<String>) -> Self {
        self.columns.push(column.into());
        self
    }

    /// Numbers stay within these, instead of the smallest and largest of the column.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Numbers may leave the range of the column. They still have to fit into its type.
    #[must_use]
    pub fn beyond_range(mut self) -> Self {
        self.beyond_range = true;
        self
    }

    pub(super) fn read(mut fields: Fields) -> Result<Self> {
        let word = KINDS.map(|kind| (kind, kind));
        let kind = fields.word("kind", &word)?;
        let kind = fields.needed("kind", kind, &KINDS.join(", "))?;
        let columns = super::read::columns(&mut fields)?;
        let change = match kind {
            "noise" => Change::Noise { by: read_amount(&mut fields)? },
            "shift" => Change::Shift { by: read_amount(&mut fields)? },
            "round" => {
                let expected = "a whole number, -15 to 15";
                let digits = match fields.value("digits") {
                    None => None,
                    Some(value) => match value.as_i64().and_then(|digits| i32::try_from(digits).ok()) {
                        Some(digits) => Some(digits),
                        None => return Err(fields.invalid("digits", value, expected)),
                    },
                };
                Change::Round { digits: fields.needed("digits", digits, expected)? }
            }
            "swap" => Change::Swap {},
            "missing" => Change::Missing {},
            "case" => {
                let to = fields.word("to", &[("upper", Case::Upper), ("lower", Case::Lower)])?;
                Change::Case { to: fields.needed("to", to, "upper or lower")? }
            }
            "whitespace" => Change::Whitespace {},
            "typo" => Change::Typo {},
            "shuffle" => Change::Shuffle {},
            _ => {
                let value = fields.value("value");
                Change::Set { value: fields.needed("value", value, "the value to put there, or null")? }
            }
        };
        let range = match fields.value("range") {
            None => None,
            Some(value) => {
                let numbers: Option<Vec<f64>> =
                    value.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
                match numbers.as_deref() {
                    Some([low, high]) => Some((*low, *high)),
                    _ => return Err(fields.invalid("range", value, RANGE)),
                }
            }
        };
        let beyond_range = fields.truth("beyond_range")?.unwrap_or(false);
        fields.finish()?;
        Ok(Self { columns, change, range, beyond_range })
    }

    /// Refuses settings that can't be meant; `path` is where they stand.
    pub(super) fn check(&self, path: &str) -> Result<()> {
        let refuse = |key: &str, value: &dyn std::fmt::Display, expected: &str| {
            Err(Error::invalid(super::WHAT, format!("{path}.{key}"), value, expected))
        };
        if self.columns.is_empty() {
            return refuse("columns", &"[]", "at least one column");
        }
        match &self.change {
            Change::Noise { by } | Change::Shift { by } => {
                let (Amount::Absolute(by) | Amount::Deviations(by) | Amount::Relative(by)) = by;
                let is_noise = matches!(self.change, Change::Noise { .. });
                if !by.is_finite() || *by == 0.0 || (is_noise && *by < 0.0) {
                    let expected = if is_noise { "a number above 0" } else { "a finite number other than 0" };
                    return refuse("by", by, expected);
                }
            }
            Change::Round { digits } if !(-15..=15).contains(digits) => {
                return refuse("digits", digits, "a whole number, -15 to 15");
            }
            Change::Set { value } if value.is_array() || value.is_object() => {
                return refuse("value", value, "a number, text, truth value or null");
            }
            _ => {}
        }
        match self.range {
            Some((low, high)) if !(low <= high && low.is_finite() && high.is_finite()) => {
                refuse("range", &format!("[{low}, {high}]"), RANGE)
            }
            _ => Ok(()),
        }
    }

    /// Refuses columns that a table does not have, or whose values are not of the kind.
    pub(super) fn check_columns(&self, path: &str, schema: &Schema) -> Result<()> {
        for column in &self.columns {
            let (_, field) = super::read::field_of(path, schema, column)?;
            let found = kind(field.data_type());
            let numeric = [Some(Kind::Whole), Some(Kind::Floating), Some(Kind::Moment)];
            let expected = match &self.change {
                Change::Noise { .. } | Change::Shift { .. } if !numeric.contains(&found) => {
                    Some("a column of numbers, days or moments")
                }
                Change::Round { .. } if !numeric[..2].contains(&found) => Some("a column of numbers"),
                Change::Case { .. } | Change::Whitespace {} | Change::Typo {}
                    if found != Some(Kind::Text) =>
                {
                    Some("a column of text")
                }
                Change::Swap {} | Change::Set { .. } | Change::Shuffle {} | Change::Missing {}
                    if found.is_none() =>
                {
                    Some("a column of numbers, text, truth values, days or moments")
                }
                Change::Missing {} if !field.is_nullable() => Some("a column that may have missing values"),
                Change::Set { value } if super::cells::constant(value, field.data_type()).is_none() => {
                    let at = format!("{path}.value");
                    let expected = format!("a value of column {column:?}, {}", field.data_type());
                    return Err(Error::invalid(super::WHAT, at, value, expected));
                }
                Change::Set { value: Value::Null } if !field.is_nullable() => {
                    Some("a column that may have missing values")
                }
                _ => None,
            };
            if let Some(expected) = expected {
                let found = format!("{column:?}, {}", field.data_type());
                return Err(Error::invalid(super::WHAT, format!("{path}.columns"), found, expected));
            }
        }
        Ok(())
    }
}

const RANGE: &str = "a list of two finite numbers, the lower first";

/// `by` in the column's unit, `deviations` or `relative`: one of them.
fn read_amount(fields: &mut Fields) -> Result<Amount> {
    // As it is written, complete: {"by": {"deviations": 0.1}}.
    let expected = "a number, or one of absolute, deviations, relative";
    match fields.value("by") {
        Some(Value::Number(number)) => {
            let value = number.as_f64().unwrap_or(f64::NAN);
            Ok(Amount::Absolute(value))
        }
        Some(Value::Object(object)) => {
            let mut entries = object.iter();
            match (entries.next(), entries.next()) {
                (Some((name, Value::Number(number))), None) => {
                    let value = number.as_f64().unwrap_or(f64::NAN);
                    match name.as_str() {
                        "absolute" => Ok(Amount::Absolute(value)),
                        "deviations" => Ok(Amount::Deviations(value)),
                        "relative" => Ok(Amount::Relative(value)),
                        _ => {
                            let words = ["absolute", "deviations", "relative"];
                            let known = crate::document::one_of(&words, Some(name));
                            Err(fields.invalid("by", format!("{name:?}"), known))
                        }
                    }
                }
                _ => Err(fields.invalid("by", Value::Object(object), expected)),
            }
        }
        Some(other) => Err(fields.invalid("by", other, expected)),
        None => Err(fields.invalid("by", "missing", expected)),
    }
}
