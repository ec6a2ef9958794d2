use mlops_core::{ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::FilledCard;
use crate::access::Action;
use crate::model::{ModelVersion, check_text};
use crate::registry::{Document, Registry, Session, StoredExt as _};
use crate::store::{Commit, Key, Kind};
use crate::{Error, Result};

/// The most paragraphs under one heading.
const MAX_PARAGRAPHS: usize = 200;

/// What only people can say of a version. What the registry knows, [`FilledCard`] adds.
///
/// ```
/// use mlops_registry::model::card::ModelCard;
/// let card = ModelCard::new()
///     .owner("flight-operations@example.org")
///     .intended_use("Warn the ground crew of departures that will be late.")
///     .out_of_scope("Compensation of passengers.")
///     .limit("Trained on three airports of one year.");
/// assert_eq!(card.limits.len(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ModelCard {
    /// Who answers for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
    /// On what terms it may be used.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub license: String,
    /// What it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intended_use: Vec<String>,
    /// Who it is for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intended_users: Vec<String>,
    /// What it is not for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub out_of_scope: Vec<String>,
    /// The groups and circumstances that its answers may depend on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<String>,
    /// Why it is measured by what it is measured by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// What it was trained on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub training_data: Vec<String>,
    /// What it was evaluated on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evaluation_data: Vec<String>,
    /// Where it is wrong, or not known to be right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// Whom it may harm, and what is done against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ethical_considerations: Vec<String>,
    /// What whoever uses it should do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recommendations: Vec<String>,
}

macro_rules! paragraphs {
    ($($(#[$doc:meta])* $one:ident => $all:ident;)*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $one(mut self, text: impl Into<String>) -> Self {
                self.$all.push(text.into());
                self
            }
        )*
    };
}

impl ModelCard {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// On what terms it may be used.
    #[must_use]
    pub fn license(mut self, license: impl Into<String>) -> Self {
        self.license = license.into();
        self
    }

    paragraphs! {
        /// Someone more who answers for it.
        owner => owners;
        /// Something more that it is for.
        intended_use => intended_use;
        /// Someone more that it is for.
        intended_user => intended_users;
        /// Something more that it is not for.
        out_of_scope => out_of_scope;
        /// A group or circumstance more that its answers may depend on.
        factor => factors;
        /// More on what it is measured by.
        metric => metrics;
        /// More on what it was trained on.
        training_data => training_data;
        /// More on what it was evaluated on.
        evaluation_data => evaluation_data;
        /// One more limit.
        limit => limits;
        /// One more ethical consideration.
        ethical_consideration => ethical_considerations;
        /// One more recommendation.
        recommendation => recommendations;
    }

    /// Each heading with what stands under it, in their order.
    pub(super) fn headings(&self) -> [(&'static str, &[String]); 11] {
        [
            ("Owners", &self.owners),
            ("Intended use", &self.intended_use),
            ("Intended users", &self.intended_users),
            ("Out of scope", &self.out_of_scope),
            ("Factors", &self.factors),
            ("Metrics", &self.metrics),
            ("Training data", &self.training_data),
            ("Evaluation data", &self.evaluation_data),
            ("Limits", &self.limits),
            ("Ethical considerations", &self.ethical_considerations),
            ("Recommendations", &self.recommendations),
        ]
    }

    fn check(&self) -> Result<()> {
        check_text("license", &self.license)?;
        for (heading, paragraphs) in self.headings() {
            if paragraphs.len() > MAX_PARAGRAPHS {
                return Err(Error::Invalid {
                    field: "model card",
                    value: format!("{} paragraphs under {heading:?}", paragraphs.len()),
                    expected: format!("at most {MAX_PARAGRAPHS}"),
                });
            }
            for paragraph in paragraphs {
                check_text("model card", paragraph)?;
            }
        }
        Ok(())
    }
}

/// A card as it is kept beside its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RecordedCard {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// What it says.
    pub card: ModelCard,
    /// Who wrote it.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
}

impl Document for RecordedCard {
    const KIND: Kind = Kind::Card;
    fn key(&self) -> Key {
        ModelVersion::key_of(&self.model, &self.version)
    }
}

impl Session {
    /// Writes the card of a version, in place of the one before, whose digest stays in the
    /// audit log. The same card changes nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author of the model, [`Error::NotFound`] if
    /// the version is not registered, [`Error::Invalid`] for texts that are too long.
    pub fn set_card(&self, model: &ModelName, version: &Version, card: &ModelCard) -> Result<RecordedCard> {
        card.check()?;
        self.transact(|| {
            let own = self.allowed(Action::SetCard, Some(model))?;
            let key = ModelVersion::key_of(model, version);
            let registered = self.registry().get::<ModelVersion>("version", key.clone())?;
            let before = self.registry().find::<RecordedCard>(key)?;
            if let Some(before) = before.as_ref().filter(|before| before.value.card == *card) {
                return Ok((None, before.value.clone()));
            }
            let act = self.act(Action::SetCard, format!("{model}/{version}"));
            let recorded = RecordedCard {
                model: model.clone(),
                version: version.clone(),
                card: card.clone(),
                by: self.principal().clone(),
                at: act.at,
            };
            let expected = vec![own, registered.expected()];
            Ok((Some(Commit::new(act, expected, vec![before.put(&recorded)?])?), recorded))
        })
    }
}

impl Registry {
    /// The card of a version, filled with what the registry knows of it; also where nobody
    /// has written one.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the version is not registered.
    pub fn model_card(&self, model: &ModelName, version: &Version) -> Result<FilledCard> {
        let registered = self.version(model, version)?;
        let written = self.find::<RecordedCard>(ModelVersion::key_of(model, version))?;
        let described = self.descriptions(model, Some(version))?.pop();
        let number = registered.number;
        let mut before = self.versions(model)?;
        before.retain(|version| version.number <= number);
        Ok(FilledCard {
            stage: self.stage(model, version)?,
            written: written.map(|written| written.value),
            description: described.map(|described| described.text).unwrap_or_default(),
            tags: self.model_tags(model, Some(version))?,
            evidence: self.evidence(model, version)?,
            promotions: self
                .history(model)?
                .into_iter()
                .filter(|promotion| promotion.version == *version)
                .collect(),
            versions: before.into_iter().map(|version| (version.version, version.lineage.metrics)).collect(),
            version: registered,
        })
    }
}
