//! A file of an earlier schema opens, is found whole, and goes on.

use std::sync::Arc;

use crate::world::{experiment, model, principal, version};
use mlops_registry::Registry;
use mlops_registry::artifact::MemoryArtifacts;
use mlops_registry::audit::Audit;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::store::SqliteStore;
use mlops_registry::trial::TrialKind;

#[test]
fn a_registry_of_schema_1() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    // The dump of a file that 0.1.0 wrote before there were trials and rollbacks.
    connection.execute_batch(include_str!("../../testdata/store/schema_1.sql")).unwrap();
    drop(connection);

    let store = Arc::new(SqliteStore::open(&path).unwrap());
    let artifacts = Arc::new(MemoryArtifacts::default());
    let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    let registry =
        Registry::builder(Arc::clone(&store) as _, Arc::clone(&artifacts) as _, signer).open().unwrap();
    let report = Audit::of(&*store).verify().unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(report.entries > 20, "{report}");

    // Its artifacts, which are not in the file.
    for text in ["1.0.0", "1.1.0"] {
        registry.session(&principal("ana")).store_artifact(&mut format!("model {text}").as_bytes()).unwrap();
    }
    assert_eq!(registry.trial(&model()).unwrap(), None);
    assert_eq!(registry.history(&model()).unwrap().len(), 2);
    let dora = registry.session(&principal("dora"));
    let back = dora.rollback(&model(), "a file of yesterday").unwrap();
    assert_eq!((back.number, &back.version), (3, &version("1.0.0")));
    let trial = dora.start_trial(&model(), &version("1.1.0"), TrialKind::Shadow).unwrap();
    assert_eq!(trial.number, 1);
    // Two runs were counted where none is counted now.
    let run = registry.session(&principal("ana")).start_run(&experiment(), "gbdt").unwrap();
    assert_eq!(run.id.number, 3);
    let entry = registry.prove(0).unwrap();
    assert_eq!(entry.unverified().act.action, "registry.create");
    let report = registry.verify().unwrap();
    assert!(report.is_clean(), "{report}");
}
