use std::fmt;
use std::sync::Arc;

use mlops_core::Timestamp;

use crate::definition::ValueType;

/// The value of one feature.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Not known.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A floating-point number, NaN and infinities included.
    Float(f64),
    /// Text. Cloning shares it.
    Text(Arc<str>),
    /// A moment.
    Timestamp(Timestamp),
}

impl Value {
    /// Its type; none if it is null.
    pub fn value_type(&self) -> Option<ValueType> {
        Some(match self {
            Self::Null => return None,
            Self::Bool(_) => ValueType::Bool,
            Self::Int(_) => ValueType::Int,
            Self::Float(_) => ValueType::Float,
            Self::Text(_) => ValueType::Text,
            Self::Timestamp(_) => ValueType::Timestamp,
        })
    }

    /// What a model reads: null is NaN, false is 0, true is 1, integers beyond 2⁵³ are
    /// rounded. `None` for what is no number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Null => Some(f64::NAN),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Text(_) | Self::Timestamp(_) => None,
        }
    }

    /// Whether both are the same to the last bit: unlike with `==`, NaN is the same as itself,
    /// and 0 is not the same as −0.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(one), Self::Float(other)) => one.to_bits() == other.to_bits(),
            _ => self == other,
        }
    }
}

macro_rules! value_from {
    ($($type:ty => $variant:ident),+) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        })+
    };
}
value_from!(bool => Bool, i64 => Int, f64 => Float, &str => Text, String => Text, Timestamp => Timestamp);

impl<V: Into<Self>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One column of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyPart {
    /// A whole number.
    Int(i64),
    /// Text.
    Text(Box<str>),
}

impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
        }
    }
}

impl From<i64> for KeyPart {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for KeyPart {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for KeyPart {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

/// Whose features: the values of the join keys, in the order of the view.
///
/// ```
/// use mlops_features::{EntityKey, KeyPart};
/// let flight = EntityKey::from_iter([KeyPart::from("UA"), KeyPart::from(1545)]);
/// assert_eq!(flight.to_string(), "(UA, 1545)");
/// assert_ne!(EntityKey::from(1), EntityKey::from("1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityKey(Box<[KeyPart]>);

impl EntityKey {
    /// The values, one for each join key.
    pub fn parts(&self) -> &[KeyPart] {
        &self.0
    }
}

impl FromIterator<KeyPart> for EntityKey {
    fn from_iter<I: IntoIterator<Item = KeyPart>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl<P: Into<KeyPart>> From<P> for EntityKey {
    fn from(part: P) -> Self {
        Self(Box::new([part.into()]))
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (index, part) in self.0.iter().enumerate() {
            write!(f, "{}{part}", if index == 0 { "" } else { ", " })?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_are_numbers() {
        assert!(Value::Null.as_number().unwrap().is_nan());
        assert_eq!(Value::from(true).as_number(), Some(1.0));
        assert_eq!(Value::from(3).as_number(), Some(3.0));
        assert_eq!(Value::from("3").as_number(), None);
        assert_eq!(Value::from(None::<f64>), Value::Null);
    }

    #[test]
    fn the_same_is_the_same_bits() {
        assert!(Value::from(f64::NAN).is_same(&Value::from(f64::NAN)));
        assert!(!Value::from(0.0).is_same(&Value::from(-0.0)));
        assert!(!Value::from(1).is_same(&Value::from(1.0)));
    }
}
