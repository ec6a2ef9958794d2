//! A file of an earlier schema opens, is found whole, is searched, and goes on.
//!
//! `testdata/store` has the dump of a file of each schema, written by the library as it was then.

use std::sync::Arc;

use crate::world::{experiment, model, principal, version};
use mlops_registry::Registry;
use mlops_registry::artifact::MemoryArtifacts;
use mlops_registry::audit::Audit;
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::search::{ModelSearch, RunSearch};
use mlops_registry::store::SqliteStore;
use mlops_registry::tracking::View;
use mlops_registry::trial::TrialKind;
use tempfile::TempDir;

/// A registry over the dump of an older file, which is whole.
struct Old {
    folder: TempDir,
    registry: Registry,
}

impl Old {
    fn of(dump: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch(dump).unwrap();
        let store = Arc::new(SqliteStore::open(&path).unwrap());
        let report = Audit::of(&*store).verify().unwrap();
        assert!(report.is_clean(), "{report}");
        assert!(report.entries > 20, "{report}");
        let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
        let registry = Registry::builder(store, Arc::new(MemoryArtifacts::default()), signer).open().unwrap();
        // Its artifacts, which are not in the file.
        let ana = registry.session(&principal("ana"));
        for bytes in ["model 1.0.0", "model 1.1.0", "model 1.2.0", "<svg/>"] {
            ana.store_artifact(&mut bytes.as_bytes()).unwrap();
        }
        Self { folder, registry }
    }

    /// The names of the runs that pass a filter, the newest first.
    fn runs(&self, filter: &str, view: View) -> Vec<String> {
        let search = RunSearch::within([experiment()]).filter(filter).unwrap().view(view);
        let found = self.registry.search_runs(&search).unwrap();
        found.items.into_iter().map(|found| found.run.name).collect()
    }

    /// Goes on as any other: a trial, a run, an entry proven; and is whole after that, also for
    /// who opens it next.
    fn goes_on(self, runs: u32, trials: u32) {
        let dora = self.registry.session(&principal("dora"));
        let trial = dora.start_trial(&model(), &version("1.1.0"), TrialKind::Shadow).unwrap();
        assert_eq!(trial.number, trials + 1);
        let ana = self.registry.session(&principal("ana"));
        let run = ana.start_run(&experiment(), "goes on").unwrap();
        assert_eq!(run.id.number, runs + 1);
        assert_eq!(self.runs("", View::Active)[0], "goes on");
        let entry = self.registry.prove(0).unwrap();
        assert_eq!(entry.unverified().act.action, "registry.create");
        let report = self.registry.verify().unwrap();
        assert!(report.is_clean(), "{report}");
        let Self { folder, registry } = self;
        drop(registry);
        let again = SqliteStore::open(folder.path().join("registry.db")).unwrap();
        assert!(Audit::of(&again).verify().unwrap().is_clean());
    }
}

/// Before there were trials and rollbacks.
#[test]
fn a_registry_of_schema_1() {
    let old = Old::of(include_str!("../../testdata/store/schema_1.sql"));
    assert_eq!(old.registry.trial(&model()).unwrap(), None);
    assert_eq!(old.registry.history(&model()).unwrap().len(), 2);
    assert_eq!(old.runs("metrics.auc > 0.7 AND params.trees = '100'", View::Active).len(), 2);
    let dora = old.registry.session(&principal("dora"));
    let back = dora.rollback(&model(), "a file of yesterday").unwrap();
    assert_eq!((back.number, &back.version), (3, &version("1.0.0")));
    // Its two runs were counted where none is counted now.
    old.goes_on(2, 0);
}

/// With a trial and a rollback, before runs could be searched for by an index.
#[test]
fn a_registry_of_schema_2() {
    let old = Old::of(include_str!("../../testdata/store/schema_2.sql"));
    let versions: Vec<_> =
        old.registry.history(&model()).unwrap().into_iter().map(|promotion| promotion.version).collect();
    assert_eq!(versions, ["1.0.0", "1.2.0", "1.0.0"].map(version));
    assert_eq!(old.runs("metrics.auc < 0.5", View::Active), ["searched"]);
    assert_eq!(old.runs("params.depth = '6' AND tags.team = 'delays'", View::Active), ["searched"]);
    assert_eq!(old.runs("metrics.auc > 0.7", View::Active).len(), 3);
    old.goes_on(4, 1);
}

/// With all that search knows, before versions were signed.
#[test]
fn a_registry_of_schema_3() {
    let old = Old::of(include_str!("../../testdata/store/schema_3.sql"));
    assert_eq!(old.runs("metrics.auc <= 0.5", View::Active), ["searched", "fold 1"]);
    assert_eq!(old.runs("metrics.auc = 1", View::Deleted), ["a mistake"]);
    let searched = "flight-delay/4".parse().unwrap();
    assert!(old.registry.metric_history(&searched, "gap").unwrap()[0].value.is_nan());
    assert_eq!(old.registry.files(&searched).unwrap()[0].path, "plots/roc.svg".parse().unwrap());
    let found = old.registry.search_models(&ModelSearch::new()).unwrap();
    assert_eq!(found.items[0].model.name, model());
    let reference = "flight-delay@champion".parse().unwrap();
    let champion = old.registry.resolve(&reference).unwrap();
    assert_eq!(champion.version, version("1.2.0"));
    // What has come since, on what was there before.
    let key = Ed25519Signer::from_seed(&[8; 32]);
    let ana = old.registry.session(&principal("ana"));
    ana.sign_version(&model(), &champion.version, &key).unwrap();
    let unsigned = old.registry.signatures(&model(), &version("1.0.0")).unwrap();
    assert!(unsigned.is_empty(), "{unsigned:?}");
    old.goes_on(6, 1);
}
