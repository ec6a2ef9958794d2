use mlops_core::Verdict;

use super::moments::Moments;
use super::{Approval, Decision, PromotionPolicy, PromotionRequest, rules};
use crate::access::Action;
use crate::model::ModelVersion;
use crate::registry::{Document as _, Session, StoredExt as _};
use crate::store::Commit;
use crate::{Error, Result};

impl Session {
    /// Approves a request as it was read: the approval names its artifact and evidence.
    /// Refused to whoever trained, contributed to (by logging to its run or resuming it),
    /// registered or requested the version, and if the request no longer counts. Who recorded a
    /// verdict may approve: what that verdict is worth, the gate's
    /// [definition](PromotionPolicy::requiring_exactly) says and not who hands it in. An approval that no longer counts can be given again.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an approver of the model,
    /// [`Error::NotFound`] without the request, [`Error::Conflict`] if the request is no
    /// longer as it was read, another version is in production than when it was made, or this
    /// principal has approved it already.
    pub fn approve(&self, request: &PromotionRequest) -> Result<Decision<Approval>> {
        self.transact_told(Action::ApprovePromotion, &request.subject(), || {
            let action = Action::ApprovePromotion;
            let own = self.allowed_to(action, Some(&request.model), &request.subject())?;
            let open = self.registry().open_request(&request.id())?;
            if open.value != *request {
                return Err(Error::Conflict {
                    what: "promotion request",
                    key: request.id().to_string(),
                    expected: format!("for {} with {}", request.subject(), request.artifact),
                    current: format!("for {} with {}", open.value.subject(), open.value.artifact),
                });
            }
            let (production, current) = self.registry().production_now(&request.model)?;
            request.check_replaces(current.as_ref())?;
            let key = ModelVersion::key_of(&request.model, &request.version);
            let version = self.registry().get::<ModelVersion>("version", key)?;
            PromotionRequest::check_registered(&open, &version)?;
            let policy = self.registry().policy_now(&request.model, request.stage)?;
            let mut expected = vec![own, open.expected(), version.expected(), production];
            expected.extend(policy.expected);
            let act = self.act(Action::ApprovePromotion, request.subject());
            let mut checks = vec![rules::second_person(self.principal(), &version.value, request)];
            let moments = Moments::now(self.registry());
            if let Some(validity) = policy.policy.as_ref().and_then(PromotionPolicy::request_validity) {
                let over = moments.over(request.requested_at, open.revision, Some(validity))?;
                checks.push(rules::request_stands(request, over.as_deref()));
            }
            let verdict =
                Verdict::new(Action::ApprovePromotion.as_str(), version.value.subject(), act.at, checks);
            if !verdict.passed() {
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            }
            let act = act.evidence(request.evidence.iter().copied()).artifacts([request.artifact]);
            let approval = Approval {
                model: request.model.clone(),
                request: request.number,
                approver: self.principal().clone(),
                version: request.version.clone(),
                artifact: request.artifact,
                evidence: request.evidence.clone(),
                approved_at: act.at,
            };
            let there = self.registry().find::<Approval>(approval.key())?;
            let validity = policy.policy.as_ref().and_then(PromotionPolicy::approval_validity);
            if let Some(there) = &there
                && moments.over(there.value.approved_at, there.revision, validity)?.is_none()
            {
                return Err(Error::Conflict {
                    what: "approval",
                    key: format!("{} by {}", request.id(), self.principal()),
                    expected: "absent".to_owned(),
                    current: format!("given at {}", there.value.approved_at),
                });
            }
            let commit = Commit::new(act, expected, vec![there.put(&approval)?])?;
            Ok((Some(commit), Decision::Granted(approval)))
        })
    }
}
