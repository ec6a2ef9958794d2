use mlops_core::{Alias, ModelName, ModelRef, Principal, Selector, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::{LATEST, Model, ModelVersion, PRODUCTION, bump};
use crate::access::Action;
use crate::name::looks_like;
use crate::registry::{Document, Registry, Session, Stored, StoredExt as _};
use crate::store::{Change, Commit, Key, Kind};
use crate::{Error, Result};

/// What an alias points at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AliasTarget {
    /// The model.
    pub model: ModelName,
    /// The alias.
    pub alias: Alias,
    /// The version that it points at.
    pub version: Version,
    /// Since when.
    pub since: Timestamp,
    /// Who moved it there.
    pub by: Principal,
}

impl AliasTarget {
    pub(crate) fn key_of(model: &ModelName, alias: &str) -> Key {
        Key::from([model.as_str(), alias])
    }
}

impl Document for AliasTarget {
    const KIND: Kind = Kind::Alias;
    fn key(&self) -> Key {
        Self::key_of(&self.model, self.alias.as_str())
    }
}

/// What an alias must be for it to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it points somewhere, or nowhere, or that is all the same")]
pub enum AliasIs {
    /// Whatever: the last to call decides.
    Any,
    /// Not there.
    Absent,
    /// At this version.
    At(Version),
}

impl AliasIs {
    fn check(&self, model: &ModelName, alias: &Alias, found: Option<&AliasTarget>) -> Result<()> {
        let words = |version: Option<&Version>| {
            version.map_or_else(|| "absent".to_owned(), |version| format!("at {version}"))
        };
        let expected = match self {
            Self::Any => return Ok(()),
            Self::Absent => None,
            Self::At(version) => Some(version),
        };
        let found = found.map(|found| &found.version);
        if found == expected {
            return Ok(());
        }
        Err(Error::Conflict {
            what: "alias",
            key: format!("{model}@{alias}"),
            expected: words(expected),
            current: words(found),
        })
    }
}

/// That people may set it: as MLflow 3.17 has it letters, digits, `_` and `-`, not `latest`
/// and not `v` with a number; besides, not `production`, and not a bare number.
pub(crate) fn check_alias(alias: &Alias) -> Result<()> {
    let text = alias.as_str();
    let invalid = |expected: String| {
        Err(Error::Invalid { field: "alias", value: text.chars().take(120).collect(), expected })
    };
    if let Some(other) = text.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-')) {
        return invalid(format!("letters, digits, `_` and `-`, not {other:?}"));
    }
    let lower = text.to_lowercase();
    if lower == PRODUCTION {
        return invalid("another word: what is in production takes a promotion".to_owned());
    }
    if lower == LATEST {
        return invalid("another word: the latest version is found, not set".to_owned());
    }
    if let Some(word) = [PRODUCTION, LATEST].into_iter().find(|word| looks_like(&lower, word)) {
        return invalid(format!("a word that is not to be taken for {word}"));
    }
    let digits = lower.strip_prefix('v').unwrap_or(&lower);
    if !digits.is_empty() && digits.chars().all(char::is_numeric) {
        return invalid("a word that is no version number".to_owned());
    }
    Ok(())
}

impl Session {
    /// Points an alias at a version, if it is what the caller takes it for. Where it points
    /// already nothing changes.
    ///
    /// `production`, `latest` and version numbers such as `v3` can't be set: they have their
    /// meaning by themselves. No policy asks for anything here; what serves real requests
    /// should follow `production`.
    ///
    /// ```
    /// # use mlops_core::{Alias, ModelName, Version};
    /// # use mlops_registry::{Result, Session, model::AliasIs};
    /// # fn a(deployer: &Session, model: &ModelName, version: &Version, old: Version) -> Result<()> {
    /// let champion: Alias = "champion".parse()?;
    /// deployer.set_alias(model, &champion, version, &AliasIs::At(old))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of a deployer of the model, [`Error::NotFound`] if
    /// the version is not registered, [`Error::Conflict`] with where the alias points if that
    /// is not as `expected`, [`Error::Invalid`] for a word that is taken.
    pub fn set_alias(
        &self,
        model: &ModelName,
        alias: &Alias,
        version: &Version,
        expected: &AliasIs,
    ) -> Result<AliasTarget> {
        check_alias(alias)?;
        let subject = format!("{model}@{alias} to {version}");
        self.transact_told(Action::SetAlias, &subject, || {
            let own = self.allowed_to(Action::SetAlias, Some(model), &subject)?;
            let registered =
                self.registry().get::<ModelVersion>("version", ModelVersion::key_of(model, version))?;
            // Written again as it is: who deletes the version at the same time must look again.
            let family = self.registry().get::<Model>("model", Key::from([model.as_str()]))?;
            let found = self.registry().find::<AliasTarget>(AliasTarget::key_of(model, alias.as_str()))?;
            expected.check(model, alias, found.as_ref().map(|found| &found.value))?;
            if let Some(found) = found.as_ref().filter(|found| found.value.version == *version) {
                return Ok((None, found.value.clone()));
            }
            let act = self.act(Action::SetAlias, &subject);
            let target = AliasTarget {
                model: model.clone(),
                alias: alias.clone(),
                version: version.clone(),
                since: act.at,
                by: self.principal().clone(),
            };
            let conditions = vec![own, registered.expected()];
            let changes = vec![family.replace(&family.value)?, found.put(&target)?];
            Ok((Some(Commit::new(act, conditions, changes)?), target))
        })
    }

    /// Takes an alias away, if it is what the caller takes it for.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of a deployer of the model, [`Error::NotFound`] if
    /// it is not there, [`Error::Conflict`] if it is not as `expected`, [`Error::Invalid`] for
    /// `production` and the other words that are not set.
    pub fn delete_alias(&self, model: &ModelName, alias: &Alias, expected: &AliasIs) -> Result<()> {
        check_alias(alias)?;
        let subject = format!("{model}@{alias}");
        self.transact_told(Action::DeleteAlias, &subject, || {
            let own = self.allowed_to(Action::DeleteAlias, Some(model), &subject)?;
            let key = AliasTarget::key_of(model, alias.as_str());
            let found = self.registry().find::<AliasTarget>(key.clone())?;
            expected.check(model, alias, found.as_ref().map(|found| &found.value))?;
            let Stored { revision, value } =
                found.ok_or_else(|| Error::NotFound { what: "alias", key: subject.clone() })?;
            let family = self.registry().get::<Model>("model", Key::from([model.as_str()]))?;
            let act = self.act(Action::DeleteAlias, format!("{subject} from {}", value.version));
            let removed = Change::remove(Kind::Alias, key, revision)?;
            let changes = vec![family.replace(&family.value)?, removed];
            Ok((Some(Commit::new(act, vec![own], changes)?), ()))
        })
    }
}

impl Registry {
    /// The aliases of a model by name, `production` among them.
    ///
    /// # Errors
    /// Those of the store.
    pub fn aliases(&self, model: &ModelName) -> Result<Vec<AliasTarget>> {
        self.values(&Key::from([model.as_str()]))
    }

    /// The version in production, if there is one.
    ///
    /// # Errors
    /// Those of the store.
    pub fn production(&self, model: &ModelName) -> Result<Option<ModelVersion>> {
        self.version_at(model, PRODUCTION)
    }

    /// The version that an alias points at; `None` without the alias.
    fn version_at(&self, model: &ModelName, alias: &str) -> Result<Option<ModelVersion>> {
        let read = || self.find::<AliasTarget>(AliasTarget::key_of(model, alias));
        let mut target = read()?;
        while let Some(at) = target {
            let key = ModelVersion::key_of(model, &at.value.version);
            if let Some(found) = self.find::<ModelVersion>(key)? {
                return Ok(Some(found.value));
            }
            // Deleted between the two? Then the alias went with it, or had moved before.
            target = read()?;
            if target.as_ref().is_some_and(|now| now.revision == at.revision) {
                return self.version(model, &at.value.version).map(Some);
            }
        }
        Ok(None)
    }

    /// The version of a model with the highest precedence: of the releases, or of all if
    /// there is no release yet. A repair of an old line, registered today, is not it.
    ///
    /// MLflow's `latest` is the one registered last instead.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the model has no version.
    pub fn latest(&self, model: &ModelName) -> Result<ModelVersion> {
        let stages = self.stages(model)?;
        match bump::latest(stages.iter().map(|stage| &stage.version)) {
            Some(version) => self.version(model, version),
            None => Err(Error::NotFound { what: "version", key: format!("{model}@{LATEST}") }),
        }
    }

    /// The version that a reference means now: a version, an alias, `latest`, or `v3` for the
    /// third that was registered.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such version or alias.
    pub fn resolve(&self, reference: &ModelRef) -> Result<ModelVersion> {
        match &reference.selector {
            Selector::Version(version) => self.version(&reference.name, version),
            Selector::Alias(alias) => {
                let text = alias.as_str();
                if let Some(version) = self.version_at(&reference.name, text)? {
                    return Ok(version);
                }
                // `+1` would be read as a number, and is none here.
                let digits = text.strip_prefix(['v', 'V']);
                let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
                let number = digits.and_then(|digits| digits.parse().ok());
                if text.eq_ignore_ascii_case(LATEST) {
                    self.latest(&reference.name)
                } else if let Some(number) = number {
                    self.version_numbered(&reference.name, number)
                } else {
                    Err(Error::NotFound { what: "alias", key: reference.to_string() })
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_a_meaning_of_their_own_are_not_set() {
        for word in ["champion", "challenger", "v3a", "v", "staging", "für-tests", "a_b"] {
            check_alias(&word.parse().unwrap()).unwrap_or_else(|error| panic!("{word}: {error}"));
        }
        for word in [
            "latest",
            "Latest",
            "production",
            "PRODUCTION",
            "v3",
            "V12",
            "3",
            "1.2.3",
            "v1.2",
            "a b",
            "٣",
            "prоduction",
            "lаtest",
        ] {
            match check_alias(&word.parse().unwrap()) {
                Err(Error::Invalid { field: "alias", value, .. }) => assert_eq!(value, word),
                other => panic!("{word}: {other:?}"),
            }
        }
    }
}
