use std::fmt;
use std::sync::Arc;

use arrow_schema::DataType;
use serde_json::{Map, Value};

use super::cell::{Cell, Scalar};
use super::is_moment;

/// The values of one row in the columns of a rule about several.
#[derive(Clone, Debug)]
pub struct Record {
    of: Arc<RecordOf>,
    values: Vec<Scalar>,
}

/// What all records of a rule have in common.
#[derive(Debug)]
pub(crate) struct RecordOf {
    columns: Vec<String>,
    absences: Vec<Absence>,
    /// Written as a list, as Great Expectations has pairs; else as an object.
    pair: bool,
}

/// What a missing value is for pandas, which decides how it is counted and sorted there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absence {
    /// A floating point NaN: equal to nothing, itself included; below nothing.
    Number,
    /// A missing moment. As a pair's it is like NaN, else equal to itself; below nothing.
    Moment,
    /// One and the same object: equal to itself, and has no order.
    Object,
}

impl RecordOf {
    /// Records of these columns.
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = (&'a str, &'a DataType)>, pair: bool) -> Self {
        let (columns, absences) =
            columns.into_iter().map(|(name, data_type)| (name.to_owned(), Absence::of(data_type))).unzip();
        Self { columns, absences, pair }
    }
}

impl Absence {
    fn of(data_type: &DataType) -> Self {
        if is_moment(data_type) {
            Self::Moment
        } else if data_type.is_integer() || data_type.is_floating() {
            Self::Number
        } else {
            Self::Object
        }
    }
}

impl Record {
    pub(crate) fn new(of: &Arc<RecordOf>, values: Vec<Scalar>) -> Self {
        Self { of: Arc::clone(of), values }
    }

    /// The columns with their values, in the order of the rule.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Scalar)> {
        self.of.columns.iter().map(String::as_str).zip(&self.values)
    }

    /// As Great Expectations lists it: a pair as a list, else an object by column.
    pub(crate) fn to_json(&self) -> Value {
        if self.of.pair {
            return self.as_list();
        }
        let object: Map<String, Value> =
            self.iter().map(|(name, value)| (name.to_owned(), value.to_json())).collect();
        Value::Object(object)
    }

    /// As Great Expectations counts it: a list of the values.
    pub(crate) fn as_list(&self) -> Value {
        let mut seen: Vec<&str> = Vec::new();
        let mut list = Vec::new();
        for (name, value) in self.iter() {
            if self.of.pair {
                list.push(in_a_pair(value));
            } else if !seen.contains(&name) {
                // An object has every column once.
                seen.push(name);
                list.push(value.to_json());
            }
        }
        Value::from(list)
    }

    fn absences(&self) -> impl Iterator<Item = (Absence, &Scalar)> {
        let of_pair = |absence| match absence {
            Absence::Moment if self.of.pair => Absence::Number,
            absence => absence,
        };
        self.of.absences.iter().map(move |absence| of_pair(*absence)).zip(&self.values)
    }

    /// Whether Python has two records as one.
    pub(crate) fn is_one_with(&self, other: &Self) -> bool {
        self.absences().zip(&other.values).all(|((absence, own), other)| is_one(absence, own, other))
    }

    /// Whether this record is below the other, as Python compares tuples; `None` if two
    /// values have no order.
    pub(crate) fn is_below(&self, other: &Self) -> Option<bool> {
        for ((absence, own), other) in self.absences().zip(&other.values) {
            if is_one(absence, own, other) {
                continue;
            }
            return if own.is_missing() || other.is_missing() {
                // Nothing is below NaN, nor is it below anything.
                (absence != Absence::Object).then_some(false)
            } else {
                own.is_below(other)
            };
        }
        Some(false)
    }
}

fn is_one(absence: Absence, own: &Scalar, other: &Scalar) -> bool {
    own.same(other) || (absence != Absence::Number && own.is_missing() && other.is_missing())
}

/// Of a pair's moments the fraction is always written.
fn in_a_pair(value: &Scalar) -> Value {
    match value {
        Cell::Moment { nanos, .. } => {
            let naive = Cell::Moment { nanos: *nanos, zoned: false };
            let fraction = if nanos % 1_000_000_000 == 0 { ".000000" } else { "" };
            Value::from(format!("{naive}{fraction}"))
        }
        value => value.to_json(),
    }
}

impl fmt::Display for Record {
    /// For people: `a=1, b=2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (name, value)) in self.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            match value {
                Cell::Text(text) => write!(f, "{separator}{name}={text:?}")?,
                value => write!(f, "{separator}{name}={value}")?,
            }
        }
        Ok(())
    }
}
