use mlops_core::{Digest, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::tag::{about, words};
use super::{ModelVersion, check_text};
use crate::Result;
use crate::access::Action;
use crate::registry::{Document, Registry, Session};
use crate::store::{Commit, Key, Kind};

/// What a person should know of a model or of one of its versions, in the words of one time.
/// Each stays when the next is written: who approved a version saw those of then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Description {
    /// The model.
    pub model: ModelName,
    /// The version; `None` for the model itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Its place among them, from 1; 0 for the words that a version was registered with.
    pub number: u32,
    /// The words.
    pub text: String,
    /// The digest of the words before; `None` if there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Digest>,
    /// Who wrote them.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
}

impl Document for Description {
    const KIND: Kind = Kind::Description;
    fn key(&self) -> Key {
        about(&self.model, self.version.as_ref()).and(i64::from(self.number))
    }
}

impl Description {
    fn registered(version: &ModelVersion) -> Self {
        Self {
            model: version.model.clone(),
            version: Some(version.version.clone()),
            number: 0,
            text: version.description.clone(),
            replaces: None,
            by: version.registered_by.clone(),
            at: version.registered_at,
        }
    }
}

impl Session {
    /// Describes a model, or a version if one is named, in other words than before. Those
    /// stay readable, and the new ones name their digest. The same words change nothing.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of an author of the model,
    /// [`Error::NotFound`](crate::Error::NotFound) without the model or the version,
    /// [`Error::Invalid`](crate::Error::Invalid) for a text that is too long.
    pub fn describe_model(
        &self,
        model: &ModelName,
        version: Option<&Version>,
        text: &str,
    ) -> Result<Description> {
        check_text("description", text)?;
        self.transact(|| {
            let own = self.allowed(Action::DescribeModel, Some(model))?;
            let there = self.registry().is_there(model, version)?;
            let before = self.registry().descriptions(model, version)?.pop();
            if let Some(before) = before.as_ref().filter(|before| before.text == text) {
                return Ok((None, before.clone()));
            }
            let act = self.act(Action::DescribeModel, words(model, version));
            let description = Description {
                model: model.clone(),
                version: version.cloned(),
                number: before.as_ref().map_or(0, |before| before.number) + 1,
                text: text.to_owned(),
                replaces: before.map(|before| Digest::of(before.text)),
                by: self.principal().clone(),
                at: act.at,
            };
            let commit = Commit::new(act, vec![own, there], vec![description.create()?])?;
            Ok((Some(commit), description))
        })
    }
}

impl Registry {
    /// All descriptions of a model, or of a version if one is named, the first first: for a
    /// version the one that it was registered with. The last one holds now.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if the version is not registered.
    pub fn descriptions(&self, model: &ModelName, version: Option<&Version>) -> Result<Vec<Description>> {
        let mut all = Vec::new();
        if let Some(version) = version {
            all.push(Description::registered(&self.version(model, version)?));
        }
        all.extend(self.values::<Description>(&about(model, version))?);
        Ok(all)
    }

    /// The description that held at `moment`, such as when a version was approved; `None`
    /// before the first.
    ///
    /// # Errors
    /// As [`descriptions`](Self::descriptions).
    pub fn description_at(
        &self,
        model: &ModelName,
        version: Option<&Version>,
        moment: Timestamp,
    ) -> Result<Option<Description>> {
        let all = self.descriptions(model, version)?;
        Ok(all.into_iter().rfind(|description| description.at <= moment))
    }
}
