use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::{PRODUCTION, Stage};
use crate::{Error, Result};

/// A stage that a version is promoted to, and that can have a policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
#[non_exhaustive]
pub enum TargetStage {
    /// Where a version is tried out. Without a policy it takes none.
    Staging,
    /// Where it decides. Without a policy nothing gets there.
    #[default]
    Production,
}

impl TargetStage {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Staging, Self::Production];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Production => PRODUCTION,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub(super) fn is_production(&self) -> bool {
        matches!(self, Self::Production)
    }
}

impl From<TargetStage> for Stage {
    fn from(target: TargetStage) -> Self {
        match target {
            TargetStage::Staging => Self::Staging,
            TargetStage::Production => Self::Production,
        }
    }
}

impl fmt::Display for TargetStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for TargetStage {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text).ok_or_else(|| Error::Invalid {
            field: "stage",
            value: text.chars().take(64).collect(),
            expected: "staging or production, the stages that have a policy".to_owned(),
        })
    }
}

impl TryFrom<String> for TargetStage {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}
