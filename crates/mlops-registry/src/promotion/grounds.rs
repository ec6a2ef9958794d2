use mlops_core::{Check, Digest, ModelName, Principal, Timestamp};

use super::moments::Moments;
use super::rules::{self, Given};
use super::{Approval, Approvers, PolicyInForce, PromotionPolicy, PromotionRequest};
use crate::access::{Action, Role};
use crate::model::ModelVersion;
use crate::registry::{Registry, Session, Stored};
use crate::store::{Expected, Kind};
use crate::{Error, Result};

/// What a promotion rests on beside the stages of versions: policy, evidence, approvals and
/// the time. Each record that was read is a condition of the commit.
pub(super) struct Grounds {
    pub(super) expected: Vec<Expected>,
    pub(super) checks: Vec<Check>,
    /// Those whose approval counts.
    pub(super) approvers: Vec<Principal>,
    /// The rules that all of this is asked by.
    pub(super) policy: Option<PolicyInForce>,
}

impl Grounds {
    pub(super) fn read(
        session: &Session,
        own: Expected,
        request: &Stored<PromotionRequest>,
        candidate: &Stored<ModelVersion>,
    ) -> Result<Self> {
        let registry = session.registry();
        let moments = Moments::now(registry);
        let PromotionRequest { model, version, stage, .. } = &request.value;
        let now = registry.policy_now(model, *stage)?;
        let recorded = registry.evidence_of(model, version)?;
        let policy = now.policy.as_ref();
        let (digests, mut checks) = rules::evidence(policy, &candidate.value, &recorded, &moments)?;
        checks.push(rules::same_artifact(&request.value, &candidate.value));
        let mut expected = vec![own, candidate.expected()];
        expected.extend(now.expected);
        let in_force = policy.map(PolicyInForce::of).transpose()?;
        let mut grounds = Self { expected, checks, approvers: Vec::new(), policy: in_force };
        if let Some(policy) = policy {
            grounds.under(policy, session, request, &candidate.value, &digests, &moments)?;
        }
        Ok(grounds)
    }

    fn under(
        &mut self,
        policy: &PromotionPolicy,
        session: &Session,
        request: &Stored<PromotionRequest>,
        candidate: &ModelVersion,
        digests: &[Digest],
        moments: &Moments<'_>,
    ) -> Result<()> {
        let registry = session.registry();
        self.checks.push(rules::same_evidence(&request.value, digests));
        let mut given = Vec::new();
        for approval in registry.list::<Approval>(&request.value.id().key())? {
            given.push(self.given(policy, registry, approval, moments)?);
        }
        let (approvers, checks) = rules::approvals(policy, candidate, &request.value, &given);
        self.checks.extend(checks);
        if policy.keeps_deployer_apart() {
            // An approval of their own that was there is a condition already; that none is
            // given meanwhile is one too.
            let key = request.value.id().key().and(session.principal().as_str());
            if given.iter().all(|given| given.approval.approver != *session.principal()) {
                self.expected.push(Expected { kind: Kind::Approval, key, revision: None });
            }
            self.checks.push(rules::separate_deployer(session.principal(), &approvers));
        }
        if let Some(validity) = policy.request_validity() {
            let over = moments.over(request.value.requested_at, request.revision, Some(validity))?;
            self.checks.push(rules::request_stands(&request.value, over.as_deref()));
        }
        if !policy.freezes().is_empty() {
            let times = [moments.clock, moments.since(request.revision)?];
            self.checks.push(rules::not_frozen(policy.freezes(), times));
        }
        self.approvers = approvers;
        Ok(())
    }

    fn given(
        &mut self,
        policy: &PromotionPolicy,
        registry: &Registry,
        approval: Stored<Approval>,
        moments: &Moments<'_>,
    ) -> Result<Given> {
        let Approval { model, approver, approved_at, .. } = &approval.value;
        let may = match registry.session(approver).may(Action::ApprovePromotion, Some(model)) {
            Ok(grant) => {
                self.expected.push(grant);
                true
            }
            Err(Error::Denied { .. }) => false,
            Err(error) => return Err(error),
        };
        let over = moments.over(*approved_at, approval.revision, policy.approval_validity())?;
        let mut roles = Vec::new();
        for rule in policy.approver_rules() {
            if let Approvers::Role(role) = rule.of()
                && !roles.contains(role)
                && let Some(grant) = registry.holds(approver, *role, model)?
            {
                self.expected.push(grant);
                roles.push(*role);
            }
        }
        self.expected.push(approval.expected());
        Ok(Given { approval: approval.value, may, over, roles })
    }
}

impl Registry {
    /// That `principal` holds `role` for `model`, as a condition; `None` if not.
    pub(super) fn holds(
        &self,
        principal: &Principal,
        role: Role,
        model: &ModelName,
    ) -> Result<Option<Expected>> {
        let grants = self.grants_as_read(principal)?;
        let held =
            grants.iter().find(|grant| grant.value.role == role && grant.value.scope.covers(Some(model)));
        Ok(held.map(Stored::expected))
    }
}

/// The checks that keep something out, in words.
pub(super) fn blocking(checks: &[Check]) -> Vec<String> {
    let blocking = checks.iter().filter(|check| check.blocks());
    blocking.map(|check| format!("{}: {}", check.name, check.reason)).collect()
}

/// Whether a review that was due at `due` is late, by any clock.
pub(super) fn is_late(due: Timestamp, times: [Timestamp; 2]) -> bool {
    times.into_iter().any(|now| now >= due)
}
