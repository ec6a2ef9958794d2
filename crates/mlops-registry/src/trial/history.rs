use std::fmt;

use mlops_core::{Digest, ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::{TrialEnd, TrialKind, TrialOutcome};
use crate::model::{Model, ModelVersion, Stage, VersionStage};
use crate::registry::{Document, Registry, Stored};
use crate::store::{Change, Key, Kind};
use crate::{Error, Result};

/// A time that a version spent beside the one in production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trial {
    /// The model.
    pub model: ModelName,
    /// Its place among the trials of the model, from 1.
    pub number: u32,
    /// The version on trial.
    pub version: Version,
    /// The digest of its model file.
    pub artifact: Digest,
    /// The version in production beside it, for as long as the trial lasts; `None` if there
    /// was none.
    pub beside: Option<Version>,
    /// Where the version stood before, and stands again afterwards, unless it went into
    /// production.
    pub stood: Stage,
    /// What it is now, or was when it ended.
    pub kind: TrialKind,
    /// What it was since when, the first first.
    pub phases: Vec<TrialPhase>,
    /// How it ended; `None` while it is running.
    pub end: Option<TrialEnd>,
}

/// A part of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrialPhase {
    /// What the trial was.
    pub kind: TrialKind,
    /// Since when.
    pub since: Timestamp,
    /// Who made it that.
    pub by: Principal,
}

impl Trial {
    /// Whether it has not ended.
    pub const fn is_running(&self) -> bool {
        self.end.is_none()
    }

    pub(crate) fn key_of(model: &ModelName, number: u32) -> Key {
        Key::from([model.as_str()]).and(i64::from(number))
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} as {}", self.model, self.version, self.kind)?;
        match &self.end {
            None => Ok(()),
            Some(end) => write!(f, ", {}", end.outcome),
        }
    }
}

impl Document for Trial {
    const KIND: Kind = Kind::Trial;
    fn key(&self) -> Key {
        Self::key_of(&self.model, self.number)
    }
}

impl Registry {
    /// The trial of a model that is running, if one is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn trial(&self, model: &ModelName) -> Result<Option<Trial>> {
        let family = self.find::<Model>(Key::from([model.as_str()]))?;
        let running = family.map(|family| self.running_trial(&family.value)).transpose()?;
        Ok(running.flatten().map(|trial| trial.value))
    }

    /// The trials of a model, the first first; the last may be running.
    ///
    /// # Errors
    /// Those of the store.
    pub fn trials(&self, model: &ModelName) -> Result<Vec<Trial>> {
        self.values(&Key::from([model.as_str()]))
    }

    /// The trial that is running. Who puts the model as it was read among the conditions of a
    /// commit knows that none has begun since; one that was running must be among them too.
    pub(super) fn running_trial(&self, family: &Model) -> Result<Option<Stored<Trial>>> {
        if family.trials == 0 {
            return Ok(None);
        }
        let last = self.get::<Trial>("trial", Trial::key_of(&family.name, family.trials))?;
        Ok(Some(last).filter(|trial| trial.value.is_running()))
    }
}

/// A trial that is running, and what there is to change when it ends.
#[derive(Debug)]
pub(crate) struct Running {
    pub(super) trial: Stored<Trial>,
    pub(super) stage: Stored<VersionStage>,
}

impl Running {
    /// The trial of `family` that is running.
    pub(crate) fn find(registry: &Registry, family: &Model) -> Result<Option<Self>> {
        let Some(trial) = registry.running_trial(family)? else { return Ok(None) };
        let key = ModelVersion::key_of(&trial.value.model, &trial.value.version);
        Ok(Some(Self { stage: registry.get::<VersionStage>("version", key)?, trial }))
    }

    /// Ends it because `version` goes into production; where that version stands is for the
    /// caller to change.
    pub(crate) fn give_way(&self, version: &Version, at: Timestamp, by: &Principal) -> Result<Vec<Change>> {
        let end = |outcome| TrialEnd { outcome, at, by: by.clone(), evidence: Vec::new() };
        if self.trial.value.version == *version {
            return Ok(vec![self.ended(end(TrialOutcome::Completed))?]);
        }
        let outcome = TrialOutcome::Withdrawn { reason: format!("{version} went into production") };
        self.over(end(outcome))
    }

    /// Ends it, and puts the version back where it stood.
    pub(crate) fn over(&self, end: TrialEnd) -> Result<Vec<Change>> {
        let back = VersionStage {
            stage: self.trial.value.stood,
            since: end.at,
            by: end.by.clone(),
            ..self.stage.value.clone()
        };
        Ok(vec![self.ended(end)?, self.stage.replace(&back)?])
    }

    /// Whether it is of `version`.
    pub(crate) fn is_of(&self, version: &Version) -> bool {
        self.trial.value.version == *version
    }

    /// Ends it; where its version stands is for the caller to change.
    pub(crate) fn ended(&self, end: TrialEnd) -> Result<Change> {
        self.trial.replace(&Trial { end: Some(end), ..self.trial.value.clone() })
    }

    /// That it is of `version`.
    pub(super) fn of(running: Option<Self>, model: &ModelName, version: &Version) -> Result<Self> {
        let current = match running {
            Some(running) if running.trial.value.version == *version => return Ok(running),
            Some(running) => format!("of {} as {}", running.trial.value.version, running.trial.value.kind),
            None => "not running".to_owned(),
        };
        Err(Error::Conflict {
            what: "trial",
            key: model.to_string(),
            expected: format!("of {version}"),
            current,
        })
    }
}
