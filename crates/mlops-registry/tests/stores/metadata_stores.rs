//! Every store of ours keeps the contract of the port.

use mlops_registry::store::MemoryStore;

mlops_registry::metadata_store_suite!(memory, MemoryStore::default());

#[cfg(feature = "sqlite")]
mod on_disk {
    use mlops_core::Digest;
    use mlops_registry::merkle::{NodeId, NodeSource};
    use mlops_registry::search::{Matches, Search};
    use mlops_registry::store::{Commit, MetadataStore, Query, Record, SqliteStore};
    use mlops_registry::{Error, Result};
    use tempfile::TempDir;

    /// A store in a folder of its own, which goes with it.
    #[derive(Debug)]
    struct Fresh(SqliteStore, #[expect(dead_code, reason = "kept until the store is closed")] TempDir);

    impl Fresh {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            Self(SqliteStore::open(folder.path().join("registry.db")).unwrap(), folder)
        }
    }

    impl std::ops::Deref for Fresh {
        type Target = SqliteStore;
        fn deref(&self) -> &SqliteStore {
            &self.0
        }
    }

    mlops_registry::metadata_store_suite!(sqlite, *Fresh::new());

    #[test]
    fn two_handles_of_one_file_are_one_store() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let (one, two) = (SqliteStore::open(&path).unwrap(), SqliteStore::open(&path).unwrap());
        mlops_registry::testing::metadata_store::a_stale_change_is_a_conflict(&one);
        assert_eq!(two.size().unwrap(), 2);
        mlops_registry::testing::metadata_store::one_of_many_racing_threads_wins(&Alternating(
            SqliteStore::open(folder.path().join("other.db")).unwrap(),
            SqliteStore::open(folder.path().join("other.db")).unwrap(),
        ));
    }

    /// Each thread uses one of two handles.
    #[derive(Debug)]
    struct Alternating(SqliteStore, SqliteStore);

    impl Alternating {
        fn mine(&self) -> &SqliteStore {
            let name = format!("{:?}", std::thread::current().id());
            if Digest::of(name).as_bytes()[0] & 1 == 0 { &self.0 } else { &self.1 }
        }
    }

    impl NodeSource for Alternating {
        fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
            self.mine().nodes(ids)
        }
    }

    impl MetadataStore for Alternating {
        fn search(&self, search: &Search) -> Result<Matches> {
            self.mine().search(search)
        }
        fn read(&self, query: &Query) -> Result<Vec<Record>> {
            self.mine().read(query)
        }
        fn commit(&self, commit: &Commit) -> Result<u64> {
            self.mine().commit(commit)
        }
        fn size(&self) -> Result<u64> {
            self.mine().size()
        }
        fn leaves(&self, range: std::ops::Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
            self.mine().leaves(range)
        }
        fn damage(&self) -> Result<Vec<String>> {
            self.mine().damage()
        }
    }

    #[test]
    fn many_may_open_a_new_file_at_once() {
        const HANDLES: usize = 8;
        for round in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("registry.db");
            let start = std::sync::Barrier::new(HANDLES);
            std::thread::scope(|scope| {
                for _ in 0..HANDLES {
                    scope.spawn(|| {
                        start.wait();
                        let store =
                            SqliteStore::open(&path).unwrap_or_else(|error| panic!("{round}: {error}"));
                        assert_eq!(store.size().unwrap(), 0);
                    });
                }
            });
        }
    }

    #[test]
    fn a_file_of_a_newer_schema_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        drop(SqliteStore::open(&path).unwrap());
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 9000).unwrap();
        drop(connection);
        let before = std::fs::read(&path).unwrap();
        match SqliteStore::open(&path) {
            Err(Error::NewerSchema { store, found: 9000, supported }) => {
                assert!(store.ends_with("registry.db") && supported < 9000, "{store} {supported}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read(&path).unwrap(), before, "it is left as it is");
    }

    #[test]
    fn a_file_that_is_no_store_of_ours_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("notes.txt");
        std::fs::write(&text, "not a database, but long enough to be looked at ".repeat(100)).unwrap();
        let other = folder.path().join("other.db");
        rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        for path in [text, other] {
            let before = std::fs::read(&path).unwrap();
            match SqliteStore::open(&path) {
                Err(Error::Corrupt { what, .. }) => assert_eq!(what, path.display().to_string()),
                other => panic!("{other:?}"),
            }
            assert_eq!(std::fs::read(&path).unwrap(), before, "it is left as it is");
        }
    }

    #[test]
    fn a_truncated_file_is_a_typed_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let store = SqliteStore::open(&path).unwrap();
        mlops_registry::testing::metadata_store::the_audit_finds_nothing(&store);
        drop(store);
        let whole = std::fs::read(&path).unwrap();
        for length in [1, 50, 100, 1000, 4096, 5000, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            match SqliteStore::open(&path) {
                Err(Error::Corrupt { .. }) => {}
                Ok(store) => {
                    let report = mlops_registry::audit::Audit::of(&store).verify().unwrap();
                    assert!(!report.is_clean(), "{length}");
                }
                other => panic!("{length}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_reader_does_not_make_a_file_that_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let store = SqliteStore::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        match store.size() {
            Err(Error::Unavailable { transient: false, .. }) => {}
            other => panic!("{other:?}"),
        }
        assert!(!path.exists(), "an empty file would pass for a registry without a history");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        match SqliteStore::open(folder.path().join("missing/registry.db")) {
            Err(Error::Unavailable { store, transient: false, .. }) => assert!(store.contains("missing")),
            other => panic!("{other:?}"),
        }
    }
}
