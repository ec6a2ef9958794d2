//! A search from its scopes to its page.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::index::{DELETED, UNLISTED};
use super::read::{self, name, record, scope, values};
use super::shelf::{Row, Shelf};
use crate::search::{Match, Matches, Search};
use crate::store::{Key, Kind};
use crate::tracking::Lifecycle;

/// What is looked for, as it is at one moment; inside, the key of a thing in the index whose
/// record is not there.
pub(in crate::store::sqlite) fn find(
    connection: &Connection,
    search: &Search,
) -> rusqlite::Result<Result<Matches, Key>> {
    // All statements see the same state.
    let reading = connection.unchecked_transaction()?;
    let mut rows: Vec<Row> = Vec::new();
    for (scope, name) in scopes(&reading, search)? {
        for shelf in shelves(&reading, search, &name)? {
            if let Some(shelf) = Shelf::new(&reading, search, &name, (scope, shelf))? {
                rows.extend(shelf.find()?);
            }
        }
        // Each gives the first of its own: what is behind the page of all needs no keeping.
        if rows.len() > 4 * search.limit.saturating_add(1) {
            sort(&mut rows, search);
        }
    }
    sort(&mut rows, search);
    let more = rows.len() > search.limit;
    rows.truncate(search.limit);
    let mut found = Vec::with_capacity(rows.len());
    for Row { item, position } in rows {
        let Some(record) = record(&reading, search.kind, &position.key)? else {
            return Ok(Err(position.key));
        };
        found.push(Match { record, position, values: values(&reading, item)? });
    }
    reading.finish()?;
    Ok(Ok(Matches { found, more }))
}

fn sort(rows: &mut Vec<Row>, search: &Search) {
    rows.sort_unstable_by(|a, b| a.position.compare(&b.position, &search.order));
    rows.truncate(search.limit.saturating_add(1));
}

/// The scopes that are looked at, with their names.
fn scopes(connection: &Connection, search: &Search) -> rusqlite::Result<Vec<(i64, String)>> {
    match &search.experiments {
        Some(experiments) if search.kind == Kind::Run => {
            let mut found = Vec::new();
            let mut experiments: Vec<_> = experiments.iter().collect();
            experiments.sort_unstable();
            experiments.dedup();
            for experiment in experiments {
                found.extend(scope(connection, Kind::Run, experiment)?.map(|id| (id, experiment.clone())));
            }
            Ok(found)
        }
        _ => connection
            .prepare_cached("SELECT id, name FROM search_scope WHERE kind = ?1 ORDER BY name")?
            .query_map([search.kind.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect(),
    }
}

/// The shelves that are looked at in a scope.
fn shelves(connection: &Connection, search: &Search, scope: &str) -> rusqlite::Result<Vec<i64>> {
    let experiment = if search.kind == Kind::Run { shelf_of(connection, scope)? } else { None };
    // The runs of one that is being purged nobody finds any more, as little as it.
    if experiment == Some(UNLISTED) {
        return Ok(Vec::new());
    }
    let hidden = experiment == Some(DELETED);
    let shelves = [Lifecycle::Active, Lifecycle::Deleted].into_iter().zip(0..UNLISTED);
    let seen = |(lifecycle, shelf)| {
        let lifecycle = if hidden { Lifecycle::Deleted } else { lifecycle };
        search.view.shows(lifecycle).then_some(shelf)
    };
    Ok(shelves.filter_map(seen).collect())
}

/// The shelf that an experiment lies on, if anything is known of it.
fn shelf_of(connection: &Connection, experiment: &str) -> rusqlite::Result<Option<i64>> {
    let Some(scope) = read::scope(connection, Kind::Experiment, "")? else { return Ok(None) };
    connection
        .prepare_cached("SELECT shelf FROM search_item WHERE scope = ?1 AND name = ?2")?
        .query_row(params![scope, name(&Key::from([experiment]))?], |row| row.get(0))
        .optional()
}
