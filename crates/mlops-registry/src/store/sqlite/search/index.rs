//! What changed records say, written into the index.

use std::collections::HashMap;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::read::{self, latest_point, name, place, scope, source, values};
use crate::search::{Facet, Facets, Field, Home, Owned, Pending, Standing, Value};
use crate::store::{Key, Kind};

/// The shelf of things that are deleted, and whose records are there.
pub(super) const DELETED: i64 = 1;

/// The shelf of things without a record of their own: nobody finds them there.
pub(super) const UNLISTED: i64 = 2;

/// A value as SQLite keeps it: NaN is NULL.
pub(super) struct Stored<'a>(pub(super) &'a Value);

impl ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Value::Number(number) if number.is_nan() => ToSqlOutput::Borrowed(ValueRef::Null),
            Value::Number(number) => ToSqlOutput::Borrowed(ValueRef::Real(*number)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

/// Writes what the records of a transaction say, once they are written.
pub(in crate::store::sqlite) fn flush(pending: Pending, connection: &Connection) -> rusqlite::Result<()> {
    let mut index =
        Index { connection, scopes: HashMap::new(), fields: HashMap::new(), items: HashMap::new() };
    for facets in &pending.said {
        index.apply(facets)?;
    }
    for ((key, field), latest) in pending.points {
        let item = index.item(Kind::Run, &key)?;
        if let Some(facet) = latest {
            index.point(item, &facet)?;
            continue;
        }
        index.remove(item, &field)?;
        match latest_point(connection, &key, &field)? {
            Some(facet) => index.point(item, &facet)?,
            None => index.tidy(Kind::Run, &key, item)?,
        }
    }
    Ok(())
}

/// A thing as it is indexed.
#[derive(Clone, Copy, Debug)]
struct Item {
    id: i64,
    scope: i64,
    shelf: i64,
    tie: i64,
    /// Whether nothing was known of it before this transaction.
    new: bool,
}

struct Index<'c> {
    connection: &'c Connection,
    scopes: HashMap<(Kind, String), i64>,
    fields: HashMap<(i64, i64, Field), i64>,
    items: HashMap<(Kind, Key), Item>,
}

impl Index<'_> {
    fn apply(&mut self, facets: &Facets) -> rusqlite::Result<()> {
        let Facets { kind, key, standing, owned, values, .. } = facets;
        let mut item = self.item(*kind, key)?;
        let (shelf, tie) = match standing {
            Standing::Unsaid => (item.shelf, item.tie),
            Standing::Listed(Home { deleted, tie }) => (i64::from(*deleted), *tie),
            Standing::Gone => (UNLISTED, 0),
        };
        if (shelf, tie) != (item.shelf, item.tie) {
            item = self.rehome(*kind, key, Item { shelf, tie, ..item })?;
        }
        if !item.new {
            let said = |field: &Field| values.iter().any(|facet| facet.field == *field);
            match owned {
                Owned::Attributes(names) => {
                    for field in names.iter().map(|name| Field::attribute(name)).filter(|field| !said(field))
                    {
                        self.remove(item, &field)?;
                    }
                }
                Owned::Field(field) | Owned::Point(field) => {
                    if !said(field) {
                        self.remove(item, field)?;
                    }
                }
                Owned::Part(fields, part) => {
                    for field in fields {
                        self.remove_part(item, field, part)?;
                    }
                }
            }
        }
        for facet in values {
            self.put(item, facet)?;
        }
        if values.is_empty() {
            self.tidy(*kind, key, item)?;
        }
        Ok(())
    }

    fn scope(&mut self, kind: Kind, name: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.scopes.get(&(kind, name.to_owned())) {
            return Ok(*id);
        }
        let known = scope(self.connection, kind, name)?;
        let id = match known {
            Some(id) => id,
            None => self
                .connection
                .prepare_cached("INSERT INTO search_scope (kind, name) VALUES (?1, ?2)")?
                .insert(params![kind.as_str(), name])?,
        };
        self.scopes.insert((kind, name.to_owned()), id);
        Ok(id)
    }

    /// The number of a field on the shelf of an item.
    fn field(&mut self, item: Item, field: &Field) -> rusqlite::Result<i64> {
        let at = (item.scope, item.shelf, field.clone());
        if let Some(id) = self.fields.get(&at) {
            return Ok(*id);
        }
        let id = match read::field(self.connection, item.scope, item.shelf, field)? {
            Some(id) => id,
            None => self
                .connection
                .prepare_cached(
                    "INSERT INTO search_field (scope, shelf, source, name) VALUES (?1, ?2, ?3, ?4)",
                )?
                .insert(params![item.scope, item.shelf, source(field.source), field.name])?,
        };
        self.fields.insert(at, id);
        Ok(id)
    }

    /// The thing of a key; put down as one that nobody finds yet, if it is new.
    fn item(&mut self, kind: Kind, key: &Key) -> rusqlite::Result<Item> {
        let at = (kind, key.clone());
        if let Some(item) = self.items.get(&at) {
            return Ok(*item);
        }
        let (scope_name, number) = place(kind, key);
        let scope = self.scope(kind, scope_name)?;
        let first = scope << 32;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Item { id: row.get(0)?, scope, shelf: row.get(1)?, tie: row.get(2)?, new: false })
        };
        let (found, name) = if let Some(number) = number {
            let id = first | number;
            let mut statement =
                self.connection.prepare_cached("SELECT id, shelf, tie FROM search_item WHERE id = ?1")?;
            (statement.query_row([id], read).optional()?, None)
        } else {
            let name = name(key)?;
            let mut statement = self
                .connection
                .prepare_cached("SELECT id, shelf, tie FROM search_item WHERE scope = ?1 AND name = ?2")?;
            (statement.query_row(params![scope, name], read).optional()?, Some(name))
        };
        let item = match (found, number) {
            (Some(item), _) => item,
            (None, number) => {
                let id = match number {
                    Some(number) => first | number,
                    None => self
                        .connection
                        .prepare_cached(
                            "SELECT coalesce(max(id) + 1, ?1) FROM search_item WHERE id >= ?1 AND id < ?2",
                        )?
                        .query_row([first, (scope + 1) << 32], |row| row.get(0))?,
                };
                self.connection
                    .prepare_cached(
                        "INSERT INTO search_item (id, scope, shelf, tie, name) VALUES (?1, ?2, ?3, 0, ?4)",
                    )?
                    .execute(params![id, scope, UNLISTED, name])?;
                Item { id, scope, shelf: UNLISTED, tie: 0, new: true }
            }
        };
        self.items.insert(at, Item { new: false, ..item });
        Ok(item)
    }

    /// Moves a thing to another shelf, with all its values.
    fn rehome(&mut self, kind: Kind, key: &Key, item: Item) -> rusqlite::Result<Item> {
        self.connection
            .prepare_cached("UPDATE search_item SET shelf = ?2, tie = ?3 WHERE id = ?1")?
            .execute(params![item.id, item.shelf, item.tie])?;
        self.items.insert((kind, key.clone()), Item { new: false, ..item });
        if item.new {
            return Ok(item);
        }
        let values = values(self.connection, item.id)?;
        self.connection.prepare_cached("DELETE FROM search_value WHERE item = ?1")?.execute([item.id])?;
        for facet in &values {
            self.put(item, facet)?;
        }
        Ok(item)
    }

    fn put(&mut self, item: Item, facet: &Facet) -> rusqlite::Result<()> {
        let field = self.field(item, &facet.field)?;
        self.connection
            .prepare_cached(
                "INSERT INTO search_value (item, field, part, value, step, at_micros, tie)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (item, field, part) DO UPDATE
                 SET value = excluded.value, step = excluded.step, at_micros = excluded.at_micros
                 WHERE value IS NOT excluded.value OR step IS NOT excluded.step
                    OR at_micros IS NOT excluded.at_micros",
            )?
            .execute(params![
                item.id,
                field,
                facet.part,
                Stored(&facet.value),
                facet.moment.map(|moment| moment.step),
                facet.moment.map(|moment| moment.at_micros),
                item.tie
            ])?;
        Ok(())
    }

    /// A point of a metric, if it is later than the one that is there. NaN, which is NULL
    /// here, is the highest value.
    fn point(&mut self, item: Item, facet: &Facet) -> rusqlite::Result<()> {
        let field = self.field(item, &facet.field)?;
        let moment = facet.moment;
        self.connection
            .prepare_cached(
                "INSERT INTO search_value (item, field, part, value, step, at_micros, tie)
                 VALUES (?1, ?2, '', ?3, ?4, ?5, ?6)
                 ON CONFLICT (item, field, part) DO UPDATE
                 SET value = excluded.value, step = excluded.step, at_micros = excluded.at_micros
                 WHERE (excluded.step, excluded.at_micros) > (step, at_micros)
                    OR (excluded.step, excluded.at_micros) = (step, at_micros)
                       AND value IS NOT NULL
                       AND (excluded.value IS NULL OR excluded.value > value)",
            )?
            .execute(params![
                item.id,
                field,
                Stored(&facet.value),
                moment.map(|moment| moment.step),
                moment.map(|moment| moment.at_micros),
                item.tie
            ])?;
        Ok(())
    }

    fn remove(&mut self, item: Item, field: &Field) -> rusqlite::Result<()> {
        if let Some(field) = self.known(item, field)? {
            self.connection
                .prepare_cached("DELETE FROM search_value WHERE item = ?1 AND field = ?2")?
                .execute([item.id, field])?;
        }
        Ok(())
    }

    fn remove_part(&mut self, item: Item, field: &Field, part: &str) -> rusqlite::Result<()> {
        if let Some(field) = self.known(item, field)? {
            let inner = format!("{part}{}", Facet::PART_OF);
            let behind = format!("{part}\u{2}");
            self.connection
                .prepare_cached(
                    "DELETE FROM search_value
                     WHERE item = ?1 AND field = ?2 AND (part = ?3 OR part >= ?4 AND part < ?5)",
                )?
                .execute(params![item.id, field, part, inner, behind])?;
        }
        Ok(())
    }

    fn known(&self, item: Item, field: &Field) -> rusqlite::Result<Option<i64>> {
        match self.fields.get(&(item.scope, item.shelf, field.clone())) {
            Some(id) => Ok(Some(*id)),
            None => read::field(self.connection, item.scope, item.shelf, field),
        }
    }

    /// Forgets a thing of which nothing is left.
    fn tidy(&mut self, kind: Kind, key: &Key, item: Item) -> rusqlite::Result<()> {
        if item.shelf != UNLISTED {
            return Ok(());
        }
        let gone = self
            .connection
            .prepare_cached(
                "DELETE FROM search_item
                 WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM search_value WHERE item = ?1)",
            )?
            .execute([item.id])?;
        if gone > 0 {
            self.items.remove(&(kind, key.clone()));
        }
        Ok(())
    }
}
