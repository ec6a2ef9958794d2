use mlops_core::{Digest, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::dossier::Dossier;
use super::framework::{Framework, Requirement};
use super::question::Finding;
use crate::merkle::Origin;
use crate::registry::Registry;
use crate::signing::Trust;
use crate::{Error, Result};

/// What a report is to look at.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ComplianceTerms {
    frameworks: Option<Vec<Framework>>,
    pub(super) trust: Option<Trust>,
    pub(super) unverified: bool,
}

impl ComplianceTerms {
    /// Every framework, and the whole log verified.
    pub fn new() -> Self {
        Self::default()
    }

    /// These frameworks, in this order.
    pub fn frameworks(mut self, frameworks: impl IntoIterator<Item = Framework>) -> Self {
        self.frameworks = Some(frameworks.into_iter().collect());
        self
    }

    /// Whose signatures count. Without it none does, as a signature by anybody shows nothing.
    pub fn trusting(mut self, trust: Trust) -> Self {
        self.trust = Some(trust);
        self
    }

    /// Leaves the audit log unread, which takes a while if it is long: then nothing shows that
    /// the records are whole, and the report says so.
    pub const fn without_verifying(mut self) -> Self {
        self.unverified = true;
        self
    }
}

/// What the registry can show of a version, as checklists. It claims nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComplianceReport {
    /// The registry, by the name of its audit log.
    pub registry: Origin,
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// The digest of its file.
    pub artifact: Digest,
    /// When it was looked at.
    pub at: Timestamp,
    /// How many entries the audit log had: evidence by entry is among them.
    pub log_size: u64,
    /// The checklists.
    pub checklists: Vec<Checklist>,
}

/// The items of one framework.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Checklist {
    /// The framework.
    pub framework: Framework,
    /// What it is called.
    pub title: String,
    /// The public document that its sections are of.
    pub source: String,
    /// The items, in the order of the source.
    pub items: Vec<Item>,
}

/// One point of a framework, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// What it is called, in every report.
    pub id: String,
    /// Where it stands in the source.
    pub section: String,
    /// What it asks for.
    pub asks: String,
    /// Whether it was found.
    pub state: ItemState,
    /// The records that speak to it; some of them, if it is missing.
    pub proofs: Vec<Proof>,
    /// What is to be done; empty unless it is missing.
    pub to_do: Vec<String>,
}

/// Whether the registry can show something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ItemState {
    /// Each record that it takes is there.
    Found,
    /// No record can show it, and a person answers for it.
    Attested,
    /// Something is missing.
    Missing,
}

/// A record that speaks to an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Proof {
    /// What it says.
    pub what: String,
    /// Whose it is, if it is someone's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Principal>,
    /// When it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The entry of the audit log that tells of it; [`Registry::prove`] proves it to an outsider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The digest of what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

impl Proof {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), by: None, at: None, entry: None, digest: None }
    }

    pub(super) fn by(mut self, by: &Principal, at: Timestamp) -> Self {
        (self.by, self.at) = (Some(by.clone()), Some(at));
        self
    }

    pub(super) const fn entry(mut self, entry: u64) -> Self {
        self.entry = Some(entry);
        self
    }

    pub(super) const fn digest(mut self, digest: Digest) -> Self {
        self.digest = Some(digest);
        self
    }
}

impl ComplianceReport {
    /// The items that are missing something, of all checklists.
    pub fn missing(&self) -> impl Iterator<Item = &Item> {
        self.items().filter(|item| item.state == ItemState::Missing)
    }

    /// The item called `id`.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items().find(|item| item.id == id)
    }

    fn items(&self) -> impl Iterator<Item = &Item> {
        self.checklists.iter().flat_map(|checklist| &checklist.items)
    }

    /// The report as canonical JSON: of the same records at the same moment always the same.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_json(&self) -> Result<String> {
        Ok(mlops_core::canonical::to_string(self)?)
    }
}

impl Checklist {
    /// How many items are in this state.
    pub fn count(&self, state: ItemState) -> usize {
        self.items.iter().filter(|item| item.state == state).count()
    }
}

impl Registry {
    /// What the registry can show of a version to those who ask by the frameworks of `terms`.
    /// Reads all that is recorded of the model, and the whole log unless told otherwise.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the version is not registered; [`Error::Invalid`] without any
    /// framework; those of the stores. What is missing is no error.
    pub fn compliance_report(
        &self,
        model: &ModelName,
        version: &Version,
        terms: &ComplianceTerms,
    ) -> Result<ComplianceReport> {
        let frameworks = terms.frameworks.clone().unwrap_or_else(|| Framework::ALL.to_vec());
        if frameworks.is_empty() {
            return Err(Error::Invalid {
                field: "frameworks",
                value: "none".to_owned(),
                expected: "one or more".to_owned(),
            });
        }
        let dossier = Dossier::read(self, model, version, terms)?;
        let checklists = frameworks.into_iter().map(|framework| {
            let items = framework.requirements().iter().map(|requirement| item(requirement, &dossier));
            Ok(Checklist {
                framework,
                title: framework.title().to_owned(),
                source: framework.source().to_owned(),
                items: items.collect::<Result<_>>()?,
            })
        });
        Ok(ComplianceReport {
            registry: self.origin().clone(),
            model: model.clone(),
            version: version.clone(),
            artifact: dossier.version.value.artifact,
            at: dossier.at,
            log_size: dossier.log_size,
            checklists: checklists.collect::<Result<_>>()?,
        })
    }
}

fn item(requirement: &Requirement, dossier: &Dossier) -> Result<Item> {
    let (mut proofs, mut to_do) = (Vec::new(), Vec::new());
    for question in requirement.by {
        match question.look(dossier)? {
            Finding::Found(found) => proofs.extend(found),
            Finding::Missing { to_do: task, found } => {
                proofs.extend(found);
                to_do.push(task);
            }
        }
    }
    let mut state = if to_do.is_empty() { ItemState::Found } else { ItemState::Missing };
    if requirement.by.is_empty() {
        let attested = dossier.attestations.iter().find(|stored| stored.value.item == requirement.id);
        if let Some(attested) = attested {
            let word = &attested.value;
            proofs.push(Proof::new(word.statement.clone()).by(&word.by, word.at).entry(attested.revision.0));
            state = ItemState::Attested;
        } else {
            to_do.push(format!(
                "no record can show this: an approver may attest to {:?} and answers for it",
                requirement.id
            ));
            state = ItemState::Missing;
        }
    }
    Ok(Item {
        id: requirement.id.to_owned(),
        section: requirement.section.to_owned(),
        asks: requirement.asks.to_owned(),
        state,
        proofs,
        to_do,
    })
}
