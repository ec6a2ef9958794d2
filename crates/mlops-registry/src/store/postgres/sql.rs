//! Statements over the tables of the kinds. Names come from [`Kind`], values are bound.
//!
//! What is written goes in columns, not in rows: an array each, so that many records are one
//! round trip.

use std::borrow::Cow;

use postgres::Row;
use postgres::types::ToSql;

use super::connection::{Parameter, get, sequence};
use super::failure::Answer;
use super::name::Schema;
use super::text::{decode, encode};
use crate::store::{Column, Key, Kind, Part, Query, Record, Revision};

/// The statements of a store.
pub(super) struct Texts(Vec<OfKind>);

/// The statements of one kind.
pub(super) struct OfKind {
    /// The place and revision of each key that is there, of those in arrays.
    pub(super) revisions: String,
    /// The same with the bodies.
    pub(super) records: String,
    pub(super) put: String,
    pub(super) remove: String,
    /// By how many leading columns are given, and whether it begins behind a key.
    select: Vec<[String; 2]>,
}

impl Texts {
    pub(super) fn new(schema: &Schema) -> Self {
        Self(Kind::ALL.into_iter().map(|kind| OfKind::new(schema, kind)).collect())
    }

    pub(super) fn of(&self, kind: Kind) -> &OfKind {
        &self.0[kind as usize]
    }

    /// The statement of a query that [fits](Query::check) its kind.
    pub(super) fn select(&self, query: &Query) -> &str {
        &self.of(query.kind).select[query.under.len()][usize::from(query.after.is_some())]
    }
}

impl OfKind {
    fn new(schema: &Schema, kind: Kind) -> Self {
        let columns = kind.columns();
        let table = format!("{schema}.\"{kind}\"");
        let all = list(columns);
        let arrays = arrays(columns, 1);
        let names: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let same = names.iter().map(|name| format!("t.{name} = k.{name}")).collect::<Vec<_>>().join(" AND ");
        let keys = format!("unnest({arrays}) WITH ORDINALITY AS k({all}, place)");
        let next = columns.len() + 1;
        Self {
            revisions: format!("SELECT k.place, t.revision FROM {keys} JOIN {table} AS t ON {same}"),
            records: format!("SELECT k.place, t.revision, t.body FROM {keys} JOIN {table} AS t ON {same}"),
            put: format!(
                "INSERT INTO {table} ({all}, revision, body)
                 SELECT * FROM unnest({arrays}, ${next}::bigint[], ${}::text[])
                 ON CONFLICT ({all}) DO UPDATE SET revision = excluded.revision, body = excluded.body",
                next + 1
            ),
            remove: format!("DELETE FROM {table} AS t USING unnest({arrays}) AS k({all}) WHERE {same}"),
            select: (0..=columns.len())
                .map(|given| [false, true].map(|after| select(&table, columns, given, after)))
                .collect(),
        }
    }
}

/// The key columns, joined: `"model", "version"`.
fn list(columns: &[Column]) -> String {
    let names: Vec<_> = columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    names.join(", ")
}

/// `$1::text[], $2::bigint[]`
fn arrays(columns: &[Column], first: usize) -> String {
    let array = |(at, column): (usize, &Column)| {
        format!("${at}::{}[]", if column.number { "bigint" } else { "text" })
    };
    (first..).zip(columns).map(array).collect::<Vec<_>>().join(", ")
}

fn select(table: &str, columns: &[Column], given: usize, after: bool) -> String {
    let (group, rest) = columns.split_at(given);
    let all = list(columns);
    let mut next = 1;
    let mut mark = || {
        next += 1;
        format!("${}", next - 1)
    };
    let equal: Vec<_> = group.iter().map(|column| format!("\"{}\" = {}", column.name, mark())).collect();
    let equal = if equal.is_empty() { "TRUE".to_owned() } else { equal.join(" AND ") };
    let behind = match (after, rest.len()) {
        (false, _) => String::new(),
        // Nothing lies behind the one record that a whole key names.
        (true, 0) => " AND FALSE".to_owned(),
        (true, count) => {
            let marks: Vec<_> = (0..count).map(|_| mark()).collect();
            format!(" AND ({}) > ({})", list(rest), marks.join(", "))
        }
    };
    format!("SELECT {all}, revision, body FROM {table} WHERE {equal}{behind} ORDER BY {all} LIMIT {}", mark())
}

/// A value that is bound.
pub(super) type Bound<'a> = Box<dyn ToSql + Sync + 'a>;

/// As a statement takes them.
pub(super) fn bound<'b>(values: &'b [Bound<'_>]) -> Vec<Parameter<'b>> {
    values.iter().map(|value| &**value as Parameter<'b>).collect()
}

/// What [`Texts::select`] asks for.
pub(super) fn query_values(query: &Query) -> Vec<Bound<'_>> {
    let part = |part: &'_ Part| -> Bound<'_> {
        match part {
            Part::Number(number) => Box::new(*number),
            Part::Text(text) => Box::new(encode(text).into_owned()),
        }
    };
    let mut values: Vec<Bound<'_>> = query.under.parts().iter().map(part).collect();
    if let Some(after) = &query.after {
        values.extend(after.parts().iter().skip(query.under.len()).map(part));
    }
    values.push(Box::new(i64::try_from(query.limit).unwrap_or(i64::MAX)));
    values
}

/// Whole keys of a kind, an array for each column.
pub(super) fn key_arrays<'k>(kind: Kind, keys: &[&'k Key]) -> Vec<Bound<'k>> {
    let array = |(at, column): (usize, &Column)| -> Bound<'k> {
        // Keys fit their kinds: whoever makes a commit or a search sees to that.
        if column.number {
            let number = |key: &&Key| match key.parts().get(at) {
                Some(Part::Number(number)) => *number,
                _ => i64::MIN,
            };
            Box::new(keys.iter().map(number).collect::<Vec<i64>>())
        } else {
            let text = |key: &&'k Key| match key.parts().get(at) {
                Some(Part::Text(text)) => encode(text),
                _ => Cow::Borrowed(""),
            };
            Box::new(keys.iter().map(text).collect::<Vec<Cow<'k, str>>>())
        }
    };
    kind.columns().iter().enumerate().map(array).collect()
}

/// The place of a row among those that were asked for.
pub(super) fn place(row: &Row) -> Answer<usize> {
    let place: i64 = get(row, 0)?;
    Ok(usize::try_from(place - 1).unwrap_or(usize::MAX))
}

/// A record, as [`Texts::select`] gives it.
pub(super) fn record(kind: Kind, row: &Row) -> Answer<Record> {
    let columns = kind.columns();
    let part = |(at, column): (usize, &Column)| {
        if column.number { get(row, at).map(Part::Number) } else { get(row, at).map(decode).map(Part::Text) }
    };
    let key: Vec<Part> = columns.iter().enumerate().map(part).collect::<Answer<_>>()?;
    let body: String = get(row, columns.len() + 1)?;
    Ok(Record {
        kind,
        key: key.into_iter().collect(),
        revision: Revision(sequence(row, columns.len())?),
        body: body.into_bytes(),
    })
}
