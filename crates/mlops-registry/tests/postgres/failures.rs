//! What callers are told when the server is away, refuses or is busy, and that the same store goes
//! on when it is back.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use mlops_core::Timestamp;
use mlops_registry::Error;
use mlops_registry::audit::{Act, Audit};
use mlops_registry::store::{
    Change, Commit, Key, Kind, MetadataStore, PostgresServer, PostgresStore, Query, Revision,
};
use postgres::{Client, NoTls};

use crate::need;
use crate::server::{Fresh, OWNER, Server, schema, shared};

fn act() -> Act {
    Act::new(Timestamp::from_micros(0), "ana".parse().unwrap(), "write", "subject")
}

fn put(store: &dyn MetadataStore, name: &str, was: Option<u64>) -> mlops_registry::Result<u64> {
    let change = Change::put(Kind::Model, Key::from([name]), was.map(Revision), &name).unwrap();
    store.commit(&Commit::new(act(), vec![], vec![change]).unwrap())
}

/// What [`Error::Unavailable`] says: whether it may pass, and the words.
#[track_caller]
fn unavailable<T: std::fmt::Debug>(result: mlops_registry::Result<T>) -> (bool, String) {
    match result {
        Err(Error::Unavailable { store, transient, source }) => {
            assert!(store.starts_with("postgres "), "{store}");
            assert!(!store.contains("right") && !source.to_string().contains("right"), "{store}: {source}");
            (transient, source.to_string())
        }
        other => panic!("expected that it is unavailable, got {other:?}"),
    }
}

/// Whether the threads of a test are to end.
#[derive(Default)]
struct Over(AtomicBool);

/// Ends them, also when the test fails.
struct Ends<'a>(&'a Over);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_server_that_is_killed_loses_nothing_and_is_used_again() {
    const THREADS: usize = 6;
    const KILLS: usize = 4;
    // As it is set here, a server forgets what it acknowledged within the last seconds, if a
    // session lets it.
    let mut server = need!(Server::start_with(&["synchronous_commit=off", "wal_writer_delay=10s"], "trust"));
    let connection = PostgresServer::new(&server.connection(OWNER)).unwrap();
    let store = PostgresStore::open(&connection, "registry").unwrap();
    let (over, written, failed) = (Over::default(), AtomicU64::new(0), AtomicU64::new(0));
    let acknowledged: Vec<Vec<(String, u64)>> = thread::scope(|scope| {
        let write = |thread: usize| {
            let (store, over, written, failed) = (&store, &over, &written, &failed);
            move || {
                let mut acknowledged = Vec::new();
                for number in 0.. {
                    let name = format!("{thread}-{number}");
                    // Once a thread's own: what an unsure answer left is found when it is tried again.
                    loop {
                        if over.0.load(Ordering::SeqCst) {
                            return acknowledged;
                        }
                        match put(store, &name, None) {
                            Ok(sequence) => {
                                acknowledged.push((name, sequence));
                                written.fetch_add(1, Ordering::SeqCst);
                                break;
                            }
                            Err(Error::Conflict { .. }) => break,
                            Err(error) => {
                                assert!(error.is_transient(), "{error:?}");
                                failed.fetch_add(1, Ordering::SeqCst);
                                thread::park_timeout(Duration::from_millis(5));
                            }
                        }
                    }
                }
                acknowledged
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(write(thread))).collect();
        let ends = Ends(&over);
        for _ in 0..KILLS {
            let (so_far, failures) = (written.load(Ordering::SeqCst), failed.load(Ordering::SeqCst));
            while written.load(Ordering::SeqCst) < so_far + 200 {
                thread::park_timeout(Duration::from_millis(1));
            }
            server.kill();
            while failed.load(Ordering::SeqCst) == failures {
                thread::park_timeout(Duration::from_millis(1));
            }
            assert!(unavailable(store.size()).0, "a read while it is away");
            server.run();
        }
        // It goes on through the same store.
        let so_far = written.load(Ordering::SeqCst);
        while written.load(Ordering::SeqCst) < so_far + 200 {
            thread::park_timeout(Duration::from_millis(1));
        }
        drop(ends);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (name, sequence) in acknowledged.into_iter().flatten() {
        let found = store.read(&Query::one(Kind::Model, Key::from([name.as_str()]))).unwrap();
        assert_eq!(found.first().map(|record| record.revision), Some(Revision(sequence)), "{name} is lost");
    }
    let report = Audit::of(&store).verify().unwrap();
    assert!(report.is_clean(), "{report}");
    assert_eq!(
        usize::try_from(report.entries).unwrap(),
        store.read(&Query::under(Kind::Model, Key::all(), usize::MAX)).unwrap().len()
    );
}

#[test]
fn sessions_that_the_server_ends_are_not_noticed_by_who_comes_after() {
    let fresh = need!(Fresh::new());
    assert_eq!(put(&fresh.store, "a", None).unwrap(), 0);
    let mut client = fresh.client();
    for round in 1..=4 {
        // Of this store alone, others use the server too: its last statement names its schema.
        fresh.size().unwrap();
        let ended = client
            .query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE pid <> pg_backend_pid() AND query LIKE '%FROM \"' || $1 || '\".leaf%'",
                &[&fresh.schema()],
            )
            .unwrap();
        assert!(!ended.is_empty(), "there was one");
        // Whoever comes next, to read or to write, gets another session.
        if round % 2 == 0 {
            assert_eq!(fresh.size().unwrap(), round);
        }
        assert_eq!(put(&fresh.store, &format!("m{round}"), None).unwrap(), round);
    }
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    for connection in [
        format!("host={} user=a dbname=b", folder.path().display()),
        // Nobody listens on this port.
        "host=127.0.0.1 port=1 user=a dbname=b".to_owned(),
    ] {
        let server = PostgresServer::new(&connection).unwrap();
        let (transient, words) = unavailable(PostgresStore::open(&server, "registry"));
        assert!(transient && words.contains("see that it runs"), "{words}");
    }
}

#[test]
fn who_is_not_known_is_told() {
    let server = need!(Server::start_with(&[], "scram-sha-256"));
    let known = PostgresServer::new(&server.connection(OWNER)).unwrap();
    PostgresStore::open(&known, "registry").unwrap();
    for (transient, words) in [("password=right", "password=wrong"), ("user=mlops", "user=nobody-here")]
        .map(|(from, to)| server.connection(OWNER).replace(from, to))
        .into_iter()
        .map(|connection| {
            let server = PostgresServer::new(&connection).unwrap();
            unavailable(PostgresStore::open(&server, "registry"))
        })
    {
        assert!(!transient && words.contains("see the user, the password"), "{words}");
    }
    let without = PostgresServer::new(&server.connection(OWNER).replace("password=right", "")).unwrap();
    let (transient, words) = unavailable(PostgresStore::open(&without, "registry"));
    assert!(!transient && words.contains("password missing"), "{words}");
    let elsewhere = server.connection(OWNER).replace("dbname=postgres", "dbname=none");
    let (transient, words) =
        unavailable(PostgresStore::open(&PostgresServer::new(&elsewhere).unwrap(), "registry"));
    assert!(!transient && words.contains("make the database first"), "{words}");
}

#[test]
fn who_brings_a_connector_gets_no_other_connection() {
    let server = PostgresServer::new(need!(shared())).unwrap().tls(NoTls);
    let (transient, words) = unavailable(PostgresStore::open(&server, "registry"));
    assert!(!transient && words.contains("TLS"), "{words}");
}

#[test]
fn a_server_that_has_no_connection_left_is_told() {
    let server =
        need!(Server::start_with(&["max_connections=8", "superuser_reserved_connections=0"], "trust"));
    let mut held: Vec<Client> = Vec::new();
    while let Ok(client) = Client::connect(&server.connection(OWNER), NoTls) {
        held.push(client);
        assert!(held.len() <= 8);
    }
    let connection = PostgresServer::new(&server.connection(OWNER)).unwrap();
    let (transient, words) = unavailable(PostgresStore::open(&connection, "registry"));
    assert!(transient && words.contains("all of its connections are taken"), "{words}");
    held.clear();
    // The server needs a moment to see that they are gone.
    let store = (0..200)
        .find_map(|_| match PostgresStore::open(&connection, "registry") {
            Ok(store) => Some(store),
            Err(error) => {
                assert!(error.is_transient(), "{error:?}");
                thread::park_timeout(Duration::from_millis(20));
                None
            }
        })
        .unwrap();
    assert_eq!(put(&store, "a", None).unwrap(), 0);
}

#[test]
fn a_server_that_would_lose_what_it_acknowledges_is_refused() {
    let server = need!(Server::start_with(&["fsync=off"], "trust"));
    let connection = PostgresServer::new(&server.connection(OWNER)).unwrap();
    let (transient, words) = unavailable(PostgresStore::open(&connection, "registry"));
    assert!(!transient && words.contains("`fsync` \"off\""), "{words}");
}

#[test]
fn more_readers_than_connections_wait_for_each_other() {
    let connection = need!(shared());
    let server = PostgresServer::new(connection).unwrap().connections(2);
    let fresh = Fresh::on(connection);
    let store = PostgresStore::open(&server, fresh.schema()).unwrap();
    thread::scope(|scope| {
        for thread in 0..16 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..10 {
                    put(store, &format!("{thread}-{number}"), None).unwrap();
                    store.read(&Query::under(Kind::Model, Key::all(), 100)).unwrap();
                }
            });
        }
    });
    assert_eq!(store.size().unwrap(), 160);
}

/// A session that keeps everybody from writing.
fn writer_that_stands_still(fresh: &Fresh) -> Client {
    let mut client = fresh.client();
    client.batch_execute("BEGIN").unwrap();
    client.execute("SELECT pg_advisory_xact_lock($1)", &[&lock_of(fresh)]).unwrap();
    client
}

/// The lock of a schema: the first eight bytes of a digest of its name.
fn lock_of(fresh: &Fresh) -> i64 {
    let digest = mlops_core::Digest::of(format!("mlops schema {}", fresh.schema()));
    i64::from_be_bytes(*digest.as_bytes().first_chunk().unwrap())
}

#[test]
fn a_commit_waits_as_long_as_its_patience() {
    let fresh = need!(Fresh::new());
    let mut other = writer_that_stands_still(&fresh);
    let server = PostgresServer::new(&fresh.connection).unwrap().patience(Duration::from_millis(50));
    let store = PostgresStore::open(&server, fresh.schema()).unwrap();
    let (transient, words) = unavailable(put(&store, "a", None));
    assert!(transient && words.contains("another one writes for long"), "{words}");
    assert_eq!(store.size().unwrap(), 0, "readers wait for nobody");
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(put(&store, "a", None).unwrap(), 0);
}

#[test]
fn a_statement_that_takes_longer_than_the_server_allows_is_told() {
    let fresh = need!(Fresh::new());
    let mut other = writer_that_stands_still(&fresh);
    let server =
        PostgresServer::new(&format!("{} options='-c statement_timeout=50'", fresh.connection)).unwrap();
    let store = PostgresStore::open(&server, fresh.schema()).unwrap();
    let (transient, words) = unavailable(put(&store, "a", None));
    assert!(transient && words.contains("longer than the server allows"), "{words}");
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(put(&store, "a", None).unwrap(), 0);
}

#[test]
fn who_waits_for_a_connection_for_too_long_is_told() {
    let fresh = need!(Fresh::new());
    let mut other = writer_that_stands_still(&fresh);
    let server =
        PostgresServer::new(&fresh.connection).unwrap().connections(1).patience(Duration::from_millis(300));
    let store = PostgresStore::open(&server, fresh.schema()).unwrap();
    thread::scope(|scope| {
        let writer = scope.spawn(|| unavailable(put(&store, "a", None)));
        // The one connection is the writer's, or it is free for a moment yet.
        let mut told = None;
        while !writer.is_finished() && told.is_none() {
            told = store.size().err();
        }
        assert!(writer.join().unwrap().0);
        if let Some(error) = told {
            assert!(error.is_transient(), "{error:?}");
        }
    });
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(put(&store, "a", None).unwrap(), 0);
}

#[test]
fn a_database_that_only_reads_by_default_is_written_to() {
    let fresh = need!(Fresh::new());
    let read_only = format!("{} options='-c default_transaction_read_only=on'", fresh.connection);
    let store = PostgresStore::open(&PostgresServer::new(&read_only).unwrap(), fresh.schema()).unwrap();
    assert_eq!(put(&store, "a", None).unwrap(), 0);
}

#[test]
fn another_schema_is_none_of_ours() {
    let connection = need!(shared());
    let mut client = Client::connect(connection, NoTls).unwrap();
    let name = schema();
    client.batch_execute(&format!("CREATE SCHEMA {name}; CREATE TABLE {name}.t (x integer)")).unwrap();
    match PostgresStore::open(&PostgresServer::new(connection).unwrap(), &name) {
        Err(Error::Corrupt { what, reason }) => {
            assert!(what.contains(&name) && reason.contains("another application"), "{what}: {reason}");
        }
        other => panic!("{other:?}"),
    }
    let left: i64 = client
        .query_one("SELECT count(*) FROM pg_class WHERE relnamespace = $1::text::regnamespace", &[&name])
        .unwrap()
        .get(0);
    assert_eq!(left, 1, "it is left as it is");
    client.batch_execute(&format!("DROP SCHEMA {name} CASCADE")).unwrap();
}
