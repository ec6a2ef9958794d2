use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type};
use arrow_schema::DataType;
use serde::{Serialize, Serializer};

use super::keys::{dictionary_of, text_at, whole_numbers};
use crate::{Error, Result};

/// What the rows of a group have in common in one column.
///
/// Ordered by value: `false` before `true`, numbers by size, text by its bytes; then by
/// kind, and rows without a value last.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum GroupKey {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number; never NaN, which is missing.
    Float(f64),
    /// A text.
    Text(Arc<str>),
    /// No value.
    Missing,
}

impl GroupKey {
    const fn kind(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Int(_) => 1,
            Self::Float(_) => 2,
            Self::Text(_) => 3,
            Self::Missing => 4,
        }
    }
}

impl Ord for GroupKey {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Int(left), Self::Int(right)) => left.cmp(right),
            (Self::Float(left), Self::Float(right)) => (left + 0.0).total_cmp(&(right + 0.0)),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            (left, right) => left.kind().cmp(&right.kind()),
        }
    }
}

impl PartialOrd for GroupKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for GroupKey {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for GroupKey {}

impl Hash for GroupKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind().hash(state);
        match self {
            Self::Bool(value) => value.hash(state),
            Self::Int(value) => value.hash(state),
            Self::Float(value) => (value + 0.0).to_bits().hash(state),
            Self::Text(value) => value.hash(state),
            Self::Missing => {}
        }
    }
}

impl fmt::Display for GroupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(&crate::error::shorten(value)),
            Self::Missing => f.write_str("missing"),
        }
    }
}

/// As JSON: the value itself, and `null` for none.
impl Serialize for GroupKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => mlops_core::number::serialize(value, serializer),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Missing => serializer.serialize_unit(),
        }
    }
}

impl From<bool> for GroupKey {
    fn from(key: bool) -> Self {
        Self::Bool(key)
    }
}

impl From<i64> for GroupKey {
    fn from(key: i64) -> Self {
        Self::Int(key)
    }
}

impl From<f64> for GroupKey {
    fn from(key: f64) -> Self {
        if key.is_nan() { Self::Missing } else { Self::Float(key) }
    }
}

impl From<&str> for GroupKey {
    fn from(key: &str) -> Self {
        Self::Text(key.into())
    }
}

impl From<String> for GroupKey {
    fn from(key: String) -> Self {
        Self::Text(key.into())
    }
}

/// A column by which rows fall into groups: a code a row, and the keys that the codes
/// stand for.
///
/// A row without a key is refused when rows are put together, as fairlearn does, unless
/// the column was told that such rows are a [group of their own](Self::missing_as_group).
///
/// ```
/// use mlops_validate::fairness::Feature;
/// let sex = Feature::new("sex", [Some("f"), None, Some("m"), Some("f")]).missing_as_group();
/// assert_eq!(sex.keys().len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    name: Arc<str>,
    keys: Vec<GroupKey>,
    codes: Vec<u32>,
    missing_is_a_group: bool,
}

impl Feature {
    /// The column `name`, a key or none for each row. O(n) look-ups.
    pub fn new<K: Into<GroupKey>>(
        name: impl Into<Arc<str>>,
        keys: impl IntoIterator<Item = Option<K>>,
    ) -> Self {
        let keys = keys.into_iter().map(|key| key.map_or(GroupKey::Missing, Into::into));
        let mut known: hashbrown::HashMap<GroupKey, u32> = hashbrown::HashMap::new();
        let codes = keys
            .map(|key| {
                let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
                *known.entry(key).or_insert(next)
            })
            .collect();
        let mut keys: Vec<(u32, GroupKey)> = known.into_iter().map(|(key, code)| (code, key)).collect();
        keys.sort_unstable_by_key(|(code, _)| *code);
        let keys: Vec<GroupKey> = keys.into_iter().map(|(_, key)| key).collect();
        Self::sorted(name.into(), &keys, codes)
    }

    /// A column of text, numbers or truth values. A dictionary is read by its codes, plain
    /// text costs a look-up a row. O(n).
    ///
    /// # Errors
    /// [`Error::Input`] for a column of another type.
    pub fn from_array(name: &str, array: &dyn Array) -> Result<Self> {
        if let DataType::Dictionary(_, _) = array.data_type() {
            return Self::from_dictionary(name, array);
        }
        let nulls = array.logical_nulls();
        let is_there = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        let rows = 0..array.len();
        Ok(match array.data_type() {
            DataType::Null => Self::new(name, rows.map(|_| None::<bool>)),
            DataType::Boolean => {
                let array = array.as_boolean();
                Self::new(name, rows.map(|row| is_there(row).then(|| array.value(row))))
            }
            DataType::Float64 => {
                let values = array.as_primitive::<Float64Type>().values();
                Self::new(name, rows.map(|row| is_there(row).then(|| values[row])))
            }
            DataType::Float32 => {
                let values = array.as_primitive::<Float32Type>().values();
                Self::new(name, rows.map(|row| is_there(row).then(|| f64::from(values[row]))))
            }
            other => match (whole_numbers(array), text_at(array)) {
                (Some(values), _) => Self::new(name, rows.map(|row| is_there(row).then(|| values[row]))),
                (None, Some(text)) => Self::of_text(name, rows.map(|row| is_there(row).then(|| text(row)))),
                (None, None) => {
                    let reason =
                        format!("it is of type {other}, expected groups: text, numbers or truth values");
                    return Err(Error::input(format!("feature {name:?}"), reason));
                }
            },
        })
    }

    /// Codes whose keys are known; rows without a key are a group.
    pub(crate) fn of_codes(name: &str, keys: &[GroupKey], codes: &[u32]) -> Self {
        Self::sorted(name.into(), keys, codes.to_vec()).missing_as_group()
    }

    /// As [`new`](Self::new), without an allocation a row.
    fn of_text<'a>(name: &str, keys: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut known: hashbrown::HashMap<Option<&'a str>, u32> = hashbrown::HashMap::new();
        let mut distinct = Vec::new();
        let codes = keys
            .map(|key| {
                *known.entry(key).or_insert_with(|| {
                    distinct.push(key.map_or(GroupKey::Missing, GroupKey::from));
                    u32::try_from(distinct.len() - 1).unwrap_or(u32::MAX)
                })
            })
            .collect();
        Self::sorted(name.into(), &distinct, codes)
    }

    fn from_dictionary(name: &str, array: &dyn Array) -> Result<Self> {
        let (values, codes) = dictionary_of(name, array)?;
        let of_values = Self::from_array(name, &values)?;
        let mut keys = of_values.keys;
        let missing = keys.iter().position(|key| *key == GroupKey::Missing).unwrap_or(keys.len());
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let of_value = of_values.codes;
        let codes: Vec<u32> = match array.nulls() {
            None => codes.iter().map(|code| of_value[*code]).collect(),
            Some(nulls) => {
                if missing as usize == keys.len() {
                    keys.push(GroupKey::Missing);
                }
                let of = |(code, is_there): (&usize, bool)| if is_there { of_value[*code] } else { missing };
                codes.iter().zip(nulls).map(of).collect()
            }
        };
        Ok(Self::sorted(name.into(), &keys, codes))
    }

    /// Sorts the keys, merges equal ones and leaves out those that no row has.
    fn sorted(name: Arc<str>, keys: &[GroupKey], mut codes: Vec<u32>) -> Self {
        let mut used = vec![false; keys.len()];
        for code in &codes {
            used[*code as usize] = true;
        }
        let mut order: Vec<usize> = (0..keys.len()).filter(|key| used[*key]).collect();
        order.sort_by(|left, right| keys[*left].cmp(&keys[*right]));
        let mut numbers = vec![0_u32; keys.len()];
        let mut sorted: Vec<GroupKey> = Vec::with_capacity(order.len());
        for key in order {
            if sorted.last() != Some(&keys[key]) {
                sorted.push(keys[key].clone());
            }
            numbers[key] = u32::try_from(sorted.len() - 1).unwrap_or(u32::MAX);
        }
        if numbers.iter().enumerate().any(|(key, number)| used[key] && *number as usize != key) {
            for code in &mut codes {
                *code = numbers[*code as usize];
            }
        }
        Self { name, keys: sorted, codes, missing_is_a_group: false }
    }

    /// The same column, where the rows without a value are a group: a model that fails
    /// those of whom less is known fails somebody.
    #[must_use]
    pub fn missing_as_group(self) -> Self {
        Self { missing_is_a_group: true, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its keys, ascending; each has a row.
    pub fn keys(&self) -> &[GroupKey] {
        &self.keys
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Refuses a row without a key, unless such rows are a group.
    pub(super) fn checked(&self) -> Result<()> {
        if self.missing_is_a_group || self.keys.last() != Some(&GroupKey::Missing) {
            return Ok(());
        }
        let missing = u32::try_from(self.keys.len() - 1).unwrap_or(u32::MAX);
        let row = self.codes.iter().position(|code| *code == missing).unwrap_or(0);
        let reason =
            format!("row {row} has no value, expected a group, or missing rows as a group of their own");
        Err(Error::input(format!("feature {:?}", self.name), reason))
    }
}
