use std::fmt;

use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

/// What a feature's values are. Widths and encodings are the source's own affair: an
/// [`Int`](Self::Int) may be stored in 8 or 64 bits, and the join keeps it as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValueType {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A floating-point number.
    Float,
    /// Text.
    Text,
    /// A moment or a date.
    Timestamp,
}

impl ValueType {
    /// The value type of an Arrow type; `None` if features can't have it.
    pub fn of(data_type: &DataType) -> Option<Self> {
        use DataType as T;
        Some(match data_type {
            T::Boolean => Self::Bool,
            T::Int8 | T::Int16 | T::Int32 | T::Int64 | T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => {
                Self::Int
            }
            T::Float16 | T::Float32 | T::Float64 => Self::Float,
            T::Utf8 | T::LargeUtf8 | T::Utf8View => Self::Text,
            T::Timestamp(..) | T::Date32 | T::Date64 => Self::Timestamp,
            T::Dictionary(_, values) => return Self::of(values),
            _ => return None,
        })
    }

    /// Whether a model can take it as a number.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Bool | Self::Int | Self::Float)
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "text",
            Self::Timestamp => "timestamp",
        })
    }
}
