//! Every online store of ours keeps the contract of the port, and a file is what it should be.
#![cfg(feature = "sqlite")]
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::ops::Deref;
use std::path::Path;

use mlops_core::{FeatureName, Timestamp, ViewName};
use mlops_features::testing::online_store as suite;
use mlops_features::{EntityKey, Error, FeatureRow, Flush, OnlineStore, Result, SqliteOnlineStore, Value};
use tempfile::TempDir;

fn open(path: &Path) -> Result<SqliteOnlineStore> {
    SqliteOnlineStore::open(path, Flush::Checkpoints)
}

/// A store in a folder of its own, which goes with it.
#[derive(Debug)]
struct Fresh(SqliteOnlineStore, #[expect(dead_code, reason = "kept until the store is closed")] TempDir);

impl Fresh {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self(open(&folder.path().join("online.db")).unwrap(), folder)
    }
}

impl Deref for Fresh {
    type Target = SqliteOnlineStore;
    fn deref(&self) -> &SqliteOnlineStore {
        &self.0
    }
}

mlops_features::online_store_suite!(sqlite, *Fresh::new());

/// Each thread uses one of two handles of the same file.
#[derive(Debug)]
struct TwoHandles(SqliteOnlineStore, SqliteOnlineStore, #[expect(dead_code, reason = "kept")] TempDir);

impl TwoHandles {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("online.db");
        Self(open(&path).unwrap(), open(&path).unwrap(), folder)
    }

    fn mine(&self) -> &SqliteOnlineStore {
        let name = format!("{:?}", std::thread::current().id());
        if name.bytes().map(u32::from).sum::<u32>() % 2 == 0 { &self.0 } else { &self.1 }
    }
}

type Rows = [(EntityKey, FeatureRow)];

impl OnlineStore for TwoHandles {
    fn write(&self, view: &ViewName, features: &[FeatureName], rows: &Rows) -> Result<usize> {
        self.mine().write(view, features, rows)
    }
    fn publish(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &Rows,
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize> {
        self.mine().publish(view, features, rows, from, to)
    }
    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
        self.mine().watermark(view)
    }
    fn get_many(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        keys: &[EntityKey],
    ) -> Result<Vec<Option<FeatureRow>>> {
        self.mine().get_many(view, features, keys)
    }
}

mlops_features::online_store_suite!(two_handles_of_one_file, TwoHandles::new());

#[test]
fn many_may_open_a_new_file_at_once() {
    const HANDLES: usize = 8;
    for round in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("online.db");
        let start = std::sync::Barrier::new(HANDLES);
        std::thread::scope(|scope| {
            for _ in 0..HANDLES {
                scope.spawn(|| {
                    start.wait();
                    let store = open(&path).unwrap_or_else(|error| panic!("{round}: {error}"));
                    assert_eq!(store.watermark(&"v".parse().unwrap()).unwrap(), None);
                });
            }
        });
    }
}

#[test]
fn a_file_of_a_newer_layout_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("online.db");
    drop(open(&path).unwrap());
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 9000).unwrap();
    let before = std::fs::read(&path).unwrap();
    match open(&path) {
        Err(Error::NewerLayout { store, found: 9000, supported: 1 }) => {
            assert!(store.ends_with("online.db"), "{store}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(std::fs::read(&path).unwrap(), before, "it is left as it is");
}

#[test]
fn a_file_that_is_no_store_of_ours_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let short = folder.path().join("short.txt");
    std::fs::write(&short, "not a database").unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, but long enough to be looked at ".repeat(100)).unwrap();
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    for path in [short, text, other] {
        let before = std::fs::read(&path).unwrap();
        match open(&path) {
            Err(Error::Corrupt { table, .. }) => assert_eq!(table, path.display().to_string()),
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read(&path).unwrap(), before, "it is left as it is");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    match open(&folder.path().join("missing/online.db")) {
        Err(Error::Unavailable { what, .. }) => assert!(what.contains("missing"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reader_does_not_make_a_file_that_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("online.db");
    let store = open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    match store.watermark(&"v".parse().unwrap()) {
        Err(Error::Unavailable { .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(!path.exists(), "an empty file would answer that nothing is known");
}

/// What someone else did to the bytes is an error with the file's name, and no other values.
#[test]
fn a_row_that_was_tampered_with_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("online.db");
    let store = open(&path).unwrap();
    suite::what_is_written_is_read(&store);
    let view: ViewName = "v".parse().unwrap();
    let x: FeatureName = "x".parse().unwrap();
    let get = || store.get_many(&view, std::slice::from_ref(&x), &[1.into()]);
    assert_eq!(get().unwrap()[0].as_ref().unwrap().values, [Value::Int(3)]);
    let stranger = rusqlite::Connection::open(&path).unwrap();
    for damage in ["body = x'03'", "body = x'0000'", "body = x'ff'", "features = 77"] {
        stranger.execute_batch(&format!("UPDATE row SET {damage}")).unwrap();
        match get() {
            Err(Error::Corrupt { table, .. }) => assert!(table.ends_with("online.db"), "{table}"),
            other => panic!("{damage}: {other:?}"),
        }
    }
}

#[test]
fn a_damaged_file_never_panics() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("online.db");
    let store = open(&path).unwrap();
    suite::answers_follow_the_keys(&store);
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    let look = || {
        let store = open(&path)?;
        store.get_many(&"v".parse()?, &["x".parse()?], &[EntityKey::from(5)])
    };
    for length in [1, 50, 100, 1000, 4096, 5000, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        match look() {
            Ok(_) | Err(Error::Corrupt { .. } | Error::Unavailable { .. }) => {}
            other => panic!("{length}: {other:?}"),
        }
    }
    for place in (0..whole.len()).step_by(101) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        std::fs::write(&path, &bytes).unwrap();
        let _ = look();
    }
}
