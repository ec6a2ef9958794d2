use super::*;

#[test]
fn each_layout_has_its_migration() {
    assert_eq!(i64::try_from(layout::MIGRATIONS.len()), Ok(layout::SUPPORTED));
}

#[test]
fn writes_are_flushed_as_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    for (flush, expected) in [(Flush::EachWrite, 2), (Flush::Checkpoints, 1)] {
        let store = SqliteOnlineStore::open(folder.path().join("online.db"), flush).unwrap();
        let connection = store.writer.lock();
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", expected));
    }
}

#[test]
fn a_look_up_is_a_search_by_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteOnlineStore::open(folder.path().join("online.db"), Flush::default()).unwrap();
    let connection = store.writer.lock();
    let plan: String =
        connection.query_row(&format!("EXPLAIN QUERY PLAN {GET}"), [1, 2], |row| row.get(3)).unwrap();
    assert!(plan.starts_with("SEARCH row USING PRIMARY KEY (view=? AND key=?)"), "{plan}");
}
