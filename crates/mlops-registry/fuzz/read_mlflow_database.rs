//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use std::fs;
use std::sync::Arc;

use mlops_registry::artifact::MemoryArtifacts;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::mlflow_import::{Matter, MlflowImport};
use mlops_registry::store::MemoryStore;
use mlops_registry::{Error, Registry};

/// Imports bytes as MLflow's database: they are one, and then each count adds up and a second
/// import takes nothing, or it is said what is wrong. The registry is whole, and so is the file.
pub(crate) fn read_mlflow_database(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mlflow.db");
    fs::write(&path, bytes).expect("room");
    let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    let registry =
        Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), signer)
            .create("registry.example".parse().expect("a name"), &"root".parse().expect("a name"))
            .expect("an empty store");
    let root = registry.session(&"root".parse().expect("a name"));
    let import = MlflowImport::database(&path);
    match root.import_mlflow(&import, &mut |_| {}) {
        Ok(report) => {
            for matter in Matter::ALL {
                let count = report.count(matter);
                assert_eq!(
                    count.found,
                    count.taken + count.there + count.differ + count.refused,
                    "{matter}\n{report}"
                );
            }
            let again = root.import_mlflow(&import, &mut |_| {}).expect("it was read");
            assert_eq!(again.taken(), 0, "{again}");
        }
        Err(error) => assert!(
            matches!(error, Error::Corrupt { .. } | Error::Invalid { .. } | Error::Unavailable { .. }),
            "{error:?}"
        ),
    }
    assert!(registry.verify().expect("it is in memory").is_clean());
    assert_eq!(fs::read(&path).expect("it is there"), bytes);
}
