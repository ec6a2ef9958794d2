//! What the index holds, and how it names things.

use mlops_core::canonical;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::super::sql as records;
use crate::search::{Facet, Facets, Field, Source, Value};
use crate::store::{Key, Kind, Part, Query};

/// The name of the scope that a thing is in, and its number there if it has one.
pub(super) fn place(kind: Kind, key: &Key) -> (&str, Option<i64>) {
    match (kind, key.parts()) {
        (Kind::Run, [Part::Text(experiment), Part::Number(number)]) => (experiment, Some(*number)),
        _ => ("", None),
    }
}

/// A key as the index names it.
pub(super) fn name(key: &Key) -> rusqlite::Result<String> {
    canonical::to_string(key).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

pub(super) fn source(source: Source) -> i64 {
    match source {
        Source::Attribute => 0,
        Source::Param => 1,
        Source::Metric => 2,
        Source::Tag => 3,
        Source::Dataset => 4,
    }
}

pub(super) fn scope(connection: &Connection, kind: Kind, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT id FROM search_scope WHERE kind = ?1 AND name = ?2")?
        .query_row(params![kind.as_str(), name], |row| row.get(0))
        .optional()
}

/// The number of a field, if anything on that shelf has ever had it.
pub(super) fn field(
    connection: &Connection,
    scope: i64,
    shelf: i64,
    field: &Field,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT id FROM search_field WHERE scope = ?1 AND shelf = ?2 AND source = ?3 AND name = ?4",
        )?
        .query_row(params![scope, shelf, source(field.source), field.name], |row| row.get(0))
        .optional()
}

/// All values of a thing, in the order of their fields.
pub(super) fn values(connection: &Connection, item: i64) -> rusqlite::Result<Vec<Facet>> {
    let mut statement = connection.prepare_cached(
        "SELECT f.source, f.name, v.part, v.value, v.step, v.at_micros
         FROM search_value AS v JOIN search_field AS f ON f.id = v.field WHERE v.item = ?1",
    )?;
    let facets = statement.query_map([item], |row| {
        let number: i64 = row.get(0)?;
        let source = usize::try_from(number).ok().and_then(|number| Source::ALL.get(number).copied());
        let source = source.ok_or(rusqlite::Error::IntegralValueOutOfRange(0, number))?;
        let step: Option<i64> = row.get(4)?;
        let at_micros: Option<i64> = row.get(5)?;
        Ok(Facet {
            field: Field::new(source, row.get::<_, String>(1)?),
            part: row.get(2)?,
            value: value(row.get_ref(3)?, 3)?,
            moment: step.zip(at_micros).map(|(step, at_micros)| crate::search::Moment { step, at_micros }),
        })
    })?;
    let mut facets: Vec<Facet> = facets.collect::<rusqlite::Result<_>>()?;
    facets.sort_by(|a, b| (&a.field, &a.part).cmp(&(&b.field, &b.part)));
    Ok(facets)
}

pub(super) fn value(value: ValueRef<'_>, column: usize) -> rusqlite::Result<Value> {
    match value {
        ValueRef::Null => Ok(Value::Number(f64::NAN)),
        ValueRef::Real(number) => Ok(Value::Number(number)),
        ValueRef::Text(_) => Ok(Value::Text(value.as_str()?.to_owned())),
        other => Err(rusqlite::Error::InvalidColumnType(column, "value".to_owned(), other.data_type())),
    }
}

/// The latest point of a metric that is still there: the last one in the order of the keys.
pub(super) fn latest_point(
    connection: &Connection,
    run: &Key,
    metric: &Field,
) -> rusqlite::Result<Option<Facet>> {
    let group = run.clone().and(metric.name.as_str());
    let mut statement = connection.prepare_cached(
        "SELECT \"step\", \"at_micros\", \"value_bits\" FROM \"metric\"
         WHERE \"experiment\" = ?1 AND \"run\" = ?2 AND \"name\" = ?3
         ORDER BY \"step\" DESC, \"at_micros\" DESC, \"value_bits\" DESC LIMIT 1",
    )?;
    let [Part::Text(experiment), Part::Number(number)] = run.parts() else { return Ok(None) };
    let key = statement
        .query_row(params![experiment, number, metric.name], |row| {
            let (step, at): (i64, i64) = (row.get(0)?, row.get(1)?);
            Ok(group.clone().and(step).and(at).and(row.get::<_, String>(2)?))
        })
        .optional()?;
    Ok(key
        .and_then(|key| Facets::of(Kind::Metric, &key, ""))
        .and_then(|facets| facets.values.into_iter().next()))
}

/// The record of a thing.
pub(super) fn record(
    connection: &Connection,
    kind: Kind,
    key: &Key,
) -> rusqlite::Result<Option<crate::store::Record>> {
    let query = Query::one(kind, key.clone());
    let mut statement = connection.prepare_cached(records::select(&query))?;
    records::bind_query(&mut statement, &query)?;
    let mut rows = statement.raw_query();
    rows.next()?.map(|row| records::record(kind, row)).transpose()
}
