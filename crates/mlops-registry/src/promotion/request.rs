use std::fmt;

use mlops_core::{Digest, ModelName, Principal, Timestamp, Verdict, Version};
use serde::{Deserialize, Serialize};

use super::{Decision, PromotionPolicy, rules};
use crate::access::Action;
use crate::model::{AliasTarget, Model, ModelVersion, PRODUCTION};
use crate::registry::{Document, Registry, Session, Stored};
use crate::store::{Commit, Expected, Key, Kind};
use crate::{Error, Result};

/// Which request: the model and its number there, from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a request is identified by this and no more")]
pub struct RequestId {
    /// The model.
    pub model: ModelName,
    /// The number of the request, from 1.
    pub number: u32,
}

impl RequestId {
    pub(crate) fn key(&self) -> Key {
        Key::from([self.model.as_str()]).and(i64::from(self.number))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.model, self.number)
    }
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum RequestState {
    /// It waits for approvals, or for someone to carry it out.
    Open,
    /// It was carried out.
    Done,
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Done => "done",
        })
    }
}

/// A request to put a version into production: what approvers say yes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromotionRequest {
    /// The model.
    pub model: ModelName,
    /// Its place among the requests of the model, from 1.
    pub number: u32,
    /// The version.
    pub version: Version,
    /// The digest of its model file.
    pub artifact: Digest,
    /// The version in production when this was requested: what the evidence compares with,
    /// and what the approvers replace. If it is another by now, the request is void.
    pub replaces: Option<Version>,
    /// The digests of the verdicts that the policy asked for.
    pub evidence: Vec<Digest>,
    /// Who asks.
    pub requested_by: Principal,
    /// Since when.
    pub requested_at: Timestamp,
    /// Where it stands.
    pub state: RequestState,
}

impl PromotionRequest {
    /// Which request this is.
    pub fn id(&self) -> RequestId {
        RequestId { model: self.model.clone(), number: self.number }
    }

    /// That `current` is in production, as when this was requested.
    pub(super) fn check_replaces(&self, current: Option<&Version>) -> Result<()> {
        if current == self.replaces.as_ref() {
            return Ok(());
        }
        let words = |version: Option<&Version>| {
            version.map_or_else(|| "empty".to_owned(), |version| format!("at {version}"))
        };
        Err(Error::Conflict {
            what: "production of",
            key: self.model.to_string(),
            expected: format!("{}, as when {} was requested", words(self.replaces.as_ref()), self.id()),
            current: words(current),
        })
    }

    /// The version that it is about, in words.
    pub(super) fn subject(&self) -> String {
        format!("{}/{}", self.model, self.version)
    }
}

impl Document for PromotionRequest {
    const KIND: Kind = Kind::Request;
    fn key(&self) -> Key {
        self.id().key()
    }
}

impl Session {
    /// Asks for a version to be put into production. Refused if the evidence that the policy
    /// asks for is missing or not passed: nobody is asked to approve what can't go through.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author of the model, [`Error::NotFound`]
    /// if the version is not registered, [`Error::Conflict`] if it is in production or the
    /// same request is open already.
    pub fn request_promotion(
        &self,
        model: &ModelName,
        version: &Version,
    ) -> Result<Decision<PromotionRequest>> {
        let subject = format!("{model}/{version}");
        self.transact_told(Action::RequestPromotion, &subject, || {
            let own = self.allowed_to(Action::RequestPromotion, Some(model), &subject)?;
            let candidate =
                self.registry().get::<ModelVersion>("version", ModelVersion::key_of(model, version))?;
            let family = self.registry().get::<Model>("model", Key::from([model.as_str()]))?;
            let (production, current) = self.registry().production_now(model)?;
            if current.as_ref() == Some(version) {
                return Err(Error::Conflict {
                    what: "version",
                    key: format!("{model}/{version}"),
                    expected: "a candidate".to_owned(),
                    current: "in production".to_owned(),
                });
            }
            let (policy_stands, policy) = self.registry().policy_now()?;
            let recorded = self.registry().evidence(model, version)?;
            let (evidence, checks) = rules::evidence(policy.as_ref(), &candidate.value, &recorded);
            let mut expected = vec![own, candidate.expected(), production, policy_stands];
            let act = self.act(Action::RequestPromotion, &subject);
            let verdict =
                Verdict::new(Action::RequestPromotion.as_str(), candidate.value.subject(), act.at, checks);
            if !verdict.passed() {
                expected.push(family.expected());
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            }
            let open = self.registry().promotion_requests(model)?.into_iter().find(|request| {
                request.state == RequestState::Open
                    && request.version == *version
                    && request.replaces == current
                    && request.evidence == evidence
            });
            if let Some(open) = open {
                return Err(Error::Conflict {
                    what: "promotion request",
                    key: open.id().to_string(),
                    expected: "absent".to_owned(),
                    current: format!("open since {} by {}", open.requested_at, open.requested_by),
                });
            }
            let act = act.evidence(evidence.iter().copied()).artifacts([candidate.value.artifact]);
            let request = PromotionRequest {
                model: model.clone(),
                number: family.value.requests + 1,
                version: version.clone(),
                artifact: candidate.value.artifact,
                replaces: current,
                evidence,
                requested_by: self.principal().clone(),
                requested_at: act.at,
                state: RequestState::Open,
            };
            let counted = Model { requests: request.number, ..family.value.clone() };
            let changes = vec![family.replace(&counted)?, request.create()?];
            Ok((Some(Commit::new(act, expected, changes)?), Decision::Granted(request)))
        })
    }
}

impl Registry {
    /// A request as it stands now.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such request.
    pub fn promotion_request(&self, id: &RequestId) -> Result<PromotionRequest> {
        Ok(self.get("promotion request", id.key())?.value)
    }

    /// The requests for a model, by number.
    ///
    /// # Errors
    /// Those of the store.
    pub fn promotion_requests(&self, model: &ModelName) -> Result<Vec<PromotionRequest>> {
        self.values(&Key::from([model.as_str()]))
    }

    /// The version in production, and the condition that it still is.
    pub(crate) fn production_now(&self, model: &ModelName) -> Result<(Expected, Option<Version>)> {
        let key = AliasTarget::key_of(model, PRODUCTION);
        let alias = self.find::<AliasTarget>(key.clone())?;
        let revision = alias.as_ref().map(|alias| alias.revision);
        let expected = Expected { kind: Kind::Alias, key, revision };
        Ok((expected, alias.map(|alias| alias.value.version)))
    }

    pub(super) fn policy_now(&self) -> Result<(Expected, Option<PromotionPolicy>)> {
        let key = PromotionPolicy::key_of(PRODUCTION);
        let policy = self.find::<PromotionPolicy>(key.clone())?;
        let revision = policy.as_ref().map(|policy| policy.revision);
        Ok((Expected { kind: Kind::Policy, key, revision }, policy.map(|policy| policy.value)))
    }

    /// A request that is still open.
    pub(super) fn open_request(&self, id: &RequestId) -> Result<Stored<PromotionRequest>> {
        let request = self.get::<PromotionRequest>("promotion request", id.key())?;
        if request.value.state == RequestState::Open {
            return Ok(request);
        }
        Err(Error::Conflict {
            what: "promotion request",
            key: id.to_string(),
            expected: RequestState::Open.to_string(),
            current: request.value.state.to_string(),
        })
    }
}
