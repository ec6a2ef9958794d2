use std::fmt;

use mlops_core::{Digest, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::audit::check_reason;

/// How a trial ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TrialOutcome {
    /// It ran its course, or its version went into production.
    Completed,
    /// A check that watched it broke it off.
    Stopped {
        /// Which check, such as `failures`.
        check: String,
        /// What it saw.
        reason: String,
    },
    /// It was called off for a reason outside of it.
    Withdrawn {
        /// Which.
        reason: String,
    },
}

impl TrialOutcome {
    /// The word for it, without the reason.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Stopped { .. } => "stopped",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }

    /// What there is to say of it, if it did not run its course.
    pub(crate) fn reason(&self) -> Option<String> {
        match self {
            Self::Completed => None,
            Self::Stopped { check, reason } => Some(format!("{check}: {reason}")),
            Self::Withdrawn { reason } => Some(reason.clone()),
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Completed => Ok(()),
            Self::Stopped { check, reason } => {
                check_reason("check", check)?;
                check_reason("reason", reason)
            }
            Self::Withdrawn { reason } => check_reason("reason", reason),
        }
    }
}

impl fmt::Display for TrialOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed => f.write_str("completed"),
            Self::Stopped { check, reason } => write!(f, "stopped by {check}: {reason}"),
            Self::Withdrawn { reason } => write!(f, "withdrawn: {reason}"),
        }
    }
}

/// The end of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TrialEnd {
    /// How it ended.
    pub outcome: TrialOutcome,
    /// When.
    pub at: Timestamp,
    /// Who ended it.
    pub by: Principal,
    /// The digests of what that rests on: a verdict, the state of a controller. The documents
    /// are wherever who ended it keeps them.
    pub evidence: Vec<Digest>,
}
