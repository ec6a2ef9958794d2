use mlops_core::{Check, ModelName, Outcome, Severity, Timestamp, Verdict, Version};

use super::{Model, ModelVersion, Stage, VersionStage};
use crate::access::Action;
use crate::audit::check_reason;
use crate::promotion::{
    Decision, Promotion, PromotionEnd, PromotionRequest, RequestState, TargetStage, refusal,
};
use crate::registry::{Registry, Session, Stored};
use crate::store::{Change, Commit, Expected, Key, Kind};
use crate::trial::{Running, TrialEnd, TrialOutcome};
use crate::{Error, Result};

/// Where a version is to be moved by hand.
///
/// ```
/// use mlops_registry::model::{Stage, StageTransition};
/// let staging = StageTransition::to(Stage::Staging).archiving_existing();
/// let out = StageTransition::to(Stage::Archived).because("it over-predicts by 0.05");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct StageTransition {
    to: Stage,
    archive_existing: bool,
    reason: Option<String>,
}

impl StageTransition {
    /// To a stage; others that are there stay there.
    pub const fn to(stage: Stage) -> Self {
        Self { to: stage, archive_existing: false, reason: None }
    }

    /// Others that are in that stage, `Staging` or `Production`, are archived.
    pub const fn archiving_existing(mut self) -> Self {
        self.archive_existing = true;
        self
    }

    /// Why. What leaves production or a trial must say it.
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    fn check(&self) -> Result<()> {
        if self.archive_existing && !matches!(self.to, Stage::Staging | Stage::Production) {
            return Err(Error::Invalid {
                field: "stage",
                value: self.to.to_string(),
                expected: "staging or production, where others are to be archived".to_owned(),
            });
        }
        self.reason.as_deref().map_or(Ok(()), |reason| check_reason("reason", reason))
    }
}

impl Session {
    /// Moves a version to a stage by hand, from whichever it is in, in one transaction with
    /// the others that are archived and with all that this ends: what is in production, a
    /// trial. [`Stage`] tells which. Where it stands already nothing changes.
    ///
    /// Nothing goes into production by hand. If an open request asks for that it is carried
    /// out as by [`promote`](Self::promote); else it is refused, and the check says what to
    /// do instead. So it is where another is in production that is not to be archived: there
    /// is one at most. Where a policy for staging asks for more, nothing goes there by hand
    /// either but is refused: [`promote_to_staging`](Self::promote_to_staging) is the way.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of a deployer of the model, [`Error::NotFound`] if
    /// the version is not registered, [`Error::Invalid`] if a reason is missing, or others are to
    /// be archived of a stage that is none of both; for production those of `promote`.
    pub fn transition_stage(
        &self,
        model: &ModelName,
        version: &Version,
        transition: &StageTransition,
    ) -> Result<Decision<VersionStage>> {
        transition.check()?;
        if transition.to == Stage::Production {
            return self.put_into_production(model, version, transition);
        }
        let subject = format!("{model}/{version} to {}", transition.to);
        self.transact_told(Action::TransitionStage, &subject, || {
            let own = self.allowed_to(Action::TransitionStage, Some(model), &subject)?;
            let plan = Plan::read(self.registry(), model, version, transition)?;
            if plan.is_done() {
                return Ok((None, Decision::Granted(plan.stage.value)));
            }
            let mut act = self.act(Action::TransitionStage, &subject);
            act.reason.clone_from(&transition.reason);
            let there = if plan.stage.value.stage == transition.to {
                plan.stage.value.clone()
            } else {
                moved(&plan.stage.value, transition.to, act.at, self)
            };
            let mut expected = vec![own, plan.version.expected()];
            if transition.to == Stage::Staging {
                let free = self.registry().free_to_stage(model, plan.stage.value.stage)?;
                let refused = free.refused();
                expected.extend(free.expected);
                if let Some(check) = refused {
                    let subject = plan.version.value.subject();
                    let action = Action::TransitionStage.as_str();
                    let verdict = Verdict::new(action, subject, act.at, vec![check]);
                    expected.extend([plan.family.expected(), plan.stage.expected()]);
                    return Ok((Some(refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
                }
            }
            let changes = plan.changes(self, &there, act.at)?;
            Ok((Some(Commit::new(act, expected, changes)?), Decision::Granted(there)))
        })
    }

    fn put_into_production(
        &self,
        model: &ModelName,
        version: &Version,
        transition: &StageTransition,
    ) -> Result<Decision<VersionStage>> {
        let subject = format!("{model}/{version} to production");
        let found = self.transact_told(Action::TransitionStage, &subject, || {
            let own = self.allowed_to(Action::TransitionStage, Some(model), &subject)?;
            let registry = self.registry();
            let candidate = registry.get::<ModelVersion>("version", ModelVersion::key_of(model, version))?;
            let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
            let (production, current) = registry.production_now(model)?;
            if current.as_ref() == Some(version) {
                return Ok((None, Decision::Granted(None)));
            }
            let open = registry.promotion_requests(model)?.into_iter().rfind(|request| {
                request.state == RequestState::Open
                    && request.stage == TargetStage::Production
                    && request.version == *version
                    && request.replaces == current
            });
            let mut checks = Vec::new();
            if let Some(current) = current.filter(|_| !transition.archive_existing) {
                checks.push(
                    Check::new("one in production", Severity::Critical, Outcome::Failed)
                        .expected("no other version in production, or one that is to be archived")
                        .because(format!("{current} is in production: have those that are there archived")),
                );
            }
            if open.is_none() {
                checks.push(
                    Check::new("promotion request", Severity::Critical, Outcome::Failed)
                        .expected("an open request that was approved")
                        .because(format!(
                            "nobody has asked to put {version} into production: request its promotion, \
                             have it approved, then promote it"
                        )),
                );
            }
            match open {
                Some(open) if checks.is_empty() => Ok((None, Decision::Granted(Some(open)))),
                _ => {
                    let mut act = self.act(Action::TransitionStage, &subject);
                    act.reason.clone_from(&transition.reason);
                    let subject = candidate.value.subject();
                    let verdict = Verdict::new(Action::TransitionStage.as_str(), subject, act.at, checks);
                    let expected = vec![own, candidate.expected(), family.expected(), production];
                    Ok((Some(refusal(act, &verdict, expected)?), Decision::Refused(verdict)))
                }
            }
        })?;
        let decision = match found {
            Decision::Refused(verdict) => return Ok(Decision::Refused(verdict)),
            Decision::Granted(None) => None,
            Decision::Granted(Some(request)) => {
                Some(self.promote_because(&PromotionRequest::id(&request), transition.reason.as_deref())?)
            }
        };
        match decision {
            Some(Decision::Refused(verdict)) => Ok(Decision::Refused(verdict)),
            _ => Ok(Decision::Granted(self.registry().stage(model, version)?)),
        }
    }
}

/// All that a move rests on, as it was read.
struct Plan<'a> {
    transition: &'a StageTransition,
    /// Its record is written again: here all meet who move versions of the model.
    family: Stored<Model>,
    version: Stored<ModelVersion>,
    stage: Stored<VersionStage>,
    /// The others that are to be archived.
    others: Vec<Stored<VersionStage>>,
    trial: Option<Running>,
    /// The alias and the promotion of the version, if it is in production.
    production: Option<(Expected, Stored<Promotion>)>,
}

impl<'a> Plan<'a> {
    fn read(
        registry: &Registry,
        model: &ModelName,
        version: &Version,
        transition: &'a StageTransition,
    ) -> Result<Self> {
        let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
        let key = ModelVersion::key_of(model, version);
        let candidate = registry.get::<ModelVersion>("version", key.clone())?;
        let stage = registry.get::<VersionStage>("version", key)?;
        let mut others = Vec::new();
        if transition.archive_existing {
            others = registry.list::<VersionStage>(&Key::from([model.as_str()]))?;
            others.retain(|other| other.value.stage == transition.to && other.value.version != *version);
        }
        let trial = Running::find(registry, &family.value)?;
        let production = if stage.value.stage == Stage::Production {
            let key = Promotion::key_of(model, family.value.promotions);
            Some((registry.production_now(model)?.0, registry.get::<Promotion>("promotion", key)?))
        } else {
            None
        };
        let plan = Self { transition, family, version: candidate, stage, others, trial, production };
        let leaves = plan.production.is_some() || (plan.is_tried(version) && transition.to != Stage::Staging);
        if leaves && transition.reason.is_none() {
            return Err(Error::Invalid {
                field: "reason",
                value: String::new(),
                expected: format!("words why {model}/{version} leaves {}", plan.stage.value.stage),
            });
        }
        Ok(plan)
    }

    fn is_tried(&self, version: &Version) -> bool {
        self.trial.as_ref().is_some_and(|running| running.is_of(version))
    }

    fn is_done(&self) -> bool {
        self.stage.value.stage == self.transition.to && self.others.is_empty()
    }

    fn changes(&self, session: &Session, there: &VersionStage, at: Timestamp) -> Result<Vec<Change>> {
        let mut changes = vec![self.family.replace(&self.family.value)?];
        let by = session.principal();
        let version = &self.stage.value.version;
        let reason = self.transition.reason.clone();
        if let Some((alias, promotion)) = &self.production {
            let revision = alias.revision.ok_or_else(|| Error::Corrupt {
                what: format!("production of {}", self.family.value.name),
                reason: format!("{version} is in production, and no alias says so"),
            })?;
            // The history goes forwards, whatever the clock does.
            let at = at.max(promotion.value.promoted_at);
            let end = PromotionEnd { at, by: by.clone(), reason: reason.clone().unwrap_or_default() };
            let ended = Promotion { ended: Some(end), ..promotion.value.clone() };
            changes.push(Change::remove(Kind::Alias, alias.key.clone(), revision)?);
            changes.push(promotion.replace(&ended)?);
        }
        let archived = &self.others;
        if let Some(running) = &self.trial {
            let end = |reason| TrialEnd {
                outcome: TrialOutcome::Withdrawn { reason },
                at,
                by: by.clone(),
                evidence: Vec::new(),
            };
            let other = archived.iter().any(|other| running.is_of(&other.value.version));
            if running.is_of(version) && self.transition.to != Stage::Staging {
                changes.push(running.ended(end(reason.unwrap_or_default()))?);
            } else if other {
                changes.push(running.ended(end(format!("{version} took its place in staging")))?);
            } else if self.production.is_some() {
                changes.extend(running.over(end(format!("{version} left production")))?);
            }
        }
        for other in archived {
            changes.push(other.replace(&moved(&other.value, Stage::Archived, at, session))?);
        }
        if self.stage.value != *there {
            changes.push(self.stage.replace(there)?);
        }
        Ok(changes)
    }
}

fn moved(from: &VersionStage, to: Stage, at: Timestamp, session: &Session) -> VersionStage {
    VersionStage { stage: to, since: at, by: session.principal().clone(), ..from.clone() }
}
