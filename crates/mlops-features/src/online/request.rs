use std::fmt;

use arrow_schema::DataType;
use mlops_core::Timestamp;

use crate::KeyPart;
use crate::pit::KeyKind;

/// What the values of a join key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyType {
    /// Whole numbers.
    Int,
    /// Text.
    Text,
}

impl KeyType {
    /// Of a column that can be the key of an online store.
    pub(super) fn of(data_type: &DataType) -> Self {
        if KeyKind::of(data_type) == Some(KeyKind::Int) { Self::Int } else { Self::Text }
    }

    pub(super) fn takes(self, part: &KeyPart) -> bool {
        matches!((self, part), (Self::Int, KeyPart::Int(_)) | (Self::Text, KeyPart::Text(_)))
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Int => "an integer",
            Self::Text => "text",
        })
    }
}

/// A join key that a request must bring.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct JoinKey {
    /// What the request, and the entity rows of a join, call it.
    pub name: String,
    /// What its values are.
    pub key_type: KeyType,
}

/// The value of a join key, borrowed from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a key is a whole number or text")]
pub enum KeyRef<'a> {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'a str),
}

impl KeyRef<'_> {
    pub(super) fn key_type(self) -> KeyType {
        match self {
            Self::Int(_) => KeyType::Int,
            Self::Text(_) => KeyType::Text,
        }
    }

    pub(super) fn to_part(self) -> KeyPart {
        match self {
            Self::Int(value) => value.into(),
            Self::Text(text) => text.into(),
        }
    }
}

impl From<i64> for KeyRef<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<'a> From<&'a str> for KeyRef<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// One request of many.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is what a look-up takes")]
pub struct OnlineRequest<'a> {
    /// When the decision is made.
    pub at: Timestamp,
    /// A number for each of [`columns`](super::OnlineFeatures::columns); NaN is missing.
    pub columns: &'a [f64],
    /// A value for each of [`join_keys`](super::OnlineFeatures::join_keys); `None` is missing.
    pub keys: &'a [Option<KeyRef<'a>>],
}
