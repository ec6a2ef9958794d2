use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What a principal may do. Roles do not include each other: an admin who wants to
/// approve grants it to himself, and the audit log shows it. Each holds in a [scope](super::Scope).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Role {
    /// Grants and revokes roles, and says what a promotion takes.
    Admin,
    /// Tracks experiments, registers versions, records evidence, asks for promotion.
    Author,
    /// Approves promotions of others' work.
    Approver,
    /// Puts versions on trial, approved ones into production, and earlier ones back.
    Deployer,
    /// Reads. So does who holds any other role, there where it is held; this one is for who
    /// does nothing else.
    Viewer,
    /// Reads the audit log, verifies it, proves its entries, and exports it.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Admin, Self::Author, Self::Approver, Self::Deployer, Self::Viewer, Self::Auditor];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Author => "author",
            Self::Approver => "approver",
            Self::Deployer => "deployer",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Role {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == value).ok_or_else(|| Error::Invalid {
            field: "role",
            value: value.chars().take(64).collect(),
            expected: "admin, author, approver, deployer, viewer or auditor".to_owned(),
        })
    }
}
