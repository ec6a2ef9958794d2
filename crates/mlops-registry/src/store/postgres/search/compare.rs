//! The index held against the records that it follows from.

use std::collections::BTreeMap;

use super::super::connection::{Connection, get, sequence};
use super::super::failure::Answer;
use super::super::name::Schema;
use super::super::sql::{self, Texts, bound};
use super::rows::{self, DELETED, FACET, UNLISTED};
use crate::search::{Facet, Facets, Home, MemoryIndex};
use crate::store::{Key, Kind, Query};

/// How many records are read at a time.
const PAGE: usize = 4096;

/// How many differences are told.
const TOLD: usize = 20;

/// In what the index differs from the records, in words, in a transaction whose statements see
/// one state.
pub(in crate::store::postgres) fn differences(
    connection: &mut Connection,
    schema: &Schema,
    texts: &Texts,
) -> Answer<Vec<String>> {
    let mut expected = MemoryIndex::default();
    for kind in Kind::ALL {
        let mut query = Query::under(kind, Key::all(), PAGE);
        loop {
            let rows = {
                let values = sql::query_values(&query);
                connection.query(texts.select(&query), &bound(&values))?
            };
            let mut last = None;
            for row in &rows {
                let record = sql::record(kind, row)?;
                let body = std::str::from_utf8(&record.body).unwrap_or_default();
                if let Some(facets) = Facets::of(kind, &record.key, body) {
                    expected.apply(&facets, |_| None);
                }
                last = Some(record.key);
            }
            match last {
                Some(last) if rows.len() == PAGE => query = query.after(last),
                _ => break,
            }
        }
    }
    let (mut found, mut told) = found(connection, schema)?;
    for ((kind, key), home, values) in expected.things() {
        let Some((listed, facets)) = found.remove(&(kind, key.clone())) else {
            told.push(format!("the index of search lacks {kind} {key}"));
            continue;
        };
        if listed != home {
            told.push(format!("the index of search lists {kind} {key} elsewhere"));
        } else if facets.iter().ne(values) {
            told.push(format!("the index of search has other values of {kind} {key}"));
        }
        if told.len() >= TOLD {
            break;
        }
    }
    if told.len() < TOLD {
        told.extend(found.into_keys().map(|(kind, key)| format!("the index of search has {kind} {key}")));
    }
    told.truncate(TOLD);
    Ok(told)
}

/// All that is in the index, by the things, and what can't be of any.
type Things = BTreeMap<(Kind, Key), (Option<Home>, Vec<Facet>)>;

fn found(connection: &mut Connection, schema: &Schema) -> Answer<(Things, Vec<String>)> {
    let mut told = Vec::new();
    let text = format!("SELECT kind, name, version, number, id, shelf, tie FROM {schema}.search_item");
    let mut ids: BTreeMap<i64, (Kind, Key, Option<Home>)> = BTreeMap::new();
    for row in connection.query(&text, &[])? {
        let (name, id): (String, i64) = (get(&row, 0)?, get(&row, 4)?);
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.as_str() == name) else {
            told.push(format!("the index of search has a {name}, which is no kind of thing"));
            continue;
        };
        let (shelf, tie): (i16, i64) = (get(&row, 5)?, get(&row, 6)?);
        let home = (shelf != UNLISTED).then_some(Home { deleted: shelf == DELETED, tie });
        ids.insert(id, (kind, rows::key(kind, &row, 1)?, home));
    }
    let text = format!(
        "SELECT {FACET} FROM {schema}.search_value AS v JOIN {schema}.search_field AS f ON f.id = v.field"
    );
    let mut values: BTreeMap<i64, Vec<Facet>> = BTreeMap::new();
    let mut stray: usize = 0;
    for row in connection.query(&text, &[])? {
        let (item, facet, is_folded) = rows::facet(&row)?;
        match ids.get(&item) {
            Some((kind, key, _)) if !is_folded => {
                told.push(format!("the index of search has other values of {kind} {key}"));
            }
            Some(_) => {}
            None => stray += 1,
        }
        values.entry(item).or_default().push(facet);
    }
    let text = format!(
        "SELECT count(*) FROM {schema}.search_value AS v
         WHERE NOT EXISTS (SELECT FROM {schema}.search_field AS f WHERE f.id = v.field)"
    );
    let nameless = connection.query(&text, &[])?;
    let nameless: u64 = nameless.first().map_or(Ok(0), |row| sequence(row, 0))?;
    if stray > 0 || nameless > 0 {
        told.push(format!("the index of search has {} values of nothing", nameless + stray as u64));
    }
    let mut things = Things::new();
    for (id, (kind, key, home)) in ids {
        let mut facets = values.remove(&id).unwrap_or_default();
        facets.sort_by(|a, b| (&a.field, &a.part).cmp(&(&b.field, &b.part)));
        things.insert((kind, key), (home, facets));
    }
    Ok((things, told))
}
