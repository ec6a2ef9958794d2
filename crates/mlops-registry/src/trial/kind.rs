use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Who gets the answers of a version on trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TrialKind {
    /// Nobody: it scores copies of the requests.
    Shadow,
    /// So many of a hundred.
    Canary {
        /// The share, from 1 to 99: a hundred is production, which takes gates and approvals.
        percent: u8,
    },
}

impl TrialKind {
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Canary { percent } if !(1..=99).contains(&percent) => Err(Error::Invalid {
                field: "percent of a canary",
                value: percent.to_string(),
                expected: "1 to 99: none is a shadow, and all is production".to_owned(),
            }),
            Self::Shadow | Self::Canary { .. } => Ok(()),
        }
    }
}

impl fmt::Display for TrialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shadow => f.pad("shadow"),
            Self::Canary { percent } => f.pad(&format!("canary {percent} %")),
        }
    }
}
