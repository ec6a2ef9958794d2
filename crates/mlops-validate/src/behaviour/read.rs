//! What several parts of a suite are read with.

use arrow_schema::{Field, Schema};
use serde_json::Value;

use super::WHAT;
use crate::document::{Fields, one_of};
use crate::table::only_column;
use crate::{Error, Result};

/// `column`, or `columns` of which there is at least one.
pub(super) fn columns(fields: &mut Fields) -> Result<Vec<String>> {
    let one = fields.text("column")?;
    let expected = "a list of names, or `column` with one";
    match (one, fields.value("columns")) {
        (Some(one), None) => Ok(vec![one]),
        (None, Some(Value::Array(list))) if (1..=1000).contains(&list.len()) => list
            .into_iter()
            .map(|name| match name {
                Value::String(name) => Ok(name),
                other => Err(fields.invalid("columns", other, expected)),
            })
            .collect(),
        (None, Some(other)) => Err(fields.invalid("columns", other, expected)),
        (None, None) => Err(fields.invalid("columns", "missing", expected)),
        (Some(_), Some(other)) => Err(fields.invalid("columns", other, "missing, since there is `column`")),
    }
}

/// The place and field of a column, or an error with the nearest name.
pub(super) fn field_of<'s>(path: &str, schema: &'s Schema, column: &str) -> Result<(usize, &'s Field)> {
    match only_column(schema, column) {
        Ok(at) => Ok((at, schema.field(at))),
        Err(reason) => {
            let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
            let expected = if names.contains(&column) { reason } else { one_of(&names, Some(column)) };
            Err(Error::invalid(WHAT, format!("{path}.columns"), format!("{column:?}"), expected))
        }
    }
}
