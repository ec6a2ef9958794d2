use std::cmp::Ordering;

use mlops_core::{Digest, ModelName, Version};

use super::signature::{Bump, SchemaChange, Signature};
use super::{ModelVersion, Tombstone};
use crate::registry::Registry;
use crate::{Error, Result};

/// That a version is too close to the one before for what its signature changes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{model} {version} can't follow {before}: {}; the least version allowed is {least}", .changes.join("; "))]
#[non_exhaustive]
pub struct BumpTooSmall {
    /// The model.
    pub model: ModelName,
    /// The version that it is compared with: the latest release that it comes after.
    pub before: Version,
    /// The version that was asked for.
    pub version: Version,
    /// The least that would be allowed.
    pub least: Version,
    /// The changes that ask for more, in words.
    pub changes: Vec<String>,
}

/// The highest by precedence, releases before all others; of those that differ only in
/// build metadata the highest by that.
pub(super) fn latest<'a>(versions: impl Iterator<Item = &'a Version>) -> Option<&'a Version> {
    versions.max_by(|a, b| (!a.is_prerelease()).cmp(&!b.is_prerelease()).then_with(|| a.cmp(b)))
}

/// Which number of `from` is another in `to`, the first that is.
fn between(from: &Version, to: &Version) -> Bump {
    if from.major() != to.major() {
        Bump::Major
    } else if from.minor() != to.minor() {
        Bump::Minor
    } else {
        Bump::Patch
    }
}

/// The least version that is so much above `from`; `None` beyond the last that there is.
fn raised(from: &Version, bump: Bump) -> Option<Version> {
    Some(match bump {
        Bump::Major => Version::new(from.major().checked_add(1)?, 0, 0),
        Bump::Minor => Version::new(from.major(), from.minor().checked_add(1)?, 0),
        Bump::Patch => Version::new(from.major(), from.minor(), from.patch().checked_add(1)?),
    })
}

/// What is different in what a version is to take and give. Without a signature before
/// nothing was promised.
fn changes(before: Option<&Signature>, after: Option<&Signature>) -> Vec<SchemaChange> {
    match (before, after) {
        (None, _) => Vec::new(),
        (Some(_), None) => vec![SchemaChange::dropped()],
        (Some(before), Some(after)) => before.changes(after),
    }
}

fn asked(changes: &[SchemaChange]) -> Bump {
    changes.iter().map(SchemaChange::bump).max().unwrap_or(Bump::Patch)
}

/// The versions of a model, as a new one meets them.
pub(super) struct Line<'a> {
    registry: &'a Registry,
    model: &'a ModelName,
    registered: Vec<Version>,
    deleted: Vec<(Version, Digest)>,
}

impl<'a> Line<'a> {
    pub(super) fn read(registry: &'a Registry, model: &'a ModelName) -> Result<Self> {
        let registered = registry.stages(model)?.into_iter().map(|stage| stage.version).collect();
        let deleted = registry.deleted_versions(model)?;
        let deleted = deleted.iter().filter_map(Tombstone::version);
        let deleted = deleted.map(|version| (version.version.clone(), version.artifact)).collect();
        Ok(Self { registry, model, registered, deleted })
    }

    /// That a version may be registered: its name is not that of another file that was
    /// deleted, and it is as far from the one before as its signature asks.
    pub(super) fn check(
        &self,
        version: &Version,
        signature: Option<&Signature>,
        artifact: &Digest,
    ) -> Result<()> {
        if let Some((_, other)) =
            self.deleted.iter().find(|(name, other)| name == version && other != artifact)
        {
            return Err(Error::Conflict {
                what: "version",
                key: format!("{}/{version}", self.model),
                expected: format!("never registered, or deleted with {artifact}"),
                current: format!("deleted, and was {other}"),
            });
        }
        let Some(before) = self.before(version) else { return Ok(()) };
        let changes = self.changes_since(before, signature)?;
        let bump = between(before, version);
        if asked(&changes) <= bump {
            return Ok(());
        }
        let asking = changes.iter().filter(|change| change.bump() > bump);
        Err(Error::BumpTooSmall(Box::new(BumpTooSmall {
            model: self.model.clone(),
            before: before.clone(),
            version: version.clone(),
            least: self.least(before, asked(&changes), signature)?,
            changes: asking.map(ToString::to_string).collect(),
        })))
    }

    /// The least version that comes after all releases.
    pub(super) fn next(&self, signature: Option<&Signature>) -> Result<Version> {
        let releases = self.registered.iter().filter(|version| !version.is_prerelease());
        match latest(releases) {
            Some(before) => self.least(before, asked(&self.changes_since(before, signature)?), signature),
            None => self.first_free(Version::new(1, 0, 0), signature),
        }
    }

    /// The release that `version` comes after, or differs from only in build metadata. Those
    /// before a release promise nothing.
    fn before(&self, version: &Version) -> Option<&Version> {
        let releases = self.registered.iter().filter(|other| !other.is_prerelease());
        latest(releases.filter(|other| other.cmp_precedence(version) != Ordering::Greater))
    }

    fn changes_since(&self, before: &Version, signature: Option<&Signature>) -> Result<Vec<SchemaChange>> {
        let before: ModelVersion = self.registry.version(self.model, before)?;
        Ok(changes(before.signature.as_ref(), signature))
    }

    fn least(&self, before: &Version, bump: Bump, signature: Option<&Signature>) -> Result<Version> {
        self.first_free(raised(before, bump).ok_or_else(|| beyond(before))?, signature)
    }

    /// The first from `version` on whose name is free, and which its signature allows.
    fn first_free(&self, mut version: Version, signature: Option<&Signature>) -> Result<Version> {
        loop {
            let taken = self.registered.contains(&version)
                || self.deleted.iter().any(|(deleted, _)| *deleted == version);
            let above = match self.before(&version) {
                None => None,
                Some(before) => {
                    let asked = asked(&self.changes_since(before, signature)?);
                    let far = asked <= between(before, &version) && *before != version;
                    if far { None } else { Some(raised(before, asked).ok_or_else(|| beyond(before))?) }
                }
            };
            if !taken && above.is_none() {
                return Ok(version);
            }
            let next = raised(&version, Bump::Patch).ok_or_else(|| beyond(&version))?;
            version = above.filter(|above| *above > next).unwrap_or(next);
        }
    }
}

fn beyond(version: &Version) -> Error {
    Error::Invalid {
        field: "version",
        value: version.to_string(),
        expected: "a version that another can come after".to_owned(),
    }
}

impl Registry {
    /// The least version that one with this signature may be registered as: so far above the
    /// latest release as the [changes](super::signature) ask, 1.0.0 if there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn suggest_version(&self, model: &ModelName, signature: Option<&Signature>) -> Result<Version> {
        Line::read(self, model)?.next(signature)
    }
}
