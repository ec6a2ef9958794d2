//! A search from its filter to its page.

use std::collections::HashMap;
use std::fmt::Write as _;

use postgres::Row;

use super::super::connection::{Connection, get, sequence};
use super::super::failure::{Answer, Failure};
use super::super::name::Schema;
use super::super::sql::{Texts, bound, key_arrays, place};
use super::super::text::{decode, encode};
use super::rows::{self, DELETED, UNLISTED, fields, values};
use super::sql::{Bound, Sql};
use crate::search::{Field, Match, Matches, Position, Rank, Search, Test, Value};
use crate::store::{Key, Kind, Record, Revision};
use crate::tracking::Lifecycle;

/// A thing that was found, and its place.
struct Found {
    item: i64,
    position: Position,
}

/// What is looked for, in a transaction whose statements see one state.
pub(in crate::store::postgres) fn find(
    connection: &mut Connection,
    schema: &Schema,
    texts: &Texts,
    search: &Search,
) -> Answer<Matches> {
    let named = search.filter.clauses().iter().map(|clause| &clause.field);
    let known = fields(connection, schema, named.chain(search.order.iter().map(|by| &by.field)))?;
    let limit = search.limit.saturating_add(1);
    let mut after = search.after.clone();
    let mut matches: Vec<Match> = Vec::new();
    loop {
        let wanted = limit - matches.len();
        let Some(sql) = statement(schema, search, &known, after.as_ref(), wanted) else { break };
        let parameters: Vec<_> = sql.bound.iter().map(Bound::parameter).collect();
        let rows = connection.once(&sql.text, &parameters)?;
        let found: Vec<Found> = rows.iter().map(|row| read(search, row)).collect::<Answer<_>>()?;
        let all = found.len() < wanted;
        after = found.last().map(|last| last.position.clone()).or(after);
        let mut values = values(connection, schema, &found.iter().map(|one| one.item).collect::<Vec<_>>())?;
        let keys: Vec<&Key> = found.iter().map(|one| &one.position.key).collect();
        let mut records = records(connection, texts, search.kind, &keys)?;
        for (at, Found { item, position }) in found.into_iter().enumerate() {
            let values = values.remove(&item).unwrap_or_default();
            if sql.is_loose {
                let of = |field: &Field| {
                    let field = field.clone();
                    values.iter().filter(move |facet| facet.field == field).map(|facet| &facet.value)
                };
                if !search.filter.matches(of) {
                    continue;
                }
            }
            let record = records.remove(&at).ok_or_else(|| {
                Failure::Damaged(format!(
                    "search knows {} {}, and it is not there",
                    search.kind, position.key
                ))
            })?;
            matches.push(Match { record, position, values });
        }
        if all || matches.len() >= limit {
            break;
        }
    }
    let more = matches.len() > search.limit;
    matches.truncate(search.limit);
    Ok(Matches { found: matches, more })
}

/// The statement for the first `limit` things behind a place; `None` if nothing can pass, since
/// nothing has such a field.
fn statement(
    schema: &Schema,
    search: &Search,
    known: &HashMap<Field, i32>,
    after: Option<&Position>,
    limit: usize,
) -> Option<Sql> {
    let mut sql = Sql::default();
    sql.push("SELECT i.id, i.tie, i.name, i.version, i.number");
    for at in 0..search.order.len() {
        let _ = write!(sql.text, ", r{at}.number, r{at}.word, r{at}.item IS NOT NULL");
    }
    let _ = write!(sql.text, "\nFROM {schema}.search_item AS i");
    for (at, by) in search.order.iter().enumerate() {
        // One that nothing has is missing everywhere.
        let field = known.get(&by.field).copied().unwrap_or(-1);
        let _ = write!(
            sql.text,
            "\nLEFT JOIN {schema}.search_value AS r{at} ON r{at}.item = i.id AND r{at}.field = {field} AND \
             r{at}.part = ''"
        );
    }
    if search.kind == Kind::Run {
        let _ = write!(
            sql.text,
            "\nLEFT JOIN {schema}.search_item AS e ON e.kind = '{}' AND e.name = i.name AND e.version = '' AND \
             e.number = 0",
            Kind::Experiment
        );
    }
    let _ = write!(sql.text, "\nWHERE i.kind = '{}' AND ", search.kind);
    shelves(&mut sql, search);
    if let Some(experiments) = search.experiments.as_ref().filter(|_| search.kind == Kind::Run) {
        let names = experiments.iter().map(|name| encode(name).into_owned()).collect();
        sql.push("\nAND i.name = ANY (").bind(Bound::Texts(names)).push(")");
    }
    // Conditions on one field are of one value, unless a thing has many of it.
    let mut conditions: Vec<(i32, bool, Vec<&Test>)> = Vec::new();
    for clause in search.filter.clauses() {
        let field = known.get(&clause.field).copied();
        match (&clause.test, field) {
            (Test::Null, None) => {}
            (Test::Null, Some(field)) => sql.and_lacks(schema, field),
            (_, None) => return None,
            (test, Some(field)) => {
                let many = clause.field.is_many();
                match conditions.iter_mut().find(|(of, _, _)| *of == field && !many) {
                    Some((_, _, tests)) => tests.push(test),
                    None => conditions.push((field, many, vec![test])),
                }
            }
        }
    }
    for (field, _, tests) in &conditions {
        sql.and_has(schema, *field, tests);
    }
    if let Some(after) = after {
        let descending: Vec<bool> = search.order.iter().map(|by| by.descending).collect();
        sql.and_behind(after, &descending);
    }
    sql.push("\nORDER BY ");
    for (at, by) in search.order.iter().enumerate() {
        let direction = if by.descending { "DESC" } else { "ASC" };
        // NaN after all values, what is missing after that.
        let _ = write!(
            sql.text,
            "CASE WHEN r{at}.item IS NULL THEN 2 WHEN r{at}.number IS NULL AND r{at}.word IS NULL THEN 1 ELSE 0 \
             END, r{at}.number {direction}, r{at}.word {direction}, "
        );
    }
    sql.push("i.tie, i.name, i.version, i.number\nLIMIT ");
    sql.bind(Bound::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
    Some(sql)
}

/// The shelves that are looked at: a run is as deleted as its experiment, and nobody finds one
/// whose experiment is being purged.
fn shelves(sql: &mut Sql, search: &Search) {
    let shelf = if search.kind == Kind::Run {
        sql.push(&format!("i.shelf < {UNLISTED} AND coalesce(e.shelf, 0) < {UNLISTED} AND "));
        "greatest(i.shelf, coalesce(e.shelf, 0))"
    } else {
        "i.shelf"
    };
    let shown = [(Lifecycle::Active, 0), (Lifecycle::Deleted, DELETED)]
        .into_iter()
        .filter(|(lifecycle, _)| search.view.shows(*lifecycle))
        .map(|(_, shelf)| shelf.to_string());
    let shown = shown.collect::<Vec<_>>().join(", ");
    sql.push(shelf).push(" IN (").push(&shown).push(")");
}

fn read(search: &Search, row: &Row) -> Answer<Found> {
    let rank = |at: usize| -> Answer<Rank> {
        let (number, word): (Option<f64>, Option<String>) = (get(row, at)?, get(row, at + 1)?);
        Ok(match (number, word) {
            (Some(number), _) => Rank::Value(Value::Number(number)),
            (None, Some(word)) => Rank::Value(Value::Text(decode(word))),
            (None, None) if get(row, at + 2)? => Rank::NotANumber,
            (None, None) => Rank::Missing,
        })
    };
    let ranks = (0..search.order.len()).map(|field| rank(5 + 3 * field)).collect::<Answer<_>>()?;
    let key = rows::key(search.kind, row, 2)?;
    Ok(Found { item: get(row, 0)?, position: Position { ranks, tie: get(row, 1)?, key } })
}

/// The records of things, by their place among the keys.
fn records(
    connection: &mut Connection,
    texts: &Texts,
    kind: Kind,
    keys: &[&Key],
) -> Answer<HashMap<usize, Record>> {
    let rows = connection.query(&texts.of(kind).records, &bound(&key_arrays(kind, keys)))?;
    let record = |row: &Row| {
        let (at, body) = (place(row)?, get::<String>(row, 2)?);
        let key = keys.get(at).map_or_else(Key::all, |key| (*key).clone());
        Ok((at, Record { kind, key, revision: Revision(sequence(row, 1)?), body: body.into_bytes() }))
    };
    rows.iter().map(record).collect()
}
