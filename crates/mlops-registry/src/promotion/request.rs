use std::fmt;

use mlops_core::{Digest, ModelName, Principal, Timestamp, Verdict, Version};
use serde::{Deserialize, Serialize};

use super::moments::Moments;
use super::{Decision, PromotionPolicy, TargetStage, rules};
use crate::access::Action;
use crate::model::{AliasTarget, Model, ModelVersion, PRODUCTION, VersionStage};
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
    /// An approver has said no.
    Rejected,
    /// Who made it has taken it back.
    Withdrawn,
    /// Its version was deleted.
    Void,
}

impl fmt::Display for RequestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Void => "void",
        })
    }
}

/// Why a request was closed that was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Closure {
    /// Who closed it: the approver who rejected it, the one who had made it, or who deleted
    /// its version.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// A request to put a version into production, or into another stage: what approvers say yes to.
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
    /// The stage that it is for.
    #[serde(default, skip_serializing_if = "TargetStage::is_production")]
    pub stage: TargetStage,
    /// Who closed it and why, if it was rejected or withdrawn, or is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closure>,
    /// Why it was carried out at once without the rules, if it was: an emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<String>,
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

    /// That it is about `version` and not about one of that name that was deleted before
    /// this one was registered. The entries that wrote the two tell: an open request is
    /// as it was made.
    pub(super) fn check_registered(asked: &Stored<Self>, version: &Stored<ModelVersion>) -> Result<()> {
        if version.revision <= asked.revision {
            return Ok(());
        }
        Err(Error::Conflict {
            what: "version",
            key: format!("{}/{}", asked.value.model, asked.value.version),
            expected: format!("the one that was registered when {} was requested", asked.value.id()),
            current: format!("registered anew since, with number {}", version.value.number),
        })
    }

    /// The version that it is about, in words.
    pub(super) fn subject(&self) -> String {
        subject(&self.model, &self.version, self.stage)
    }
}

/// A version on its way, in words.
fn subject(model: &ModelName, version: &Version, stage: TargetStage) -> String {
    match stage {
        TargetStage::Production => format!("{model}/{version}"),
        stage => format!("{model}/{version} to {stage}"),
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
    /// asks for is missing, not passed or too old: nobody is asked to approve what can't go through.
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
        self.request_promotion_to(model, version, TargetStage::Production)
    }

    /// The same for any stage. Without a policy for staging no request is needed, and none is granted.
    ///
    /// # Errors
    /// As [`request_promotion`](Self::request_promotion).
    pub fn request_promotion_to(
        &self,
        model: &ModelName,
        version: &Version,
        stage: TargetStage,
    ) -> Result<Decision<PromotionRequest>> {
        let subject = subject(model, version, stage);
        self.transact_told(Action::RequestPromotion, &subject, || {
            let own = self.allowed_to(Action::RequestPromotion, Some(model), &subject)?;
            let registry = self.registry();
            let candidate = registry.get::<ModelVersion>("version", ModelVersion::key_of(model, version))?;
            let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
            let (production, current) = registry.production_now(model)?;
            let stands = registry.get::<VersionStage>("version", ModelVersion::key_of(model, version))?;
            let here = current.as_ref() == Some(version) || stands.value.stage == stage.into();
            if here {
                return Err(Error::Conflict {
                    what: "version",
                    key: format!("{model}/{version}"),
                    expected: "a candidate".to_owned(),
                    current: format!("in {}", stands.value.stage),
                });
            }
            let policy = registry.policy_now(model, stage)?;
            let moments = Moments::now(registry);
            let recorded = registry.evidence_of(model, version)?;
            let (evidence, checks) =
                rules::evidence(policy.policy.as_ref(), &candidate.value, &recorded, &moments)?;
            let mut expected = vec![own, candidate.expected(), production];
            expected.extend(policy.expected);
            let act = self.act(Action::RequestPromotion, &subject);
            let verdict =
                Verdict::new(Action::RequestPromotion.as_str(), candidate.value.subject(), act.at, checks);
            if !verdict.passed() {
                expected.push(family.expected());
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            }
            let validity = policy.policy.as_ref().and_then(PromotionPolicy::request_validity);
            for open in registry.list::<PromotionRequest>(&Key::from([model.as_str()]))? {
                let PromotionRequest { requested_at, .. } = open.value;
                let same = open.value.state == RequestState::Open
                    && open.value.stage == stage
                    && open.value.version == *version
                    && open.value.replaces == current
                    && open.value.evidence == evidence;
                if same && moments.over(requested_at, open.revision, validity)?.is_none() {
                    return Err(Error::Conflict {
                        what: "promotion request",
                        key: open.value.id().to_string(),
                        expected: "absent".to_owned(),
                        current: format!("open since {requested_at} by {}", open.value.requested_by),
                    });
                }
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
                stage,
                closed: None,
                emergency: None,
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

    /// A request that is still open, and for this stage.
    pub(super) fn open_request_to(
        &self,
        id: &RequestId,
        stage: TargetStage,
    ) -> Result<Stored<PromotionRequest>> {
        let request = self.open_request(id)?;
        if request.value.stage == stage {
            return Ok(request);
        }
        Err(Error::Conflict {
            what: "promotion request",
            key: id.to_string(),
            expected: format!("for {stage}"),
            current: format!("for {}", request.value.stage),
        })
    }

    /// A request that is still open.
    pub(super) fn open_request(&self, id: &RequestId) -> Result<Stored<PromotionRequest>> {
        let request = self.get::<PromotionRequest>("promotion request", id.key())?;
        if request.value.state == RequestState::Open {
            return Ok(request);
        }
        let by = request.value.closed.map(|closed| format!(" by {}: {}", closed.by, closed.reason));
        Err(Error::Conflict {
            what: "promotion request",
            key: id.to_string(),
            expected: RequestState::Open.to_string(),
            current: format!("{}{}", request.value.state, by.unwrap_or_default()),
        })
    }
}
