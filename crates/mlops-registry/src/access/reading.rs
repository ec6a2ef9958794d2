use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::ops::Range;

use mlops_core::{ExperimentName, ModelName, ModelRef, Principal, Timestamp, Verdict, Version};

use super::{Access, Action, Grant};
use crate::Result;
use crate::audit::{
    Audit, AuditReport, Entry, EntryFilter, EntryProof, ExportFormat, Exported, ExtensionProof, Progress,
};
use crate::comparison::VersionComparison;
use crate::compliance::{Attestation, ComplianceReport, ComplianceTerms};
use crate::lineage::{Direction, LineageGraph, LineageNode};
use crate::merkle::{SignedCheckpoint, SignedTreeHead, VerifierKey};
use crate::model::card::FilledCard;
use crate::model::signature::Signature;
use crate::model::{AliasTarget, Description, Model, ModelVersion, Tombstone, VersionGit, VersionStage};
use crate::promotion::{
    Approval, Decision, Emergency, Promotion, PromotionPolicy, PromotionRequest, RecordedEvidence, RequestId,
    TargetStage,
};
use crate::registry::Session;
use crate::search::{
    ExperimentSearch, FoundExperiment, FoundModel, FoundRun, FoundVersion, ModelSearch, Page, RunSearch,
    VersionSearch,
};
use crate::signing::{Trust, VerifiedArtifact, VersionManifest, VersionSignature};
use crate::store::Key;
use crate::tracking::{
    DataInput, Experiment, FileEntry, FilePath, Metric, Run, RunData, RunFile, RunId, View,
};
use crate::trial::Trial;

/// The registry as one principal may read it: each call asks their grants, and so is
/// [`Error::Denied`](crate::Error::Denied) from the moment that the last of them is revoked.
///
/// A model takes any role for that model, the least of them that of a
/// [viewer](super::Role::Viewer). Experiments and runs, which belong to no model yet, take any
/// role at all. Grants and policies take one for the whole registry; the audit log takes that
/// of an [auditor](super::Role::Auditor) for the whole registry.
///
/// This is what an edge reads through, which acts for many. A [`Registry`](crate::Registry)
/// itself asks nobody: whoever has it in hand could read the store as well.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Reader<'a>(&'a Session);

impl Session {
    /// The registry as this principal may read it.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use mlops_registry::{Error, Registry, access::{Role, Scope}, artifact::MemoryArtifacts, merkle::Ed25519Signer, store::MemoryStore};
    /// # let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    /// # let (store, artifacts) = (Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()));
    /// # let root = "root".parse()?;
    /// # let registry = Registry::builder(store, artifacts, signer).create("registry.example".parse()?, &root)?;
    /// let vera = registry.session(&"vera".parse()?);
    /// assert!(matches!(vera.reader().production(&"fraud-cards".parse()?), Err(Error::Denied { .. })));
    /// registry.session(&root).grant(vera.principal(), Role::Viewer, "model:fraud-*".parse()?)?;
    /// assert_eq!(vera.reader().production(&"fraud-cards".parse()?)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn reader(&self) -> Reader<'_> {
        Reader(self)
    }
}

/// Reads that ask first. Each is as the one of `Registry` by its name.
macro_rules! reads {
    ($(
        $(#[$doc:meta])*
        $name:ident($($argument:ident: $type:ty),*) -> $result:ty, $action:ident $(of $model:expr)?;
    )*) => {
        impl Reader<'_> {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`Error::Denied`](crate::Error::Denied) without the role for it; else as in `Registry`.
                pub fn $name(&self, $($argument: $type),*) -> Result<$result> {
                    self.0.allowed(Action::$action, reads!(@model $($model)?))?;
                    self.0.registry().$name($($argument),*)
                }
            )*
        }
    };
    (@model) => { None };
    (@model $model:expr) => { Some($model) };
}

reads! {
    /// [`Registry::model`](crate::Registry::model).
    model(name: &ModelName) -> Model, ReadModel of name;
    /// [`Registry::version`](crate::Registry::version).
    version(model: &ModelName, version: &Version) -> ModelVersion, ReadModel of model;
    /// [`Registry::versions`](crate::Registry::versions).
    versions(model: &ModelName) -> Vec<ModelVersion>, ReadModel of model;
    /// [`Registry::stage`](crate::Registry::stage).
    stage(model: &ModelName, version: &Version) -> VersionStage, ReadModel of model;
    /// [`Registry::stages`](crate::Registry::stages).
    stages(model: &ModelName) -> Vec<VersionStage>, ReadModel of model;
    /// [`Registry::production`](crate::Registry::production).
    production(model: &ModelName) -> Option<ModelVersion>, ReadModel of model;
    /// [`Registry::resolve`](crate::Registry::resolve).
    resolve(reference: &ModelRef) -> ModelVersion, ReadModel of &reference.name;
    /// [`Registry::aliases`](crate::Registry::aliases).
    aliases(model: &ModelName) -> Vec<AliasTarget>, ReadModel of model;
    /// [`Registry::latest`](crate::Registry::latest).
    latest(model: &ModelName) -> ModelVersion, ReadModel of model;
    /// [`Registry::version_numbered`](crate::Registry::version_numbered).
    version_numbered(model: &ModelName, number: u32) -> ModelVersion, ReadModel of model;
    /// [`Registry::model_tags`](crate::Registry::model_tags).
    model_tags(model: &ModelName, version: Option<&Version>) -> BTreeMap<String, String>, ReadModel of model;
    /// [`Registry::descriptions`](crate::Registry::descriptions).
    descriptions(model: &ModelName, version: Option<&Version>) -> Vec<Description>, ReadModel of model;
    /// [`Registry::deleted_versions`](crate::Registry::deleted_versions).
    deleted_versions(model: &ModelName) -> Vec<Tombstone>, ReadModel of model;
    /// [`Registry::model_card`](crate::Registry::model_card).
    model_card(model: &ModelName, version: &Version) -> FilledCard, ReadModel of model;
    /// [`Registry::version_manifest`](crate::Registry::version_manifest).
    version_manifest(model: &ModelName, version: &Version) -> VersionManifest, ReadModel of model;
    /// [`Registry::signatures`](crate::Registry::signatures).
    signatures(model: &ModelName, version: &Version) -> Vec<VersionSignature>, ReadModel of model;
    /// [`Registry::check_signatures`](crate::Registry::check_signatures).
    check_signatures(model: &ModelName, version: &Version, trust: &Trust) -> Verdict, ReadModel of model;
    /// [`Registry::verified_artifact`](crate::Registry::verified_artifact).
    verified_artifact(
        model: &ModelName,
        version: &Version,
        trust: &Trust
    ) -> Decision<VerifiedArtifact>, ReadModel of model;
    /// [`Registry::git_of`](crate::Registry::git_of).
    git_of(model: &ModelName, version: &Version) -> Option<VersionGit>, ReadModel of model;
    /// [`Registry::versions_of_commit`](crate::Registry::versions_of_commit).
    versions_of_commit(commit: &str) -> Vec<ModelVersion>, ReadRegistry;
    /// [`Registry::versions_of_tag`](crate::Registry::versions_of_tag).
    versions_of_tag(tag: &str) -> Vec<ModelVersion>, ReadRegistry;
    /// [`Registry::attestations`](crate::Registry::attestations).
    attestations(model: &ModelName, version: &Version) -> Vec<Attestation>, ReadModel of model;
    /// [`Registry::compliance_report`](crate::Registry::compliance_report): it tells of grants
    /// and of the log, too.
    compliance_report(
        model: &ModelName,
        version: &Version,
        terms: &ComplianceTerms
    ) -> ComplianceReport, ReadAudit;
    /// [`Registry::suggest_version`](crate::Registry::suggest_version).
    suggest_version(model: &ModelName, signature: Option<&Signature>) -> Version, ReadModel of model;
    /// [`Registry::lineage`](crate::Registry::lineage).
    lineage(start: &LineageNode, direction: Direction, depth: usize) -> LineageGraph, ReadRegistry;
    /// [`Registry::history`](crate::Registry::history).
    history(model: &ModelName) -> Vec<Promotion>, ReadModel of model;
    /// [`Registry::production_at`](crate::Registry::production_at).
    production_at(model: &ModelName, moment: Timestamp) -> Option<Promotion>, ReadModel of model;
    /// [`Registry::compare_versions`](crate::Registry::compare_versions).
    compare_versions(model: &ModelName, a: &Version, b: &Version) -> VersionComparison, ReadModel of model;
    /// [`Registry::evidence`](crate::Registry::evidence).
    evidence(model: &ModelName, version: &Version) -> Vec<RecordedEvidence>, ReadModel of model;
    /// [`Registry::promotion_request`](crate::Registry::promotion_request).
    promotion_request(id: &RequestId) -> PromotionRequest, ReadModel of &id.model;
    /// [`Registry::promotion_requests`](crate::Registry::promotion_requests).
    promotion_requests(model: &ModelName) -> Vec<PromotionRequest>, ReadModel of model;
    /// [`Registry::approvals`](crate::Registry::approvals).
    approvals(request: &RequestId) -> Vec<Approval>, ReadModel of &request.model;
    /// [`Registry::policy_for`](crate::Registry::policy_for).
    policy_for(model: &ModelName, stage: TargetStage) -> Option<PromotionPolicy>, ReadModel of model;
    /// [`Registry::emergencies`](crate::Registry::emergencies).
    emergencies(model: &ModelName) -> Vec<Emergency>, ReadModel of model;
    /// [`Registry::trial`](crate::Registry::trial).
    trial(model: &ModelName) -> Option<Trial>, ReadModel of model;
    /// [`Registry::trials`](crate::Registry::trials).
    trials(model: &ModelName) -> Vec<Trial>, ReadModel of model;
    /// [`Registry::experiment`](crate::Registry::experiment).
    experiment(name: &ExperimentName) -> Experiment, ReadTracking;
    /// [`Registry::experiments`](crate::Registry::experiments).
    experiments() -> Vec<Experiment>, ReadTracking;
    /// [`Registry::run`](crate::Registry::run).
    run(id: &RunId) -> Run, ReadTracking;
    /// [`Registry::runs`](crate::Registry::runs).
    runs(experiment: &ExperimentName) -> Vec<Run>, ReadTracking;
    /// [`Registry::experiments_in`](crate::Registry::experiments_in).
    experiments_in(view: View) -> Vec<Experiment>, ReadTracking;
    /// [`Registry::experiment_tags`](crate::Registry::experiment_tags).
    experiment_tags(name: &ExperimentName) -> BTreeMap<String, String>, ReadTracking;
    /// [`Registry::runs_in`](crate::Registry::runs_in).
    runs_in(experiment: &ExperimentName, view: View) -> Vec<Run>, ReadTracking;
    /// [`Registry::children`](crate::Registry::children).
    children(parent: &RunId) -> Vec<Run>, ReadTracking;
    /// [`Registry::inputs`](crate::Registry::inputs).
    inputs(run: &RunId) -> Vec<DataInput>, ReadTracking;
    /// [`Registry::files`](crate::Registry::files).
    files(run: &RunId) -> Vec<RunFile>, ReadTracking;
    /// [`Registry::file`](crate::Registry::file).
    file(run: &RunId, path: &FilePath) -> RunFile, ReadTracking;
    /// [`Registry::folder`](crate::Registry::folder).
    folder(run: &RunId, folder: Option<&FilePath>) -> Vec<FileEntry>, ReadTracking;
    /// [`Registry::open_file`](crate::Registry::open_file).
    open_file(run: &RunId, path: &FilePath) -> Box<dyn Read + Send>, ReadTracking;
    /// [`Registry::metric_page`](crate::Registry::metric_page).
    metric_page(id: &RunId, name: &str, after: Option<&Metric>, limit: usize) -> Vec<Metric>, ReadTracking;
    /// [`Registry::run_data`](crate::Registry::run_data).
    run_data(id: &RunId) -> RunData, ReadTracking;
    /// [`Registry::metric_history`](crate::Registry::metric_history).
    metric_history(id: &RunId, name: &str) -> Vec<Metric>, ReadTracking;
    /// [`Registry::description_at`](crate::Registry::description_at).
    description_at(
        model: &ModelName,
        version: Option<&Version>,
        moment: Timestamp
    ) -> Option<Description>, ReadModel of model;
    /// [`Registry::deleted_models`](crate::Registry::deleted_models).
    deleted_models() -> Vec<Tombstone>, ReadRegistry;
    /// [`Registry::search_models`](crate::Registry::search_models).
    search_models(search: &ModelSearch) -> Page<FoundModel>, ReadRegistry;
    /// [`Registry::search_versions`](crate::Registry::search_versions).
    search_versions(search: &VersionSearch) -> Page<FoundVersion>, ReadRegistry;
    /// [`Registry::search_experiments`](crate::Registry::search_experiments).
    search_experiments(search: &ExperimentSearch) -> Page<FoundExperiment>, ReadTracking;
    /// [`Registry::search_runs`](crate::Registry::search_runs).
    search_runs(search: &RunSearch) -> Page<FoundRun>, ReadTracking;
    /// [`Registry::grants`](crate::Registry::grants).
    grants() -> Vec<Grant>, ReadRegistry;
    /// [`Registry::policy`](crate::Registry::policy).
    policy() -> Option<PromotionPolicy>, ReadRegistry;
    /// [`Registry::policies`](crate::Registry::policies).
    policies() -> Vec<PromotionPolicy>, ReadRegistry;
    /// [`Registry::open_reviews`](crate::Registry::open_reviews).
    open_reviews() -> Vec<Emergency>, ReadRegistry;
    /// [`Registry::tree_head`](crate::Registry::tree_head).
    tree_head() -> SignedTreeHead, ReadAudit;
    /// [`Registry::entries`](crate::Registry::entries).
    entries(range: Range<u64>) -> Vec<Entry>, ReadAudit;
    /// [`Registry::verify`](crate::Registry::verify).
    verify() -> AuditReport, ReadAudit;
    /// [`Registry::prove`](crate::Registry::prove).
    prove(sequence: u64) -> EntryProof, ReadAudit;
    /// [`Registry::checkpoint`](crate::Registry::checkpoint).
    checkpoint() -> SignedCheckpoint, ReadAudit;
    /// [`Registry::verifier_key`](crate::Registry::verifier_key).
    verifier_key() -> VerifierKey, ReadAudit;
    /// [`Registry::prove_extension`](crate::Registry::prove_extension).
    prove_extension(old: &SignedTreeHead) -> ExtensionProof, ReadAudit;
    /// [`Registry::prove_exported`](crate::Registry::prove_exported).
    prove_exported(line: &str) -> EntryProof, ReadAudit;
    /// [`Registry::pruned_by`](crate::Registry::pruned_by).
    pruned_by(sequence: u64) -> Option<u64>, ReadAudit;
    /// [`Registry::export_log`](crate::Registry::export_log).
    export_log(
        filter: &EntryFilter,
        format: ExportFormat,
        to: &mut dyn Write,
        progress: &mut dyn FnMut(Progress)
    ) -> Exported, ReadAudit;
}

impl Reader<'_> {
    /// The registered models that this principal may read, by name.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without any grant; those of the store.
    pub fn models(&self) -> Result<Vec<Model>> {
        let registry = self.0.registry();
        let grants = registry.values::<Grant>(&Key::from([self.0.principal().as_str()]))?;
        if grants.is_empty() {
            self.0.allowed(Action::ReadModel, None)?;
        }
        let held: Vec<&Grant> = grants.iter().collect();
        let mut models = registry.models()?;
        models.retain(|model| {
            let access = registry.authorizer().decide(Action::ReadModel, Some(&model.name), &held);
            matches!(access, Access::Allowed { .. })
        });
        Ok(models)
    }

    /// The grants of `principal`; everybody may read their own.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without a role for the whole registry; those of the store.
    pub fn grants_of(&self, principal: &Principal) -> Result<Vec<Grant>> {
        if principal != self.0.principal() {
            self.0.allowed(Action::ReadRegistry, None)?;
        }
        self.0.registry().grants_of(principal)
    }

    /// The model file of a version, checked against its digest as it is read. Files are asked
    /// for by their version and not by their digest, which says nothing of whose they are.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without a role for the model, [`Error::NotFound`](crate::Error::NotFound) without the
    /// version or its file.
    pub fn open_artifact(&self, model: &ModelName, version: &Version) -> Result<Box<dyn Read + Send>> {
        let version = self.version(model, version)?;
        self.0.registry().artifacts().open(&version.artifact)
    }

    /// [`Registry::audit`](crate::Registry::audit): an audit to be given the tree heads that were kept.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of an auditor.
    pub fn audit(&self) -> Result<Audit<'_>> {
        self.0.allowed(Action::ReadAudit, None)?;
        Ok(self.0.registry().audit())
    }
}
