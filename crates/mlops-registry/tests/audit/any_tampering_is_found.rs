//! Whatever single thing is done to the tables of a registry, an audit finds and names it.

use std::fs;

use crate::world::World;
use crate::world::kept::kept;
use mlops_registry::audit::{Audit, AuditReport, Discrepancy};
use mlops_registry::merkle::{SignedCheckpoint, VerifierKey};
use mlops_registry::store::{Kind, SqliteStore};
use mlops_registry::{Error, Result};
use proptest::prelude::*;
use rusqlite::{Connection, params};
use tempfile::TempDir;

/// A registry that lies still, and what was kept of it outside.
struct Still {
    folder: TempDir,
    checkpoint: SignedCheckpoint,
    key: VerifierKey,
    /// Tables, and how many rows each has.
    tables: Vec<(String, i64)>,
}

fn still() -> Still {
    let kept = kept();
    let registry = &kept.world.registry;
    let (checkpoint, key) = (registry.checkpoint().unwrap(), registry.verifier_key().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let connection = kept.connection();
    connection.execute("VACUUM INTO ?1", [folder.path().join("registry.db").to_str().unwrap()]).unwrap();
    let names = Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).chain(["leaf".into(), "node".into()]);
    let tables = names
        .map(|name| {
            let count = format!("SELECT count(*) FROM \"{name}\"");
            let rows = connection.query_row(&count, [], |row| row.get(0)).unwrap();
            (name, rows)
        })
        .filter(|(_, rows)| *rows > 0)
        .collect();
    Still { folder, checkpoint, key, tables }
}

impl Still {
    /// A copy that may be spoilt.
    fn copy(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(self.folder.path().join("registry.db"), folder.path().join("registry.db")).unwrap();
        folder
    }

    fn audit(&self, folder: &TempDir) -> Result<AuditReport> {
        let store = SqliteStore::open(folder.path().join("registry.db"))?;
        Audit::of(&store).against_checkpoint(&self.checkpoint, &self.key).verify()
    }
}

/// One thing that someone does to one row.
#[derive(Clone, Debug)]
enum Tampering {
    /// Another byte in the body, or the hash.
    Flip { at: prop::sample::Index, bit: u8 },
    /// The row is gone.
    Remove,
    /// A copy of the row under another key.
    Insert,
    /// The row bears another revision.
    Revision { by: i64 },
    /// The body of another row in its place, and its own in the other.
    Swap { with: prop::sample::Index },
    /// The row under another key.
    Rename,
}

fn tamperings() -> impl Strategy<Value = Tampering> {
    prop_oneof![
        4 => (any::<prop::sample::Index>(), 0..8_u8).prop_map(|(at, bit)| Tampering::Flip { at, bit }),
        2 => Just(Tampering::Remove),
        1 => Just(Tampering::Insert),
        1 => prop_oneof![Just(-1_i64), Just(1), 2..50_i64].prop_map(|by| Tampering::Revision { by }),
        2 => any::<prop::sample::Index>().prop_map(|with| Tampering::Swap { with }),
        1 => Just(Tampering::Rename),
    ]
}

/// The columns of a table's key, the first of them, and the one with the content.
fn columns(connection: &Connection, table: &str) -> (Vec<String>, &'static str) {
    let mut statement =
        connection.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk").unwrap();
    let keys =
        statement.query_map([table], |row| row.get(0)).unwrap().map(rusqlite::Result::unwrap).collect();
    (keys, if table == "node" { "hash" } else { "body" })
}

/// Does it to row `row` of `table`; `None` if it comes to nothing there.
fn tamper(connection: &Connection, table: &str, row: i64, rows: i64, tampering: &Tampering) -> Option<()> {
    let (keys, content) = columns(connection, table);
    let order = keys.join("\", \"");
    // The row's key as a condition.
    let select = format!(
        "SELECT quote(\"{}\") FROM \"{table}\" ORDER BY \"{order}\" LIMIT 1 OFFSET ?1",
        keys.join("\"), quote(\"")
    );
    let condition = |row: i64| {
        let parts: Vec<String> = connection
            .query_row(&select, [row], |found| (0..keys.len()).map(|i| found.get(i)).collect())
            .unwrap();
        let parts: Vec<_> =
            keys.iter().zip(parts).map(|(key, value)| format!("\"{key}\" = {value}")).collect();
        parts.join(" AND ")
    };
    let read = |condition: &str| -> Vec<u8> {
        let select = format!("SELECT CAST({content} AS BLOB) FROM \"{table}\" WHERE {condition}");
        connection.query_row(&select, [], |row| row.get(0)).unwrap()
    };
    let cast = if content == "body" { "CAST(?1 AS TEXT)" } else { "?1" };
    let write = |condition: &str, bytes: &[u8]| {
        let update = format!("UPDATE \"{table}\" SET {content} = {cast} WHERE {condition}");
        assert_eq!(connection.execute(&update, params![bytes]).unwrap(), 1);
    };
    let here = condition(row);
    let last = keys.last().unwrap();
    // Another value of the last part of the key: a number far away, or other text.
    let elsewhere =
        format!("CASE typeof(\"{last}\") WHEN 'integer' THEN \"{last}\" + 977 ELSE \"{last}\" || 'x' END");
    match tampering {
        Tampering::Flip { at, bit } => {
            let mut bytes = read(&here);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            write(&here, &bytes);
        }
        Tampering::Remove => {
            assert_eq!(connection.execute(&format!("DELETE FROM \"{table}\" WHERE {here}"), []).unwrap(), 1);
        }
        Tampering::Insert => {
            let others = &keys[..keys.len() - 1];
            let mut names: Vec<String> = others.iter().map(|key| format!("\"{key}\"")).collect();
            let mut values = names.clone();
            names.push(format!("\"{last}\""));
            values.push(elsewhere);
            let rest: &[&str] = match table {
                "leaf" => &["body"],
                "node" => &["hash"],
                _ => &["revision", "body"],
            };
            names.extend(rest.iter().map(|name| (*name).to_owned()));
            values.extend(rest.iter().map(|name| (*name).to_owned()));
            let insert = format!(
                "INSERT INTO \"{table}\" ({}) SELECT {} FROM \"{table}\" WHERE {here}",
                names.join(", "),
                values.join(", ")
            );
            assert_eq!(connection.execute(&insert, []).unwrap(), 1);
        }
        Tampering::Revision { by } => {
            if matches!(table, "leaf" | "node") {
                return None;
            }
            let update = format!("UPDATE \"{table}\" SET revision = revision + {by} WHERE {here}");
            assert_eq!(connection.execute(&update, []).unwrap(), 1);
        }
        Tampering::Swap { with } => {
            let there = condition(i64::try_from(with.index(usize::try_from(rows).unwrap())).unwrap());
            let (one, other) = (read(&here), read(&there));
            if one == other {
                return None;
            }
            write(&here, &other);
            write(&there, &one);
        }
        Tampering::Rename => {
            let update = format!("UPDATE \"{table}\" SET \"{last}\" = {elsewhere} WHERE {here}");
            assert_eq!(connection.execute(&update, []).unwrap(), 1);
        }
    }
    Some(())
}

/// Whether it says which table was touched: the kind of the record, or that it was the log.
fn names(found: &Discrepancy, table: &str) -> bool {
    match found {
        Discrepancy::RecordChanged { kind, .. }
        | Discrepancy::RecordMissing { kind, .. }
        | Discrepancy::RecordUnaccounted { kind, .. } => kind.as_str() == table,
        Discrepancy::TreeChanged { .. } | Discrepancy::TreeBeyondEnd { .. } => {
            table == "node" || table == "leaf"
        }
        // The entry and its hash disagree: which of the two was touched, nobody can tell.
        Discrepancy::EntryChanged { .. } => table == "leaf" || table == "node",
        Discrepancy::StoreDamaged { reason } => reason.contains(table),
        _ => table == "leaf",
    }
}

#[test]
fn every_single_tampering_is_found_and_named() {
    let still = still();
    assert!(still.audit(&still.copy()).unwrap().is_clean());
    let config = ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), tamperings());
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&strategy, |(table, row, tampering)| {
            let (table, rows) = &still.tables[table.index(still.tables.len())];
            let row = i64::try_from(row.index(usize::try_from(*rows).unwrap())).unwrap();
            let folder = still.copy();
            let connection = Connection::open(folder.path().join("registry.db")).unwrap();
            if tamper(&connection, table, row, *rows, &tampering).is_none() {
                return Ok(());
            }
            drop(connection);
            let report = still.audit(&folder).unwrap();
            prop_assert!(!report.is_clean(), "{table} row {row}: {tampering:?} was not found");
            let named = report.discrepancies.iter().any(|found| names(found, table));
            prop_assert!(named, "{table} row {row}: {tampering:?} was told as {report}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_file_that_was_cut_by_its_end_is_found() {
    let still = still();
    let whole = fs::read(still.folder.path().join("registry.db")).unwrap();
    for page in 1..whole.len() / 4096 {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("registry.db"), &whole[..whole.len() - page * 4096]).unwrap();
        match still.audit(&folder) {
            Ok(report) => assert!(!report.is_clean(), "without its last {page} pages"),
            Err(Error::Corrupt { .. } | Error::Unavailable { .. }) => {}
            Err(other) => panic!("{page}: {other}"),
        }
    }
}

#[test]
fn an_old_backup_in_place_of_the_file_is_found() {
    let world = World::sqlite();
    let file = world.folder.path().join("registry.db");
    world.promoted("1.0.0");
    let backup = world.folder.path().join("backup.db");
    Connection::open(&file).unwrap().execute("VACUUM INTO ?1", [backup.to_str().unwrap()]).unwrap();
    let then = world.registry.checkpoint().unwrap();
    world.promoted("1.1.0");
    let now = world.registry.checkpoint().unwrap();
    let key = world.registry.verifier_key().unwrap();

    let store = SqliteStore::open(&backup).unwrap();
    assert!(Audit::of(&store).verify().unwrap().is_clean(), "by itself it is a registry like any other");
    assert!(Audit::of(&store).against_checkpoint(&then, &key).verify().unwrap().is_clean());
    let report = Audit::of(&store).against_checkpoint(&now, &key).verify().unwrap();
    let (size, signed) = (then.unverified().size(), now.unverified().size());
    assert_eq!(report.discrepancies, [Discrepancy::LogCut { size, signed }]);
}
