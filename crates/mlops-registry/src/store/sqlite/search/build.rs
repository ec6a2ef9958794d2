//! The index from nothing but the records, for files of before.

use rusqlite::Connection;

use super::super::sql as records;
use super::index::flush;
use crate::search::{Facets, Pending};
use crate::store::{Key, Kind, Query};

/// How many records are read at a time.
const PAGE: usize = 4096;

/// Writes the index of all records, into tables that are empty.
pub(in crate::store::sqlite) fn build(connection: &Connection) -> rusqlite::Result<()> {
    let mut pending = Pending::default();
    let mut count = 0;
    each(connection, |facets| {
        pending.take(facets);
        count += 1;
        if count % PAGE == 0 { flush(std::mem::take(&mut pending), connection) } else { Ok(()) }
    })?;
    flush(pending, connection)
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
