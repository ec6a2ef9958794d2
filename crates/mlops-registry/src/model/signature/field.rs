use std::fmt;

use serde_json::Value;

/// A column or tensor that a model takes or gives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Field {
    /// Its name; without one it is known by its place, as the single tensor of a model often is.
    pub name: Option<String>,
    /// What it holds.
    pub kind: FieldType,
    /// Whether a caller must give it.
    pub required: bool,
}

impl Field {
    /// One that every call must bring.
    pub fn required(name: impl Into<String>, kind: FieldType) -> Self {
        Self { name: Some(name.into()), kind, required: true }
    }

    /// One that a call may leave out.
    pub fn optional(name: impl Into<String>, kind: FieldType) -> Self {
        Self { name: Some(name.into()), kind, required: false }
    }

    /// One that is known by its place.
    pub const fn unnamed(kind: FieldType) -> Self {
        Self { name: None, kind, required: true }
    }
}

/// As `name: type`, with `?` after the name of an optional one.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}{}: ", if self.required { "" } else { "?" })?;
        }
        self.kind.fmt(f)
    }
}

/// What a column or tensor holds; the words are MLflow's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// True or false.
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A whole number of 64 bits.
    Long,
    /// A number of 32 bits.
    Float,
    /// A number of 64 bits.
    Double,
    /// Text.
    String,
    /// Bytes.
    Binary,
    /// A moment.
    Datetime,
    /// An array of numbers in so many dimensions.
    Tensor {
        /// The type of its elements by numpy's name, such as `float32`.
        dtype: String,
        /// The length of each dimension; −1 for any.
        shape: Vec<i64>,
    },
    /// Any number of one type.
    Array(Box<FieldType>),
    /// Named properties, by name.
    Object(Vec<Field>),
    /// Any names with values of one type.
    Map(Box<FieldType>),
    /// Anything.
    Any,
}

impl FieldType {
    /// A tensor.
    pub fn tensor(dtype: impl Into<String>, shape: impl Into<Vec<i64>>) -> Self {
        Self::Tensor { dtype: dtype.into(), shape: shape.into() }
    }

    /// Any number of `items`.
    pub fn array(items: Self) -> Self {
        Self::Array(Box::new(items))
    }

    /// The types that hold one value.
    pub(super) const SCALARS: [(&'static str, Self); 8] = [
        ("boolean", Self::Boolean),
        ("integer", Self::Integer),
        ("long", Self::Long),
        ("float", Self::Float),
        ("double", Self::Double),
        ("string", Self::String),
        ("binary", Self::Binary),
        ("datetime", Self::Datetime),
    ];

    /// MLflow's word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::String => "string",
            Self::Binary => "binary",
            Self::Datetime => "datetime",
            Self::Tensor { .. } => "tensor",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Map(_) => "map",
            Self::Any => "any",
        }
    }
}

/// In one word where it is one: `double`, `tensor(float32)[-1, 3]`, `array<long>`.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tensor { dtype, shape } => write!(f, "tensor({dtype}){shape:?}"),
            Self::Array(items) => write!(f, "array<{items}>"),
            Self::Map(values) => write!(f, "map<{values}>"),
            Self::Object(properties) => {
                let words: Vec<String> = properties.iter().map(ToString::to_string).collect();
                write!(f, "object{{{}}}", words.join(", "))
            }
            scalar => f.write_str(scalar.as_str()),
        }
    }
}

/// A parameter of the call, such as the temperature of a language model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParamSpec {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: FieldType,
    /// What it is if the call does not say.
    pub default: Value,
    /// The length of a list of them, −1 for any; `None` for a single value.
    pub shape: Option<i64>,
}

impl ParamSpec {
    /// A single value.
    pub fn new(name: impl Into<String>, kind: FieldType, default: impl Into<Value>) -> Self {
        Self { name: name.into(), kind, default: default.into(), shape: None }
    }
}
