//! What is in the schema that we have not put there, or is no longer as we have.

use std::collections::BTreeMap;

use super::connection::{Connection, get};
use super::failure::Answer;
use super::log::size;
use super::name::Schema;
use super::schema::VERSIONS;
use crate::store::Kind;

/// A name, the columns with their types, and how many of these are the key.
type Table = (&'static str, &'static [(&'static str, &'static str)], usize);

/// The tables beside those of the kinds.
const TABLES: &[Table] = &[
    (VERSIONS, &[("version", "bigint")], 1),
    ("leaf", &[("sequence", "bigint"), ("body", "text")], 1),
    ("node", &[("level", "integer"), ("position", "bigint"), ("hash", "bytea")], 2),
    (
        "search_item",
        &[
            ("id", "bigint"),
            ("kind", "text C"),
            ("name", "text C"),
            ("version", "text C"),
            ("number", "bigint"),
            ("shelf", "smallint"),
            ("tie", "bigint"),
        ],
        1,
    ),
    ("search_field", &[("id", "integer"), ("source", "smallint"), ("name", "text C")], 1),
    (
        "search_value",
        &[
            ("item", "bigint"),
            ("field", "integer"),
            ("part", "text C"),
            ("number", "double precision"),
            ("word", "text C"),
            ("folded", "text C"),
            ("step", "bigint"),
            ("at_micros", "bigint"),
        ],
        3,
    ),
];

/// What stands guard over the log, as the server describes it.
const GUARDS: [(&str, &str); 2] = [("leaf", "leaf_only_grows"), ("node", "node_only_grows")];

/// Before an update, a deletion and a truncation, once a statement: bits of `pg_trigger.tgtype`.
const GUARD_TYPE: i16 = 2 | 8 | 16 | 32;

/// What is wrong, in words, in a transaction whose statements see one state.
pub(super) fn find(connection: &mut Connection, schema: &Schema) -> Answer<Vec<String>> {
    let mut told = tables(connection, schema)?;
    told.extend(guards(connection, schema)?);
    // Of other tables than ours nothing else is asked.
    if told.is_empty() {
        told = strays(connection, schema)?;
    }
    Ok(told)
}

/// Columns with their types, and the key columns, by table.
type Tables = BTreeMap<String, (Vec<(String, String)>, Vec<String>)>;

fn expected() -> Tables {
    let mut tables = Tables::new();
    for kind in Kind::ALL {
        let mut columns: Vec<(String, String)> = kind
            .columns()
            .iter()
            .map(|column| {
                (column.name.to_owned(), if column.number { "bigint" } else { "text C" }.to_owned())
            })
            .collect();
        let key = columns.iter().map(|(name, _)| name.clone()).collect();
        columns.push(("revision".to_owned(), "bigint".to_owned()));
        columns.push(("body".to_owned(), "text".to_owned()));
        tables.insert(kind.as_str().to_owned(), (columns, key));
    }
    for (name, columns, keys) in TABLES {
        let columns: Vec<_> =
            columns.iter().map(|(name, of)| ((*name).to_owned(), (*of).to_owned())).collect();
        let key = columns.iter().take(*keys).map(|(name, _)| name.clone()).collect();
        tables.insert((*name).to_owned(), (columns, key));
    }
    tables
}

fn tables(connection: &mut Connection, schema: &Schema) -> Answer<Vec<String>> {
    let mut found = Tables::new();
    let mut told = Vec::new();
    // Sequences belong to the ids of search, indexes and the like to their tables.
    let rows = connection.query(
        "SELECT c.relname::text, c.relkind::text, c.relpersistence::text FROM pg_class AS c
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relkind NOT IN ('i', 'S', 't', 'c') ORDER BY c.relname",
        &[&schema.as_str()],
    )?;
    for row in rows {
        let (name, kind, persistence): (String, String, String) =
            (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
        match (kind.as_str(), persistence.as_str()) {
            ("r", "p") => {
                found.insert(name, (Vec::new(), Vec::new()));
            }
            ("r", _) => told.push(format!("table {name} is not kept through a crash")),
            _ => told.push(format!("{name} is none of our tables")),
        }
    }
    let rows = connection.query(
        "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
                coalesce((SELECT l.collname::text FROM pg_collation AS l WHERE l.oid = a.attcollation), ''),
                EXISTS (SELECT FROM pg_index AS x WHERE x.indrelid = c.oid AND x.indisprimary AND x.indisvalid
                        AND a.attnum = ANY (x.indkey))
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE n.nspname = $1 AND c.relkind = 'r' ORDER BY c.relname, a.attnum",
        &[&schema.as_str()],
    )?;
    for row in rows {
        let (table, column, of, collation): (String, String, String, String) =
            (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?, get(&row, 3)?);
        let Some((columns, key)) = found.get_mut(&table) else { continue };
        if get(&row, 4)? {
            key.push(column.clone());
        }
        columns.push((column, if collation == "C" { format!("{of} C") } else { of }));
    }
    for (name, ours) in expected() {
        match found.remove(&name) {
            None => told.push(format!("table {name} is not there")),
            Some(theirs) if theirs != ours => told.push(format!("table {name} is not as it was made")),
            Some(_) => {}
        }
    }
    told.extend(found.into_keys().map(|name| format!("table {name} is none of ours")));
    Ok(told)
}

/// What may change rows by itself.
fn guards(connection: &mut Connection, schema: &Schema) -> Answer<Vec<String>> {
    let mut told = Vec::new();
    let mut missing = GUARDS.to_vec();
    let rows = connection.query(
        "SELECT c.relname::text, t.tgname::text, t.tgtype, t.tgenabled::text, p.proname::text, o.nspname::text
         FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_proc AS p ON p.oid = t.tgfoid JOIN pg_namespace AS o ON o.oid = p.pronamespace
         WHERE n.nspname = $1 AND NOT t.tgisinternal ORDER BY 1, 2",
        &[&schema.as_str()],
    )?;
    for row in rows {
        let (table, name, of): (String, String, i16) = (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
        let (enabled, function, of_schema): (String, String, String) =
            (get(&row, 3)?, get(&row, 4)?, get(&row, 5)?);
        let Some(at) = missing.iter().position(|(on, guard)| *on == table && *guard == name) else {
            told.push(format!("trigger {name} of table {table} is none of ours"));
            continue;
        };
        missing.remove(at);
        let is_guard = of == GUARD_TYPE && function == "log_only_grows" && of_schema == schema.as_str();
        if !is_guard || enabled != "O" {
            told.push(format!("trigger {name} of table {table} is not as it was made, or is off"));
        }
    }
    told.extend(missing.iter().map(|(table, name)| format!("trigger {name} of table {table} is not there")));
    let rows = connection.query(
        "SELECT r.rulename::text, c.relname::text FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
         JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'",
        &[&schema.as_str()],
    )?;
    for row in rows {
        let (name, table): (String, String) = (get(&row, 0)?, get(&row, 1)?);
        told.push(format!("rule {name} of table {table} is none of ours"));
    }
    Ok(told)
}

/// Nodes where the tree has no place for any. Nobody reads such rows; that they are there says
/// that someone has written by hand.
///
/// The hash right behind the end is not among them: an audit looks there itself.
fn strays(connection: &mut Connection, schema: &Schema) -> Answer<Vec<String>> {
    let size = i64::try_from(size(connection, schema)?).unwrap_or(i64::MAX);
    let text = format!(
        "SELECT n.level, n.position FROM generate_series(0, 63) AS l(level)
         CROSS JOIN LATERAL (SELECT level, position FROM {schema}.node AS n
            WHERE n.level = l.level AND n.position > CASE WHEN l.level < 63 THEN $1::bigint >> l.level ELSE 0 END
            LIMIT 1) AS n ORDER BY 1"
    );
    let mut told = Vec::new();
    for row in connection.query(&text, &[&size])? {
        let (level, position): (i32, i64) = (get(&row, 0)?, get(&row, 1)?);
        told.push(format!(
            "table node has a row at level {level}, position {position}, beyond the tree of {size} entries"
        ));
    }
    Ok(told)
}
