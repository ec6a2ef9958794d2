use serde::Serialize;
use serde_json::Value;

use super::document::{Fields, one_of};
use super::text;
use crate::Result;

/// What is drawn as a whole, because chance works on it as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    /// Each row by itself: right only where rows have nothing to do with each other.
    Row,
    /// All rows of a day in UTC.
    UtcDay,
    /// All rows with the same key of this group column, such as a customer.
    Column(String),
}

impl Unit {
    /// Reads the field `unit`.
    pub(super) fn read(fields: &mut Fields) -> Result<Option<Self>> {
        let words = [("row", Self::Row), ("utc_day", Self::UtcDay)];
        match fields.value("unit") {
            None => Ok(None),
            Some(Value::Object(object)) => {
                let mut column = Fields::of(fields.place("unit"), Value::Object(object))?;
                let name = column.text("column")?;
                let name = column.needed("column", name, "the name of a group column")?;
                column.finish()?;
                Ok(Some(Self::Column(name)))
            }
            Some(value) => {
                let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
                found.map(|(_, unit)| Some(unit.clone())).ok_or_else(|| {
                    let words = one_of(&["row", "utc_day"], value.as_str());
                    fields.invalid("unit", &value, format!("{words}, or {{\"column\": a group column}}"))
                })
            }
        }
    }

    /// What several of them are called.
    pub(super) fn plural(&self) -> String {
        match self {
            Self::Row => "rows".to_owned(),
            Self::UtcDay => "UTC days".to_owned(),
            Self::Column(column) => format!("clusters of {}", crate::error::shorten(column)),
        }
    }

    /// `1 UTC day`, `31 UTC days`.
    pub(super) fn counted(&self, n: usize) -> String {
        match self {
            Self::Row => text::count(n, "row", "rows"),
            Self::UtcDay => text::count(n, "UTC day", "UTC days"),
            Self::Column(column) => {
                let column = crate::error::shorten(column);
                format!("{} of {column}", text::count(n, "cluster", "clusters"))
            }
        }
    }
}
