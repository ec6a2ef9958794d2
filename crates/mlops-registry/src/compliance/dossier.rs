use mlops_core::{ModelName, Timestamp, Verdict, Version};

use super::{Attestation, ComplianceTerms};
use crate::access::Grant;
use crate::artifact::ArtifactStoreExt as _;
use crate::audit::AuditReport;
use crate::lineage::{Direction, LineageGraph, LineageNode};
use crate::model::card::RecordedCard;
use crate::model::{Description, ModelVersion, VersionGit, VersionStage};
use crate::promotion::{
    Approval, Emergency, Promotion, PromotionPolicy, PromotionRequest, RecordedEvidence, TargetStage,
};
use crate::registry::{Registry, Stored};
use crate::store::Key;
use crate::tracking::RunFile;
use crate::trial::Trial;
use crate::{Error, Result};

/// How far the graph is followed from a version to what came of it.
const DEPTH: usize = 8;

/// All that is recorded of a version, as it is read for a report.
pub(super) struct Dossier {
    pub(super) at: Timestamp,
    pub(super) log_size: u64,
    pub(super) version: Stored<ModelVersion>,
    pub(super) stage: Stored<VersionStage>,
    /// The version that was registered before it, if it is there.
    pub(super) before: Option<ModelVersion>,
    pub(super) card: Option<Stored<RecordedCard>>,
    pub(super) descriptions: Vec<Stored<Description>>,
    /// The files of its run.
    pub(super) files: Vec<RunFile>,
    pub(super) git: Option<VersionGit>,
    pub(super) git_entry: Option<u64>,
    pub(super) evidence: Vec<Stored<RecordedEvidence>>,
    /// What production takes, and the entry that set it.
    pub(super) policy: Option<(PromotionPolicy, Option<u64>)>,
    /// The requests to put it into production, and their approvals.
    pub(super) requests: Vec<(Stored<PromotionRequest>, Vec<Stored<Approval>>)>,
    /// All that was in production of the model.
    pub(super) history: Vec<Stored<Promotion>>,
    pub(super) emergencies: Vec<Stored<Emergency>>,
    pub(super) trials: Vec<Stored<Trial>>,
    pub(super) grants: Vec<Stored<Grant>>,
    /// What the signatures are worth, if it was said whose count; and how many there are.
    pub(super) signed: Option<Verdict>,
    pub(super) signatures: usize,
    pub(super) attestations: Vec<Stored<Attestation>>,
    pub(super) came_of_it: LineageGraph,
    /// The version that a rollback would put back, and whether its file is there.
    pub(super) fallback: Option<(Stored<Promotion>, bool)>,
    pub(super) audit: Option<AuditReport>,
}

impl Dossier {
    pub(super) fn read(
        registry: &Registry,
        model: &ModelName,
        name: &Version,
        terms: &ComplianceTerms,
    ) -> Result<Self> {
        let key = ModelVersion::key_of(model, name);
        let of_model = Key::from([model.as_str()]);
        let version: Stored<ModelVersion> = registry.get("version", key.clone())?;
        let mut versions = registry.versions(model)?;
        versions.retain(|other| other.number < version.value.number);
        let policy = registry.policy_now(model, TargetStage::Production)?;
        let policy_entry = policy.expected.iter().filter_map(|expected| expected.revision).max();
        let mut requests = Vec::new();
        for request in registry.list::<PromotionRequest>(&of_model)? {
            if request.value.version == *name && request.value.stage == TargetStage::Production {
                let approvals = registry.list(&request.value.id().key())?;
                requests.push((request, approvals));
            }
        }
        let history = registry.list::<Promotion>(&of_model)?;
        let mut emergencies = registry.list::<Emergency>(&of_model)?;
        emergencies.retain(|emergency| emergency.value.version == *name);
        let mut trials = registry.list::<Trial>(&of_model)?;
        trials.retain(|trial| trial.value.version == *name);
        let said = registry.find::<VersionGit>(key.clone())?;
        Ok(Self {
            at: registry.now(),
            log_size: registry.store().size()?,
            stage: registry.get("version", key.clone())?,
            before: versions.into_iter().max_by_key(|other| other.number),
            card: registry.find(key.clone())?,
            descriptions: registry.list(&key)?,
            files: registry.files(&version.value.run)?,
            git: registry.git_of(model, name)?,
            git_entry: said.map(|said| said.revision.0),
            evidence: registry.list(&key)?,
            policy: policy.policy.map(|policy| (policy, policy_entry.map(|entry| entry.0))),
            requests,
            fallback: fallback(registry, model, name)?,
            history,
            emergencies,
            trials,
            grants: registry.list(&Key::all())?,
            signed: match &terms.trust {
                Some(trust) => Some(registry.check_signatures(model, name, trust)?),
                None => None,
            },
            signatures: registry.signatures(model, name)?.len(),
            attestations: registry.list(&key)?,
            came_of_it: registry.lineage(
                &LineageNode::version(model.clone(), name.clone()),
                Direction::Forwards,
                DEPTH,
            )?,
            audit: if terms.unverified { None } else { Some(registry.verify()?) },
            version,
        })
    }

    /// The times that it was in production itself.
    pub(super) fn promotions(&self) -> impl DoubleEndedIterator<Item = &Stored<Promotion>> {
        let name = &self.version.value.version;
        self.history.iter().filter(move |promotion| promotion.value.version == *name)
    }
}

/// The last other version that was in production before this one, else that is there now.
fn fallback(
    registry: &Registry,
    model: &ModelName,
    name: &Version,
) -> Result<Option<(Stored<Promotion>, bool)>> {
    let mut history = registry.list::<Promotion>(&Key::from([model.as_str()]))?;
    let own = history.iter().rposition(|promotion| promotion.value.version == *name);
    history.truncate(own.unwrap_or(history.len()));
    while let Some(promotion) = history.pop() {
        if promotion.value.version == *name {
            continue;
        }
        match registry.version(model, &promotion.value.version) {
            Ok(version) => {
                let there = registry.artifacts().contains(&version.artifact)?;
                return Ok(Some((promotion, there)));
            }
            // It was deleted, and can't come back.
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
