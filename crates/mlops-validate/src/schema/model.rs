use std::collections::{BTreeMap, BTreeSet};

use mlops_core::{Severity, Version};

use super::column_type::TypeKind;
use super::{AnomalyType, ColumnType, file};
use crate::table::{read_moment, write_moment};
use crate::{Error, Result};

/// What a table has to look like: its columns, their types, how many values are there, and
/// which.
///
/// Inferred from data by [`SchemaInference`](super::SchemaInference), reviewed by people as
/// TOML or JSON, and checked against other tables. Valid by construction.
///
/// ```
/// use mlops_validate::schema::Schema;
///
/// let schema = Schema::from_toml(r#"
///     format = 1
///     name = "flights"
///     version = "1.0.0"
///
///     [[columns]]
///     name = "dest"
///     type = "Utf8"
///     min_presence = 1.0
///     domain = ["BOS", "JFK"]
/// "#)?;
/// assert_eq!(Schema::from_json(&schema.to_json())?, schema);
///
/// let error = Schema::from_toml("format = 1\nname = \"f\"\nversion = \"1.0.0\"\nrows = 3").unwrap_err();
/// assert_eq!(error.to_string(), "schema can't be read at line 4, column 8");
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// What the table is called.
    pub name: String,
    /// The version of the contract; see [`Evolution`](super::Evolution).
    pub version: Version,
    /// How much anomalies matter, where it is not [what it is usually](AnomalyType::severity).
    pub severities: BTreeMap<AnomalyType, Severity>,
    /// The fewest and the most rows.
    pub rows: CountRange,
    pub(super) columns: Vec<ColumnSchema>,
}

/// What a column has to look like.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ColumnSchema {
    /// Its name.
    pub name: String,
    /// What the values are.
    pub data_type: ColumnType,
    /// The share of rows that must have a value, from 0 to 1; NaN is none. 1 if the column
    /// is not nullable; at 0 the column need not be there at all.
    pub min_presence: f64,
    /// Whether NaN may occur. It is a missing value in any case.
    pub nan: bool,
    /// Whether infinite numbers may occur.
    pub infinite: bool,
    /// The texts that may occur; any if there is none.
    pub domain: Option<Vec<String>>,
    /// The share of the values that must be of the domain.
    pub min_domain_mass: f64,
    /// Where the values lie.
    pub range: Range,
    /// Whether no value may occur twice.
    pub unique: bool,
    /// For people.
    pub description: Option<String>,
}

/// Where values lie, with both ends; an end that is absent is open.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Range {
    /// Anywhere.
    #[default]
    Any,
    /// Whole numbers.
    Whole {
        /// The lowest.
        min: Option<i128>,
        /// The highest.
        max: Option<i128>,
    },
    /// Floating point numbers and decimals.
    Float {
        /// The lowest.
        min: Option<f64>,
        /// The highest.
        max: Option<f64>,
    },
    /// Moments and days, in nanoseconds since 1970-01-01 (UTC).
    Moment {
        /// The earliest.
        min: Option<i128>,
        /// The latest.
        max: Option<i128>,
    },
}

/// A count with its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a range has two ends")]
pub struct CountRange {
    /// The fewest.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
}

impl Range {
    /// A range without ends is [`Range::Any`].
    pub(super) fn closed(self) -> Self {
        match self {
            Self::Whole { min: None, max: None }
            | Self::Float { min: None, max: None }
            | Self::Moment { min: None, max: None } => Self::Any,
            range => range,
        }
    }
}

impl Schema {
    /// A schema of these columns, at version 1.0.0.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the place of the first part that can't be: a name that is
    /// empty or there twice, a range that ends before it begins, a domain of numbers.
    pub fn new(name: impl Into<String>, columns: Vec<ColumnSchema>) -> Result<Self> {
        let schema = Self {
            name: name.into(),
            version: Version::new(1, 0, 0),
            severities: BTreeMap::new(),
            rows: CountRange::default(),
            columns,
        };
        schema.checked()
    }

    /// The same with another version of the contract.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// The columns, in the order of the table.
    pub fn columns(&self) -> &[ColumnSchema] {
        &self.columns
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&ColumnSchema> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// How much an anomaly matters here.
    pub fn severity(&self, anomaly: AnomalyType) -> Severity {
        self.severities.get(&anomaly).copied().unwrap_or_else(|| anomaly.severity())
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`Error::Parse`] with the line if the text is not JSON or not of this form,
    /// [`Error::Invalid`] with the path if a part says what can't be.
    pub fn from_json(text: &str) -> Result<Self> {
        file::from_json(text)
    }

    /// Reads the TOML form.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_toml(text: &str) -> Result<Self> {
        file::from_toml(text)
    }

    /// As JSON, always in the same order.
    pub fn to_json(&self) -> String {
        file::to_json(self)
    }

    /// As TOML, always in the same order.
    pub fn to_toml(&self) -> String {
        file::to_toml(self, |_| None)
    }

    pub(super) fn checked(mut self) -> Result<Self> {
        for column in &mut self.columns {
            column.range = column.range.closed();
        }
        let invalid = |path: String, value: &str, expected: &str| {
            Err(Error::invalid("schema", path, format!("{value:?}"), expected))
        };
        if self.name.is_empty() {
            return invalid("name".to_owned(), "", "a name");
        }
        if let (Some(min), Some(max)) = (self.rows.min, self.rows.max)
            && min > max
        {
            return Err(Error::invalid("schema", "rows.min", min, "not more than rows.max"));
        }
        for (field, count) in [("rows.min", self.rows.min), ("rows.max", self.rows.max)] {
            if count.is_some_and(|count| i64::try_from(count).is_err()) {
                return Err(Error::invalid("schema", field, count.unwrap_or(0), "less than 2⁶³"));
            }
        }
        let mut names = BTreeSet::new();
        for (at, column) in self.columns.iter().enumerate() {
            if column.name.is_empty() {
                return invalid(format!("columns[{at}].name"), "", "the name of a column");
            }
            if !names.insert(column.name.as_str()) {
                let expected = "a column that is not there already";
                return invalid(format!("columns[{at}].name"), &column.name, expected);
            }
            column.check(at)?;
        }
        Ok(self)
    }
}

impl ColumnSchema {
    /// A column of a type of which nothing else is asked.
    pub fn new(name: impl Into<String>, data_type: ColumnType) -> Self {
        Self {
            name: name.into(),
            data_type,
            min_presence: 0.0,
            nan: true,
            infinite: true,
            domain: None,
            min_domain_mass: 1.0,
            range: Range::Any,
            unique: false,
            description: None,
        }
    }

    /// Whether rows without a value are allowed.
    pub fn nullable(&self) -> bool {
        self.min_presence < 1.0
    }

    fn check(&self, at: usize) -> Result<()> {
        let invalid = |field: &str, value: &dyn std::fmt::Display, expected: &str| {
            Err(Error::invalid("schema", format!("columns[{at}].{field}"), value, expected))
        };
        for (field, share) in [("min_presence", self.min_presence), ("min_domain_mass", self.min_domain_mass)]
        {
            if !(0.0..=1.0).contains(&share) {
                return invalid(field, &share, "a number from 0 to 1");
            }
        }
        if let Some(domain) = &self.domain {
            if self.data_type.kind() != TypeKind::Text {
                return invalid("domain", &self.data_type, "a domain only of a column of text");
            }
            let mut texts = BTreeSet::new();
            if let Some(again) = domain.iter().find(|text| !texts.insert(text.as_str())) {
                return invalid("domain", &format!("{again:?} twice"), "every text once");
            }
        } else if self.min_domain_mass < 1.0 {
            return invalid("min_domain_mass", &self.min_domain_mass, "a domain with it");
        }
        let (kind, reversed) = match self.range {
            Range::Any => return Ok(()),
            Range::Whole { min, max } => (TypeKind::Whole, reversed(min, max)),
            Range::Float { min, max } => (TypeKind::Float, reversed(min, max)),
            Range::Moment { min, max } => (TypeKind::Moment, reversed(min, max)),
        };
        let finite = |end: Option<f64>| end.is_none_or(f64::is_finite);
        if kind != self.data_type.kind() {
            return invalid("min", &self.data_type, "a range of the kind of the type");
        }
        if let Range::Float { min, max } = self.range
            && !(finite(min) && finite(max))
        {
            return invalid("min", &format!("{min:?} to {max:?}"), "finite numbers");
        }
        if reversed { invalid("min", &self.range_text(), "not more than max") } else { Ok(()) }
    }

    /// The range in words.
    pub(super) fn range_text(&self) -> String {
        let number = |min: Option<String>, max: Option<String>| match (min, max) {
            (Some(min), Some(max)) => format!("from {min} to {max}"),
            (Some(min), None) => format!("at least {min}"),
            (None, Some(max)) => format!("at most {max}"),
            (None, None) => "anything".to_owned(),
        };
        let moment = |nanos: i128| write_moment(nanos, self.data_type.arrow());
        match self.range {
            Range::Any => number(None, None),
            Range::Whole { min, max } => {
                number(min.map(|min| min.to_string()), max.map(|max| max.to_string()))
            }
            Range::Float { min, max } => {
                number(min.map(|min| min.to_string()), max.map(|max| max.to_string()))
            }
            Range::Moment { min, max } => number(min.map(moment), max.map(moment)),
        }
    }
}

fn reversed<T: PartialOrd>(min: Option<T>, max: Option<T>) -> bool {
    min.zip(max).is_some_and(|(min, max)| min > max)
}

/// An end of a range that can be written and read back.
pub(super) fn writable(nanos: i128, data_type: &ColumnType) -> Option<i128> {
    let read = read_moment(&write_moment(nanos, data_type.arrow()))?;
    (read == nanos).then_some(nanos)
}
