use mlops_core::{ModelName, Verdict, Version};

use super::grounds::{Grounds, blocking, is_late};
use super::moments::Moments;
use super::switch::Switch;
use super::{
    Decision, Emergency, PolicyInForce, Promotion, PromotionRequest, RequestState, Review, ReviewOutcome,
    TargetStage, rules,
};
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::audit::check_reason;
use crate::model::{ModelVersion, Tombstone};
use crate::registry::{Document as _, Registry, Session, Stored};
use crate::store::{Commit, Expected, Key};
use crate::{Error, Result};

impl Session {
    /// Puts a version into production in an emergency, without evidence, approvals, or regard
    /// to freezes, if the policy has terms for it. What is not waived: the version must be
    /// registered, and its file must be what was registered. The history and the audit log
    /// say that it was done, by whom and why; what was waived is kept, and somebody else must
    /// [review](Self::review_break_glass) it in time. Until a review finds it justified it is
    /// nothing that a [rollback](Self::rollback) goes back to.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of a deployer of the model and the one that the
    /// policy asks for, [`Error::NotFound`] without the version, [`Error::Conflict`] if it is in
    /// production, [`Error::Invalid`] for an empty reason; [`Error::Corrupt`] if the artifact has changed.
    pub fn break_glass(
        &self,
        model: &ModelName,
        version: &Version,
        reason: &str,
    ) -> Result<Decision<Promotion>> {
        check_reason("reason", reason)?;
        let mut checked = false;
        let action = Action::BreakGlass;
        let subject = format!("{model}/{version}");
        self.transact_told(action, &subject, || {
            let own = self.allowed_to(action, Some(model), &subject)?;
            let registry = self.registry();
            let family = Switch::family(registry, model)?;
            let key = ModelVersion::key_of(model, version);
            let candidate = registry.get::<ModelVersion>("version", key)?;
            let switch = Switch::read(registry, family, version)?;
            if switch.current() == Some(version) {
                return Err(Error::Conflict {
                    what: "version",
                    key: subject.clone(),
                    expected: "a candidate".to_owned(),
                    current: "in production".to_owned(),
                });
            }
            let policy = registry.policy_now(model, TargetStage::Production)?;
            let mut expected = vec![own, candidate.expected()];
            expected.extend(policy.expected);
            let mut act = self.act(action, &subject);
            act.reason = Some(reason.to_owned());

            let terms = policy.policy.as_ref().and_then(|policy| policy.emergency_terms());
            let mut checks = vec![rules::rule(
                "break glass",
                "a policy with terms for an emergency",
                terms.is_some(),
                if terms.is_some() {
                    "the policy has terms for it"
                } else {
                    "the policy has no terms for it"
                },
            )];
            if let (Some(terms), Some(policy)) = (terms, &policy.policy) {
                match registry.holds(self.principal(), terms.role(), model)? {
                    Some(grant) => expected.push(grant),
                    None => return Err(self.lacks(terms.role(), action, model, &subject)?),
                }
                if terms.waits_for_overdue() {
                    checks.push(self.no_overdue(policy, &mut expected)?);
                }
            }
            let verdict = Verdict::new(action.as_str(), candidate.value.subject(), act.at, checks);
            let Some(terms) = terms.filter(|_| verdict.passed()) else {
                expected.extend(switch.expected());
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            };
            if !checked {
                registry.artifacts().check(&candidate.value.artifact)?;
                checked = true;
            }

            let now = Moments::now(registry);
            let recorded = registry.evidence_of(model, version)?;
            let (evidence, _) = rules::evidence(policy.policy.as_ref(), &candidate.value, &recorded, &now)?;
            let request = PromotionRequest {
                model: model.clone(),
                number: switch.family.value.requests + 1,
                version: version.clone(),
                artifact: candidate.value.artifact,
                replaces: switch.current().cloned(),
                evidence: evidence.clone(),
                requested_by: self.principal().clone(),
                requested_at: act.at,
                state: RequestState::Done,
                stage: TargetStage::Production,
                closed: None,
                emergency: Some(reason.to_owned()),
            };
            let waived = {
                // As if it had been requested in this moment, and carried out.
                let revision = candidate.revision;
                let asked = Stored { value: request.clone(), revision };
                let grant = expected[0].clone();
                blocking(&Grounds::read(self, grant, &asked, &candidate)?.checks)
            };
            let promotion = Promotion {
                model: model.clone(),
                number: switch.family.value.promotions + 1,
                version: version.clone(),
                artifact: candidate.value.artifact,
                replaced: switch.current().cloned(),
                request: request.number,
                approved_by: Vec::new(),
                evidence: evidence.clone(),
                policy: policy.policy.as_ref().map(PolicyInForce::of).transpose()?,
                promoted_by: self.principal().clone(),
                promoted_at: switch.moment(act.at),
                rollback: None,
                ended: None,
                emergency: Some(reason.to_owned()),
            };
            let emergency = Emergency {
                model: model.clone(),
                promotion: promotion.number,
                version: version.clone(),
                by: self.principal().clone(),
                at: act.at,
                reason: reason.to_owned(),
                waived,
                review_by: act.at + terms.review_within(),
                review: None,
            };
            let act = act.evidence(evidence).artifacts([candidate.value.artifact]);
            let mut changes = switch.changes_with(&promotion, request.number)?;
            changes.extend([request.create()?, emergency.create()?]);
            Ok((Some(Commit::new(act, expected, changes)?), Decision::Granted(promotion)))
        })
    }

    /// The error of who lacks a role that the policy asks for, which the log tells of.
    fn lacks(
        &self,
        needed: crate::access::Role,
        action: Action,
        model: &ModelName,
        subject: &str,
    ) -> Result<Error> {
        self.tell_refusal(action, &subject, &format!("grant: that takes the role {needed}"))?;
        Ok(Error::Denied {
            principal: self.principal().clone(),
            action: format!("{action} of {model}"),
            needed,
        })
    }

    /// That every emergency under `policy` was reviewed in time.
    fn no_overdue(
        &self,
        policy: &super::PromotionPolicy,
        expected: &mut Vec<Expected>,
    ) -> Result<mlops_core::Check> {
        let moments = Moments::now(self.registry());
        let mut late = Vec::new();
        for emergency in self.registry().list::<Emergency>(&Key::all())? {
            let Emergency { model, promotion, review_by, review, .. } = &emergency.value;
            if review.is_some() || !policy.covers(model) {
                continue;
            }
            if is_late(*review_by, [moments.clock, moments.since(emergency.revision)?]) {
                expected.push(emergency.expected());
                late.push(format!("that of promotion {promotion} of {model} was due at {review_by}"));
            }
        }
        let reason = if late.is_empty() { "no review is overdue".to_owned() } else { late.join("; ") };
        Ok(rules::rule("reviews", "no review that is overdue", late.is_empty(), reason))
    }

    /// The later look at a promotion that went without the rules, with its outcome and a note.
    /// Refused to who did it, and to who has a hand in the version, be it deleted since.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an approver of the model, [`Error::NotFound`] if
    /// promotion `number` of the model was no such one, [`Error::Conflict`] if it is reviewed,
    /// [`Error::Invalid`] for an empty note.
    pub fn review_break_glass(
        &self,
        model: &ModelName,
        number: u32,
        outcome: ReviewOutcome,
        note: &str,
    ) -> Result<Decision<Emergency>> {
        check_reason("note", note)?;
        let action = Action::ReviewBreakGlass;
        let subject = format!("promotion {number} of {model}");
        self.transact_told(action, &subject, || {
            let own = self.allowed_to(action, Some(model), &subject)?;
            let registry = self.registry();
            let open = registry.get::<Emergency>("break glass", Emergency::key_of(model, number))?;
            let Emergency { version, by, review, .. } = &open.value;
            if let Some(review) = review {
                return Err(Error::Conflict {
                    what: "review",
                    key: subject.clone(),
                    expected: "open".to_owned(),
                    current: format!("{} by {} at {}", review.outcome, review.by, review.at),
                });
            }
            let (candidate, there) = registry.version_of(&open)?;
            let mut act = self.act(action, format!("{subject} as {outcome}"));
            act.reason = Some(note.to_owned());
            let me = self.principal();
            let another = by != me && !candidate.is_by(me);
            let reason = match (by == me, another) {
                (true, _) => format!("{me} has done it"),
                (false, false) => format!("{me} has a hand in {version}"),
                (false, true) => format!("{me} has no hand in it"),
            };
            let expected_words = "a reviewer who neither did it nor has a hand in the version";
            let check = rules::rule("second person", expected_words, another, reason);
            let verdict = Verdict::new(action.as_str(), candidate.subject(), act.at, vec![check]);
            if !verdict.passed() {
                let expected = vec![own, open.expected(), there];
                return Ok((Some(rules::refusal(act, &verdict, expected)?), Decision::Refused(verdict)));
            }
            let review = Review { by: me.clone(), at: act.at, outcome, note: note.to_owned() };
            let reviewed = Emergency { review: Some(review), ..open.value.clone() };
            let changes = vec![open.replace(&reviewed)?];
            Ok((Some(Commit::new(act, vec![own, there], changes)?), Decision::Granted(reviewed)))
        })
    }
}

impl Registry {
    /// The version that went into production in an emergency, and the condition that it is
    /// still found: it may have been deleted since, and one of its name registered anew.
    fn version_of(&self, emergency: &Stored<Emergency>) -> Result<(ModelVersion, Expected)> {
        let Emergency { model, version, .. } = &emergency.value;
        let key = ModelVersion::key_of(model, version);
        let there = self.find::<ModelVersion>(key.clone())?;
        if let Some(there) = there.filter(|there| there.revision < emergency.revision) {
            let expected = there.expected();
            return Ok((there.value, expected));
        }
        // Deleted after the emergency, and the first of those that were.
        let graves = self.list::<Tombstone>(&key)?;
        let grave = graves.into_iter().filter(|grave| grave.revision > emergency.revision);
        let grave = grave.min_by_key(|grave| grave.revision);
        let gone = || Error::NotFound { what: "version", key: key.to_string() };
        let grave = grave.ok_or_else(gone)?;
        let expected = grave.expected();
        Ok((grave.value.version().ok_or_else(gone)?.clone(), expected))
    }
}
