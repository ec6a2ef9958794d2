use super::*;
use crate::store::{Key, Kind};

fn columns(connection: &Connection, table: &str) -> Vec<(String, String)> {
    let mut statement =
        connection.prepare("SELECT name, type FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk").unwrap();
    statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn each_kind_has_its_table() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("registry.db")).unwrap();
    let connection = &store.writer.lock().connection;
    for kind in Kind::ALL {
        let expected: Vec<_> = kind
            .columns()
            .iter()
            .map(|c| (c.name.to_owned(), if c.number { "INTEGER" } else { "TEXT" }.to_owned()))
            .collect();
        assert_eq!(columns(connection, kind.as_str()), expected, "{kind}");
    }
}

#[test]
fn every_read_is_a_search_by_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("registry.db")).unwrap();
    let connection = &store.writer.lock().connection;
    for kind in Kind::ALL {
        let columns = kind.columns();
        let whole: Key =
            columns.iter().map(|c| if c.number { 1.into() } else { super::super::Part::from("x") }).collect();
        for length in 1..columns.len() {
            let group: Key = whole.parts().iter().take(length).cloned().collect();
            let query = Query::under(kind, group, 10).after(whole.clone());
            let mut statement =
                connection.prepare(&format!("EXPLAIN QUERY PLAN {}", sql::select(&query))).unwrap();
            sql::bind_query(&mut statement, &query).unwrap();
            let plan: String = statement.raw_query().next().unwrap().unwrap().get(3).unwrap();
            assert!(plan.starts_with("SEARCH") && plan.contains("PRIMARY KEY"), "{kind}: {plan}");
        }
    }
}

#[test]
fn each_kind_has_its_statements() {
    for kind in Kind::ALL {
        assert!(sql::of(kind).remove.starts_with(&format!("DELETE FROM \"{kind}\"")), "{kind}");
    }
}

#[test]
fn each_schema_has_its_migration() {
    assert_eq!(i64::try_from(schema::MIGRATIONS.len()), Ok(schema::SUPPORTED));
}

#[test]
fn writes_are_flushed() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("registry.db")).unwrap();
    let connection = &store.writer.lock().connection;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
    assert_eq!((mode.as_str(), synchronous), ("wal", 2));
}

#[test]
fn the_switch_to_the_write_ahead_log_waits_for_others() {
    let folder = tempfile::tempdir().unwrap();
    for lock in ["IMMEDIATE", "EXCLUSIVE"] {
        let path = folder.path().join(lock);
        let holder = Connection::open(&path).unwrap();
        holder.execute_batch(&format!("BEGIN {lock}; CREATE TABLE held (x)")).unwrap();
        let mut connection = Connection::open(&path).unwrap();
        // Called where SQLite waits: the other one is done by then.
        let mut holder = Some(holder);
        let wait = move |_| holder.take().is_some_and(|holder| holder.execute_batch("COMMIT").is_ok());
        connection.busy_handler(Some(wait)).unwrap();
        schema::write_ahead(&connection).unwrap();
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!(mode, "wal");
        let held = connection.query_row("SELECT count(*) FROM held", [], |row| row.get::<_, i64>(0));
        assert_eq!(held, Ok(0), "{lock}: what it waited for is there");
    }
}
