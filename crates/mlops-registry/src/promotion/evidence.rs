use mlops_core::{Digest, Evidence, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use crate::access::Action;
use crate::model::{Model, ModelVersion};
use crate::name::{Rule, check, check_value};
use crate::registry::{Document, Registry, Session, Stored};
use crate::store::{Commit, Key, Kind};
use crate::{Error, Result};

/// The longest text of a verdict, in bytes.
const MAX_VERDICT: usize = 1 << 20;

/// The longest name of a gate, in bytes.
pub(super) const MAX_GATE: usize = 256;

/// A verdict on a version, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedEvidence {
    /// The model.
    pub model: ModelName,
    /// The version that was judged.
    pub version: Version,
    /// The gate that judged.
    pub gate: String,
    /// The digest of the verdict.
    pub digest: Digest,
    /// The verdict.
    pub evidence: Evidence,
    /// Its place among the evidence on the model, from 1.
    pub number: u32,
    /// Who recorded it.
    pub recorded_by: Principal,
    /// When.
    pub recorded_at: Timestamp,
}

impl RecordedEvidence {
    fn key_of(model: &ModelName, version: &Version, digest: &Digest) -> Key {
        ModelVersion::key_of(model, version).and(digest.to_string())
    }
}

impl Document for RecordedEvidence {
    const KIND: Kind = Kind::Evidence;
    fn key(&self) -> Key {
        Self::key_of(&self.model, &self.version, &self.digest)
    }
}

impl Session {
    /// Records a verdict on the version that it names, passed or not. The same verdict
    /// again changes nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author of the model,
    /// [`Error::NotFound`] if the version is not registered, [`Error::Invalid`] if the
    /// verdict is on another artifact than the one registered, its gate has no proper name of
    /// at most 256 bytes, or its text has more than a mebibyte.
    pub fn record_evidence(&self, evidence: &Evidence) -> Result<RecordedEvidence> {
        check_value("verdict", "the text", evidence.document().len(), MAX_VERDICT)?;
        let verdict = evidence.verdict()?;
        check("gate", &verdict.gate, MAX_GATE, Rule::Title)?;
        let subject = &verdict.subject;
        let name = format!("{}/{}", subject.model, subject.version);
        self.transact(|| {
            let own = self.allowed(Action::RecordEvidence, Some(&subject.model))?;
            let key = ModelVersion::key_of(&subject.model, &subject.version);
            let version = self.registry().get::<ModelVersion>("version", key)?;
            if version.value.artifact != subject.artifact {
                return Err(Error::Invalid {
                    field: "artifact of the verdict",
                    value: subject.artifact.to_string(),
                    expected: format!("{}, which is registered as {name}", version.value.artifact),
                });
            }
            let digest = evidence.digest();
            let key = RecordedEvidence::key_of(&subject.model, &subject.version, &digest);
            if let Some(there) = self.registry().find::<RecordedEvidence>(key)? {
                return Ok((None, there.value));
            }
            let family = self.registry().get::<Model>("model", Key::from([subject.model.as_str()]))?;
            let act =
                self.act(Action::RecordEvidence, &name).evidence([digest]).artifacts([subject.artifact]);
            let recorded = RecordedEvidence {
                model: subject.model.clone(),
                version: subject.version.clone(),
                gate: verdict.gate.clone(),
                digest,
                evidence: evidence.clone(),
                number: family.value.evidence + 1,
                recorded_by: self.principal().clone(),
                recorded_at: act.at,
            };
            let counted = Model { evidence: recorded.number, ..family.value.clone() };
            let changes = vec![family.replace(&counted)?, recorded.create()?];
            Ok((Some(Commit::new(act, vec![own, version.expected()], changes)?), recorded))
        })
    }
}

impl Registry {
    /// The verdicts on a version in the order in which they were recorded.
    ///
    /// # Errors
    /// Those of the store.
    pub fn evidence(&self, model: &ModelName, version: &Version) -> Result<Vec<RecordedEvidence>> {
        Ok(self.evidence_of(model, version)?.into_iter().map(|recorded| recorded.value).collect())
    }

    /// The same as it was read.
    pub(super) fn evidence_of(
        &self,
        model: &ModelName,
        version: &Version,
    ) -> Result<Vec<Stored<RecordedEvidence>>> {
        let mut evidence = self.list::<RecordedEvidence>(&ModelVersion::key_of(model, version))?;
        evidence.sort_by_key(|recorded| recorded.value.number);
        Ok(evidence)
    }
}
