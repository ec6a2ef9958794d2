//! Statements over the tables of the kinds. Names come from [`Kind`], values are bound.

use std::fmt::Write as _;

use rusqlite::Row;
use rusqlite::types::Value;

use crate::store::{Column, Key, Kind, Part, Query, Record, Revision};

/// The key columns, joined: `"model", "version"`.
fn list(columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    names.join(", ")
}

fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// `"model" = ? AND "version" = ?`, or `TRUE` for no column.
fn equal(columns: &[Column]) -> String {
    let parts: Vec<_> = columns.iter().map(|column| format!("\"{}\" = ?", column.name)).collect();
    if parts.is_empty() { "TRUE".to_owned() } else { parts.join(" AND ") }
}

pub(super) fn select(query: &Query) -> (String, Vec<Value>) {
    let columns = query.kind.columns();
    let (group, rest) = columns.split_at(query.under.len());
    let all = list(columns);
    let mut text = format!("SELECT {all}, revision, body FROM \"{}\" WHERE {}", query.kind, equal(group));
    let mut values: Vec<_> = self::values(&query.under).collect();
    match &query.after {
        Some(after) if !rest.is_empty() => {
            write!(text, " AND ({}) > ({})", list(rest), marks(rest.len()))
                .expect("writing to a string never fails");
            values.extend(self::values(after).skip(group.len()));
        }
        // Nothing lies behind the one record that a whole key names.
        Some(_) => text.push_str(" AND FALSE"),
        None => {}
    }
    write!(text, " ORDER BY {all} LIMIT ?").expect("writing to a string never fails");
    values.push(i64::try_from(query.limit).unwrap_or(i64::MAX).into());
    (text, values)
}

pub(super) fn revision(kind: Kind) -> String {
    format!("SELECT revision FROM \"{kind}\" WHERE {}", equal(kind.columns()))
}

pub(super) fn put(kind: Kind) -> String {
    let columns = kind.columns();
    format!(
        "INSERT OR REPLACE INTO \"{kind}\" ({}, revision, body) VALUES ({})",
        list(columns),
        marks(columns.len() + 2)
    )
}

pub(super) fn remove(kind: Kind) -> String {
    format!("DELETE FROM \"{kind}\" WHERE {}", equal(kind.columns()))
}

pub(super) fn values(key: &Key) -> impl Iterator<Item = Value> {
    key.parts().iter().map(|part| match part {
        Part::Number(number) => Value::from(*number),
        Part::Text(text) => Value::from(text.clone()),
    })
}

pub(super) fn record(kind: Kind, row: &Row<'_>) -> rusqlite::Result<Record> {
    let columns = kind.columns();
    let part = |(i, column): (usize, &Column)| {
        if column.number {
            row.get(i).map(Part::Number)
        } else {
            // Bytes that are no longer text name a record that nobody has written.
            bytes(row, i).map(|bytes| Part::Text(String::from_utf8_lossy(&bytes).into_owned()))
        }
    };
    let key: Vec<Part> = columns.iter().enumerate().map(part).collect::<rusqlite::Result<_>>()?;
    Ok(Record {
        kind,
        key: key.into_iter().collect(),
        revision: Revision(sequence(row, columns.len())?),
        body: bytes(row, columns.len() + 1)?,
    })
}

/// The bytes of a text or blob, whether they are UTF-8 or not.
pub(super) fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_bytes()?.to_vec())
}

/// A sequence: a number that is not negative.
pub(super) fn sequence(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

/// A sequence as SQLite keeps it.
pub(super) fn integer(number: u64) -> rusqlite::Result<i64> {
    i64::try_from(number).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
