use std::fmt;
use std::str::FromStr;

use mlops_core::{ModelName, Principal, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ModelPattern, Role};
use crate::registry::{Document, Registry, Stored};
use crate::store::{Key, Kind};
use crate::{Error, Result};

/// Where a role holds: written `*`, or `model:` and a name, or `model:` and a pattern.
///
/// What has a star after `model:` is a pattern. A model whose own name has one can't be
/// granted alone, and what an earlier release granted for such a model covers from now on
/// what looks like it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// For every model, and for the registry as a whole.
    #[default]
    All,
    /// For this model, and for what belongs to none yet: an author of one model tracks runs
    /// and stores artifacts as any other does ([`Action::in_any_scope`](super::Action::in_any_scope)).
    /// An admin of one model may delete it and its versions, and nothing else: roles, policies
    /// and the audit log are the registry's.
    Model(ModelName),
    /// For the models whose names look like this, those to come among them; else as
    /// [`Model`](Self::Model).
    Pattern(ModelPattern),
}

impl Scope {
    pub(crate) const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// How close it is to what it covers: of two that cover the same, the greater says more.
    pub(crate) fn closeness(&self) -> (u8, usize) {
        match self {
            Self::All => (0, 0),
            Self::Pattern(pattern) => (1, pattern.literal()),
            Self::Model(_) => (2, 0),
        }
    }

    /// That it is read back as what it is.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self::Model(name) if name.as_str().contains(ModelPattern::STAR) => Err(Error::Invalid {
                field: "scope",
                value: self.to_string(),
                expected: "a name without `*`, which would be read as a pattern".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Whether it covers what is done to `model`; to the registry as a whole, if `None`.
    pub fn covers(&self, model: Option<&ModelName>) -> bool {
        match self {
            Self::All => true,
            Self::Model(name) => model == Some(name),
            Self::Pattern(pattern) => model.is_some_and(|model| pattern.matches(model)),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Model(name) => write!(f, "model:{name}"),
            Self::Pattern(pattern) => write!(f, "model:{pattern}"),
        }
    }
}

impl FromStr for Scope {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        match value.strip_prefix("model:") {
            Some(pattern) if pattern.contains(ModelPattern::STAR) => Ok(Self::Pattern(pattern.parse()?)),
            Some(name) => Ok(Self::Model(name.parse()?)),
            None if value == "*" => Ok(Self::All),
            None => Err(Error::Invalid {
                field: "scope",
                value: value.chars().take(256).collect(),
                expected: "`*`, or `model:` and a name or pattern, such as `model:fraud-*`".to_owned(),
            }),
        }
    }
}

impl Serialize for Scope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A role that someone holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Grant {
    /// Who holds it.
    pub principal: Principal,
    /// Which role.
    pub role: Role,
    /// Where it holds.
    pub scope: Scope,
    /// Who granted it.
    pub granted_by: Principal,
    /// When.
    pub granted_at: Timestamp,
}

impl Grant {
    pub(crate) fn key_of(principal: &Principal, role: Role, scope: &Scope) -> Key {
        Key::from([principal.as_str(), role.as_str()]).and(scope.to_string())
    }
}

impl Document for Grant {
    const KIND: Kind = Kind::Grant;
    fn key(&self) -> Key {
        Self::key_of(&self.principal, self.role, &self.scope)
    }
}

impl Registry {
    pub(crate) fn grants_as_read(&self, principal: &Principal) -> Result<Vec<Stored<Grant>>> {
        self.list(&Key::from([principal.as_str()]))
    }

    /// What `principal` may do: their grants, by role and scope.
    ///
    /// # Errors
    /// Those of the store.
    pub fn grants_of(&self, principal: &Principal) -> Result<Vec<Grant>> {
        self.values(&Key::from([principal.as_str()]))
    }

    /// All grants, by principal, role and scope.
    ///
    /// # Errors
    /// Those of the store.
    pub fn grants(&self) -> Result<Vec<Grant>> {
        self.values(&Key::all())
    }
}
