use mlops_core::{Digest, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::{PromotionRequest, RequestId};
use crate::Result;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};

/// Someone's yes to a request: to this artifact, on this evidence, and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Approval {
    /// The model.
    pub model: ModelName,
    /// The number of the request.
    pub request: u32,
    /// Who approves. Counts once: it is part of what identifies the approval.
    pub approver: Principal,
    /// The version.
    pub version: Version,
    /// The digest of its model file.
    pub artifact: Digest,
    /// The digests of the verdicts.
    pub evidence: Vec<Digest>,
    /// When.
    pub approved_at: Timestamp,
}

impl Approval {
    /// Whether it is a yes to what `request` asks for.
    pub fn is_of(&self, request: &PromotionRequest) -> bool {
        self.model == request.model
            && self.request == request.number
            && self.version == request.version
            && self.artifact == request.artifact
            && self.evidence == request.evidence
    }
}

impl Document for Approval {
    const KIND: Kind = Kind::Approval;
    fn key(&self) -> Key {
        let request = RequestId { model: self.model.clone(), number: self.request };
        request.key().and(self.approver.as_str())
    }
}

impl Registry {
    /// The approvals of a request, by approver.
    ///
    /// # Errors
    /// Those of the store.
    pub fn approvals(&self, request: &RequestId) -> Result<Vec<Approval>> {
        self.values(&request.key())
    }
}
