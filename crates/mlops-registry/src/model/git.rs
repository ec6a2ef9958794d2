use mlops_core::{ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::ModelVersion;
use crate::access::Action;
use crate::name::cut;
use crate::registry::{Document, Registry, Session, Stored, StoredExt as _};
use crate::store::{Commit, Key, Kind};
use crate::tracking::environment::Git;
use crate::tracking::environment::git::{is_commit, is_tag_name};
use crate::tracking::{Run, RunId, Tag};
use crate::{Error, Result};

/// The fewest digits that a commit may be abbreviated to, and the most that it has.
const MIN_DIGITS: usize = 7;
const MAX_DIGITS: usize = 64;

/// The longest name of a branch, in bytes.
const MAX_BRANCH: usize = 512;

/// Which sources a version came from: their commit, and the tag that the version has there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VersionGit {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// The state of the sources.
    pub git: Git,
    /// The tag that is the version's own, as a [rule](super::GitTagRule) names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Whether nobody has said it of the version: it is what its run has logged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub of_run: bool,
    /// Who has said it.
    pub recorded_by: Principal,
    /// When.
    pub recorded_at: Timestamp,
}

impl Document for VersionGit {
    const KIND: Kind = Kind::VersionGit;
    fn key(&self) -> Key {
        ModelVersion::key_of(&self.model, &self.version)
    }
}

impl VersionGit {
    /// Whether this tag is the version's own, or one at its commit.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tag.as_deref() == Some(tag) || self.git.tags.iter().any(|other| other == tag)
    }

    fn has_commit(&self, digits: &str) -> bool {
        self.git.commit.as_deref().is_some_and(|commit| commit.starts_with(digits))
    }
}

impl Session {
    /// Says which sources a version came from, in place of what was said before: their state
    /// as [`Git::at`] reads it, and the tag that is the version's own, if it has one.
    ///
    /// ```no_run
    /// # use mlops_registry::{Result, Session, model::{GitTagRule, ModelVersion}, tracking::environment::Git};
    /// # fn a(session: &Session, version: &ModelVersion) -> Result<()> {
    /// let git = Git::at(".".as_ref())?;
    /// let tag = GitTagRule::default().name(&version.model, &version.version)?;
    /// session.record_git(&version.model, &version.version, &git, Some(&tag))?;
    /// # let registry = session.registry();
    /// assert_eq!(registry.versions_of_tag(&tag)?[0].version, version.version);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author of the model, [`Error::NotFound`] if
    /// the version is not registered, [`Error::Invalid`] without a commit, or for a commit, a
    /// branch or a tag that can be none, [`Error::Conflict`] if another version of the
    /// registry has the tag as its own.
    pub fn record_git(
        &self,
        model: &ModelName,
        version: &Version,
        git: &Git,
        tag: Option<&str>,
    ) -> Result<VersionGit> {
        check(git, tag)?;
        let subject = format!("{model}/{version}");
        self.transact_told(Action::RecordGit, &subject, || {
            let own = self.allowed_to(Action::RecordGit, Some(model), &subject)?;
            let registry = self.registry();
            let key = ModelVersion::key_of(model, version);
            let registered: Stored<ModelVersion> = registry.get("version", key.clone())?;
            if let Some(tag) = tag {
                let all: Vec<VersionGit> = registry.values(&Key::all())?;
                let mut others = all.iter().filter(|other| other.tag.as_deref() == Some(tag));
                if let Some(other) = others.find(|other| other.model != *model || other.version != *version) {
                    return Err(Error::Conflict {
                        what: "git tag",
                        key: tag.to_owned(),
                        expected: format!("of {subject} or of none"),
                        current: format!("of {}/{}", other.model, other.version),
                    });
                }
            }
            let before = registry.find::<VersionGit>(key)?;
            let same =
                |before: &&Stored<VersionGit>| before.value.git == *git && before.value.tag.as_deref() == tag;
            if let Some(before) = before.as_ref().filter(same) {
                return Ok((None, before.value.clone()));
            }
            let act = self.act(Action::RecordGit, &subject);
            let recorded = VersionGit {
                model: model.clone(),
                version: version.clone(),
                git: git.clone(),
                tag: tag.map(ToOwned::to_owned),
                of_run: false,
                recorded_by: self.principal().clone(),
                recorded_at: act.at,
            };
            let expected = vec![own, registered.expected()];
            Ok((Some(Commit::new(act, expected, vec![before.put(&recorded)?])?), recorded))
        })
    }
}

fn check(git: &Git, tag: Option<&str>) -> Result<()> {
    let invalid = |field, value: &str, expected: &str| {
        Err(Error::Invalid { field, value: cut(value), expected: expected.to_owned() })
    };
    match git.commit.as_deref() {
        Some(commit) if is_commit(commit).is_some_and(|commit| commit == commit.to_ascii_lowercase()) => {}
        other => {
            return invalid("commit", other.unwrap_or("none"), "40 or 64 lower-case hexadecimal digits");
        }
    }
    if let Some(tag) =
        tag.into_iter().chain(git.tags.iter().map(String::as_str)).find(|tag| !is_tag_name(tag))
    {
        return invalid("git tag", tag, "a name that Git takes for a tag");
    }
    let branch = git.branch.as_deref().unwrap_or_default();
    if branch.len() > MAX_BRANCH || branch.chars().any(char::is_control) {
        return invalid("branch", branch, "at most 512 bytes without control characters");
    }
    Ok(())
}

impl Registry {
    /// Which sources a version came from: as someone has said of it, else as its run has
    /// logged with its [environment](crate::tracking::environment); `None` if neither.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the version is not registered.
    pub fn git_of(&self, model: &ModelName, version: &Version) -> Result<Option<VersionGit>> {
        let registered = self.version(model, version)?;
        let said = self.find::<VersionGit>(ModelVersion::key_of(model, version))?;
        match said {
            Some(said) => Ok(Some(said.value)),
            None => self.git_of_run(&registered),
        }
    }

    /// The versions that came from a commit, by model and order of registration; `commit` are
    /// its digits, or the first seven or more of them. Reads every version.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it can be no commit; those of the store.
    pub fn versions_of_commit(&self, commit: &str) -> Result<Vec<ModelVersion>> {
        let digits = commit.to_ascii_lowercase();
        let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !hex || !(MIN_DIGITS..=MAX_DIGITS).contains(&digits.len()) {
            return Err(Error::Invalid {
                field: "commit",
                value: cut(commit),
                expected: format!("{MIN_DIGITS} to {MAX_DIGITS} hexadecimal digits"),
            });
        }
        self.versions_from(|git| git.has_commit(&digits))
    }

    /// The versions that a tag is of: those whose own it is, and those whose commit it was at
    /// when that was read. Reads every version.
    ///
    /// # Errors
    /// Those of the store.
    pub fn versions_of_tag(&self, tag: &str) -> Result<Vec<ModelVersion>> {
        self.versions_from(|git| git.has_tag(tag))
    }

    fn versions_from(&self, is_from: impl Fn(&VersionGit) -> bool) -> Result<Vec<ModelVersion>> {
        let mut found = Vec::new();
        for model in self.models()? {
            for version in self.versions(&model.name)? {
                let said = self.find::<VersionGit>(version.key())?.map(|said| said.value);
                let git = match said {
                    Some(said) => Some(said),
                    None => self.git_of_run(&version)?,
                };
                if git.is_some_and(|git| is_from(&git)) {
                    found.push(version);
                }
            }
        }
        Ok(found)
    }

    /// What the run of a version has logged.
    fn git_of_run(&self, version: &ModelVersion) -> Result<Option<VersionGit>> {
        let tag = |name: &str| Ok(self.find::<Tag>(version.run.key().and(name))?.map(|tag| tag.value.value));
        let commit: Result<Option<String>> = tag("mlflow.source.git.commit");
        let Some(commit) = commit?.as_deref().and_then(is_commit) else { return Ok(None) };
        let Some(run) = self.run_of(&version.run)? else { return Ok(None) };
        let tags: Option<String> = tag("env.git.tags")?;
        let git = Git {
            commit: Some(commit.to_ascii_lowercase()),
            branch: tag("mlflow.source.git.branch")?,
            dirty: tag("mlflow.source.git.dirty")?.and_then(|dirty: String| dirty.parse().ok()),
            tags: tags.iter().flat_map(|tags| tags.split(' ')).map(ToOwned::to_owned).collect(),
            shallow: tag("env.git.shallow")?.is_some(),
        };
        Ok(Some(VersionGit {
            model: version.model.clone(),
            version: version.version.clone(),
            git,
            tag: None,
            of_run: true,
            recorded_by: run.started_by,
            recorded_at: run.started_at,
        }))
    }

    fn run_of(&self, id: &RunId) -> Result<Option<Run>> {
        match self.run(id) {
            Ok(run) => Ok(Some(run)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
