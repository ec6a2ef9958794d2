//! A small world to test in: a registry, its people, and a model on its way.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "a test fails where the world does")]

#[cfg(feature = "sqlite")]
pub(crate) mod kept;
pub(crate) mod meddled;

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{
    Check, Evidence, ExperimentName, ManualClock, ModelName, Outcome, Principal, Severity, Verdict, Version,
    Window,
};
use mlops_registry::access::{Role, Scope};
use mlops_registry::artifact::{ArtifactStoreExt as _, FolderArtifacts};
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::model::{ModelVersion, NewVersion};
use mlops_registry::promotion::{Decision, Promotion, PromotionPolicy, PromotionRequest};
use mlops_registry::store::{MemoryStore, MetadataStore};
use mlops_registry::tracking::{RunBatch, RunId, RunStatus};
use mlops_registry::trial::{Trial, TrialKind, TrialOutcome};
use mlops_registry::{Registry, Session};
use tempfile::TempDir;

pub(crate) const GATE: &str = "production gate";

pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) registry: Registry,
    pub(crate) store: Arc<dyn MetadataStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) signer: Arc<Ed25519Signer>,
    pub(crate) folder: TempDir,
    pub(crate) admin: Session,
    /// Trains and registers.
    pub(crate) ana: Session,
    /// Approves.
    pub(crate) ben: Session,
    /// Deploys.
    pub(crate) dora: Session,
}

/// The same world over each store of ours.
pub(crate) fn worlds() -> Vec<World> {
    vec![
        World::over("memory", tempfile::tempdir().unwrap(), Arc::new(MemoryStore::default())),
        #[cfg(feature = "sqlite")]
        World::sqlite(),
    ]
}

/// A new store of each kind of ours, and the folder that they are in.
pub(crate) fn stores() -> (TempDir, Vec<Box<dyn MetadataStore>>) {
    let folder = tempfile::tempdir().unwrap();
    let stores: Vec<Box<dyn MetadataStore>> = vec![
        Box::new(MemoryStore::default()),
        #[cfg(feature = "sqlite")]
        Box::new(mlops_registry::store::SqliteStore::open(folder.path().join("registry.db")).unwrap()),
    ];
    (folder, stores)
}

pub(crate) fn model() -> ModelName {
    "flight-delay".parse().unwrap()
}

pub(crate) fn version(text: &str) -> Version {
    text.parse().unwrap()
}

pub(crate) fn principal(name: &str) -> Principal {
    name.parse().unwrap()
}

impl World {
    #[cfg(feature = "sqlite")]
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = mlops_registry::store::SqliteStore::open(folder.path().join("registry.db")).unwrap();
        Self::over("sqlite", folder, Arc::new(store))
    }

    pub(crate) fn over(name: &'static str, folder: TempDir, store: Arc<dyn MetadataStore>) -> Self {
        let clock = Arc::new(ManualClock::new("2013-04-01T00:00:00Z".parse().unwrap()));
        let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
        let artifacts = FolderArtifacts::with_clock(folder.path().join("artifacts"), Arc::clone(&clock) as _);
        let artifacts = Arc::new(artifacts.unwrap());
        let registry = Registry::builder(Arc::clone(&store), artifacts, Arc::clone(&signer) as _)
            .clock(Arc::clone(&clock) as _)
            .create("registry.example".parse().unwrap(), &principal("root"))
            .unwrap();
        let session = |name: &str| registry.session(&principal(name));
        let (admin, ana, ben, dora) = (session("root"), session("ana"), session("ben"), session("dora"));
        admin.grant(ana.principal(), Role::Author, Scope::All).unwrap();
        admin.grant(ben.principal(), Role::Approver, Scope::All).unwrap();
        admin.grant(dora.principal(), Role::Deployer, Scope::All).unwrap();
        admin.set_policy(&PromotionPolicy::requiring(GATE)).unwrap();
        ana.create_experiment(&experiment()).unwrap();
        Self { name, registry, store, clock, signer, folder, admin, ana, ben, dora }
    }

    /// The same registry as another process has it, with artifacts of its own.
    pub(crate) fn reopened(&self) -> Registry {
        let artifacts = Arc::new(mlops_registry::artifact::MemoryArtifacts::default());
        Registry::builder(Arc::clone(&self.store), artifacts, Arc::clone(&self.signer) as _)
            .clock(Arc::clone(&self.clock) as _)
            .open()
            .unwrap()
    }

    /// Time goes by.
    pub(crate) fn later(&self) {
        self.clock.advance(Duration::from_mins(1));
    }

    pub(crate) fn run(&self) -> RunId {
        let run = self.ana.start_run(&experiment(), "gbdt").unwrap();
        let batch = RunBatch::new()
            .param("trees", 100)
            .metric("auc", 0.71)
            .input("flights.parquet", mlops_core::Digest::of("flights"));
        self.ana.log(&run.id, &batch).unwrap();
        self.ana.end_run(&run.id, RunStatus::Finished).unwrap().id
    }

    /// A version whose file says which version it is.
    pub(crate) fn register(&self, text: &str) -> ModelVersion {
        self.later();
        let artifact = self.ana.store_artifact(&mut format!("model {text}").as_bytes()).unwrap();
        let window = Window::new("2013-01-01".parse().unwrap(), "2013-03-01".parse().unwrap()).unwrap();
        let new = NewVersion::new(model(), version(text), self.run(), artifact).window(window);
        self.ana.register(&new.flavour("lightgbm-text")).unwrap()
    }

    pub(crate) fn verdict(&self, candidate: &ModelVersion, outcome: Outcome) -> Verdict {
        use mlops_core::Clock as _;
        let check = Check::new("roc_auc", Severity::Critical, outcome).observed(0.71).expected(">= 0.6");
        Verdict::new(GATE, candidate.subject(), self.clock.now(), vec![check])
    }

    pub(crate) fn judge(&self, candidate: &ModelVersion, outcome: Outcome) {
        self.later();
        self.ana.record_evidence(&Evidence::of(&self.verdict(candidate, outcome)).unwrap()).unwrap();
    }

    pub(crate) fn request(&self, text: &str) -> PromotionRequest {
        self.later();
        granted(self.ana.request_promotion(&model(), &version(text)).unwrap())
    }

    /// From nothing to a request that someone has approved.
    pub(crate) fn approved(&self, text: &str) -> PromotionRequest {
        let candidate = self.register(text);
        self.judge(&candidate, Outcome::Passed);
        let request = self.request(text);
        let _approval = granted(self.ben.approve(&request).unwrap());
        request
    }

    /// From nothing to production.
    pub(crate) fn promoted(&self, text: &str) -> Promotion {
        let request = self.approved(text);
        self.later();
        granted(self.dora.promote(&request.id()).unwrap())
    }

    /// From nothing to a trial that was stopped.
    pub(crate) fn tried(&self, text: &str) -> Trial {
        let candidate = self.register(text);
        self.later();
        let kind = TrialKind::Canary { percent: 10 };
        self.dora.start_trial(&candidate.model, &candidate.version, kind).unwrap();
        self.later();
        let outcome =
            TrialOutcome::Stopped { check: "failures".to_owned(), reason: "12 of 214 failed".to_owned() };
        self.dora.end_trial(&candidate.model, &candidate.version, outcome).unwrap()
    }

    /// Back to the version before.
    pub(crate) fn rolled_back(&self) -> Promotion {
        self.later();
        self.dora.rollback(&model(), "it over-predicts by 0.05").unwrap()
    }

    /// That the audit finds nothing.
    #[track_caller]
    pub(crate) fn is_whole(&self) {
        let report = self.registry.verify().unwrap();
        assert!(report.is_clean(), "{}: {report}", self.name);
    }

    pub(crate) fn artifact_bytes(&self, version: &ModelVersion) -> Vec<u8> {
        self.registry.artifacts().read(&version.artifact, 1 << 20).unwrap()
    }
}

pub(crate) fn experiment() -> ExperimentName {
    "flight-delay".parse().unwrap()
}

#[track_caller]
pub(crate) fn granted<T: std::fmt::Debug>(decision: Decision<T>) -> T {
    match decision {
        Decision::Granted(value) => value,
        Decision::Refused(verdict) => panic!("refused: {:?}", reasons(&verdict)),
    }
}

/// Why it was refused: `check: reason` of each check that blocks.
#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(decision: Decision<T>) -> Vec<String> {
    match decision {
        Decision::Granted(value) => panic!("granted: {value:?}"),
        Decision::Refused(verdict) => reasons(&verdict),
    }
}

fn reasons(verdict: &Verdict) -> Vec<String> {
    verdict.blocking().map(|check| format!("{}: {}", check.name, check.reason)).collect()
}
