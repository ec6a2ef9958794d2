use std::cmp::Ordering;

use mlops_core::{Digest, ModelName, Version};

use super::signature::{Bump, SchemaChange, Signature};
use super::{ModelVersion, Tombstone};
use crate::registry::Registry;
use crate::{Error, Result};

/// That two versions are too close to each other for what changes between their signatures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{model} {after} can't follow {before}: {}; the least version allowed for {version} is {least}", .changes.join("; "))]
#[non_exhaustive]
pub struct BumpTooSmall {
    /// The model.
    pub model: ModelName,
    /// The lower of the two: the latest release that the new version comes after, or the new
    /// version itself.
    pub before: Version,
    /// The higher of the two: the new version, or the release that comes next after it.
    pub after: Version,
    /// The version that was asked for.
    pub version: Version,
    /// The least above it that would be allowed.
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

/// The least version that is so much above `from`.
///
/// # Errors
/// [`Error::Invalid`] beyond the last that there is.
fn raised(from: &Version, bump: Bump) -> Result<Version> {
    let next = match bump {
        Bump::Major => from.major().checked_add(1).map(|major| Version::new(major, 0, 0)),
        Bump::Minor => from.minor().checked_add(1).map(|minor| Version::new(from.major(), minor, 0)),
        Bump::Patch => {
            from.patch().checked_add(1).map(|patch| Version::new(from.major(), from.minor(), patch))
        }
    };
    next.ok_or_else(|| Error::Invalid {
        field: "version",
        value: from.to_string(),
        expected: "a version that another can come after".to_owned(),
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
    /// deleted, and it is as far from its [neighbours](Self::steps) as its signature asks.
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
        let Some(step) = self.steps(version, signature)?.into_iter().find(|step| !step.suffices()) else {
            return Ok(());
        };
        let asking = step.changes.iter().filter(|change| change.bump() > step.bump());
        Err(Error::BumpTooSmall(Box::new(BumpTooSmall {
            model: self.model.clone(),
            before: step.before.clone(),
            after: step.after.clone(),
            version: version.clone(),
            least: self.first_free(version.clone(), signature)?,
            changes: asking.map(ToString::to_string).collect(),
        })))
    }

    /// The steps that a new version makes: from the release that it comes after, and to the
    /// release that comes next after it. One before a release promises nothing: no step leads
    /// on from it, nor to it.
    fn steps<'v>(&'v self, version: &'v Version, signature: Option<&Signature>) -> Result<Vec<Step<'v>>> {
        let mut steps = Vec::new();
        if let Some(before) = self.before(version) {
            let changes = self.changes_since(before, signature)?;
            steps.push(Step { before, after: version, changes });
        }
        if let Some(after) = self.after(version) {
            let next: ModelVersion = self.registry.version(self.model, after)?;
            let changes = changes(signature, next.signature.as_ref());
            steps.push(Step { before: version, after, changes });
        }
        Ok(steps)
    }

    /// The least version that comes after all releases.
    pub(super) fn next(&self, signature: Option<&Signature>) -> Result<Version> {
        match latest(self.releases()) {
            Some(before) => {
                let asked = asked(&self.changes_since(before, signature)?);
                self.first_free(raised(before, asked)?, signature)
            }
            None => self.first_free(Version::new(1, 0, 0), signature),
        }
    }

    /// The release that `version` comes after, or differs from only in build metadata. Those
    /// before a release promise nothing.
    fn before(&self, version: &Version) -> Option<&Version> {
        latest(self.releases().filter(|other| other.cmp_precedence(version) != Ordering::Greater))
    }

    /// The release that comes next after `version`, if that is a release.
    fn after(&self, version: &Version) -> Option<&Version> {
        let above = self.releases().filter(|other| other.cmp_precedence(version) == Ordering::Greater);
        above.min().filter(|_| !version.is_prerelease())
    }

    fn releases(&self) -> impl Iterator<Item = &Version> {
        self.registered.iter().filter(|version| !version.is_prerelease())
    }

    fn changes_since(&self, before: &Version, signature: Option<&Signature>) -> Result<Vec<SchemaChange>> {
        let before: ModelVersion = self.registry.version(self.model, before)?;
        Ok(changes(before.signature.as_ref(), signature))
    }

    /// The first from `version` on whose name is free, and which its signature allows.
    fn first_free(&self, mut version: Version, signature: Option<&Signature>) -> Result<Version> {
        loop {
            let next = match self.steps(&version, signature)?.iter().find(|step| !step.suffices()) {
                // Nothing between the two is far enough from the lower one.
                Some(step) if *step.after == version => raised(step.before, asked(&step.changes))?,
                // Nothing below the higher one is farther from it, but what is below this too.
                Some(step) => raised(step.after, Bump::Patch)?,
                None if self.is_taken(&version) => raised(&version, Bump::Patch)?,
                None => return Ok(version),
            };
            version = next;
        }
    }

    fn is_taken(&self, version: &Version) -> bool {
        self.registered.contains(version) || self.deleted.iter().any(|(deleted, _)| deleted == version)
    }
}

/// From one version to the next, of which one is new.
struct Step<'a> {
    before: &'a Version,
    after: &'a Version,
    changes: Vec<SchemaChange>,
}

impl Step<'_> {
    fn bump(&self) -> Bump {
        between(self.before, self.after)
    }

    fn suffices(&self) -> bool {
        asked(&self.changes) <= self.bump()
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
