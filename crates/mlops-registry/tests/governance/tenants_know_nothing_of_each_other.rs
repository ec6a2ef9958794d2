//! Every call in one tenant, with the things of another: nothing is found, nothing is told,
//! nothing there changes.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mlops_core::{
    Check, Digest, Evidence, ExperimentName, ManualClock, ModelName, Outcome, Principal, Severity, Timestamp,
    Verdict, Version,
};
use mlops_registry::access::{Role, Scope};
use mlops_registry::artifact::ArtifactStoreExt as _;
use mlops_registry::audit::{EntryFilter, ExportFormat};
use mlops_registry::compliance::ComplianceTerms;
use mlops_registry::garbage::GarbageCollection;
use mlops_registry::lineage::{Direction, LineageNode};
use mlops_registry::merkle::{Ed25519Signer, SignedTreeHead, Signer};
use mlops_registry::model::card::ModelCard;
use mlops_registry::model::{AliasIs, NewVersion, Stage, StageTransition};
use mlops_registry::promotion::{PromotionPolicy, PromotionRequest, ReviewOutcome, TargetStage};
use mlops_registry::search::{ExperimentSearch, ModelSearch, RunSearch, VersionSearch};
use mlops_registry::signing::{Envelope, Trust, TrustedKey};
use mlops_registry::tenant::{TenantName, Tenants};
use mlops_registry::tracking::environment::{Environment, Git};
use mlops_registry::tracking::{FileLimits, FilePath, NewRun, RunBatch, RunId, RunStatus, View};
use mlops_registry::trial::{TrialKind, TrialOutcome};
use mlops_registry::{Error, Registry, Session};
use tempfile::TempDir;

/// In everything that the one tenant has, and in no name that the other asks for.
const MARK: &str = "zebra";

fn moment() -> Timestamp {
    "2013-04-01T00:00:00Z".parse().unwrap()
}

fn principal(name: &str) -> Principal {
    name.parse().unwrap()
}

fn tenant(name: &str) -> TenantName {
    name.parse().unwrap()
}

fn commit() -> Git {
    let mut git = Git::default();
    git.commit = Some("0123456789".repeat(4));
    git
}

/// Of the key that the other tenant is signed with.
fn trust() -> Trust {
    Trust::new([TrustedKey::new("own", Ed25519Signer::from_seed(&[7; 32]).public_key())]).unwrap()
}

fn places() -> Vec<(Option<TempDir>, Tenants)> {
    let signer: Arc<dyn Signer> = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    let clock = Arc::new(ManualClock::new(moment()));
    let memory = {
        let signer = Arc::clone(&signer);
        Tenants::in_memory("registry.example".parse().unwrap(), move |_| Ok(Arc::clone(&signer)))
    };
    let mut places = vec![(None, memory.clock(Arc::clone(&clock) as _))];
    #[cfg(feature = "sqlite")]
    {
        let folder = tempfile::tempdir().unwrap();
        let tenants = in_folder(folder.path());
        places.push((Some(folder), tenants.clock(clock as _)));
    }
    places
}

#[cfg(feature = "sqlite")]
fn in_folder(folder: &Path) -> Tenants {
    let signer: Arc<dyn Signer> = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    Tenants::in_folder(folder, "registry.example".parse().unwrap(), move |_| Ok(Arc::clone(&signer))).unwrap()
}

/// What the one tenant has.
struct Things {
    model: ModelName,
    version: Version,
    experiment: ExperimentName,
    run: RunId,
    artifact: Digest,
    evidence: Evidence,
    request: PromotionRequest,
    file: FilePath,
    head: SignedTreeHead,
    line: String,
}

/// Someone with every role.
fn all_roles(registry: &Registry, admin: &str, name: &str) -> Session {
    let root = registry.session(&principal(admin));
    for role in Role::ALL {
        root.grant(&principal(name), role, Scope::All).unwrap();
    }
    registry.session(&principal(name))
}

fn things(registry: &Registry) -> Things {
    let root = registry.session(&principal("root"));
    root.set_policy(&PromotionPolicy::requiring("zebra gate")).unwrap();
    let ana = all_roles(registry, "root", "ana");
    let ben = all_roles(registry, "root", "ben");
    let (model, version): (ModelName, Version) = ("fraud".parse().unwrap(), "1.0.0".parse().unwrap());
    let experiment: ExperimentName = "cards".parse().unwrap();
    ana.create_experiment(&experiment).unwrap();
    ana.tag_experiment(&experiment, "zebra", "zebra").unwrap();
    let run = ana.start_run(&experiment, "zebra run").unwrap().id;
    ana.log(&run, &RunBatch::new().param("zebra", "zebra").metric("zebra", 1.0).tag("zebra", "zebra"))
        .unwrap();
    let file: FilePath = "notes.txt".parse().unwrap();
    ana.log_file(&run, &file, &mut "zebra file".as_bytes()).unwrap();
    ana.end_run(&run, RunStatus::Finished).unwrap();
    let artifact = ana.store_artifact(&mut "zebra model".as_bytes()).unwrap();
    let new = NewVersion::new(model.clone(), version.clone(), run.clone(), artifact);
    let registered = ana.register(&new.description("zebra")).unwrap();
    ana.describe_model(&model, None, "zebra").unwrap();
    ana.set_model_tag(&model, None, "zebra", "zebra").unwrap();
    let check = Check::new("zebra", Severity::Critical, Outcome::Passed);
    let verdict = Verdict::new("zebra gate", registered.subject(), moment(), vec![check]);
    let evidence = Evidence::of(&verdict).unwrap();
    ana.record_evidence(&evidence).unwrap();
    let request = ana.request_promotion(&model, &version).unwrap().granted().unwrap();
    ben.approve(&request).unwrap().granted().unwrap();
    ben.promote(&request.id()).unwrap().granted().unwrap();
    ana.sign_version(&model, &version, &Ed25519Signer::from_seed(&[7; 32])).unwrap();
    ana.record_git(&model, &version, &commit(), Some("fraud/1.0.0")).unwrap();
    ben.attest(&model, &version, "sr-11-7/6-board", "zebra").unwrap();
    let mut log = Vec::new();
    registry.export_log(&EntryFilter::new(), ExportFormat::JsonLines, &mut log, &mut |_| {}).unwrap();
    let line = String::from_utf8(log).unwrap().lines().next().unwrap().to_owned();
    let head = registry.tree_head().unwrap();
    Things { model, version, experiment, run, artifact, evidence, request, file, head, line }
}

type Answer = Result<String, Error>;

/// A call by its name, and what it says.
struct Call<S: 'static> {
    name: &'static str,
    /// Whether it is about a thing that must be there.
    asks: bool,
    answer: fn(&S, &Things) -> Answer,
}

fn words<T: Debug>(value: mlops_registry::Result<T>) -> Answer {
    value.map(|value| format!("{value:?}"))
}

macro_rules! calls {
    ($type:ty; $($asks:ident $name:ident = |$on:ident, $things:ident| $call:expr;)*) => {
        vec![$(Call {
            name: stringify!($name),
            asks: stringify!($asks) == "asks",
            answer: |$on: &$type, $things: &Things| {
                let _ = $things;
                words($call)
            },
        }),*]
    };
}

/// Everything that a session does. `asks` is about a thing of the other tenant and finds none,
/// `does` is about nothing, or makes something of its own.
fn of_sessions() -> Vec<Call<Session>> {
    let mut calls = calls! { Session;
        does store_artifact = |s, t| s.store_artifact(&mut "own".as_bytes());
        does store_artifact_within = |s, t| {
            s.store_artifact_within(&mut "own".as_bytes(), &FileLimits::default())
        };
        does grant = |s, t| s.grant(&principal("carl"), Role::Viewer, Scope::Model(t.model.clone()));
        asks revoke = |s, t| s.revoke(&principal("ben"), Role::Approver, Scope::All);
        does set_policy = |s, t| s.set_policy(&PromotionPolicy::requiring("own"));
        asks remove_policy = |s, t| s.remove_policy(TargetStage::Staging, &Scope::All);
        does create_experiment = |s, t| s.create_experiment(&"own".parse().unwrap());
        asks delete_experiment = |s, t| s.delete_experiment(&t.experiment);
        asks restore_experiment = |s, t| s.restore_experiment(&t.experiment);
        asks rename_experiment = |s, t| s.rename_experiment(&t.experiment, "own");
        asks describe_experiment = |s, t| s.describe_experiment(&t.experiment, "own");
        asks tag_experiment = |s, t| s.tag_experiment(&t.experiment, "own", "own");
        asks untag_experiment = |s, t| s.untag_experiment(&t.experiment, "own");
        asks purge_experiment = |s, t| s.purge_experiment(&t.experiment, Duration::ZERO);
        asks start_run = |s, t| s.start_run(&t.experiment, "own");
        asks start_run_with = |s, t| s.start_run_with(&NewRun::new(t.experiment.clone(), "own"));
        asks run_with = |s, t| s.run_with(&NewRun::new(t.experiment.clone(), "own"));
        asks with_run = |s, t| s.with_run(&t.experiment, "own", |_| Ok::<(), Error>(()));
        asks with_new_run = |s, t| {
            s.with_new_run(&NewRun::new(t.experiment.clone(), "own"), |_| Ok::<(), Error>(()))
        };
        asks resume = |s, t| s.resume(&t.run);
        asks resume_run = |s, t| s.resume_run(&t.run);
        asks log = |s, t| s.log(&t.run, &RunBatch::new().param("own", 1));
        asks log_file = |s, t| s.log_file(&t.run, &t.file, &mut "own".as_bytes());
        asks log_file_within = |s, t| {
            s.log_file_within(&t.run, &t.file, &mut "own".as_bytes(), &FileLimits::default())
        };
        asks log_folder = |s, t| {
            s.log_folder(&t.run, None, Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/audit").as_path(), &FileLimits::default())
        };
        asks log_environment = |s, t| s.log_environment(&t.run, &Environment::default());
        asks end_run = |s, t| s.end_run(&t.run, RunStatus::Failed);
        asks delete_run = |s, t| s.delete_run(&t.run);
        asks restore_run = |s, t| s.restore_run(&t.run);
        asks rename_run = |s, t| s.rename_run(&t.run, "own");
        asks describe_run = |s, t| s.describe_run(&t.run, "own");
        asks untag_run = |s, t| s.untag_run(&t.run, "own");
        asks purge_run = |s, t| s.purge_run(&t.run, Duration::ZERO);
        asks register = |s, t| {
            s.register(&NewVersion::new(t.model.clone(), t.version.clone(), t.run.clone(), t.artifact))
        };
        asks describe_model = |s, t| s.describe_model(&t.model, None, "own");
        asks set_model_tag = |s, t| s.set_model_tag(&t.model, None, "own", "own");
        asks delete_model_tag = |s, t| s.delete_model_tag(&t.model, None, "own");
        asks set_alias = |s, t| s.set_alias(&t.model, &"own".parse().unwrap(), &t.version, &AliasIs::Any);
        does delete_alias = |s, t| s.delete_alias(&t.model, &"own".parse().unwrap(), &AliasIs::Any);
        asks set_card = |s, t| s.set_card(&t.model, &t.version, &ModelCard::new());
        asks sign_version = |s, t| s.sign_version(&t.model, &t.version, &Ed25519Signer::from_seed(&[8; 32]));
        asks record_signature = |s, t| {
            let signer = Ed25519Signer::from_seed(&[8; 32]);
            let envelope = Envelope::sign("own", "own", &signer)?;
            s.record_signature(&t.model, &t.version, &signer.public_key(), &envelope)
        };
        asks record_git = |s, t| s.record_git(&t.model, &t.version, &commit(), Some("own"));
        asks attest = |s, t| s.attest(&t.model, &t.version, "sr-11-7/6-board", "own");
        asks record_link = |s, t| {
            s.record_link(&LineageNode::View("own".parse().unwrap()), &LineageNode::Run(t.run.clone()))
        };
        asks retract_link = |s, t| {
            s.retract_link(&LineageNode::View("own".parse().unwrap()), &LineageNode::Run(t.run.clone()), "own")
        };
        asks delete_version = |s, t| s.delete_version(&t.model, &t.version, "own");
        asks delete_model = |s, t| s.delete_model(&t.model, "own");
        asks transition_stage = |s, t| {
            s.transition_stage(&t.model, &t.version, &StageTransition::to(Stage::Archived).because("own"))
        };
        asks record_evidence = |s, t| s.record_evidence(&t.evidence);
        asks request_promotion = |s, t| s.request_promotion(&t.model, &t.version);
        asks request_promotion_to = |s, t| s.request_promotion_to(&t.model, &t.version, TargetStage::Staging);
        asks approve = |s, t| s.approve(&t.request);
        asks reject = |s, t| s.reject(&t.request.id(), "own");
        asks withdraw = |s, t| s.withdraw(&t.request.id(), "own");
        asks promote = |s, t| s.promote(&t.request.id());
        asks promote_to_staging = |s, t| s.promote_to_staging(&t.request.id());
        asks break_glass = |s, t| s.break_glass(&t.model, &t.version, "own");
        asks review_break_glass = |s, t| s.review_break_glass(&t.model, 1, ReviewOutcome::Justified, "own");
        asks rollback = |s, t| s.rollback(&t.model, "own");
        asks rollback_to = |s, t| s.rollback_to(&t.model, &t.version, "own");
        asks start_trial = |s, t| s.start_trial(&t.model, &t.version, TrialKind::Shadow);
        asks move_trial = |s, t| s.move_trial(&t.model, &t.version, TrialKind::Shadow);
        asks end_trial = |s, t| s.end_trial(&t.model, &t.version, TrialOutcome::Completed);
        asks end_trial_on = |s, t| s.end_trial_on(&t.model, &t.version, TrialOutcome::Completed, &[]);
        does garbage = |s, t| s.garbage(&GarbageCollection::new());
        does collect_garbage = |s, t| s.collect_garbage(&GarbageCollection::new().grace(Duration::ZERO).deleted_versions(), "own");
        does prune_log = |s, t| s.prune_log(Timestamp::MIN, "own", &mut Vec::new());
    };
    calls.extend(of_mlflow());
    calls
}

/// What a session does with what MLflow has kept.
#[cfg(feature = "mlflow-import")]
fn of_mlflow() -> Vec<Call<Session>> {
    use mlops_registry::mlflow_import::MlflowImport;
    calls! { Session;
        asks import_mlflow = |s, t| s.import_mlflow(&MlflowImport::folder("mlruns"), &mut |_| {});
    }
}

#[cfg(not(feature = "mlflow-import"))]
const fn of_mlflow() -> Vec<Call<Session>> {
    Vec::new()
}

/// Everything that is read, from the registry and, where it has the same name, through a reader.
macro_rules! reads {
    ($($asks:ident $name:ident($($argument:expr),*) with $things:ident;)*) => {
        (
            calls! { Registry; $($asks $name = |r, $things| r.$name($($argument),*);)* },
            calls! { Session; $($asks $name = |s, $things| s.reader().$name($($argument),*);)* },
        )
    };
}

fn of_readers() -> (Vec<Call<Registry>>, Vec<Call<Session>>) {
    reads! {
        does grants() with t;
        does policy() with t;
        does policies() with t;
        does policy_for(&t.model, TargetStage::Production) with t;
        does models() with t;
        asks model(&t.model) with t;
        asks version(&t.model, &t.version) with t;
        does versions(&t.model) with t;
        asks version_numbered(&t.model, 1) with t;
        asks latest(&t.model) with t;
        does suggest_version(&t.model, None) with t;
        does aliases(&t.model) with t;
        does model_tags(&t.model, None) with t;
        does descriptions(&t.model, None) with t;
        does description_at(&t.model, None, Timestamp::MAX) with t;
        does deleted_versions(&t.model) with t;
        does deleted_models() with t;
        asks stage(&t.model, &t.version) with t;
        does stages(&t.model) with t;
        does production(&t.model) with t;
        asks resolve(&"fraud@production".parse().unwrap()) with t;
        asks model_card(&t.model, &t.version) with t;
        asks version_manifest(&t.model, &t.version) with t;
        does signatures(&t.model, &t.version) with t;
        asks check_signatures(&t.model, &t.version, &trust()) with t;
        asks verified_artifact(&t.model, &t.version, &trust()) with t;
        asks git_of(&t.model, &t.version) with t;
        does versions_of_commit("0123456789") with t;
        does versions_of_tag("fraud/1.0.0") with t;
        does attestations(&t.model, &t.version) with t;
        asks compliance_report(&t.model, &t.version, &ComplianceTerms::new()) with t;
        does lineage(&LineageNode::Run(t.run.clone()), Direction::Both, 9) with t;
        does history(&t.model) with t;
        does production_at(&t.model, Timestamp::MAX) with t;
        asks compare_versions(&t.model, &t.version, &t.version) with t;
        does evidence(&t.model, &t.version) with t;
        asks promotion_request(&t.request.id()) with t;
        does promotion_requests(&t.model) with t;
        does approvals(&t.request.id()) with t;
        does emergencies(&t.model) with t;
        does open_reviews() with t;
        does trial(&t.model) with t;
        does trials(&t.model) with t;
        asks experiment(&t.experiment) with t;
        does experiments() with t;
        does experiments_in(View::All) with t;
        does experiment_tags(&t.experiment) with t;
        asks run(&t.run) with t;
        does runs(&t.experiment) with t;
        does runs_in(&t.experiment, View::All) with t;
        does run_data(&t.run) with t;
        does metric_history(&t.run, "auc") with t;
        does metric_page(&t.run, "auc", None, 9) with t;
        does children(&t.run) with t;
        does inputs(&t.run) with t;
        does files(&t.run) with t;
        does folder(&t.run, None) with t;
        asks file(&t.run, &t.file) with t;
        does search_experiments(&ExperimentSearch::new()) with t;
        does search_runs(&RunSearch::new()) with t;
        does search_models(&ModelSearch::new()) with t;
        does search_versions(&VersionSearch::new()) with t;
        does entries(0..u64::MAX) with t;
        does verify() with t;
        does tree_head() with t;
        does checkpoint() with t;
        does verifier_key() with t;
        does prove(0) with t;
        does pruned_by(0) with t;
    }
}

/// What `Registry` has beside.
fn of_registries() -> Vec<Call<Registry>> {
    calls! { Registry;
        asks lock = |r, t| r.lock(&["fraud@production".parse().unwrap()]);
        does grants_of = |r, t| r.grants_of(&principal("ben"));
        asks open_file = |r, t| r.open_file(&t.run, &t.file).map(drop);
        asks artifacts = |r, t| r.artifacts().read(&t.artifact, 1 << 20);
        does links = |r, t| r.links();
        does retracted_links = |r, t| r.retracted_links();
        does referenced_artifacts = |r, t| r.referenced_artifacts();
        does export_log = |r, t| {
            let mut log = Vec::new();
            let done = r.export_log(&EntryFilter::new(), ExportFormat::JsonLines, &mut log, &mut |_| {});
            done.map(|_| String::from_utf8(log).unwrap())
        };
    }
}

/// What says no more than which registry it is, or is held elsewhere: a proof of one log about
/// another.
const NOT_CALLED: [&str; 14] = [
    "resolver",
    "builder",
    "session",
    "store",
    "origin",
    "audit",
    "principal",
    "registry",
    "reader",
    "section",
    "prove_extension",
    "prove_exported",
    "read",
    "of",
];

/// The public methods of `owner`, as its sources have them.
fn methods_of(owner: &str) -> BTreeSet<String> {
    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut methods = BTreeSet::new();
    for file in files {
        let mut inside = false;
        for line in file.lines() {
            inside = (inside || line.starts_with(&format!("impl {owner} {{"))) && line != "}";
            let method = line.strip_prefix("    pub fn ").or_else(|| line.strip_prefix("    pub const fn "));
            if let Some(method) = method.filter(|_| inside) {
                methods.insert(method.split(['(', '<']).next().unwrap().to_owned());
            }
        }
    }
    assert!(methods.len() > 20, "{methods:?}");
    methods
}

/// Whoever adds a public method says here what it does with the things of another tenant.
#[test]
fn every_public_call_is_tried() {
    let (registry, reader) = of_readers();
    let names = |calls: &[Call<Session>]| calls.iter().map(|call| call.name).collect::<Vec<_>>();
    let mut tried: BTreeSet<&str> = registry.iter().chain(&of_registries()).map(|call| call.name).collect();
    tried.extend(names(&of_sessions()));
    tried.extend(names(&reader));
    tried.extend(NOT_CALLED);
    if cfg!(not(feature = "mlflow-import")) {
        tried.insert("import_mlflow");
    }
    for owner in ["Registry", "Session"] {
        let missing: Vec<_> =
            methods_of(owner).into_iter().filter(|name| !tried.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "{owner}: not tried across tenants: {missing:?}");
    }
}

#[track_caller]
fn tells_nothing(name: &str, asks: bool, answer: &Answer) {
    let words = match answer {
        Ok(words) => words.clone(),
        Err(error) => format!("{error} {error:?}"),
    };
    assert!(!words.contains(MARK), "{name}: {words}");
    if asks {
        let not_there = matches!(answer, Err(Error::NotFound { .. } | Error::NothingBefore { .. }));
        assert!(not_there, "{name}: {answer:?}");
    } else {
        assert!(matches!(answer, Ok(_) | Err(Error::NotFound { .. })), "{name}: {answer:?}");
    }
}

#[test]
fn nothing_is_found_told_or_changed_across() {
    for (_folder, tenants) in places() {
        let here = tenants.create(&tenant("here"), &principal("root")).unwrap();
        let there = things(&here);
        let size = here.store().size().unwrap();
        let other = tenants.create(&tenant("other"), &principal("olga")).unwrap();
        let (registry, reader) = of_readers();

        // Of the same name, with no grant in this one.
        let ana = other.session(&principal("ana"));
        for call in of_sessions().iter().chain(&reader) {
            // One's own models are no secret to anybody, and there are none.
            let answer = (call.answer)(&ana, &there);
            assert!(matches!(answer, Err(Error::Denied { .. })), "{}: {answer:?}", call.name);
            assert!(!format!("{answer:?}").contains(MARK), "{}", call.name);
        }
        assert_eq!(ana.reader().grants_of(ana.principal()).unwrap(), []);

        // With every grant of this one, and no other.
        let emil = all_roles(&other, "olga", "emil");
        for call in reader.iter().chain(&of_sessions()) {
            tells_nothing(call.name, call.asks, &(call.answer)(&emil, &there));
        }
        for call in registry.iter().chain(&of_registries()) {
            tells_nothing(call.name, call.asks, &(call.answer)(&other, &there));
        }
        let file = emil.reader().open_artifact(&there.model, &there.version).map(drop);
        assert!(matches!(file, Err(Error::NotFound { .. })), "{file:?}");

        // A head and a line of the other log are none of this one.
        let grown = other.prove_extension(&there.head);
        assert!(grown.is_err(), "{grown:?}");
        assert!(other.prove_exported(&there.line).is_err());
        let key = Ed25519Signer::from_seed(&[7; 32]).public_key();
        let report = other.audit().against(&there.head, &key).verify().unwrap();
        assert!(!report.is_clean());

        assert_eq!(here.store().size().unwrap(), size, "nothing was written there");
        assert!(here.verify().unwrap().is_clean());
        assert!(other.verify().unwrap().is_clean());
    }
}

#[test]
fn a_tenant_is_created_once() {
    for (_folder, tenants) in places() {
        assert_eq!(tenants.list().unwrap(), []);
        for name in ["credit", "cards"] {
            let registry = tenants.create(&tenant(name), &principal("root")).unwrap();
            assert_eq!(registry.origin().as_str(), format!("registry.example/{name}"));
        }
        let twice = tenants.create(&tenant("credit"), &principal("eve"));
        assert!(matches!(twice, Err(Error::Conflict { what: "tenant", .. })), "{twice:?}");
        assert_eq!(tenants.list().unwrap(), [tenant("cards"), tenant("credit")]);
        let credit = tenants.registry(&tenant("credit")).unwrap();
        assert_eq!(credit.grants().unwrap().len(), 1);
        assert_eq!(credit.grants_of(&principal("eve")).unwrap(), []);
        let none = tenants.registry(&tenant("fraud"));
        assert!(matches!(none, Err(Error::NotFound { what: "tenant", .. })), "{none:?}");
    }
}

#[cfg(feature = "sqlite")]
#[test]
fn of_those_who_create_a_tenant_at_once_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let created = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|i| {
                let tenants = in_folder(folder.path());
                scope.spawn(move || match tenants.create(&tenant("credit"), &principal(&format!("p{i}"))) {
                    Ok(_) => 1,
                    Err(Error::Conflict { what: "tenant", .. }) => 0,
                    Err(error) => panic!("{error}"),
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<i32>()
    });
    assert_eq!(created, 1);
    let tenants = in_folder(folder.path());
    assert_eq!(tenants.registry(&tenant("credit")).unwrap().grants().unwrap().len(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside");
}

#[cfg(feature = "sqlite")]
#[test]
fn a_folder_in_the_wrong_place_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    drop(in_folder(folder.path()).create(&tenant("credit"), &principal("root")).unwrap());
    fs::rename(folder.path().join("credit"), folder.path().join("cards")).unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::create_dir(folder.path().join("No Tenant")).unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let tenants = in_folder(folder.path());
    assert_eq!(tenants.list().unwrap(), [tenant("cards")]);
    let moved = tenants.registry(&tenant("cards"));
    assert!(matches!(moved, Err(Error::Corrupt { .. })), "{moved:?}");
    for name in ["credit", "empty", "file"] {
        let none = tenants.registry(&tenant(name));
        assert!(matches!(none, Err(Error::NotFound { what: "tenant", .. })), "{none:?}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path().join("cards"), folder.path().join("credit")).unwrap();
        assert!(matches!(tenants.registry(&tenant("credit")), Err(Error::NotFound { .. })));
        assert_eq!(tenants.list().unwrap(), [tenant("cards")]);
    }
}
