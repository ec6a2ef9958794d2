use mlops_core::{Check, ModelName, Verdict, Version};

use super::grounds::Grounds;
use super::{Decision, PromotionRequest, RequestId, RequestState, TargetStage, rules};
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::model::{Model, ModelVersion, Stage, VersionStage};
use crate::registry::{Registry, Session};
use crate::store::{Commit, Expected, Key};
use crate::{Error, Result};

impl Session {
    /// Puts the version of a request for staging there, by the policy for staging, as
    /// [`promote`](Self::promote) puts one into production. Nothing else moves.
    ///
    /// # Errors
    /// As [`promote`](Self::promote); [`Error::Conflict`] also if the version is in production.
    pub fn promote_to_staging(&self, id: &RequestId) -> Result<Decision<VersionStage>> {
        let mut checked = None;
        self.transact_told(Action::PromoteToStaging, id, || {
            let own = self.allowed_to(Action::PromoteToStaging, Some(&id.model), id)?;
            let registry = self.registry();
            let request = registry.open_request_to(id, TargetStage::Staging)?;
            let PromotionRequest { model, version, artifact, .. } = &request.value;
            let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
            let key = ModelVersion::key_of(model, version);
            let candidate = registry.get::<ModelVersion>("version", key.clone())?;
            PromotionRequest::check_registered(&request, &candidate)?;
            let stands = registry.get::<VersionStage>("version", key)?;
            if matches!(stands.value.stage, Stage::Staging | Stage::Production) {
                return Err(Error::Conflict {
                    what: "version",
                    key: format!("{model}/{version}"),
                    expected: "a candidate".to_owned(),
                    current: format!("in {}", stands.value.stage),
                });
            }
            let (production, current) = registry.production_now(model)?;
            request.value.check_replaces(current.as_ref())?;
            let grounds = Grounds::read(self, own, &request, &candidate)?;
            let act = self.act(Action::PromoteToStaging, request.value.subject());
            let subject = candidate.value.subject();
            let verdict = Verdict::new(Action::PromoteToStaging.as_str(), subject, act.at, grounds.checks);
            let mut expected = grounds.expected;
            expected.push(production);
            if !verdict.passed() {
                expected.extend([family.expected(), request.expected(), stands.expected()]);
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            }
            if checked != Some(*artifact) {
                registry.artifacts().check(artifact)?;
                checked = Some(*artifact);
            }
            let act = act.evidence(request.value.evidence.iter().copied()).artifacts([*artifact]);
            let stage = VersionStage {
                stage: Stage::Staging,
                since: act.at,
                by: self.principal().clone(),
                ..stands.value.clone()
            };
            let done = PromotionRequest { state: RequestState::Done, ..request.value.clone() };
            // The model as it is: who archives all that is in staging must see this one too.
            let changes =
                vec![family.replace(&family.value)?, request.replace(&done)?, stands.replace(&stage)?];
            Ok((Some(Commit::new(act, expected, changes)?), Decision::Granted(stage)))
        })
    }
}

impl Registry {
    /// Whether a version may be put into staging without a request. Every way into staging
    /// that is not a promotion asks this.
    pub(crate) fn free_to_stage(&self, model: &ModelName, stands: Stage) -> Result<FreeToStage> {
        let now = self.policy_now(model, TargetStage::Staging)?;
        let is_free = now.policy.is_none() || stands == Stage::Staging;
        Ok(FreeToStage { is_free, stands, expected: now.expected })
    }
}

/// Whether a version may be put into staging without a request: it stands there already, or no
/// policy for staging says otherwise.
pub(crate) struct FreeToStage {
    is_free: bool,
    stands: Stage,
    /// The conditions that this is still so.
    pub(crate) expected: [Expected; 2],
}

impl FreeToStage {
    /// The check that keeps it out, for what comes to a decision.
    pub(crate) fn refused(&self) -> Option<Check> {
        let reason = "its policy for staging asks for a promotion: request it, have it approved, then \
                      carry it out";
        let check = || {
            let expected = "a version in staging, or no policy for staging";
            rules::rule("policy for staging", expected, false, reason)
        };
        (!self.is_free).then(check)
    }

    /// The same as the error of what comes to none.
    pub(crate) fn check(self, model: &ModelName, version: &Version) -> Result<[Expected; 2]> {
        if self.is_free {
            return Ok(self.expected);
        }
        Err(Error::Conflict {
            what: "version",
            key: format!("{model}/{version}"),
            expected: "in staging, which its policy asks a promotion for".to_owned(),
            current: format!("in {}", self.stands),
        })
    }
}
