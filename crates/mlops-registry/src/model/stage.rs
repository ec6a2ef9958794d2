use std::fmt;
use std::str::FromStr;

use mlops_core::{ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use super::ModelVersion;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};
use crate::{Error, Result};

/// Where a version stands; the words are MLflow's.
///
/// | from | to | by |
/// | --- | --- | --- |
/// | – | `None` | [`register`](crate::Session::register) |
/// | any but `Production` | `Staging` | [`start_trial`](crate::Session::start_trial), for as long as the [trial](crate::trial) is running |
/// | any but `Production` | `Staging` | [`promote_to_staging`](crate::Session::promote_to_staging), by a policy for it |
/// | `Staging` of a trial | where it stood before | [`end_trial`](crate::Session::end_trial), or another version that went into production |
/// | any but `Production` | `Production` | [`promote`](crate::Session::promote), in an emergency [`break_glass`](crate::Session::break_glass), for those that were there once also [`rollback`](crate::Session::rollback) and [`rollback_to`](crate::Session::rollback_to) |
/// | `Production` | `Archived` | another version that went into production |
/// | any | `None`, `Staging`, `Archived` | [`transition_stage`](crate::Session::transition_stage), by hand; into `Staging` only where no policy for staging says otherwise |
///
/// By hand any number of versions can be in `Staging`, as in MLflow, and at most one of them
/// is on trial: [`Registry::trial`] says which. One that is moved out of `Staging` by hand
/// while it is on trial has its trial withdrawn with the reason of the move; and one in
/// `Staging` by hand that goes on trial stands there again when the trial has ended.
///
/// One that is moved out of `Production` leaves it empty, which takes a reason; a trial
/// beside it is withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Stage {
    /// Registered, and nothing more.
    None,
    /// Being tried out: on [trial](crate::trial) beside the one in production, or put there by hand.
    Staging,
    /// In production: at most one version of a model is.
    Production,
    /// Put aside; those that were in production once are here.
    Archived,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::None, Self::Staging, Self::Production, Self::Archived];
}

/// Upper and lower case are the same, as in MLflow: `Production`, `production`.
impl FromStr for Stage {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        let stage = Self::ALL.into_iter().find(|stage| stage.to_string().eq_ignore_ascii_case(value));
        stage.ok_or_else(|| Error::Invalid {
            field: "stage",
            value: value.chars().take(120).collect(),
            expected: "None, Staging, Production or Archived".to_owned(),
        })
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Staging => "staging",
            Self::Production => "production",
            Self::Archived => "archived",
        })
    }
}

/// Where a version stands, and since when. Kept beside the version, which never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VersionStage {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
    /// Where it stands.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// Who put it there.
    pub by: Principal,
}

impl Document for VersionStage {
    const KIND: Kind = Kind::Stage;
    fn key(&self) -> Key {
        Key::from([self.model.as_str()]).and(self.version.to_string())
    }
}

impl Registry {
    /// Where a version stands.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) if it is not registered.
    pub fn stage(&self, model: &ModelName, version: &Version) -> Result<VersionStage> {
        Ok(self.get("version", ModelVersion::key_of(model, version))?.value)
    }

    /// Where each version of a model stands, by the text of the version.
    ///
    /// # Errors
    /// Those of the store.
    pub fn stages(&self, model: &ModelName) -> Result<Vec<VersionStage>> {
        self.values(&Key::from([model.as_str()]))
    }
}
