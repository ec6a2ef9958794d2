use mlops_core::{Check, ModelName, Verdict, Version};

use super::line::History;
use super::switch::Switch;
use super::{Decision, Promotion, Rollback, line, rules};
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::audit::{Act, check_reason};
use crate::model::{Model, ModelVersion};
use crate::registry::{Session, Stored};
use crate::store::{Commit, Expected};
use crate::{Error, Result};

impl Session {
    /// Puts the version back that was in production before, in one transaction. No gate and
    /// no approval is asked for: it had them when it went in. The version that it replaces is
    /// archived, a trial beside that one ends, the alias `production` moves, and the history
    /// says that it was a rollback, by whom and why. The artifact is read once to see that it
    /// is what was approved.
    ///
    /// Done again, it goes further back: from 3, which replaced 2, which replaced 1, to 2
    /// and then to 1. It goes past a version that went in by
    /// [breaking the glass](Self::break_glass), until a review has found that justified, and past
    /// one that was deleted, be it registered again: what people approved was another
    /// registration, of another run by others maybe. Who wants one step whatever others do at the same time names the
    /// version with [`rollback_to`](Self::rollback_to): the second to ask is told that it is there.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of a deployer of the model,
    /// [`Error::NotFound`] without the model, [`Error::NothingBefore`] if no other version
    /// that it may go back to was in production before, [`Error::Conflict`] if another went into production during this
    /// call, [`Error::Invalid`] for an empty reason; [`Error::Corrupt`] if the artifact has changed.
    pub fn rollback(&self, model: &ModelName, reason: &str) -> Result<Promotion> {
        check_reason("reason", reason)?;
        let mut attempt = Attempt::default();
        self.transact_told(Action::RollBack, model, || {
            let own = self.allowed(Action::RollBack, Some(model))?;
            let family = Switch::family(self.registry(), model)?;
            let history = History::read(self.registry(), model)?;
            attempt.check(&family.value, &history.promotions)?;
            // One that was deleted can't come back: then it is the one before.
            let stages = self.registry().stages(model)?;
            let may = |promotion: &Promotion| {
                stages.iter().any(|stage| stage.version == promotion.version) && history.stands(promotion)
            };
            let Some(version) = line::before(&history.promotions, may) else {
                let last = history.promotions.last().filter(|promotion| promotion.ended.is_none());
                let production = last.map(|promotion| promotion.version.clone());
                return Err(Error::NothingBefore { model: model.clone(), production });
            };
            let plan = Plan::read(self, own, family, version, &history)?;
            let act = self.act(Action::RollBack, format!("{model}/{version}"));
            let restores =
                line::promotion_of(&history.promotions, version, |promotion| history.stands(promotion));
            let restores = restores.ok_or_else(|| Error::Corrupt {
                what: format!("promotion history of {model}"),
                reason: format!("{version} was put back, but never promoted"),
            })?;
            let (commit, promotion) = plan.put_back(self, act, restores, reason, &mut attempt)?;
            Ok((Some(commit), promotion))
        })
    }

    /// Puts any version back that was in production once. Refused for one that never was, for
    /// one that went in by [breaking the glass](Self::break_glass) only, as long as no review
    /// has found that justified, and for one that was deleted since and registered again, with
    /// the same file though it be: that takes a promotion. Otherwise as [`rollback`](Self::rollback), which from here
    /// goes on with what was in production before this version.
    ///
    /// # Errors
    /// As [`rollback`](Self::rollback); [`Error::NotFound`] also without the version, and
    /// [`Error::Conflict`] also if it is in production already.
    pub fn rollback_to(
        &self,
        model: &ModelName,
        version: &Version,
        reason: &str,
    ) -> Result<Decision<Promotion>> {
        check_reason("reason", reason)?;
        let mut attempt = Attempt::default();
        let subject = format!("{model}/{version}");
        self.transact_told(Action::RollBack, &subject, || {
            let own = self.allowed_to(Action::RollBack, Some(model), &subject)?;
            let family = Switch::family(self.registry(), model)?;
            let history = History::read(self.registry(), model)?;
            attempt.check(&family.value, &history.promotions)?;
            let plan = Plan::read(self, own, family, version, &history)?;
            if plan.switch.current() == Some(version) {
                return Err(Error::Conflict {
                    what: "version",
                    key: format!("{model}/{version}"),
                    expected: "to be put back into production".to_owned(),
                    current: "in production".to_owned(),
                });
            }
            let act = self.act(Action::RollBack, format!("{model}/{version}"));
            let stands = |promotion: &Promotion| history.stands(promotion);
            let Some(restores) = line::promotion_of(&history.promotions, version, stands) else {
                let check = not_a_way_back(&plan.version.value, &history);
                let subject = plan.version.value.subject();
                let verdict = Verdict::new(Action::RollBack.as_str(), subject, act.at, vec![check]);
                let mut act = act;
                act.reason = Some(reason.to_owned());
                let refusal = rules::refusal(act, &verdict, plan.all_expected())?;
                return Ok((Some(refusal), Decision::Refused(verdict)));
            };
            let (commit, promotion) = plan.put_back(self, act, restores, reason, &mut attempt)?;
            Ok((Some(commit), Decision::Granted(promotion)))
        })
    }
}

/// Why there is no going back to a version.
fn not_a_way_back(candidate: &ModelVersion, history: &History) -> Check {
    let version = &candidate.version;
    let Some(promotion) = line::promotion_of(&history.promotions, version, |_| true) else {
        let reason = format!("{version} never was: that takes gates and approvals");
        return rules::rule("was in production", "a version that was in production", false, reason);
    };
    if !history.is_of_this_registration(promotion) {
        let ModelVersion { registered_by, registered_at, .. } = candidate;
        let reason = format!(
            "{version} was deleted since promotion {}, and registered again by {registered_by} at \
             {registered_at}: that takes gates and approvals",
            promotion.number
        );
        let expected = "the registration that was in production";
        return rules::rule("same registration", expected, false, reason);
    }
    let review = history.emergency(promotion.number).and_then(|emergency| emergency.review.as_ref());
    let review = review.map_or_else(
        || "which nobody has reviewed yet".to_owned(),
        |review| format!("which was {}, says {}", review.outcome, review.by),
    );
    let reason = format!(
        "promotion {} of {version} was an emergency, {review}: that takes gates and approvals",
        promotion.number
    );
    let expected = "a version that went into production by the rules, or in an emergency that was justified";
    rules::rule("went by the rules", expected, false, reason)
}

/// What one call has seen, however often it is built anew.
#[derive(Default)]
struct Attempt {
    /// How many promotions there were at first, and whether the last one has ended.
    before: Option<(u32, bool)>,
    /// The version whose artifact was read; it may be large.
    checked: Option<Version>,
}

impl Attempt {
    /// That production is what it was when the call began. Going back from what another has
    /// just put there, or from nothing where another has just emptied it, is not what the
    /// caller meant: two that roll back at once would else go two steps.
    fn check(&mut self, family: &Model, history: &[Promotion]) -> Result<()> {
        let empty = |empty: bool| if empty { ", empty" } else { "" };
        let now = (family.promotions, history.last().is_none_or(|promotion| promotion.ended.is_some()));
        let before = *self.before.get_or_insert(now);
        if before == now {
            return Ok(());
        }
        Err(Error::Conflict {
            what: "production of",
            key: family.name.to_string(),
            expected: format!("at promotion {}{}, as when the rollback began", before.0, empty(before.1)),
            current: format!("at promotion {}{}", now.0, empty(now.1)),
        })
    }
}

/// All that a rollback rests on, as it was read.
struct Plan {
    /// The grant, and the emergencies that are no way back, or are.
    rests_on: Vec<Expected>,
    version: Stored<ModelVersion>,
    switch: Switch,
}

impl Plan {
    fn read(
        session: &Session,
        own: Expected,
        family: Stored<Model>,
        version: &Version,
        history: &History,
    ) -> Result<Self> {
        let key = ModelVersion::key_of(&family.value.name, version);
        let candidate = session.registry().get::<ModelVersion>("version", key)?;
        let switch = Switch::read(session.registry(), family, version)?;
        let rests_on = [own].into_iter().chain(history.expected()).collect();
        Ok(Self { rests_on, version: candidate, switch })
    }

    fn all_expected(self) -> Vec<Expected> {
        let mut expected = self.rests_on;
        expected.push(self.version.expected());
        expected.extend(self.switch.expected());
        expected
    }

    fn put_back(
        self,
        session: &Session,
        mut act: Act,
        restores: &Promotion,
        reason: &str,
        attempt: &mut Attempt,
    ) -> Result<(Commit, Promotion)> {
        let version = &self.version.value;
        if attempt.checked.as_ref() != Some(&version.version) {
            session.registry().artifacts().check(&version.artifact)?;
            attempt.checked = Some(version.version.clone());
        }
        act.reason = Some(reason.to_owned());
        let act = act.evidence(restores.evidence.iter().copied()).artifacts([version.artifact]);
        let promotion = Promotion {
            model: version.model.clone(),
            number: self.switch.family.value.promotions + 1,
            version: version.version.clone(),
            artifact: version.artifact,
            replaced: self.switch.current().cloned(),
            request: restores.request,
            approved_by: restores.approved_by.clone(),
            evidence: restores.evidence.clone(),
            policy: restores.policy.clone(),
            promoted_by: session.principal().clone(),
            promoted_at: self.switch.moment(act.at),
            rollback: Some(Rollback { reason: reason.to_owned(), restores: restores.number }),
            ended: None,
            emergency: None,
        };
        let changes = self.switch.changes(&promotion)?;
        let mut expected = self.rests_on;
        expected.push(self.version.expected());
        let commit = Commit::new(act, expected, changes)?;
        Ok((commit, promotion))
    }
}
