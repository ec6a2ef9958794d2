use mlops_core::Verdict;

use super::{Closure, Decision, PromotionRequest, RequestId, RequestState, rules};
use crate::Result;
use crate::access::Action;
use crate::audit::{Act, check_reason};
use crate::model::ModelVersion;
use crate::registry::{Session, Stored};
use crate::store::{Commit, Expected};

impl Session {
    /// Says no to a request, for good: it is closed, and what was approved counts no more. Who
    /// wants the version promoted nevertheless requests it anew.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of an approver of the model,
    /// [`Error::NotFound`](crate::Error::NotFound) without the request,
    /// [`Error::Conflict`](crate::Error::Conflict) if it is closed or was carried out,
    /// [`Error::Invalid`](crate::Error::Invalid) for an empty reason.
    pub fn reject(&self, id: &RequestId, reason: &str) -> Result<PromotionRequest> {
        check_reason("reason", reason)?;
        self.transact_told(Action::RejectPromotion, id, || {
            let own = self.allowed_to(Action::RejectPromotion, Some(&id.model), id)?;
            let open = self.registry().open_request(id)?;
            let act = self.act(Action::RejectPromotion, open.value.subject());
            let (commit, closed) = close(act, own, &open, RequestState::Rejected, reason)?;
            Ok((Some(commit), closed))
        })
    }

    /// Takes one's own request back. Refused to others, who may [reject](Self::reject) it.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of an author of the model, else
    /// as [`reject`](Self::reject).
    pub fn withdraw(&self, id: &RequestId, reason: &str) -> Result<Decision<PromotionRequest>> {
        check_reason("reason", reason)?;
        self.transact_told(Action::WithdrawPromotion, id, || {
            let own = self.allowed_to(Action::WithdrawPromotion, Some(&id.model), id)?;
            let open = self.registry().open_request(id)?;
            let act = self.act(Action::WithdrawPromotion, open.value.subject());
            let by = &open.value.requested_by;
            if by != self.principal() {
                let key = ModelVersion::key_of(&open.value.model, &open.value.version);
                let version = self.registry().get::<ModelVersion>("version", key)?;
                let reason = format!("{by} has requested it, not {}", self.principal());
                let check = rules::rule("requester", "who has requested it", false, reason);
                let subject = version.value.subject();
                let verdict = Verdict::new(Action::WithdrawPromotion.as_str(), subject, act.at, vec![check]);
                let expected = vec![own, open.expected(), version.expected()];
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            }
            let (commit, closed) = close(act, own, &open, RequestState::Withdrawn, reason)?;
            Ok((Some(commit), Decision::Granted(closed)))
        })
    }
}

fn close(
    mut act: Act,
    own: Expected,
    open: &Stored<PromotionRequest>,
    state: RequestState,
    reason: &str,
) -> Result<(Commit, PromotionRequest)> {
    let reason = reason.to_owned();
    act.reason = Some(reason.clone());
    let closed = Closure { by: act.actor.clone(), at: act.at, reason };
    let closed = PromotionRequest { state, closed: Some(closed), ..open.value.clone() };
    let commit = Commit::new(act, vec![own], vec![open.replace(&closed)?])?;
    Ok((commit, closed))
}
