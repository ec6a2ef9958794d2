use mlops_core::{Digest, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::PolicyInForce;
use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// A version that went into production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Promotion {
    /// The model.
    pub model: ModelName,
    /// Its place among the promotions of the model, from 1.
    pub number: u32,
    /// The version that went into production.
    pub version: Version,
    /// The digest of its model file.
    pub artifact: Digest,
    /// The version that it replaced.
    pub replaced: Option<Version>,
    /// The number of the request.
    pub request: u32,
    /// Who approved it.
    pub approved_by: Vec<Principal>,
    /// The digests of the verdicts that it rests on.
    pub evidence: Vec<Digest>,
    /// The policy that it went by, or the terms of an emergency; `None` for what earlier
    /// releases have promoted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyInForce>,
    /// Who carried it out.
    pub promoted_by: Principal,
    /// Since when it is, or was, in production: not before the promotion before it, even if
    /// the clock was set back.
    pub promoted_at: Timestamp,
    /// Why it came back, if it was no promotion but a rollback: then request, approvals,
    /// evidence and policy are those of the promotion that it restores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Rollback>,
    /// Why it went without the rules, if it did: nobody approved it, and the evidence is what
    /// there was. [`Registry::emergencies`] tells more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency: Option<String>,
    /// When and why it left production with no other in its place; `None` otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<PromotionEnd>,
}

/// That a version left production, and nothing took its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromotionEnd {
    /// Since when production is, or was, empty.
    pub at: Timestamp,
    /// Who took it out.
    pub by: Principal,
    /// Why.
    pub reason: String,
}

impl Promotion {
    pub(crate) fn key_of(model: &ModelName, number: u32) -> Key {
        Key::from([model.as_str()]).and(i64::from(number))
    }
}

/// That a version was put back, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rollback {
    /// Why.
    pub reason: String,
    /// The number of the promotion that had put this version there.
    pub restores: u32,
}

impl Document for Promotion {
    const KIND: Kind = Kind::Promotion;
    fn key(&self) -> Key {
        Self::key_of(&self.model, self.number)
    }
}

impl Registry {
    /// What was in production when: the promotions of a model, rollbacks among them, the
    /// first first. Each stood until the next, or until it [`ended`](Promotion::ended).
    ///
    /// # Errors
    /// Those of the store.
    pub fn history(&self, model: &ModelName) -> Result<Vec<Promotion>> {
        self.values(&Key::from([model.as_str()]))
    }

    /// What was in production at `moment`, and how it had come there; `None` before the first,
    /// and where it was left empty.
    ///
    /// # Errors
    /// Those of the store.
    pub fn production_at(&self, model: &ModelName, moment: Timestamp) -> Result<Option<Promotion>> {
        // The last in their order: those of one microsecond followed each other too.
        let last = self.history(model)?.into_iter().rfind(|promotion| promotion.promoted_at <= moment);
        Ok(last.filter(|promotion| promotion.ended.as_ref().is_none_or(|end| moment < end.at)))
    }
}
