use std::fmt;
use std::str::FromStr;

use arrow_schema::{DataType, TimeUnit};

use crate::{Error, Result};

/// The type of a column, apart from how it is stored.
///
/// Written as Arrow writes it: `Int64`, `Utf8`, `Timestamp(µs, "UTC")`. A dictionary is the
/// type of its values, the three layouts of text are one type, and so are the two of days.
///
/// ```
/// use mlops_validate::schema::ColumnType;
///
/// let wide: ColumnType = "Int64".parse()?;
/// let narrow: ColumnType = "Int32".parse()?;
/// assert!(wide.takes(&narrow) && !narrow.takes(&wide));
/// assert!("Int46".parse::<ColumnType>().is_err());
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ColumnType(Type);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Type {
    Flat(DataType),
    /// A type with fields, by what Arrow calls it: it is compared and not looked into.
    Nested(String),
}

/// What can be said of the values of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeKind {
    Whole,
    Float,
    Moment,
    Text,
    Other,
}

/// A flat type has a short name.
const LONGEST_FLAT: usize = 100;
/// A struct may have many fields.
const LONGEST: usize = 1 << 16;
const NESTED: [&str; 9] = [
    "List",
    "LargeList",
    "ListView",
    "LargeListView",
    "FixedSizeList",
    "Struct",
    "Map",
    "Union",
    "RunEndEncoded",
];

impl ColumnType {
    /// The type of an Arrow column.
    pub fn of(data_type: &DataType) -> Self {
        Self(match data_type {
            DataType::Dictionary(_, values) => return Self::of(values),
            DataType::LargeUtf8 | DataType::Utf8View => Type::Flat(DataType::Utf8),
            DataType::LargeBinary | DataType::BinaryView => Type::Flat(DataType::Binary),
            DataType::Date64 => Type::Flat(DataType::Date32),
            nested if nested.is_nested() => Type::Nested(nested.to_string()),
            flat => Type::Flat(flat.clone()),
        })
    }

    /// Whether a column of this type can take every value of a column of the other: it is
    /// the same, narrower, or has no value at all. Whole and floating point numbers are
    /// kept apart. Moments of a coarser unit are taken, from the years that the unit reaches.
    pub fn takes(&self, other: &Self) -> bool {
        let (Type::Flat(own), Type::Flat(other)) = (&self.0, &other.0) else {
            return self == other || other.0 == Type::Flat(DataType::Null);
        };
        match (own, other) {
            (_, DataType::Null) => true,
            (own, other) if own == other => true,
            (own, other) if own.is_signed_integer() && other.is_signed_integer() => width(own) > width(other),
            (own, other) if own.is_integer() && other.is_unsigned_integer() => width(own) > width(other),
            (own, other) if own.is_floating() && other.is_floating() => width(own) > width(other),
            (DataType::Decimal128(digits, scale), DataType::Decimal128(other_digits, other_scale)) => {
                let before = |digits: u8, scale: i8| i16::from(digits) - i16::from(scale);
                scale >= other_scale && before(*digits, *scale) >= before(*other_digits, *other_scale)
            }
            (DataType::Timestamp(unit, zone), DataType::Timestamp(other_unit, other_zone)) => {
                zone.is_some() == other_zone.is_some() && fineness(*unit) >= fineness(*other_unit)
            }
            _ => false,
        }
    }

    pub(crate) fn kind(&self) -> TypeKind {
        match &self.0 {
            Type::Flat(DataType::Utf8) => TypeKind::Text,
            Type::Flat(DataType::Timestamp(_, _) | DataType::Date32) => TypeKind::Moment,
            Type::Flat(whole) if whole.is_integer() => TypeKind::Whole,
            Type::Flat(DataType::Decimal128(_, _)) => TypeKind::Float,
            Type::Flat(float) if float.is_floating() => TypeKind::Float,
            Type::Flat(_) | Type::Nested(_) => TypeKind::Other,
        }
    }

    pub(crate) fn is_truth(&self) -> bool {
        *self.arrow() == DataType::Boolean
    }

    /// The Arrow type, for writing moments; `Null` for nested ones.
    pub(crate) fn arrow(&self) -> &DataType {
        match &self.0 {
            Type::Flat(data_type) => data_type,
            Type::Nested(_) => &DataType::Null,
        }
    }
}

fn width(data_type: &DataType) -> usize {
    data_type.primitive_width().unwrap_or(0)
}

fn fineness(unit: TimeUnit) -> u8 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 1,
        TimeUnit::Microsecond => 2,
        TimeUnit::Nanosecond => 3,
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Type::Flat(data_type) => write!(f, "{data_type}"),
            Type::Nested(name) => f.write_str(name),
        }
    }
}

impl FromStr for ColumnType {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = || {
            let expected = "an Arrow type, such as \"Int64\", \"Utf8\" or \"Timestamp(µs)\"";
            Error::invalid("schema", "type", format!("{text:?}"), expected)
        };
        let name = text.split(['(', '<', ' ']).next().unwrap_or_default();
        if NESTED.contains(&name) && text.len() > name.len() && text.len() <= LONGEST {
            return Ok(Self(Type::Nested(text.to_owned())));
        }
        // What nests is never given to the parser, which follows it down as deep as it goes.
        if text.len() > LONGEST_FLAT || text.matches('(').count() > 1 {
            return Err(invalid());
        }
        let data_type: DataType = text.parse().map_err(|_| invalid())?;
        if matches!(data_type, DataType::Dictionary(_, _)) || data_type.is_nested() {
            return Err(invalid());
        }
        Ok(Self::of(&data_type))
    }
}
