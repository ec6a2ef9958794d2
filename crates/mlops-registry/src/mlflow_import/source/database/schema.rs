//! Which tables and columns there are: MLflow's schema has had some seventy revisions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _};

use super::not_mlflow;
use super::snapshot::failed;
use crate::Result;

/// What must be there: every revision since MLflow 1.0 has it.
const NEEDED: [(&str, &[&str]); 5] = [
    ("experiments", &["experiment_id", "name", "lifecycle_stage"]),
    ("runs", &["run_uuid", "status", "start_time", "end_time", "lifecycle_stage", "experiment_id"]),
    ("metrics", &["key", "value", "timestamp", "step", "run_uuid"]),
    ("params", &["key", "value", "run_uuid"]),
    ("tags", &["key", "value", "run_uuid"]),
];

/// What is read besides, with what must be there if it is.
const READ: [(&str, &[&str]); 11] = [
    ("latest_metrics", &["key", "value", "run_uuid"]),
    ("experiment_tags", &["key", "value", "experiment_id"]),
    ("datasets", &["dataset_uuid", "name", "digest", "dataset_source_type", "dataset_source"]),
    ("inputs", &["input_uuid", "source_type", "source_id", "destination_type", "destination_id"]),
    ("input_tags", &["input_uuid", "name", "value"]),
    ("registered_models", &["name"]),
    ("registered_model_tags", &["name", "key", "value"]),
    ("registered_model_aliases", &["name", "alias", "version"]),
    ("model_versions", &["name", "version", "current_stage", "source", "run_id", "status"]),
    ("model_version_tags", &["name", "version", "key", "value"]),
    ("alembic_version", &["version_num"]),
];

/// What tells nothing by itself: revisions of deployments, the list of workspaces.
const SILENT: [&str; 2] = ["alembic_version_for_deployments", "workspaces"];

/// The revisions that databases of the tests have: of MLflow 1.30, 2.16 and 3.17.
const KNOWN: [&str; 3] = ["97727af70f4d", "4465047574b1", "dc11669786a5"];

/// The tables and their columns.
#[derive(Debug)]
pub(super) struct Schema {
    columns: BTreeMap<String, BTreeSet<String>>,
    revision: Option<String>,
    unread: BTreeMap<String, u64>,
}

impl Schema {
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) with the table or the column that is missing.
    pub(super) fn read(connection: &Connection, path: &Path) -> Result<Self> {
        let failed = |error| failed(path, error);
        let mut columns = BTreeMap::new();
        for (name, sql) in tables(connection).map_err(failed)? {
            if sql.to_ascii_uppercase().starts_with("CREATE TABLE") {
                columns.insert(name.clone(), columns_of(connection, &name).map_err(failed)?);
            }
        }
        for (needed, table, names) in NEEDED
            .iter()
            .map(|(table, names)| (true, *table, *names))
            .chain(READ.iter().map(|(table, names)| (false, *table, *names)))
        {
            match columns.get(table) {
                None if needed => return Err(not_mlflow(path, format!("a database with the table {table}"))),
                None => {}
                Some(there) => {
                    if let Some(missing) = names.iter().find(|name| !there.contains(**name)) {
                        let expected = format!("a table {table} with the column {missing}");
                        return Err(not_mlflow(path, expected));
                    }
                }
            }
        }
        let mut schema = Self { columns, revision: None, unread: BTreeMap::new() };
        if let Some(sql) = schema.select("alembic_version", &["version_num"], "LIMIT 1") {
            let revision = connection.query_row(&sql, [], |row| row.get::<_, Option<String>>(0));
            schema.revision = revision.optional().map_err(failed)?.flatten();
        }
        for table in schema.columns.keys() {
            let is = |names: &[(&str, &[&str])]| names.iter().any(|(name, _)| name == table);
            if is(&NEEDED) || is(&READ) || SILENT.contains(&table.as_str()) || table.starts_with("sqlite_") {
                continue;
            }
            let count = format!("SELECT count(*) FROM \"{}\"", table.replace('"', "\"\""));
            let rows: i64 = connection.query_row(&count, [], |row| row.get(0)).map_err(failed)?;
            if rows > 0 {
                schema.unread.insert(table.clone(), rows.unsigned_abs());
            }
        }
        Ok(schema)
    }

    /// The revision that its migrations have left, and whether databases of it were read in tests.
    pub(super) fn revision(&self) -> Option<(&str, bool)> {
        self.revision.as_deref().map(|revision| (revision, KNOWN.contains(&revision)))
    }

    /// The tables that are not read, with how many rows; empty ones are not told.
    pub(super) const fn unread(&self) -> &BTreeMap<String, u64> {
        &self.unread
    }

    pub(super) fn has(&self, table: &str, column: &str) -> bool {
        self.columns.get(table).is_some_and(|columns| columns.contains(column))
    }

    /// The statement that reads these columns of a table; those that are not there are null.
    pub(super) fn select(&self, table: &str, columns: &[&str], rest: &str) -> Option<String> {
        let there = self.columns.get(table)?;
        let named: Vec<_> = columns
            .iter()
            .map(|name| if there.contains(*name) { (*name).to_owned() } else { format!("NULL AS {name}") })
            .collect();
        Some(format!("SELECT {} FROM {table} {rest}", named.join(", ")))
    }
}

/// Tables with the statements that made them. A view or a virtual table of that name could run
/// whatever it wants.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// The columns that hold what was written to them: none that is computed when it is read.
fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0")?;
    let rows = statement.query_map([table], |row| row.get(0))?;
    rows.collect()
}
