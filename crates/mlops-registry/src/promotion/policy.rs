use std::collections::BTreeMap;
use std::num::NonZeroU32;

use mlops_core::Digest;
use serde::{Deserialize, Serialize};

use crate::access::Action;
use crate::model::PRODUCTION;
use crate::registry::{Document, Registry, Session, StoredExt as _};
use crate::store::{Commit, Key, Kind};
use crate::{Error, Result};

/// What a promotion to production takes: gates passed, and approvals. At least one of each.
///
/// A gate that is required by name alone is whatever calls itself so: who records evidence
/// decides what it checks. One that is required [exactly](Self::requiring_exactly) is
/// also held to the digest of its definition, which each verdict bears.
///
/// ```
/// # use mlops_core::Digest;
/// # use mlops_registry::promotion::PromotionPolicy;
/// # let digest_of_the_gate = Digest::of("the canonical form of a gate");
/// let policy = PromotionPolicy::requiring_exactly("production gate", digest_of_the_gate).and("smoke test");
/// assert_eq!(policy.definition_of("production gate"), Some(&digest_of_the_gate));
/// assert_eq!(policy.definition_of("smoke test"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
#[must_use]
pub struct PromotionPolicy {
    stage: String,
    /// By name; with the digest of the definition, if it must be that one.
    gates: BTreeMap<String, Option<Digest>>,
    approvals: NonZeroU32,
}

/// A policy as it may be written, also by a hand that leaves the gates out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    stage: String,
    gates: BTreeMap<String, Option<Digest>>,
    approvals: NonZeroU32,
}

impl TryFrom<Unchecked> for PromotionPolicy {
    type Error = Error;
    fn try_from(Unchecked { stage, gates, approvals }: Unchecked) -> Result<Self> {
        if stage != PRODUCTION {
            return Err(Error::Invalid {
                field: "stage",
                value: stage,
                expected: format!("{PRODUCTION}, the one stage that has a policy"),
            });
        }
        if gates.is_empty() {
            return Err(Error::Invalid {
                field: "gates",
                value: "{}".to_owned(),
                expected: "at least one gate: nothing is promoted without evidence".to_owned(),
            });
        }
        Ok(Self { stage, gates, approvals })
    }
}

impl PromotionPolicy {
    /// The verdict of `gate`, however it is defined, and one approval.
    pub fn requiring(gate: impl Into<String>) -> Self {
        Self::of(gate.into(), None)
    }

    /// The verdict of `gate` as the definition with this digest has it, and one approval.
    pub fn requiring_exactly(gate: impl Into<String>, definition: Digest) -> Self {
        Self::of(gate.into(), Some(definition))
    }

    fn of(gate: String, definition: Option<Digest>) -> Self {
        Self {
            stage: PRODUCTION.to_owned(),
            gates: BTreeMap::from([(gate, definition)]),
            approvals: NonZeroU32::MIN,
        }
    }

    /// The verdict of another gate as well. One that is required already stays as it is.
    pub fn and(mut self, gate: impl Into<String>) -> Self {
        self.gates.entry(gate.into()).or_default();
        self
    }

    /// The verdict of another gate as well, as the definition with this digest has it. One
    /// that is required already must be this one from now on.
    pub fn and_exactly(mut self, gate: impl Into<String>, definition: Digest) -> Self {
        self.gates.insert(gate.into(), Some(definition));
        self
    }

    /// The approvals of so many people.
    pub fn approvals(mut self, count: NonZeroU32) -> Self {
        self.approvals = count;
        self
    }

    /// The gates whose verdicts are needed, by name.
    pub fn gates(&self) -> impl Iterator<Item = &str> {
        self.gates.keys().map(String::as_str)
    }

    /// The digest of the definition that `gate` must have; `None` if its name is enough, or
    /// it is not required at all.
    pub fn definition_of(&self, gate: &str) -> Option<&Digest> {
        self.gates.get(gate)?.as_ref()
    }

    /// How many people must approve.
    pub const fn needed_approvals(&self) -> NonZeroU32 {
        self.approvals
    }

    pub(crate) fn key_of(stage: &str) -> Key {
        Key::from([stage])
    }
}

impl Document for PromotionPolicy {
    const KIND: Kind = Kind::Policy;
    fn key(&self) -> Key {
        Self::key_of(&self.stage)
    }
}

impl Session {
    /// Says what a promotion takes from now on. Without a policy nothing is promoted.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin.
    pub fn set_policy(&self, policy: &PromotionPolicy) -> Result<()> {
        self.transact(|| {
            let own = self.allowed(Action::SetPolicy, None)?;
            let before = self.registry().find::<PromotionPolicy>(policy.key())?;
            if before.as_ref().is_some_and(|before| before.value == *policy) {
                return Ok((None, ()));
            }
            let act = self.act(Action::SetPolicy, format!("promotion to {}", policy.stage));
            Ok((Some(Commit::new(act, vec![own], vec![before.put(policy)?])?), ()))
        })
    }
}

impl Registry {
    /// What a promotion to production takes; `None` if nobody has said.
    ///
    /// # Errors
    /// Those of the store.
    pub fn policy(&self) -> Result<Option<PromotionPolicy>> {
        Ok(self.find(PromotionPolicy::key_of(PRODUCTION))?.map(|stored| stored.value))
    }
}
