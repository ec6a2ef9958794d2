use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Field, Value};
use super::{SyntaxError, parse};
use crate::store::{Key, Kind};

/// A field to sort by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a field and a direction is what it is")]
pub struct OrderBy {
    /// What is compared.
    pub field: Field,
    /// Whether the highest comes first.
    pub descending: bool,
}

impl OrderBy {
    /// What is written so, such as ``metrics.`val/auc` DESC``, for things of this kind.
    /// Without a direction the lowest comes first.
    ///
    /// # Errors
    /// [`SyntaxError`] with the place where it is none, and what was expected there.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, SyntaxError> {
        parse::order(kind, text)
    }

    pub(crate) fn new(field: Field, descending: bool) -> Self {
        Self { field, descending }
    }
}

/// What a thing is sorted by, for one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every adapter must be able to order each of them")]
pub enum Rank {
    /// A value; not NaN.
    Value(Value),
    /// NaN: after all values, in either direction.
    NotANumber,
    /// No value: after everything, in either direction.
    Missing,
}

impl Rank {
    /// The rank of a value, if there is one.
    pub fn of(value: Option<Value>) -> Self {
        match value {
            None => Self::Missing,
            Some(Value::Number(number)) if number.is_nan() => Self::NotANumber,
            Some(value) => Self::Value(value),
        }
    }

    fn compare(&self, other: &Self, descending: bool) -> Ordering {
        const fn section(rank: &Rank) -> u8 {
            match rank {
                Rank::Value(_) => 0,
                Rank::NotANumber => 1,
                Rank::Missing => 2,
            }
        }
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => {
                let order = compare(a, b);
                if descending { order.reverse() } else { order }
            }
            _ => section(self).cmp(&section(other)),
        }
    }
}

/// Numbers as numbers, text by its bytes; numbers before text, should both ever meet.
fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Number(_), Value::Text(_)) => Ordering::Less,
        (Value::Text(_), Value::Number(_)) => Ordering::Greater,
    }
}

/// Where a thing stands in the order of a search: no two stand at the same place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "adapters compare all of it")]
pub struct Position {
    /// Its rank by each field of the order.
    pub ranks: Vec<Rank>,
    /// What comes first among equals: the lower.
    pub tie: i64,
    /// And then the lower key.
    pub key: Key,
}

impl Position {
    /// Which of two comes first, in this order.
    pub fn compare(&self, other: &Self, order: &[OrderBy]) -> Ordering {
        let ranks = self.ranks.iter().zip(&other.ranks).zip(order);
        ranks
            .map(|((a, b), by)| a.compare(b, by.descending))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| self.tie.cmp(&other.tie).then_with(|| self.key.cmp(&other.key)))
    }
}
