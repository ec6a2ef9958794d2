//! Model registry with approvals, gated promotion, lineage and a tamper-evident Merkle audit log.
//!
//! A version is registered from a run, judged by gates, approved by a second person and put
//! into production, each step one transaction with its entry in the audit log.
//!
//! ```
//! # use std::sync::Arc;
//! # use mlops_core::{Check, Evidence, Outcome, Severity, Verdict};
//! # use mlops_registry::access::{Role, Scope};
//! # use mlops_registry::artifact::MemoryArtifacts;
//! # use mlops_registry::merkle::Ed25519Signer;
//! # use mlops_registry::model::NewVersion;
//! # use mlops_registry::promotion::{Decision, PromotionPolicy};
//! # use mlops_registry::store::MemoryStore;
//! # use mlops_registry::{Registry, tracking::RunBatch};
//! let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
//! let registry = Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), signer)
//!     .create("registry.example".parse()?, &"root".parse()?)?;
//! # let root = registry.session(&"root".parse()?);
//! # root.set_policy(&PromotionPolicy::requiring("production"))?;
//! # for (name, role) in [("ana", Role::Author), ("ben", Role::Approver), ("ben", Role::Deployer)] {
//! #     root.grant(&name.parse()?, role, Scope::All)?;
//! # }
//! let (ana, ben) = (registry.session(&"ana".parse()?), registry.session(&"ben".parse()?));
//! # ana.create_experiment(&"delays".parse()?)?;
//! let run = ana.start_run(&"delays".parse()?, "gbdt")?.id;
//! ana.log(&run, &RunBatch::new().param("trees", 100).metric("auc", 0.71))?;
//! let file = ana.store_artifact(&mut "the model file".as_bytes())?;
//! let version = ana.register(&NewVersion::new("flight-delay".parse()?, "1.0.0".parse()?, run, file))?;
//! # let auc = Check::new("roc_auc", Severity::Critical, Outcome::Passed);
//! # let verdict = Verdict::new("production", version.subject(), version.registered_at, vec![auc]);
//! ana.record_evidence(&Evidence::of(&verdict)?)?;
//! let Decision::Granted(request) = ana.request_promotion(&version.model, &version.version)? else { panic!() };
//! let _approval = ben.approve(&request)?;
//! assert!(ben.promote(&request.id())?.granted().is_some());
//! assert!(registry.verify()?.is_clean());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | open a registry, or found one | [`Registry::builder`], `store::SqliteStore`, [`artifact::FolderArtifacts`] |
//! | say who may do what | [`Session::grant`], [`access::Role`], [`access::Scope`], [`access::Authorizer`] |
//! | read for someone, as far as they may | [`Session::reader`] |
//! | keep what a training run took and gave | [`Session::run`], [`Session::log`], [`tracking`] |
//! | keep files of a run, and where it ran | [`Session::log_file`], [`Session::log_folder`], [`tracking::environment`] |
//! | hide, restore and remove experiments and runs | [`Session::delete_run`], [`Session::restore_run`], [`Session::purge_run`] |
//! | find runs, experiments, models, versions | [`Registry::search_runs`], [`search`] |
//! | register a version with its lineage | [`Session::register`], [`model::NewVersion`] |
//! | say what a model takes and gives, and how far versions are apart | [`model::signature`], [`Registry::suggest_version`] |
//! | move a version to a stage, or an alias to a version | [`Session::transition_stage`], [`Session::set_alias`] |
//! | tag, describe or delete a model or a version | [`Session::set_model_tag`], [`Session::describe_model`], [`Session::delete_version`], [`model::Tombstone`] |
//! | write the card of a version | [`Session::set_card`], [`Registry::model_card`] |
//! | sign a version, and load only what trusted keys have signed | [`signing`]: [`Session::sign_version`], [`signing::Trust`], [`Registry::verified_artifact`] |
//! | sign a folder of files as OpenSSF does, or check one | `model_signing::ModelFiles` (feature `model-signing`) |
//! | know the commit and tag of a version, or the versions of a commit | [`Session::record_git`], [`Registry::git_of`], [`Registry::versions_of_commit`], [`model::GitTagRule`] |
//! | show an examiner what is on record of a version, and what is missing | [`compliance`]: [`Registry::compliance_report`], [`Session::attest`] |
//! | pin versions in a file beside the code | [`Registry::lock`], [`model::ModelLock`] |
//! | know what came of a data set, or what predictions came of | [`lineage`]: [`Registry::lineage`], [`Session::record_link`] |
//! | get the version in production | [`Registry::production`], [`Registry::resolve`] |
//! | get it for each request | [`Registry::resolver`], [`resolve::Resolver`] |
//! | put a version into production | [`promotion`]: [`Session::record_evidence`], [`Session::request_promotion`], [`Session::approve`], [`Session::promote`] |
//! | put a version on trial beside it | [`trial`]: [`Session::start_trial`], [`Session::move_trial`], [`Session::end_trial`], [`Registry::trial`] |
//! | go back to the version before | [`Session::rollback`], [`Session::rollback_to`] |
//! | know what was in production when | [`Registry::history`], [`Registry::production_at`] |
//! | see in what two versions differ | [`Registry::compare_versions`] |
//! | see that nobody has rewritten anything | [`Registry::tree_head`], [`Registry::audit`] |
//! | keep records in a PostgreSQL database | `store::PostgresServer`, `store::PostgresStore`, `Tenants::in_postgres` |
//! | keep records elsewhere | [`store::MetadataStore`] and its suites in `testing` |
//! | keep model files in a bucket of a cloud | `artifact::ObjectArtifacts`, `artifact::ObjectAddress` (feature `object-store-aws` and others) |
//! | keep model files by their content, in chunks, encrypted | [`artifact::FolderArtifacts`], [`artifact::ChunkedArtifacts`], `artifact::EncryptedArtifacts` |
//! | share data with DVC: its `.dvc` files and its cache | `dvc::Cache`, `dvc::DvcFile` (feature `dvc`) |
//! | remove files that nothing refers to | [`Session::garbage`], [`Session::collect_garbage`] |
//! | show an outsider that something happened | [`Registry::prove`], [`audit::EntryProof`], [`audit::verify_text`] |
//! | show an outsider that the log has only grown | [`Registry::prove_extension`], [`audit::ExtensionProof`], [`merkle::ConsistencyProof`] |
//! | publish the log's state, and have it witnessed | [`Registry::checkpoint`], [`merkle::SignedCheckpoint`], [`merkle::VerifierKey`] |
//! | hand out the whole log, or let old entries go | [`Registry::export_log`], [`audit::verify_export`], [`Session::prune_log`] |
//! | say when, by whom and on what terms it goes into production | [`promotion::PromotionPolicy`], [`Session::set_policy`], [`Session::break_glass`] |
//! | take over what MLflow has kept | `Session::import_mlflow` (feature `mlflow-import`), [`provenance`] |
//! | keep several registries apart | [`tenant::Tenants`] |
//! | read a key from where it is kept | [`secret::SecretSource`], [`merkle::Ed25519Signer::from_secret`] |
//! | know why something was not done | [`Error`] |
//!
//! # Features
//! - `sqlite` (default): `store::SqliteStore`; compiles C.
//! - `postgres`: `store::PostgresStore`; brings the client `postgres` with Tokio, some forty crates.
//! - `encryption`: `artifact::EncryptedArtifacts`; brings AES-GCM and HKDF.
//! - `dvc`: `dvc`, the files and the cache of DVC; brings a YAML parser and MD5, pure Rust.
//! - `object-store`: `artifact::ObjectArtifacts` over any store of the crate `object_store`; brings
//!   that crate with Tokio, some sixty crates.
//! - `object-store-aws`, `object-store-azure`, `object-store-gcp`, `object-store-http`: the same at
//!   an address of that cloud, or behind WebDAV; an HTTP client with TLS, some fifty crates.
//! - `report`: `Registry::section` and `VersionComparison::table` for an HTML page; brings
//!   `mlops-report`, which brings `maud`.
//! - `model-signing`: `model_signing`, the signatures of OpenSSF; brings `p256`, `p384` and
//!   `p521`, pure Rust, and with them some twenty crates.
//! - `mlflow-import`: `mlflow_import`, what MLflow has kept in a database or a folder; needs
//!   `sqlite`, and brings a YAML parser.
//! - `testing`: the suites that hold adapters to the contracts of the ports, for your own.
#![forbid(unsafe_code)]

pub mod access;
pub mod artifact;
pub mod audit;
pub mod comparison;
pub mod compliance;
#[cfg(feature = "dvc")]
pub mod dvc;
mod error;
pub mod garbage;
pub mod lineage;
pub mod merkle;
#[cfg(feature = "mlflow-import")]
pub mod mlflow_import;
pub mod model;
#[cfg(feature = "model-signing")]
pub mod model_signing;
mod name;
#[cfg(feature = "report")]
mod page;
pub mod promotion;
pub mod provenance;
mod registry;
pub mod resolve;
pub mod search;
pub mod secret;
pub mod signing;
pub mod store;
pub mod tenant;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tracking;
pub mod trial;
#[cfg(any(feature = "dvc", feature = "mlflow-import"))]
#[allow(dead_code, unused_imports, reason = "each of its users needs a part")]
mod yaml;

pub use error::{BoxError, Error, Result};
pub use registry::{Registry, RegistryBuilder, Session};
