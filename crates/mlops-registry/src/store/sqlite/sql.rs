//! Statements over the tables of the kinds. Names come from [`Kind`], values are bound.

use std::sync::LazyLock;

use rusqlite::{Row, Statement};

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

/// The statements of one kind, written once for the whole process.
pub(super) struct Texts {
    pub(super) revision: String,
    pub(super) put: String,
    pub(super) remove: String,
    /// By how many leading columns are given, and whether it begins behind a key.
    select: Vec<[String; 2]>,
}

static TEXTS: LazyLock<Vec<Texts>> = LazyLock::new(|| Kind::ALL.into_iter().map(Texts::new).collect());

pub(super) fn of(kind: Kind) -> &'static Texts {
    &TEXTS[kind as usize]
}

impl Texts {
    fn new(kind: Kind) -> Self {
        let columns = kind.columns();
        let (all, one) = (list(columns), equal(columns));
        let (values, select) = (marks(columns.len() + 2), |given, after| select_text(kind, given, after));
        Self {
            revision: format!("SELECT revision FROM \"{kind}\" WHERE {one}"),
            put: format!("INSERT OR REPLACE INTO \"{kind}\" ({all}, revision, body) VALUES ({values})"),
            remove: format!("DELETE FROM \"{kind}\" WHERE {one}"),
            select: (0..=columns.len()).map(|given| [select(given, false), select(given, true)]).collect(),
        }
    }
}

fn select_text(kind: Kind, given: usize, after: bool) -> String {
    let columns = kind.columns();
    let (group, rest) = columns.split_at(given);
    let all = list(columns);
    let behind = match (after, rest.len()) {
        (false, _) => String::new(),
        // Nothing lies behind the one record that a whole key names.
        (true, 0) => " AND FALSE".to_owned(),
        (true, count) => format!(" AND ({}) > ({})", list(rest), marks(count)),
    };
    let group = equal(group);
    format!("SELECT {all}, revision, body FROM \"{kind}\" WHERE {group}{behind} ORDER BY {all} LIMIT ?")
}

/// The statement of a query that [fits](Query::check) its kind.
pub(super) fn select(query: &Query) -> &'static str {
    &of(query.kind).select[query.under.len()][usize::from(query.after.is_some())]
}

/// Binds what [`select`] asks for.
pub(super) fn bind_query(statement: &mut Statement<'_>, query: &Query) -> rusqlite::Result<()> {
    let mut next = bind(statement, &query.under)?;
    if let Some(after) = &query.after {
        for part in &after.parts()[query.under.len()..] {
            bind_part(statement, next, part)?;
            next += 1;
        }
    }
    statement.raw_bind_parameter(next, i64::try_from(query.limit).unwrap_or(i64::MAX))
}

/// Binds the parts of a key to the first parameters; gives the next one.
pub(super) fn bind(statement: &mut Statement<'_>, key: &Key) -> rusqlite::Result<usize> {
    for (i, part) in key.parts().iter().enumerate() {
        bind_part(statement, i + 1, part)?;
    }
    Ok(key.len() + 1)
}

fn bind_part(statement: &mut Statement<'_>, at: usize, part: &Part) -> rusqlite::Result<()> {
    match part {
        Part::Number(number) => statement.raw_bind_parameter(at, number),
        Part::Text(text) => statement.raw_bind_parameter(at, text),
    }
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
