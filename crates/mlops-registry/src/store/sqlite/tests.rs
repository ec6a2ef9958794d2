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

fn store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("registry.db")).unwrap();
    (folder, store)
}

/// A new model whose record is about so many bytes long.
fn model(name: &str, bytes: usize) -> Commit {
    let by = mlops_core::Principal::new("ana").unwrap();
    let act = crate::audit::Act::new(mlops_core::Timestamp::from_micros(0), by, "write", name);
    let change = crate::store::Change::put(Kind::Model, Key::from([name]), None, &"x".repeat(bytes)).unwrap();
    Commit::new(act, vec![], vec![change]).unwrap()
}

/// Commits that are all there before any is written: a group, in this order.
fn together(store: &SqliteStore, commits: &[Commit]) -> Vec<Result<u64>> {
    std::thread::scope(|scope| {
        let writer = store.writer.lock();
        let threads: Vec<_> = commits
            .iter()
            .enumerate()
            .map(|(index, commit)| {
                let thread = scope.spawn(|| store.commit(commit));
                while store.commits.waiting() <= index {
                    std::thread::yield_now();
                }
                thread
            })
            .collect();
        drop(writer);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn is_whole(store: &SqliteStore) {
    let report = crate::audit::Audit::of(store).verify().unwrap();
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_conflict_within_a_group_leaves_the_others_whole() {
    let (_folder, store) = store();
    let names = ["a", "b", "a", "c", "b", "d"];
    let commits: Vec<_> = names.iter().map(|name| model(name, 10)).collect();
    let results = together(&store, &commits);
    let sequences: Vec<_> = results.iter().map(|result| result.as_ref().ok().copied()).collect();
    assert_eq!(sequences, [Some(0), Some(1), None, Some(2), None, Some(3)]);
    assert!(
        results
            .iter()
            .filter_map(|result| result.as_ref().err())
            .all(|e| matches!(e, Error::Conflict { .. }))
    );
    is_whole(&store);
    assert_eq!(store.commit(&model("e", 10)).unwrap(), 4);
    is_whole(&store);
}

/// What another connection has written since is taken into account.
#[test]
fn two_stores_on_one_file_take_turns() {
    let (folder, store) = store();
    let other = SqliteStore::open(folder.path().join("registry.db")).unwrap();
    for round in 0..20 {
        let (first, second) = if round % 3 == 0 { (&other, &store) } else { (&store, &other) };
        assert_eq!(first.commit(&model(&format!("{round} a"), 10)).unwrap(), 3 * round);
        assert_eq!(second.commit(&model(&format!("{round} b"), 10)).unwrap(), 3 * round + 1);
        assert_eq!(second.commit(&model(&format!("{round} c"), 10)).unwrap(), 3 * round + 2);
    }
    is_whole(&store);
}

#[test]
fn a_full_disk_stops_what_does_not_fit_and_nothing_else() {
    let (_folder, store) = store();
    store.commit(&model("first", 10)).unwrap();
    let limit = |more: i64| {
        let connection = &store.writer.lock().connection;
        let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        connection
            .pragma_update_and_check(None, "max_page_count", pages + more, |row| row.get::<_, i64>(0))
            .unwrap();
    };
    limit(8);
    let commits = [model("small", 10), model("large", 1 << 20), model("little", 10)];
    let results = together(&store, &commits);
    assert_eq!((results[0].as_ref().ok(), results[2].as_ref().ok()), (Some(&1), Some(&2)), "{results:?}");
    match &results[1] {
        Err(Error::Unavailable { transient: false, source, .. }) => {
            assert!(source.to_string().contains("make room"), "{source}");
        }
        other => panic!("{other:?}"),
    }
    is_whole(&store);
    limit(1 << 20);
    assert_eq!(store.commit(&model("large", 1 << 20)).unwrap(), 3, "there is room again");
    is_whole(&store);
}

#[test]
fn what_may_not_be_written_says_so() {
    let (folder, store) = store();
    store.commit(&model("first", 10)).unwrap();
    store.writer.lock().connection.pragma_update(None, "query_only", true).unwrap();
    match store.commit(&model("second", 10)) {
        Err(Error::Unavailable { transient: false, source, .. }) => {
            assert!(source.to_string().contains("let this process write"), "{source}");
        }
        other => panic!("{other:?}"),
    }
    store.writer.lock().connection.pragma_update(None, "query_only", false).unwrap();
    assert_eq!(store.commit(&model("second", 10)).unwrap(), 1);
    is_whole(&store);
    let nowhere = SqliteStore::open(folder.path().join("no/such/folder/registry.db"));
    assert!(matches!(nowhere, Err(Error::Unavailable { transient: false, .. })), "{nowhere:?}");
}

#[test]
fn patience_has_an_end() {
    let (folder, store) = store();
    let store = store.patience(Duration::from_millis(30)).unwrap();
    let holder = Connection::open(folder.path().join("registry.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let commits = [model("a", 10), model("b", 10)];
    for result in together(&store, &commits) {
        let error = result.unwrap_err();
        assert!(error.is_transient(), "{error:?}");
    }
    assert_eq!(store.size().unwrap(), 0, "readers do not wait");
    holder.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.commit(&model("a", 10)).unwrap(), 0);
    is_whole(&store);
}

#[test]
fn a_backup_is_of_one_moment_and_a_store_like_any_other() {
    let (folder, store) = store();
    for number in 0..300 {
        store.commit(&model(&format!("m{number}"), 4000)).unwrap();
    }
    let to = folder.path().join("copy.db");
    let mut reports = Vec::new();
    store
        .backup(&to, |at| {
            // Others write while it is copied.
            store.commit(&model(&format!("meanwhile {}", reports.len()), 10)).unwrap();
            reports.push(at);
        })
        .unwrap();
    assert!(reports.len() > 1, "{reports:?}");
    assert!(reports.iter().zip(&reports[1..]).all(|(before, after)| before.done < after.done));
    let last = reports.last().unwrap();
    assert_eq!(last.done, last.total);
    let copy = SqliteStore::open(&to).unwrap();
    assert_eq!(copy.size().unwrap(), 300);
    is_whole(&copy);
    assert_eq!(copy.commit(&model("on its own", 10)).unwrap(), 300);
    is_whole(&copy);
    assert_eq!(store.size().unwrap(), 300 + reports.len() as u64);
    is_whole(&store);

    let again = store.backup(&to, |_| ());
    assert!(matches!(again, Err(Error::Conflict { what: "backup", .. })), "{again:?}");
    assert_eq!(copy.size().unwrap(), 301, "it is not written over");
    let nowhere = store.backup(&folder.path().join("no/such/folder/copy.db"), |_| ());
    assert!(matches!(nowhere, Err(Error::Unavailable { .. })), "{nowhere:?}");
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().contains("part")), "nothing is left");
}
