use std::collections::BTreeMap;

use mlops_core::{ModelName, Version};
use serde::{Deserialize, Serialize};

use super::{Model, ModelVersion, check_text};
use crate::Result;
use crate::access::Action;
use crate::name::{Rule, check};
use crate::registry::{Document, Registry, Session, StoredExt as _};
use crate::store::{Change, Commit, Expected, Key, Kind};

/// The longest name of a tag, in bytes.
const MAX_NAME: usize = 256;

/// A remark on a model or on one of its versions, which the next one of that name replaces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModelTag {
    /// The model.
    pub model: ModelName,
    /// The version; `None` for the model itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What of a model something is about: the model itself, or one of its versions.
pub(super) fn about(model: &ModelName, version: Option<&Version>) -> Key {
    let version = version.map(ToString::to_string).unwrap_or_default();
    Key::from([model.as_str()]).and(version)
}

/// The same in words.
pub(super) fn words(model: &ModelName, version: Option<&Version>) -> String {
    version.map_or_else(|| model.to_string(), |version| format!("{model}/{version}"))
}

impl Document for ModelTag {
    const KIND: Kind = Kind::ModelTag;
    fn key(&self) -> Key {
        about(&self.model, self.version.as_ref()).and(self.name.as_str())
    }
}

/// That a tag of a model or a version may be kept.
pub(crate) fn check_model_tag(name: &str, value: &str) -> Result<()> {
    check("tag", name, MAX_NAME, Rule::Key)?;
    check_text("tag value", value)
}

impl Session {
    /// Puts a tag on a model, or on a version if one is named, in place of the last one of
    /// that name.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of an author of the model, [`Error::NotFound`](crate::Error::NotFound)
    /// without the model or the version, [`Error::Invalid`](crate::Error::Invalid) for a name or value that is none.
    pub fn set_model_tag(
        &self,
        model: &ModelName,
        version: Option<&Version>,
        name: &str,
        value: &str,
    ) -> Result<ModelTag> {
        check_model_tag(name, value)?;
        let tag = ModelTag {
            model: model.clone(),
            version: version.cloned(),
            name: name.to_owned(),
            value: value.to_owned(),
        };
        self.transact(|| {
            let own = self.allowed(Action::TagModel, Some(model))?;
            let there = self.registry().is_there(model, version)?;
            let found = self.registry().find::<ModelTag>(tag.key())?;
            if found.as_ref().is_some_and(|found| found.value == tag) {
                return Ok((None, tag.clone()));
            }
            let act = self.act(Action::TagModel, format!("{} {name}", words(model, version)));
            Ok((Some(Commit::new(act, vec![own, there], vec![found.put(&tag)?])?), tag.clone()))
        })
    }

    /// Takes a tag off a model, or off a version if one is named.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of an author of the model, [`Error::NotFound`](crate::Error::NotFound) if
    /// it is not there.
    pub fn delete_model_tag(&self, model: &ModelName, version: Option<&Version>, name: &str) -> Result<()> {
        self.transact(|| {
            let own = self.allowed(Action::UntagModel, Some(model))?;
            let key = about(model, version).and(name);
            let found = self.registry().get::<ModelTag>("tag", key.clone())?;
            let act = self.act(Action::UntagModel, format!("{} {name}", words(model, version)));
            let removed = Change::remove(Kind::ModelTag, key, found.revision)?;
            Ok((Some(Commit::new(act, vec![own], vec![removed])?), ()))
        })
    }
}

impl Registry {
    /// The tags of a model, or of a version if one is named, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn model_tags(
        &self,
        model: &ModelName,
        version: Option<&Version>,
    ) -> Result<BTreeMap<String, String>> {
        let tags: Vec<ModelTag> = self.values(&about(model, version))?;
        Ok(tags.into_iter().map(|tag| (tag.name, tag.value)).collect())
    }

    /// That a model, or a version of it, is registered, as a condition that it stays so. The
    /// record of a model changes at every turn: so much the more often does this look again.
    pub(super) fn is_there(&self, model: &ModelName, version: Option<&Version>) -> Result<Expected> {
        match version {
            Some(version) => {
                let key = ModelVersion::key_of(model, version);
                Ok(self.get::<ModelVersion>("version", key)?.expected())
            }
            None => Ok(self.get::<Model>("model", Key::from([model.as_str()]))?.expected()),
        }
    }
}
