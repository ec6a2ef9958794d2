//! Values of a row, as what they must be. SQLite keeps any value in any column.

use std::collections::BTreeMap;

use mlops_core::Timestamp;
use rusqlite::Row;
use rusqlite::types::{Type, ValueRef};

use crate::mlflow_import::source::moment;

type Cell<T> = Result<T, String>;

/// One column of a row, by its place and its name.
fn value<'r>(row: &'r Row<'_>, at: usize) -> Cell<ValueRef<'r>> {
    row.get_ref(at).map_err(|error| error.to_string())
}

fn name(row: &Row<'_>, at: usize) -> String {
    row.as_ref().column_name(at).unwrap_or("a column").to_owned()
}

fn wrong(row: &Row<'_>, at: usize, found: Type, expected: &str) -> String {
    let found = match found {
        Type::Null => "nothing",
        Type::Integer => "a whole number",
        Type::Real => "a number",
        Type::Text => "text",
        Type::Blob => "bytes",
    };
    format!("{} is {found}, expected {expected}", name(row, at))
}

/// Text, or nothing.
pub(super) fn text(row: &Row<'_>, at: usize) -> Cell<Option<String>> {
    match value(row, at)? {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(format!("{} is not UTF-8, expected text", name(row, at))),
        },
        other => Err(wrong(row, at, other.data_type(), "text")),
    }
}

/// Text that must be there.
pub(super) fn some_text(row: &Row<'_>, at: usize) -> Cell<String> {
    text(row, at)?.ok_or_else(|| wrong(row, at, Type::Null, "text"))
}

/// A whole number, or nothing.
pub(super) fn whole(row: &Row<'_>, at: usize) -> Cell<Option<i64>> {
    match value(row, at)? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number)),
        other => Err(wrong(row, at, other.data_type(), "a whole number")),
    }
}

/// A whole number that must be there.
pub(super) fn some_whole(row: &Row<'_>, at: usize) -> Cell<i64> {
    whole(row, at)?.ok_or_else(|| wrong(row, at, Type::Null, "a whole number"))
}

/// The value of a metric: MLflow writes 0 and `is_nan` for what is not a number, since SQLite
/// makes nothing of it.
pub(super) fn metric(row: &Row<'_>, at: usize, is_nan: usize) -> Cell<f64> {
    if whole(row, is_nan)? == Some(1) {
        return Ok(f64::NAN);
    }
    match value(row, at)? {
        ValueRef::Real(number) => Ok(number),
        #[expect(clippy::cast_precision_loss, reason = "SQLite keeps whole floats as whole numbers")]
        ValueRef::Integer(number) => Ok(number as f64),
        other => Err(wrong(row, at, other.data_type(), "a number")),
    }
}

/// A moment in milliseconds since 1970, or nothing.
pub(super) fn time(row: &Row<'_>, at: usize) -> Cell<Option<Timestamp>> {
    let Some(ms) = whole(row, at)? else { return Ok(None) };
    let told = || format!("{} is {ms} ms, expected a moment of the years 0 to 9999", name(row, at));
    moment(ms).map(Some).ok_or_else(told)
}

/// The id of an experiment: a number in databases of all versions.
pub(super) fn id(row: &Row<'_>, at: usize) -> Cell<String> {
    match value(row, at)? {
        ValueRef::Integer(number) => Ok(number.to_string()),
        ValueRef::Text(_) => some_text(row, at),
        other => Err(wrong(row, at, other.data_type(), "an id")),
    }
}

/// The name of a thing as far as it can be told, for what is refused.
pub(super) fn shown(row: &Row<'_>, at: usize) -> String {
    match row.get_ref(at) {
        Ok(ValueRef::Text(bytes)) => crate::name::cut(&String::from_utf8_lossy(bytes)),
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Real(number)) => number.to_string(),
        Ok(ValueRef::Null) => "(nothing)".to_owned(),
        Ok(ValueRef::Blob(_)) => "(bytes)".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// A pair of name and value that is put under its name.
pub(super) fn pair(row: &Row<'_>, into: &mut BTreeMap<String, String>) -> Cell<()> {
    let name = some_text(row, 0)?;
    // MLflow reads nothing as empty.
    let value = text(row, 1)?.unwrap_or_default();
    into.insert(name, value);
    Ok(())
}
