//! The index from nothing but the records, for files of before and to look for damage.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::super::sql as records;
use super::index::{self, Pending, UNLISTED};
use crate::search::{Facet, Facets, MemoryIndex};
use crate::store::{Key, Kind, Query};

/// How many records are read at a time.
const PAGE: usize = 4096;

/// How many differences are told.
const TOLD: usize = 20;

/// Writes the index of all records, into tables that are empty.
pub(in crate::store::sqlite) fn build(connection: &Connection) -> rusqlite::Result<()> {
    let mut pending = Pending::default();
    let mut count = 0;
    each(connection, |facets| {
        pending.take(facets);
        count += 1;
        if count % PAGE == 0 { std::mem::take(&mut pending).flush(connection) } else { Ok(()) }
    })?;
    pending.flush(connection)
}

/// What each record says.
fn each(
    connection: &Connection,
    mut take: impl FnMut(&Facets) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    for kind in Kind::ALL {
        let mut query = Query::under(kind, Key::all(), PAGE);
        loop {
            let mut found = Vec::new();
            {
                let mut statement = connection.prepare_cached(records::select(&query))?;
                records::bind_query(&mut statement, &query)?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    found.push(records::record(kind, row)?);
                }
            }
            for record in &found {
                let body = std::str::from_utf8(&record.body).unwrap_or_default();
                if let Some(facets) = Facets::of(kind, &record.key, body) {
                    take(&facets)?;
                }
            }
            match found.into_iter().nth(PAGE - 1) {
                Some(last) => query = query.after(last.key),
                None => break,
            }
        }
    }
    Ok(())
}

/// In what the index differs from the records, in words.
pub(in crate::store::sqlite) fn differences(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    // All statements see the same state.
    let reading = connection.unchecked_transaction()?;
    compare(&reading)
}

pub(super) fn compare(reading: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut expected = MemoryIndex::default();
    each(reading, |facets| {
        expected.apply(facets, |_| None);
        Ok(())
    })?;
    let mut told = Vec::new();
    let mut seen = BTreeMap::new();
    let mut items = reading.prepare(
        "SELECT i.id, i.shelf, i.tie, i.name, s.kind, s.name
         FROM search_item AS i JOIN search_scope AS s ON s.id = i.scope AND i.id >> 32 = s.id",
    )?;
    let mut rows = items.query([])?;
    while let Some(row) = rows.next()? {
        let (id, shelf, tie): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (name, kind, scope): (Option<String>, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let key = match &name {
            Some(name) => serde_json::from_str(name).ok(),
            None => Some(Key::from([scope.as_str()]).and(id & i64::from(u32::MAX))),
        };
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind);
        if let Some((kind, key)) = kind.zip(key) {
            seen.insert((kind, key), (id, shelf, tie));
        }
    }
    for ((kind, key), home, values) in expected.things() {
        let values: Vec<&Facet> = values.collect();
        let Some((id, shelf, tie)) = seen.remove(&(kind, key.clone())) else {
            told.push(format!("the index of search lacks {kind} {key}"));
            continue;
        };
        let listed = home.map_or((UNLISTED, 0), |home| (i64::from(home.deleted), home.tie));
        if (shelf, tie) != listed {
            told.push(format!("the index of search lists {kind} {key} elsewhere"));
        } else if index::values(reading, id)?.iter().ne(values) || misplaced(reading, id)? {
            told.push(format!("the index of search has other values of {kind} {key}"));
        }
        if told.len() >= TOLD {
            break;
        }
    }
    if told.len() < TOLD {
        told.extend(seen.into_keys().map(|(kind, key)| format!("the index of search has {kind} {key}")));
    }
    let stray: i64 = reading.query_row(
        "SELECT count(*) FROM search_value WHERE item NOT IN (SELECT id FROM search_item)",
        [],
        |row| row.get(0),
    )?;
    if stray > 0 {
        told.push(format!("the index of search has {stray} values of nothing"));
    }
    told.truncate(TOLD);
    Ok(told)
}

/// Whether a value of a thing lies on another shelf than it, or has another tie.
fn misplaced(connection: &Connection, id: i64) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM search_value AS v
                LEFT JOIN search_field AS f ON f.id = v.field
                JOIN search_item AS i ON i.id = v.item
                WHERE v.item = ?1
                  AND (f.scope IS NOT i.scope OR f.shelf IS NOT i.shelf OR v.tie <> i.tie))",
        )?
        .query_row([id], |row| row.get(0))
}
