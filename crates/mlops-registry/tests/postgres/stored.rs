//! What is in the database: in which order, guarded by what, found damaged by what, and for whom.

use mlops_core::{Digest, Timestamp};
use mlops_registry::Error;
use mlops_registry::audit::{Act, Audit, Pruned};
use mlops_registry::store::{Change, Commit, Key, Kind, MetadataStore, PostgresServer, PostgresStore, Query};
use postgres::Client;

use crate::need;
use crate::server::{Fresh, drop_schema, schema, shared};

fn act() -> Act {
    Act::new(Timestamp::from_micros(0), "ana".parse().unwrap(), "write", "subject")
}

fn put(store: &dyn MetadataStore, kind: Kind, key: Key) -> mlops_registry::Result<u64> {
    let change = Change::put(kind, key, None, &"x").unwrap();
    store.commit(&Commit::new(act(), vec![], vec![change]).unwrap())
}

/// Some entries, records and nodes.
fn fill(store: &dyn MetadataStore) {
    for number in 0..12 {
        put(store, Kind::Model, Key::from([format!("m{number}")])).unwrap();
    }
}

/// What is found once someone has done this to the database.
fn damage_after(sql: &str) -> Option<Vec<String>> {
    let fresh = Fresh::new()?;
    fill(&fresh.store);
    assert_eq!(fresh.damage().unwrap(), Vec::<String>::new(), "before");
    fresh.client().batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    Some(fresh.damage().unwrap())
}

#[test]
fn what_is_not_as_it_was_made_is_damage() {
    need!(shared());
    for (sql, expected) in [
        ("CREATE TABLE stowaway (x integer)", "table stowaway is none of ours"),
        ("CREATE VIEW glass AS SELECT 1 AS x", "glass is none of our tables"),
        ("DROP TABLE card", "table card is not there"),
        ("ALTER TABLE model ADD COLUMN more text", "table model is not as it was made"),
        (
            "ALTER TABLE model ALTER COLUMN model TYPE text COLLATE \"default\"",
            "table model is not as it was made",
        ),
        ("ALTER TABLE model DROP CONSTRAINT model_pkey", "table model is not as it was made"),
        ("ALTER TABLE model SET UNLOGGED", "table model is not kept through a crash"),
        (
            "ALTER TABLE leaf DISABLE TRIGGER leaf_only_grows",
            "trigger leaf_only_grows of table leaf is not as it was made",
        ),
        ("DROP TRIGGER node_only_grows ON node", "trigger node_only_grows of table node is not there"),
        (
            "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
             CREATE TRIGGER eats BEFORE INSERT ON leaf FOR EACH ROW EXECUTE FUNCTION f()",
            "trigger eats of table leaf is none of ours",
        ),
        ("CREATE RULE r AS ON INSERT TO model DO INSTEAD NOTHING", "rule r of table model is none of ours"),
        ("INSERT INTO node VALUES (0, 9999, '\\x00')", "table node has a row at level 0, position 9999"),
        ("INSERT INTO node VALUES (63, 1, '\\x00')", "table node has a row at level 63, position 1"),
    ] {
        let found = need!(damage_after(sql));
        assert!(found.iter().any(|line| line.starts_with(expected)), "{sql}: {found:?}");
    }
}

#[test]
fn the_log_is_guarded_against_slips() {
    let fresh = need!(Fresh::new());
    fill(&fresh.store);
    for sql in [
        "UPDATE leaf SET body = '{}' WHERE sequence = 3",
        "DELETE FROM leaf WHERE sequence = 3",
        "DELETE FROM leaf",
        "TRUNCATE leaf",
        "UPDATE node SET hash = '\\x00'",
        "DELETE FROM node",
        "TRUNCATE node, leaf",
    ] {
        let error = fresh.client().batch_execute(sql).unwrap_err();
        let said = error.as_db_error().unwrap().message().to_owned();
        assert!(said.starts_with("the audit log only grows"), "{sql}: {said}");
    }
    for sql in ["INSERT INTO leaf VALUES (-1, '')", "INSERT INTO node VALUES (64, 0, '')"] {
        assert!(fresh.client().batch_execute(sql).is_err(), "{sql}");
    }
    let report = Audit::of(&fresh.store).verify().unwrap();
    assert!(report.is_clean(), "{report}");
}

#[test]
fn who_takes_the_guard_away_is_found_by_the_audit() {
    for sql in [
        "UPDATE leaf SET body = replace(body, 'write', 'wrote') WHERE sequence = 7",
        "DELETE FROM leaf WHERE sequence = 7",
        "UPDATE node SET hash = sha256('x') WHERE level = 0 AND position = 7",
        "UPDATE model SET body = '\"other\"' WHERE model = 'm3'",
        "UPDATE model SET revision = 1 WHERE model = 'm3'",
        "DELETE FROM model WHERE model = 'm3'",
        "INSERT INTO model VALUES ('new', 5, '\"new\"')",
    ] {
        let fresh = need!(Fresh::new());
        fill(&fresh.store);
        let client = &mut fresh.client();
        client
            .batch_execute("ALTER TABLE leaf DISABLE TRIGGER USER; ALTER TABLE node DISABLE TRIGGER USER")
            .unwrap();
        client.batch_execute(sql).unwrap();
        let on = "ALTER TABLE leaf ENABLE TRIGGER USER; ALTER TABLE node ENABLE TRIGGER USER";
        client.batch_execute(on).unwrap();
        let report = Audit::of(&fresh.store).verify().unwrap();
        assert!(!report.is_clean(), "{sql}");
    }
}

#[test]
fn a_database_of_a_newer_library_is_refused_by_name() {
    let fresh = need!(Fresh::new());
    fresh.client().batch_execute("INSERT INTO mlops_schema VALUES (9000)").unwrap();
    match PostgresStore::open(&PostgresServer::new(&fresh.connection).unwrap(), fresh.schema()) {
        Err(Error::NewerSchema { store, found: 9000, supported: 1 }) => {
            assert!(store.contains(fresh.schema()), "{store}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn many_may_open_a_new_schema_at_once() {
    const HANDLES: usize = 8;
    let connection = need!(shared());
    for _ in 0..5 {
        let name = schema();
        let start = std::sync::Barrier::new(HANDLES);
        std::thread::scope(|scope| {
            for _ in 0..HANDLES {
                scope.spawn(|| {
                    let server = PostgresServer::new(connection).unwrap();
                    start.wait();
                    let store = PostgresStore::open(&server, &name).unwrap();
                    assert_eq!(store.size().unwrap(), 0);
                });
            }
        });
        drop_schema(connection, &name);
    }
}

#[test]
fn text_of_any_characters_is_kept_in_its_order() {
    let fresh = need!(Fresh::new());
    let mut keys: Vec<Key> = [
        "",
        "\0",
        "\0\0",
        "\u{1}",
        "\u{1}\u{1}",
        "\u{2}",
        "A",
        "B",
        "a",
        "a\0",
        "a\u{1}",
        "aB",
        "ab",
        "b",
        "Ä",
        "ä",
        "\u{fffd}",
        "\u{10ffff}",
    ]
    .into_iter()
    .map(|text| Key::from([text]))
    .collect();
    let mut shuffled = keys.clone();
    shuffled.sort_by_key(|key| Digest::of(key.to_string()));
    for key in shuffled {
        put(&fresh.store, Kind::Model, key).unwrap();
    }
    keys.sort();
    let found = |query: &Query| -> Vec<Key> {
        fresh.read(query).unwrap().into_iter().map(|record| record.key).collect()
    };
    assert_eq!(found(&Query::under(Kind::Model, Key::all(), 100)), keys);
    for (at, key) in keys.iter().enumerate() {
        assert_eq!(found(&Query::under(Kind::Model, Key::all(), 100).after(key.clone())), keys[at + 1..]);
    }
}

#[test]
fn a_key_that_no_index_holds_is_refused_alone() {
    let fresh = need!(Fresh::new());
    // Of letters that can't be made shorter.
    let long: String = (0..2000)
        .map(|n| Digest::of(format!("{n}")).to_string().chars().last().unwrap())
        .cycle()
        .take(8000)
        .collect();
    let mixed: String =
        long.chars().zip(0_u32..).filter_map(|(c, n)| char::from_u32(u32::from(c) * 97 + n % 5003)).collect();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|n| {
                let (fresh, mixed) = (&fresh, &mixed);
                scope.spawn(move || {
                    let name = if n == 3 { mixed.clone() } else { format!("m{n}") };
                    put(&fresh.store, Kind::Model, Key::from([name]))
                })
            })
            .collect();
        for (n, writer) in writers.into_iter().enumerate() {
            match writer.join().unwrap() {
                Ok(_) if n != 3 => {}
                Err(Error::Invalid { field: "key", expected, .. }) if n == 3 => {
                    assert!(expected.contains("2600 bytes"), "{expected}");
                }
                other => panic!("{n}: {other:?}"),
            }
        }
    });
    assert_eq!(fresh.size().unwrap(), 7);
    // The longest that the registry knows: a link between two texts of a kilobyte.
    let text = |of: &str| mixed.chars().take(250).collect::<String>() + of;
    put(&fresh.store, Kind::Link, Key::from([text("a"), text("b")])).unwrap();
    assert!(Audit::of(&fresh.store).verify().unwrap().is_clean());
}

#[test]
fn a_service_needs_no_right_to_rewrite_the_log() {
    let fresh = need!(Fresh::new());
    fill(&fresh.store);
    let (schema, role) = (fresh.schema(), format!("role_{}", fresh.schema()));
    let mut owner = fresh.client();
    owner
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'right';
             GRANT USAGE ON SCHEMA {schema} TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
             REVOKE UPDATE, DELETE ON {schema}.leaf, {schema}.node, {schema}.mlops_schema FROM {role};
             REVOKE INSERT ON {schema}.mlops_schema FROM {role}"
        ))
        .unwrap();
    let connection = format!("{} user={role} password=right", fresh.connection);
    let store = PostgresStore::open(&PostgresServer::new(&connection).unwrap(), schema).unwrap();
    let before = store.size().unwrap();
    assert_eq!(put(&store, Kind::Model, Key::from(["another"])).unwrap(), before);
    let run =
        Change::put(Kind::Param, Key::from(["e"]).and(1).and("p"), None, &serde_json::json!({"value": "x"}));
    store.commit(&Commit::new(act(), vec![], vec![run.unwrap()]).unwrap()).unwrap();
    assert!(Audit::of(&store).verify().unwrap().is_clean());
    for sql in [
        "UPDATE leaf SET body = ''",
        "DELETE FROM leaf",
        "TRUNCATE leaf",
        "ALTER TABLE leaf DISABLE TRIGGER ALL",
        "DROP TABLE leaf",
    ] {
        let mut client = Client::connect(&connection, postgres::NoTls).unwrap();
        let sql = format!("SET search_path = {schema}; SET mlops.pruning = 'on'; {sql}");
        let error = client.batch_execute(&sql).unwrap_err();
        assert_eq!(error.code().map(postgres::error::SqlState::code), Some("42501"), "{sql}: {error:?}");
    }
    let pruned = Pruned::new([0..1, 1..2], Digest::of("export")).unwrap();
    let prune = Commit::new(act(), vec![], vec![]).unwrap().forgetting(pruned);
    match store.commit(&prune) {
        Err(Error::Unavailable { transient: false, source, .. }) => {
            assert!(source.to_string().contains("grant this role"), "{source}");
        }
        other => panic!("{other:?}"),
    }
    owner.batch_execute(&format!("GRANT DELETE ON leaf TO {role}")).unwrap();
    store.commit(&prune).unwrap();
    drop(store);
    owner.batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}
