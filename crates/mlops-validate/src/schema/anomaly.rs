use std::fmt;

use mlops_core::{Finding, Severity};
use serde::{Deserialize, Serialize};

/// What is strange about a table, under the names of TensorFlow Data Validation.
///
/// Those that it has no name for are named in its way and marked as ours.
///
/// # Source
/// `AnomalyInfo.Type` in `anomalies.proto` of TensorFlow Metadata 1.16, as far as tables
/// have them: lists of values, images and sparse features are left out, and so are the
/// comparisons of two data sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum AnomalyType {
    /// The table has too few rows.
    DatasetLowNumExamples,
    /// The table has too many rows.
    DatasetHighNumExamples,
    /// A column of the schema is not there.
    SchemaMissingColumn,
    /// A column is not in the schema.
    SchemaNewColumn,
    /// A column is of another type, which the type of the schema does not take.
    UnexpectedDataType,
    /// No row has a value, although some must.
    FeatureTypeNotPresent,
    /// Too small a share of the rows has a value.
    FeatureTypeLowFractionPresent,
    /// Texts occur that are not of the domain.
    EnumTypeUnexpectedStringValues,
    /// A whole number is too large.
    IntTypeBigInt,
    /// A whole number is too small.
    IntTypeSmallInt,
    /// A floating point number is too large.
    FloatTypeBigFloat,
    /// A floating point number is too small.
    FloatTypeSmallFloat,
    /// NaN occurs.
    FloatTypeHasNan,
    /// An infinite number occurs.
    FloatTypeHasInf,
    /// A moment is too early. A name of ours.
    TimeTypeEarly,
    /// A moment is too late. A name of ours.
    TimeTypeLate,
    /// A value occurs twice in a column of unique values. A name of ours.
    FeatureTypeNotUnique,
}

impl AnomalyType {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::DatasetLowNumExamples,
        Self::DatasetHighNumExamples,
        Self::SchemaMissingColumn,
        Self::SchemaNewColumn,
        Self::UnexpectedDataType,
        Self::FeatureTypeNotPresent,
        Self::FeatureTypeLowFractionPresent,
        Self::EnumTypeUnexpectedStringValues,
        Self::IntTypeBigInt,
        Self::IntTypeSmallInt,
        Self::FloatTypeBigFloat,
        Self::FloatTypeSmallFloat,
        Self::FloatTypeHasNan,
        Self::FloatTypeHasInf,
        Self::TimeTypeEarly,
        Self::TimeTypeLate,
        Self::FeatureTypeNotUnique,
    ];

    /// Its name, such as `SCHEMA_NEW_COLUMN`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DatasetLowNumExamples => "DATASET_LOW_NUM_EXAMPLES",
            Self::DatasetHighNumExamples => "DATASET_HIGH_NUM_EXAMPLES",
            Self::SchemaMissingColumn => "SCHEMA_MISSING_COLUMN",
            Self::SchemaNewColumn => "SCHEMA_NEW_COLUMN",
            Self::UnexpectedDataType => "UNEXPECTED_DATA_TYPE",
            Self::FeatureTypeNotPresent => "FEATURE_TYPE_NOT_PRESENT",
            Self::FeatureTypeLowFractionPresent => "FEATURE_TYPE_LOW_FRACTION_PRESENT",
            Self::EnumTypeUnexpectedStringValues => "ENUM_TYPE_UNEXPECTED_STRING_VALUES",
            Self::IntTypeBigInt => "INT_TYPE_BIG_INT",
            Self::IntTypeSmallInt => "INT_TYPE_SMALL_INT",
            Self::FloatTypeBigFloat => "FLOAT_TYPE_BIG_FLOAT",
            Self::FloatTypeSmallFloat => "FLOAT_TYPE_SMALL_FLOAT",
            Self::FloatTypeHasNan => "FLOAT_TYPE_HAS_NAN",
            Self::FloatTypeHasInf => "FLOAT_TYPE_HAS_INF",
            Self::TimeTypeEarly => "TIME_TYPE_EARLY",
            Self::TimeTypeLate => "TIME_TYPE_LATE",
            Self::FeatureTypeNotUnique => "FEATURE_TYPE_NOT_UNIQUE",
        }
    }

    /// How much it matters if a schema does not say otherwise: what makes readers fail is
    /// critical, what only looks new is a warning.
    pub const fn severity(self) -> Severity {
        match self {
            Self::SchemaNewColumn
            | Self::IntTypeBigInt
            | Self::IntTypeSmallInt
            | Self::FloatTypeBigFloat
            | Self::FloatTypeSmallFloat
            | Self::FloatTypeHasNan
            | Self::FloatTypeHasInf
            | Self::TimeTypeEarly
            | Self::TimeTypeLate => Severity::Warning,
            _ => Severity::Critical,
        }
    }
}

impl fmt::Display for AnomalyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One thing that is strange about a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Anomaly {
    /// The column; `None` if it is the table.
    pub column: Option<String>,
    /// What it is.
    pub anomaly: AnomalyType,
    /// How much it matters.
    pub severity: Severity,
    /// The number that was seen: a share of the rows or values, or a count of rows.
    pub observed: Option<f64>,
    /// The first different values that are strange, in row order, as text; at most
    /// [`EXAMPLES`](super::SchemaCheck::EXAMPLES).
    pub examples: Vec<String>,
    /// What the schema asks for.
    pub expected: String,
    /// The same in words for a person.
    pub reason: String,
}

impl Anomaly {
    /// As a finding, for a report or an alert.
    pub fn finding(&self) -> Finding {
        Finding {
            subject: self.column.clone().unwrap_or_else(|| "table".to_owned()),
            rule: self.anomaly.name().to_owned(),
            severity: self.severity,
            observed: self.observed,
            expected: self.expected.clone(),
            reason: self.reason.clone(),
        }
    }
}
