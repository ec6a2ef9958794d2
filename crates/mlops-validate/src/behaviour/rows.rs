use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::{Map, Value};

use super::WHAT;
use crate::document::Fields;
use crate::{Error, Result};

/// How many rows a test of its own may have.
pub(super) const MOST_ROWS: usize = 100_000;

/// Which rows a minimum functionality test asks for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rows {
    /// Those of the table that the suite runs on.
    Table,
    /// These: values by column. A column that a row lacks has no value there.
    Rows(Vec<Map<String, Value>>),
    /// Every combination of these values of columns, or so many drawn of them.
    Template {
        /// The list of values by column. A column that is not named has no value.
        columns: Map<String, Value>,
        /// Draw so many combinations, each as likely as the other, instead of taking all.
        sample: Option<u32>,
    },
}

impl Serialize for Rows {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Table => map.serialize_entry("table", &true)?,
            Self::Rows(rows) => map.serialize_entry("rows", rows)?,
            Self::Template { columns, sample } => {
                let mut template = Map::new();
                template.insert("columns".to_owned(), Value::Object(columns.clone()));
                if let Some(sample) = sample {
                    template.insert("sample".to_owned(), (*sample).into());
                }
                map.serialize_entry("template", &template)?;
            }
        }
        map.end()
    }
}

impl Rows {
    pub(super) fn read(fields: &mut Fields, path: &str) -> Result<Self> {
        let table = fields.truth("table")?;
        let (rows, template) = (fields.value("rows"), fields.value("template"));
        match (table, rows, template) {
            (Some(true), None, None) => Ok(Self::Table),
            (None, Some(Value::Array(list)), None) => {
                let mut rows = Vec::new();
                for row in list {
                    match row {
                        Value::Object(row) => rows.push(row),
                        other => return Err(fields.invalid("rows", other, "a list of objects")),
                    }
                }
                Ok(Self::Rows(rows))
            }
            (None, Some(other), None) => Err(fields.invalid("rows", other, "a list of objects")),
            (None, None, Some(template)) => {
                let mut template = Fields::within(WHAT, format!("{path}.template"), template)?;
                let columns = match template.value("columns") {
                    Some(Value::Object(columns)) => columns,
                    Some(other) => return Err(template.invalid("columns", other, TEMPLATE)),
                    None => return Err(template.invalid("columns", "missing", TEMPLATE)),
                };
                let sample = template.whole("sample", 1..=100_000)?;
                template.finish()?;
                Ok(Self::Template { columns, sample })
            }
            _ => {
                Err(fields.invalid("rows", "missing, or not alone", "one of rows, template, \"table\": true"))
            }
        }
    }

    pub(super) fn check(&self, path: &str) -> Result<()> {
        let refuse = |key: &str, value: &dyn std::fmt::Display, expected: &str| {
            Err(Error::invalid(WHAT, format!("{path}.{key}"), value, expected))
        };
        match self {
            Self::Table => Ok(()),
            Self::Rows(rows) if (1..=MOST_ROWS).contains(&rows.len()) => Ok(()),
            Self::Rows(rows) => refuse("rows", &format!("a list of {}", rows.len()), "1 to 100000 rows"),
            Self::Template { columns, sample } => {
                let mut combined = 1_usize;
                for (name, values) in columns {
                    match values.as_array() {
                        Some(values) if !values.is_empty() => {
                            combined = combined.saturating_mul(values.len());
                        }
                        _ => return refuse(&format!("template.columns.{name}"), values, "a list of values"),
                    }
                }
                if columns.is_empty() {
                    return refuse("template.columns", &"{}", TEMPLATE);
                }
                if sample.is_none() && combined > MOST_ROWS {
                    let expected = "at most 100000 combinations, or a sample of them";
                    return refuse("template", &format!("{combined} combinations"), expected);
                }
                match sample {
                    Some(sample) if !(1..=100_000).contains(sample) => {
                        refuse("template.sample", sample, "1 to 100000")
                    }
                    _ => Ok(()),
                }
            }
        }
    }
}

const TEMPLATE: &str = "an object: for each column the list of its values";
