use mlops_core::{ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::Framework;
use crate::access::Action;
use crate::audit::check_reason;
use crate::model::ModelVersion;
use crate::name::{Rule, check};
use crate::registry::{Document, Registry, Session, Stored, StoredExt as _};
use crate::store::{Commit, Key, Kind};
use crate::{Error, Result};

/// The longest name of an item, in bytes.
const MAX_ITEM: usize = 128;

/// What a person answers for, of a version, where no record can show it: that a committee has
/// met, that a plan is kept elsewhere. It is their word and no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Attestation {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// The item of a checklist that it answers, by its [id](super::Item::id).
    pub item: String,
    /// What they say.
    pub statement: String,
    /// Who says it.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
}

impl Document for Attestation {
    const KIND: Kind = Kind::Attestation;
    fn key(&self) -> Key {
        ModelVersion::key_of(&self.model, &self.version).and(self.item.as_str())
    }
}

impl Session {
    /// Answers for an item of a checklist in one's own name, in place of what was said of it
    /// before, which stays in the audit log. The same words of the same person change nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an approver of the model, [`Error::NotFound`] if
    /// the version is not registered, [`Error::Invalid`] for an item that there is none of, or
    /// that takes records and not words, or a statement that is empty or too long.
    pub fn attest(
        &self,
        model: &ModelName,
        version: &Version,
        item: &str,
        statement: &str,
    ) -> Result<Attestation> {
        check("item", item, MAX_ITEM, Rule::Key)?;
        check_reason("statement", statement)?;
        if !Framework::requirement(item).is_some_and(|requirement| requirement.by.is_empty()) {
            return Err(Error::Invalid {
                field: "item",
                value: item.to_owned(),
                expected: "the id of an item of a checklist that no record can show".to_owned(),
            });
        }
        let subject = format!("{model}/{version} {item}");
        self.transact(|| {
            let own = self.allowed_to(Action::Attest, Some(model), &subject)?;
            let registry = self.registry();
            let key = ModelVersion::key_of(model, version);
            let registered: Stored<ModelVersion> = registry.get("version", key.clone())?;
            let before = registry.find::<Attestation>(key.and(item))?;
            let same = |before: &&Stored<Attestation>| {
                before.value.statement == statement && before.value.by == *self.principal()
            };
            if let Some(before) = before.as_ref().filter(same) {
                return Ok((None, before.value.clone()));
            }
            let mut act = self.act(Action::Attest, &subject).artifacts([registered.value.artifact]);
            act.reason = Some(statement.to_owned());
            let attestation = Attestation {
                model: model.clone(),
                version: version.clone(),
                item: item.to_owned(),
                statement: statement.to_owned(),
                by: self.principal().clone(),
                at: act.at,
            };
            let expected = vec![own, registered.expected()];
            Ok((Some(Commit::new(act, expected, vec![before.put(&attestation)?])?), attestation))
        })
    }
}

impl Registry {
    /// What people answer for, of a version, by item.
    ///
    /// # Errors
    /// Those of the store.
    pub fn attestations(&self, model: &ModelName, version: &Version) -> Result<Vec<Attestation>> {
        self.values(&ModelVersion::key_of(model, version))
    }
}
