//! The index held against the records, one thing after the other.

use std::collections::VecDeque;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::super::sql as records;
use super::index::UNLISTED;
use super::read;
use crate::search::{Facet, Facets, MemoryIndex, speaks_of};
use crate::store::{Key, Kind, Query, Record};

/// How many records of a kind are read at a time.
const PAGE: usize = 1024;

/// How many things are compared at a time.
const THINGS: usize = 256;

/// How many differences are told.
const TOLD: usize = 20;

/// What the index is of.
const SEARCHED: [Kind; 4] = [Kind::Run, Kind::Experiment, Kind::Model, Kind::Version];

/// In what the index differs from the records, in words. Holds a page of each kind in memory.
pub(in crate::store::sqlite) fn differences(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    // All statements see the same state.
    let reading = connection.unchecked_transaction()?;
    compare(&reading)
}

pub(super) fn compare(reading: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut told = Vec::new();
    let mut there = 0;
    for kind in SEARCHED {
        let mut things = Things::new(reading, kind);
        while told.len() < TOLD
            && let Some(expected) = things.next()?
        {
            for ((kind, key), home, values) in expected.things() {
                let Some((id, shelf, tie)) = item(reading, kind, key)? else {
                    told.push(format!("the index of search lacks {kind} {key}"));
                    continue;
                };
                there += 1;
                let listed = home.map_or((UNLISTED, 0), |home| (i64::from(home.deleted), home.tie));
                let values: Vec<&Facet> = values.collect();
                if (shelf, tie) != listed {
                    told.push(format!("the index of search lists {kind} {key} elsewhere"));
                } else if read::values(reading, id)?.iter().ne(values) || misplaced(reading, id)? {
                    told.push(format!("the index of search has other values of {kind} {key}"));
                }
            }
        }
    }
    if told.len() < TOLD {
        let items: i64 = reading.query_row("SELECT count(*) FROM search_item", [], |row| row.get(0))?;
        if items != there {
            strangers(reading, &mut told)?;
        }
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

/// What the index holds of a thing: its number, its shelf and its tie.
fn item(reading: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<Option<(i64, i64, i64)>> {
    let (scope, number) = read::place(kind, key);
    let Some(scope) = read::scope(reading, kind, scope)? else { return Ok(None) };
    let found = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut statement = reading.prepare_cached(match number {
        Some(_) => "SELECT id, shelf, tie FROM search_item WHERE id = ?1 AND scope = ?2",
        None => "SELECT id, shelf, tie FROM search_item WHERE name = ?1 AND scope = ?2 AND id >> 32 = ?2",
    })?;
    match number {
        Some(number) => statement.query_row(params![scope << 32 | number, scope], found).optional(),
        None => statement.query_row(params![read::name(key)?, scope], found).optional(),
    }
}

/// The things of the index of which no record says anything.
fn strangers(reading: &Connection, told: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut items = reading.prepare(
        "SELECT i.id, i.name, s.kind, s.name
         FROM search_item AS i LEFT JOIN search_scope AS s ON s.id = i.scope AND i.id >> 32 = s.id",
    )?;
    let mut rows = items.query([])?;
    while told.len() < TOLD
        && let Some(row) = rows.next()?
    {
        let id: i64 = row.get(0)?;
        let (name, kind): (Option<String>, Option<String>) = (row.get(1)?, row.get(2)?);
        let kind = SEARCHED.into_iter().find(|known| Some(known.as_str()) == kind.as_deref());
        let key = match (&name, row.get::<_, Option<String>>(3)?) {
            (Some(name), _) => serde_json::from_str(name).ok(),
            (None, Some(scope)) => Some(Key::from([scope]).and(id & i64::from(u32::MAX))),
            (None, None) => None,
        };
        match kind.zip(key) {
            Some((kind, key)) => {
                let known = item(reading, kind, &key)?.is_some_and(|(there, ..)| there == id);
                if !known || !is_spoken_of(reading, kind, &key)? {
                    told.push(format!("the index of search has {kind} {key}"));
                }
            }
            None => told.push(format!("the index of search has a thing {id} that is in no place")),
        }
    }
    Ok(())
}

/// Whether a record says something of a thing.
fn is_spoken_of(reading: &Connection, kind: Kind, key: &Key) -> rusqlite::Result<bool> {
    for sayer in Kind::ALL.into_iter().filter(|sayer| speaks_of(*sayer, kind)) {
        // The tags of a model lie under a key that is longer than its own.
        let group =
            if (sayer, kind) == (Kind::ModelTag, Kind::Model) { key.clone().and("") } else { key.clone() };
        if sayer.check(&group, false).is_err() {
            continue;
        }
        let mut records = Records::new(reading, sayer, group);
        while let Some(facets) = records.next_of(kind)? {
            if facets.key == *key {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The things of a kind as the records have them, some at a time: the records of all kinds that
/// speak of them are read side by side, as their keys begin with the key of the thing.
struct Things<'c> {
    kind: Kind,
    sayers: Vec<Records<'c>>,
}

impl<'c> Things<'c> {
    fn new(reading: &'c Connection, kind: Kind) -> Self {
        let sayers = Kind::ALL.into_iter().filter(|sayer| speaks_of(*sayer, kind));
        Self { kind, sayers: sayers.map(|sayer| Records::new(reading, sayer, Key::all())).collect() }
    }

    fn next(&mut self) -> rusqlite::Result<Option<MemoryIndex>> {
        let mut expected = MemoryIndex::default();
        for things in 0..THINGS {
            let mut first: Option<Key> = None;
            for sayer in &mut self.sayers {
                if let Some(key) = sayer.peek(self.kind)?
                    && first.as_ref().is_none_or(|first| key < first)
                {
                    first = Some(key.clone());
                }
            }
            let Some(first) = first else { return Ok((things > 0).then_some(expected)) };
            for sayer in &mut self.sayers {
                while sayer.peek(self.kind)?.is_some_and(|key| *key == first) {
                    if let Some(facets) = sayer.next_of(self.kind)? {
                        expected.apply(&facets, |_| None);
                    }
                }
            }
        }
        Ok(Some(expected))
    }
}

/// The records of a kind under a key, in order.
struct Records<'c> {
    reading: &'c Connection,
    /// What is to be read next, if there may be more.
    query: Option<Query>,
    read: VecDeque<Record>,
    /// What the next one says.
    peeked: Option<Facets>,
}

impl<'c> Records<'c> {
    fn new(reading: &'c Connection, kind: Kind, group: Key) -> Self {
        let query = Some(Query::under(kind, group, PAGE));
        Self { reading, query, read: VecDeque::new(), peeked: None }
    }

    /// The next thing of a kind that they speak of.
    fn peek(&mut self, of: Kind) -> rusqlite::Result<Option<&Key>> {
        while self.peeked.is_none() {
            let Some(record) = self.record()? else { break };
            let body = std::str::from_utf8(&record.body).unwrap_or_default();
            let facets = Facets::of(record.kind, &record.key, body);
            self.peeked = facets.filter(|facets| facets.kind == of);
        }
        Ok(self.peeked.as_ref().map(|facets| &facets.key))
    }

    /// What the next record says of a thing of a kind.
    fn next_of(&mut self, of: Kind) -> rusqlite::Result<Option<Facets>> {
        self.peek(of)?;
        Ok(self.peeked.take())
    }

    fn record(&mut self) -> rusqlite::Result<Option<Record>> {
        if self.read.is_empty()
            && let Some(query) = self.query.take()
        {
            let mut statement = self.reading.prepare_cached(records::select(&query))?;
            records::bind_query(&mut statement, &query)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next()? {
                self.read.push_back(records::record(query.kind, row)?);
            }
            if self.read.len() == PAGE {
                self.query = self.read.back().map(|last| query.after(last.key.clone()));
            }
        }
        Ok(self.read.pop_front())
    }
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
