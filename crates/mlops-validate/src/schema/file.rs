//! Schema files.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mlops_core::{Severity, Version};
use serde::{Deserialize, Serialize};

use super::column_type::TypeKind;
use super::{AnomalyType, ColumnSchema, ColumnType, CountRange, Range, Schema};
use crate::table::{read_moment, write_moment};
use crate::{Error, Result};

const WHAT: &str = "schema";
/// The version of the format.
const FORMAT: u32 = 1;
/// A file that people review is smaller.
const LARGEST: usize = 64 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    name: String,
    version: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    severity: BTreeMap<AnomalyType, Severity>,
    #[serde(default, skip_serializing_if = "WrittenCounts::is_open")]
    rows: WrittenCounts,
    #[serde(default)]
    columns: Vec<WrittenColumn>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCounts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<u64>,
}

impl WrittenCounts {
    fn is_open(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenColumn {
    name: String,
    #[serde(rename = "type")]
    data_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nullable: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_presence: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unique: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nan: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    infinite: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<End>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<End>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_domain_mass: Option<f64>,
}

/// An end of a range. Whole numbers beyond 64 bits are text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum End {
    Whole(i64),
    Large(u64),
    Float(f64),
    Text(String),
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(value) => write!(f, "{value}"),
            Self::Large(value) => write!(f, "{value}"),
            Self::Float(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

pub(super) fn from_json(text: &str) -> Result<Schema> {
    check_size(text)?;
    read(serde_json::from_str(text).map_err(|error| Error::parse(WHAT, error))?)
}

pub(super) fn from_toml(text: &str) -> Result<Schema> {
    check_size(text)?;
    let written = toml::from_str(text).map_err(|error| {
        let before = &text[..error.span().map_or(0, |span| floor_char(text, span.start))];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Error::Parse { what: WHAT, line, column, source: Box::new(error) }
    })?;
    read(written)
}

/// The last place not after `at` that a character begins at.
fn floor_char(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn check_size(text: &str) -> Result<()> {
    if text.len() > LARGEST {
        return Err(Error::input(WHAT, format!("it has {} bytes, expected at most {LARGEST}", text.len())));
    }
    Ok(())
}

fn read(written: Written) -> Result<Schema> {
    if written.format != FORMAT {
        return Err(Error::invalid(WHAT, "format", written.format, format!("{FORMAT}")));
    }
    let version: Version = written.version.parse().map_err(|_| {
        Error::invalid(WHAT, "version", format!("{:?}", written.version), "MAJOR.MINOR.PATCH, such as 1.4.0")
    })?;
    let columns = written
        .columns
        .into_iter()
        .enumerate()
        .map(|(at, column)| read_column(column, at))
        .collect::<Result<_>>()?;
    let WrittenCounts { min, max } = written.rows;
    let rows = CountRange { min, max };
    Schema { name: written.name, version, severities: written.severity, rows, columns }.checked()
}

fn read_column(written: WrittenColumn, at: usize) -> Result<ColumnSchema> {
    let invalid = |field: &str, value: String, expected: &str| {
        Error::invalid(WHAT, format!("columns[{at}].{field}"), value, expected)
    };
    let data_type: ColumnType = written.data_type.parse().map_err(|_| {
        let expected = "an Arrow type, such as \"Int64\", \"Utf8\" or \"Timestamp(µs)\"";
        invalid("type", format!("{:?}", written.data_type), expected)
    })?;
    let min_presence = match (written.nullable, written.min_presence) {
        (Some(false), None) => 1.0,
        (Some(nullable), Some(share)) if nullable != (share < 1.0) => {
            let expected = "false exactly if min_presence is 1";
            return Err(invalid("nullable", nullable.to_string(), expected));
        }
        (_, share) => share.unwrap_or(0.0),
    };
    let ends = (written.min.as_ref(), written.max.as_ref());
    let range = match (data_type.kind(), ends) {
        (_, (None, None)) => Range::Any,
        (TypeKind::Whole, (min, max)) => {
            let read = |field, end| read_end(end, whole).map_err(|end| invalid(field, end, "a whole number"));
            Range::Whole { min: read("min", min)?, max: read("max", max)? }
        }
        (TypeKind::Float, (min, max)) => {
            let read =
                |field, end| read_end(end, float).map_err(|end| invalid(field, end, "a finite number"));
            Range::Float { min: read("min", min)?, max: read("max", max)? }
        }
        (TypeKind::Moment, (min, max)) => {
            let expected = "a moment or a day as ISO 8601";
            let read = |field, end| read_end(end, moment).map_err(|end| invalid(field, end, expected));
            Range::Moment { min: read("min", min)?, max: read("max", max)? }
        }
        (TypeKind::Text | TypeKind::Other, (min, max)) => {
            let end = min.or(max).map(ToString::to_string).unwrap_or_default();
            return Err(invalid("min", end, "a range only of numbers, moments and days"));
        }
    };
    Ok(ColumnSchema {
        name: written.name,
        data_type,
        min_presence,
        nan: written.nan.unwrap_or(true),
        infinite: written.infinite.unwrap_or(true),
        domain: written.domain,
        min_domain_mass: written.min_domain_mass.unwrap_or(1.0),
        range,
        unique: written.unique.unwrap_or(false),
        description: written.description,
    })
}

fn read_end<T>(end: Option<&End>, read: impl Fn(&End) -> Option<T>) -> Result<Option<T>, String> {
    end.map(|end| read(end).ok_or_else(|| end.to_string())).transpose()
}

fn whole(end: &End) -> Option<i128> {
    match end {
        End::Whole(value) => Some(i128::from(*value)),
        End::Large(value) => Some(i128::from(*value)),
        End::Text(text) => text.parse().ok(),
        End::Float(_) => None,
    }
}

fn float(end: &End) -> Option<f64> {
    let value = match end {
        End::Whole(value) => *value as f64,
        End::Large(value) => *value as f64,
        End::Float(value) => *value,
        End::Text(_) => return None,
    };
    value.is_finite().then_some(value)
}

fn moment(end: &End) -> Option<i128> {
    if let End::Text(text) = end { read_moment(text) } else { None }
}

fn write(schema: &Schema) -> Written {
    Written {
        format: FORMAT,
        name: schema.name.clone(),
        version: schema.version.to_string(),
        severity: schema.severities.clone(),
        rows: WrittenCounts { min: schema.rows.min, max: schema.rows.max },
        columns: schema.columns.iter().map(write_column).collect(),
    }
}

fn write_column(column: &ColumnSchema) -> WrittenColumn {
    let whole = |value: i128| i64::try_from(value).map_or_else(|_| End::Text(value.to_string()), End::Whole);
    let moment = |nanos: i128| End::Text(write_moment(nanos, column.data_type.arrow()));
    let (min, max) = match column.range {
        Range::Any => (None, None),
        Range::Whole { min, max } => (min.map(whole), max.map(whole)),
        Range::Float { min, max } => (min.map(End::Float), max.map(End::Float)),
        Range::Moment { min, max } => (min.map(moment), max.map(moment)),
    };
    WrittenColumn {
        name: column.name.clone(),
        data_type: column.data_type.to_string(),
        description: column.description.clone(),
        nullable: Some(column.nullable()),
        min_presence: column.nullable().then_some(column.min_presence),
        unique: column.unique.then_some(true),
        nan: (!column.nan).then_some(false),
        infinite: (!column.infinite).then_some(false),
        min,
        max,
        domain: column.domain.clone(),
        min_domain_mass: (column.min_domain_mass < 1.0).then_some(column.min_domain_mass),
    }
}

pub(super) fn to_json(schema: &Schema) -> String {
    let mut text =
        serde_json::to_string_pretty(&write(schema)).expect("text, finite numbers and truth values");
    text.push('\n');
    text
}

/// The fields are written one by one, for the comments between them.
pub(super) fn to_toml(schema: &Schema, comment: impl Fn(&str) -> Option<String>) -> String {
    let written = write(schema);
    let mut text = String::new();
    line(&mut text, "format", Some(toml::Value::from(i64::from(written.format))));
    line(&mut text, "name", Some(written.name.into()));
    line(&mut text, "version", Some(written.version.into()));
    if !written.rows.is_open() {
        text.push_str("\n[rows]\n");
        line(&mut text, "min", written.rows.min.map(count));
        line(&mut text, "max", written.rows.max.map(count));
    }
    if !written.severity.is_empty() {
        text.push_str("\n[severity]\n");
        for (anomaly, severity) in &written.severity {
            line(&mut text, anomaly.name(), Some(severity.to_string().into()));
        }
    }
    for column in written.columns {
        text.push('\n');
        if let Some(comment) = comment(&column.name) {
            for one in comment.lines() {
                // A name may hold what a comment must not: tabs and other controls.
                let shown: String =
                    one.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
                let _ = writeln!(text, "# {shown}");
            }
        }
        text.push_str("[[columns]]\n");
        line(&mut text, "name", Some(column.name.into()));
        line(&mut text, "type", Some(column.data_type.into()));
        line(&mut text, "description", column.description.map(Into::into));
        line(&mut text, "nullable", column.nullable.map(Into::into));
        line(&mut text, "min_presence", column.min_presence.map(Into::into));
        line(&mut text, "unique", column.unique.map(Into::into));
        line(&mut text, "nan", column.nan.map(Into::into));
        line(&mut text, "infinite", column.infinite.map(Into::into));
        line(&mut text, "min", column.min.map(end));
        line(&mut text, "max", column.max.map(end));
        line(&mut text, "domain", column.domain.map(Into::into));
        line(&mut text, "min_domain_mass", column.min_domain_mass.map(Into::into));
    }
    text
}

fn line(text: &mut String, name: &str, value: Option<toml::Value>) {
    if let Some(value) = value {
        let _ = writeln!(text, "{name} = {value}");
    }
}

/// No table has more rows than TOML can count.
fn count(rows: u64) -> toml::Value {
    toml::Value::from(i64::try_from(rows).unwrap_or(i64::MAX))
}

fn end(end: End) -> toml::Value {
    match end {
        End::Whole(value) => value.into(),
        End::Large(value) => value.to_string().into(),
        End::Float(value) => value.into(),
        End::Text(text) => text.into(),
    }
}
