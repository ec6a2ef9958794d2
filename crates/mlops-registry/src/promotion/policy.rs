use std::collections::BTreeSet;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::access::Action;
use crate::model::PRODUCTION;
use crate::registry::{Document, Registry, Session, StoredExt as _};
use crate::store::{Commit, Key, Kind};

/// What a promotion to production takes: gates passed, and approvals. At least one of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct PromotionPolicy {
    stage: String,
    gates: BTreeSet<String>,
    approvals: NonZeroU32,
}

impl PromotionPolicy {
    /// The verdict of `gate`, and one approval.
    pub fn requiring(gate: impl Into<String>) -> Self {
        Self {
            stage: PRODUCTION.to_owned(),
            gates: BTreeSet::from([gate.into()]),
            approvals: NonZeroU32::MIN,
        }
    }

    /// The verdict of another gate as well.
    pub fn and(mut self, gate: impl Into<String>) -> Self {
        self.gates.insert(gate.into());
        self
    }

    /// The approvals of so many people.
    pub fn approvals(mut self, count: NonZeroU32) -> Self {
        self.approvals = count;
        self
    }

    /// The gates whose verdicts are needed, by name.
    pub fn gates(&self) -> impl Iterator<Item = &str> {
        self.gates.iter().map(String::as_str)
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
    /// [`Error::Forbidden`](crate::Error::Forbidden) without the role of an admin.
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
