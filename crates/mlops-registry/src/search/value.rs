use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Field;
use crate::store::{Key, Kind};

/// A value that search compares. NaN is the same value as NaN.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "every adapter must be able to store and order each of them")]
pub enum Value {
    /// A number; NaN and the infinities are numbers. A moment is the number of its
    /// microseconds since 1970.
    Number(#[serde(with = "mlops_core::number")] f64),
    /// Text.
    Text(String),
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b).is_eq(),
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl From<f64> for Value {
    /// There is one NaN and one zero.
    fn from(number: f64) -> Self {
        Self::Number(if number.is_nan() { f64::NAN } else { number + 0.0 })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// When a metric had its value: the latest is the one with the highest step, then time, then value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "adapters store all of it")]
pub struct Moment {
    /// The step.
    pub step: i64,
    /// The time, in microseconds since 1970.
    pub at_micros: i64,
}

/// One value of one thing, as an index holds it.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "adapters store all of it")]
pub struct Facet {
    /// Which field.
    pub field: Field,
    /// Which of several values of the field; empty where there is one.
    pub part: String,
    /// The value.
    pub value: Value,
    /// For a metric, when it had this value.
    pub moment: Option<Moment>,
}

impl Facet {
    /// What stands between a part and what is a part of it; no name has such a character.
    pub const PART_OF: char = '\u{1}';

    /// Whether this value of a metric is later than the `other` one.
    pub fn is_after(&self, other: &Self) -> bool {
        let value = |facet: &Self| match facet.value {
            Value::Number(number) => number,
            Value::Text(_) => f64::NAN,
        };
        match self.moment.cmp(&other.moment) {
            // NaN is the highest, as in the order of the records.
            Ordering::Equal => value(self).total_cmp(&value(other)) == Ordering::Greater,
            other => other == Ordering::Greater,
        }
    }
}

/// Where a thing is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "adapters store all of it")]
pub struct Home {
    /// Whether it counts as deleted, though its record is there.
    pub deleted: bool,
    /// What comes first among equals: the lower, then the lower key.
    pub tie: i64,
}

/// What a record says of where a thing is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "adapters must heed each of them")]
pub enum Standing {
    /// Nothing: the record only belongs to it. A thing without a record of its own is not found.
    Unsaid,
    /// The record is its own, and it is listed there.
    Listed(Home),
    /// The record was its own, and is removed.
    Gone,
}

/// What a record speaks for: what it no longer says is gone once it is written again or removed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "adapters must heed each of them")]
pub enum Owned {
    /// These attributes.
    Attributes(&'static [&'static str]),
    /// One field.
    Field(Field),
    /// This part of these fields, and those that begin with it and [`PART_OF`](Facet::PART_OF).
    Part(Vec<Field>, String),
    /// One point of a metric: the field has the latest of its points. Which one is the
    /// latest once a point is removed, the records of the others say.
    Point(Field),
}

/// What one record says of one thing that can be searched for: the thing itself, if the
/// record is its own, or the thing that it belongs to.
///
/// It follows from the record alone, so that an index can be built from the records, and
/// compared with them.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Facets {
    /// The kind of the thing.
    pub kind: Kind,
    /// Which thing.
    pub key: Key,
    /// Where the thing is listed.
    pub standing: Standing,
    /// What the record speaks for.
    pub owned: Owned,
    /// What it says; nothing if it was removed.
    pub values: Vec<Facet>,
}
