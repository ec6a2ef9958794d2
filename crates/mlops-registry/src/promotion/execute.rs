use mlops_core::{Principal, Verdict};

use super::switch::Switch;
use super::{Approval, Decision, Promotion, PromotionRequest, RequestId, RequestState, rules};
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::model::ModelVersion;
use crate::registry::{Session, Stored};
use crate::store::{Change, Commit, Expected};
use crate::{Error, Result};

impl Session {
    /// Puts the version of a request into production, in one transaction: the rules are
    /// checked, the version before it is archived, a trial that is running ends, the alias
    /// `production` moves, and the audit log tells of it. Refused, if policy, evidence or approvals are not there.
    ///
    /// The artifact is read once to see that it is what was approved.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of a deployer of the model,
    /// [`Error::NotFound`] without the request, [`Error::Conflict`] if it was carried out
    /// already, or another version is in production than when it was requested;
    /// [`Error::Corrupt`] if the artifact has changed.
    pub fn promote(&self, id: &RequestId) -> Result<Decision<Promotion>> {
        let mut checked = None;
        self.transact_told(Action::Promote, id, || {
            let own = self.allowed_to(Action::Promote, Some(&id.model), id)?;
            let request = self.registry().open_request(id)?;
            let plan = Plan::read(self, own, request)?;
            let act = self.act(Action::Promote, plan.request.value.subject());
            let verdict = Verdict::new(
                Action::Promote.as_str(),
                plan.version.value.subject(),
                act.at,
                plan.checks.clone(),
            );
            if !verdict.passed() {
                let expected = plan.all_expected();
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            }
            let request = &plan.request.value;
            // Not again at each attempt: it may be large.
            if checked != Some(request.artifact) {
                self.registry().artifacts().check(&request.artifact)?;
                checked = Some(request.artifact);
            }
            let act = act.evidence(request.evidence.iter().copied()).artifacts([request.artifact]);
            let promotion = Promotion {
                model: request.model.clone(),
                number: plan.switch.family.value.promotions + 1,
                version: request.version.clone(),
                artifact: request.artifact,
                replaced: request.replaces.clone(),
                request: request.number,
                approved_by: plan.approvers.clone(),
                evidence: request.evidence.clone(),
                promoted_by: self.principal().clone(),
                promoted_at: act.at,
                rollback: None,
                ended: None,
            };
            let changes = plan.changes(&promotion)?;
            Ok((Some(Commit::new(act, plan.expected, changes)?), Decision::Granted(promotion)))
        })
    }
}

/// All that a promotion rests on, as it was read: each piece is a condition of the commit.
struct Plan {
    request: Stored<PromotionRequest>,
    version: Stored<ModelVersion>,
    switch: Switch,
    approvers: Vec<Principal>,
    expected: Vec<Expected>,
    checks: Vec<mlops_core::Check>,
}

impl Plan {
    fn read(session: &Session, own: Expected, request: Stored<PromotionRequest>) -> Result<Self> {
        let registry = session.registry();
        let PromotionRequest { model, version, .. } = &request.value;
        let family = Switch::family(registry, model)?;
        let switch = Switch::read(registry, family, version)?;
        request.value.check_replaces(switch.current())?;
        let candidate = registry.get::<ModelVersion>("version", ModelVersion::key_of(model, version))?;
        let (policy_stands, policy) = registry.policy_now()?;

        let recorded = registry.evidence(model, version)?;
        let (digests, mut checks) = rules::evidence(policy.as_ref(), &candidate.value, &recorded);
        checks.push(rules::same_artifact(&request.value, &candidate.value));
        let mut expected = vec![own, candidate.expected(), policy_stands];
        let mut approvers = Vec::new();
        if let Some(policy) = &policy {
            checks.push(rules::same_evidence(&request.value, &digests));
            let mut given = Vec::new();
            for approval in registry.list::<Approval>(&request.value.id().key())? {
                let approver = approval.value.approver.clone();
                let may = registry.session(&approver).may(Action::ApprovePromotion, Some(model));
                let holds = match may {
                    Ok(grant) => {
                        expected.push(grant);
                        true
                    }
                    Err(Error::Denied { .. }) => false,
                    Err(error) => return Err(error),
                };
                expected.push(approval.expected());
                approvers.push(approver);
                given.push((approval.value, holds));
            }
            checks.push(rules::approvals(policy, &candidate.value, &request.value, &given));
        }
        Ok(Self { request, version: candidate, switch, approvers, expected, checks })
    }

    /// All that it rests on, with the records that would have changed.
    fn all_expected(mut self) -> Vec<Expected> {
        self.expected.push(self.request.expected());
        self.expected.extend(self.switch.expected());
        self.expected
    }

    fn changes(&self, promotion: &Promotion) -> Result<Vec<Change>> {
        let done = PromotionRequest { state: RequestState::Done, ..self.request.value.clone() };
        let mut changes = vec![self.request.replace(&done)?];
        changes.extend(self.switch.changes(promotion)?);
        Ok(changes)
    }
}
