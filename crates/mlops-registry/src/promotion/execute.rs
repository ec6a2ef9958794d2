use mlops_core::Verdict;

use super::grounds::Grounds;
use super::switch::Switch;
use super::{Decision, Promotion, PromotionRequest, RequestId, RequestState, TargetStage, rules};
use crate::Result;
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::model::ModelVersion;
use crate::registry::{Session, Stored};
use crate::store::{Change, Commit, Expected};

impl Session {
    /// Puts the version of a request into production, in one transaction: the rules are
    /// checked, the version before it is archived, a trial that is running ends, the alias
    /// `production` moves, and the audit log tells of it. Refused, if policy, evidence or
    /// approvals are not there or no longer count, or while the policy freezes everything.
    ///
    /// The artifact is read once to see that it is what was approved.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of a deployer of the model,
    /// [`Error::NotFound`](crate::Error::NotFound) without the request,
    /// [`Error::Conflict`](crate::Error::Conflict) if it was carried out
    /// already, or another version is in production than when it was requested;
    /// [`Error::Corrupt`](crate::Error::Corrupt) if the artifact has changed.
    pub fn promote(&self, id: &RequestId) -> Result<Decision<Promotion>> {
        self.promote_because(id, None)
    }

    /// The same with words of who does it, which stand in the audit log.
    pub(crate) fn promote_because(
        &self,
        id: &RequestId,
        reason: Option<&str>,
    ) -> Result<Decision<Promotion>> {
        let mut checked = None;
        self.transact_told(Action::Promote, id, || {
            let own = self.allowed_to(Action::Promote, Some(&id.model), id)?;
            let request = self.registry().open_request_to(id, TargetStage::Production)?;
            let plan = Plan::read(self, own, request)?;
            let mut act = self.act(Action::Promote, plan.request.value.subject());
            act.reason = reason.map(ToOwned::to_owned);
            let verdict = Verdict::new(
                Action::Promote.as_str(),
                plan.version.value.subject(),
                act.at,
                plan.grounds.checks.clone(),
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
                approved_by: plan.grounds.approvers.clone(),
                evidence: request.evidence.clone(),
                policy: plan.grounds.policy.clone(),
                promoted_by: self.principal().clone(),
                promoted_at: plan.switch.moment(act.at),
                rollback: None,
                ended: None,
                emergency: None,
            };
            let changes = plan.changes(&promotion)?;
            Ok((Some(Commit::new(act, plan.grounds.expected, changes)?), Decision::Granted(promotion)))
        })
    }
}

/// All that a promotion rests on, as it was read: each piece is a condition of the commit.
struct Plan {
    request: Stored<PromotionRequest>,
    version: Stored<ModelVersion>,
    switch: Switch,
    grounds: Grounds,
}

impl Plan {
    fn read(session: &Session, own: Expected, request: Stored<PromotionRequest>) -> Result<Self> {
        let registry = session.registry();
        let PromotionRequest { model, version, .. } = &request.value;
        let family = Switch::family(registry, model)?;
        let switch = Switch::read(registry, family, version)?;
        request.value.check_replaces(switch.current())?;
        let candidate = registry.get::<ModelVersion>("version", ModelVersion::key_of(model, version))?;
        PromotionRequest::check_registered(&request, &candidate)?;
        let grounds = Grounds::read(session, own, &request, &candidate)?;
        Ok(Self { request, version: candidate, switch, grounds })
    }

    /// All that it rests on, with the records that would have changed.
    fn all_expected(self) -> Vec<Expected> {
        let mut expected = self.grounds.expected;
        expected.push(self.request.expected());
        expected.extend(self.switch.expected());
        expected
    }

    fn changes(&self, promotion: &Promotion) -> Result<Vec<Change>> {
        let done = PromotionRequest { state: RequestState::Done, ..self.request.value.clone() };
        let mut changes = vec![self.request.replace(&done)?];
        changes.extend(self.switch.changes(promotion)?);
        Ok(changes)
    }
}
