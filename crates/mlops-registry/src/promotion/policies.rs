use mlops_core::ModelName;
use serde::{Deserialize, Serialize};

use super::{PromotionPolicy, TargetStage};
use crate::access::{Action, Scope};
use crate::registry::{Document, Registry, Session, Stored, StoredExt as _};
use crate::store::{Commit, Expected, Key, Kind};
use crate::{Error, Result};

/// The most policies for some of the models that a stage may have.
const MAX_POLICIES: usize = 1000;

impl PromotionPolicy {
    fn key_of(stage: TargetStage) -> Key {
        Key::from([stage.as_str()])
    }

    /// What is said of in the audit log.
    fn subject(stage: TargetStage, models: &Scope) -> String {
        match models {
            Scope::All => format!("promotion to {stage}"),
            Scope::Model(name) => format!("promotion of {name} to {stage}"),
            Scope::Pattern(pattern) => format!("promotion of {pattern} to {stage}"),
        }
    }
}

impl Document for PromotionPolicy {
    const KIND: Kind = Kind::Policy;
    fn key(&self) -> Key {
        Self::key_of(self.stage())
    }
}

/// The policies of a stage that are not for all models, in one record: that none has come
/// which is closer to a model is a condition like any other.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ModelPolicies {
    stage: TargetStage,
    policies: Vec<PromotionPolicy>,
}

impl ModelPolicies {
    fn key_of(stage: TargetStage) -> Key {
        Key::from([format!("{stage} by model")])
    }
}

impl Document for ModelPolicies {
    const KIND: Kind = Kind::Policy;
    fn key(&self) -> Key {
        Self::key_of(self.stage)
    }
}

/// The policy that counts for a model, and the conditions that it still does.
pub(crate) struct PolicyNow {
    pub(crate) policy: Option<PromotionPolicy>,
    pub(crate) expected: [Expected; 2],
}

impl Session {
    /// Says what a promotion takes from now on. Without a policy nothing is promoted to production.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::Invalid`] for a policy that
    /// nobody can fulfil, such as two approvals of one named person, or with more than 100 gates
    /// or one whose name is none.
    pub fn set_policy(&self, policy: &PromotionPolicy) -> Result<()> {
        policy.check()?;
        policy.check_size()?;
        let (stage, models) = (policy.stage(), policy.models());
        let subject = PromotionPolicy::subject(stage, models);
        self.transact(|| {
            let own = self.allowed_to(Action::SetPolicy, None, &subject)?;
            let act = self.act(Action::SetPolicy, &subject);
            if models.is_all() {
                let before = self.registry().find::<PromotionPolicy>(policy.key())?;
                if before.as_ref().is_some_and(|before| before.value == *policy) {
                    return Ok((None, ()));
                }
                return Ok((Some(Commit::new(act, vec![own], vec![before.put(policy)?])?), ()));
            }
            let before = self.registry().find::<ModelPolicies>(ModelPolicies::key_of(stage))?;
            let mut policies =
                before.as_ref().map(|before| before.value.policies.clone()).unwrap_or_default();
            if policies.contains(policy) {
                return Ok((None, ()));
            }
            policies.retain(|other| other.models() != models);
            policies.push(policy.clone());
            policies.sort_by(|a, b| a.models().cmp(b.models()));
            if policies.len() > MAX_POLICIES {
                return Err(Error::Invalid {
                    field: "policies by model",
                    value: policies.len().to_string(),
                    expected: format!("at most {MAX_POLICIES} of one stage"),
                });
            }
            let change = before.put(&ModelPolicies { stage, policies })?;
            Ok((Some(Commit::new(act, vec![own], vec![change])?), ()))
        })
    }

    /// Takes back the policy of a stage that is for these models: the next closest counts from
    /// now on.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::NotFound`] if there is none.
    pub fn remove_policy(&self, stage: TargetStage, models: &Scope) -> Result<()> {
        let subject = PromotionPolicy::subject(stage, models);
        let none = || Error::NotFound { what: "policy", key: subject.clone() };
        self.transact(|| {
            let own = self.allowed_to(Action::RemovePolicy, None, &subject)?;
            let act = self.act(Action::RemovePolicy, &subject);
            let change = if models.is_all() {
                let key = PromotionPolicy::key_of(stage);
                let before = self.registry().find::<PromotionPolicy>(key.clone())?.ok_or_else(none)?;
                crate::store::Change::remove(Kind::Policy, key, before.revision)?
            } else {
                let before = self.registry().find::<ModelPolicies>(ModelPolicies::key_of(stage))?;
                let before = before.ok_or_else(none)?;
                let mut policies = before.value.policies.clone();
                policies.retain(|policy| policy.models() != models);
                if policies.len() == before.value.policies.len() {
                    return Err(none());
                }
                before.replace(&ModelPolicies { stage, policies })?
            };
            Ok((Some(Commit::new(act, vec![own], vec![change])?), ()))
        })
    }
}

impl Registry {
    /// What a promotion of any model to production takes; `None` if nobody has said.
    ///
    /// # Errors
    /// Those of the store.
    pub fn policy(&self) -> Result<Option<PromotionPolicy>> {
        let key = PromotionPolicy::key_of(TargetStage::Production);
        Ok(self.find(key)?.map(|stored| stored.value))
    }

    /// What a promotion of `model` to `stage` takes: the policy that is closest to it; `None`
    /// if there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn policy_for(&self, model: &ModelName, stage: TargetStage) -> Result<Option<PromotionPolicy>> {
        Ok(self.policy_now(model, stage)?.policy)
    }

    /// All policies: those of each stage, the one for all models first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn policies(&self) -> Result<Vec<PromotionPolicy>> {
        let mut policies = Vec::new();
        for stage in TargetStage::ALL {
            let whole = self.find::<PromotionPolicy>(PromotionPolicy::key_of(stage))?;
            policies.extend(whole.map(|stored| stored.value));
            let parts = self.find::<ModelPolicies>(ModelPolicies::key_of(stage))?;
            policies.extend(parts.into_iter().flat_map(|stored| stored.value.policies));
        }
        Ok(policies)
    }

    pub(crate) fn policy_now(&self, model: &ModelName, stage: TargetStage) -> Result<PolicyNow> {
        let revision = |key: Key, revision| Expected { kind: Kind::Policy, key, revision };
        let (whole_key, parts_key) = (PromotionPolicy::key_of(stage), ModelPolicies::key_of(stage));
        let whole = self.find::<PromotionPolicy>(whole_key.clone())?;
        let parts = self.find::<ModelPolicies>(parts_key.clone())?;
        let expected = [
            revision(whole_key, whole.as_ref().map(|stored| stored.revision)),
            revision(parts_key, parts.as_ref().map(|stored| stored.revision)),
        ];
        let parts = parts.into_iter().flat_map(|Stored { value, .. }| value.policies);
        let all = whole.into_iter().map(|stored| stored.value).chain(parts);
        // Of equals the first, which is that of the lesser pattern.
        let policy = all.filter(|policy| policy.covers(model)).reduce(|best, next| {
            if next.models().closeness() > best.models().closeness() { next } else { best }
        });
        Ok(PolicyNow { policy, expected })
    }
}
