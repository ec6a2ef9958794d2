//! Tenants in one database know nothing of each other.

use std::sync::Arc;

use mlops_core::Principal;
use mlops_registry::Error;
use mlops_registry::access::{Role, Scope};
use mlops_registry::artifact::{ArtifactStore, MemoryArtifacts};
use mlops_registry::merkle::{Ed25519Signer, Signer};
use mlops_registry::store::PostgresServer;
use mlops_registry::tenant::{TenantName, Tenants};
use postgres::{Client, NoTls};

use crate::need;
use crate::server::{OWNER, Server};

fn tenants(connection: &str) -> Tenants {
    let server = PostgresServer::new(connection).unwrap();
    let signer: Arc<dyn Signer> = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    let artifacts = |_: &TenantName| Ok(Arc::new(MemoryArtifacts::default()) as Arc<dyn ArtifactStore>);
    let origin = "registry.example".parse().unwrap();
    Tenants::in_postgres(&server, artifacts, origin, move |_| Ok(Arc::clone(&signer)))
}

fn name(name: &str) -> TenantName {
    name.parse().unwrap()
}

fn principal(name: &str) -> Principal {
    name.parse().unwrap()
}

#[test]
fn each_has_a_schema_of_its_own() {
    // A database of our own: its tenants are counted.
    let server = need!(Server::start());
    let connection = server.connection(OWNER);
    let here = tenants(&connection);
    let credit = here.create(&name("credit"), &principal("olga")).unwrap();
    let cards = here.create(&name("cards-2"), &principal("ina")).unwrap();
    assert_eq!(here.list().unwrap(), [name("cards-2"), name("credit")]);
    assert_eq!(credit.origin().as_str(), "registry.example/credit");

    credit.session(&principal("olga")).grant(&principal("ana"), Role::Author, Scope::All).unwrap();
    let ana = |registry: &mlops_registry::Registry| {
        registry.session(&principal("ana")).create_experiment(&"delays".parse().unwrap())
    };
    ana(&credit).unwrap();
    assert!(matches!(ana(&cards), Err(Error::Denied { .. })), "a grant of the one is none of the other");
    assert!(matches!(cards.experiment(&"delays".parse().unwrap()), Err(Error::NotFound { .. })));

    // As another process has them.
    let there = tenants(&connection);
    assert_eq!(there.list().unwrap(), here.list().unwrap());
    let again = there.registry(&name("credit")).unwrap();
    again.experiment(&"delays".parse().unwrap()).unwrap();
    assert!(again.verify().unwrap().is_clean() && cards.verify().unwrap().is_clean());
    assert!(matches!(
        there.create(&name("credit"), &principal("eve")),
        Err(Error::Conflict { what: "tenant", .. })
    ));
    assert!(matches!(there.registry(&name("none")), Err(Error::NotFound { what: "tenant", .. })));

    // A schema has a shorter name than a folder.
    here.create(&name(&"x".repeat(56)), &principal("olga")).unwrap();
    match here.create(&name(&"x".repeat(57)), &principal("olga")) {
        Err(Error::Invalid { field: "name of a tenant", expected, .. }) => {
            assert!(expected.contains("56 bytes"), "{expected}");
        }
        other => panic!("{other:?}"),
    }

    // One that lies in another's place is noticed.
    let mut client = Client::connect(&connection, NoTls).unwrap();
    client.batch_execute("ALTER SCHEMA \"tenant_cards-2\" RENAME TO tenant_moved").unwrap();
    match tenants(&connection).registry(&name("moved")) {
        Err(Error::Corrupt { what, .. }) => assert_eq!(what, "tenant moved"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_is_there_when_it_is_whole() {
    const THREADS: usize = 6;
    let server = need!(Server::start());
    let connection = server.connection(OWNER);
    let start = std::sync::Barrier::new(THREADS);
    let created: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let tenants = tenants(&connection);
                    start.wait();
                    tenants.create(&name("credit"), &principal("olga"))
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut won = 0;
    for created in created {
        match created {
            Ok(_) => won += 1,
            Err(Error::Conflict { what: "tenant", .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(tenants(&connection).list().unwrap(), [name("credit")]);
    let mut client = Client::connect(&connection, NoTls).unwrap();
    let left: i64 = client
        .query_one("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'making%'", &[])
        .unwrap()
        .get(0);
    assert_eq!(left, 0, "what lost is gone");
}
