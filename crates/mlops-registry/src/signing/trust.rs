use mlops_core::{ModelName, Timestamp};
use serde::{Deserialize, Serialize};

use crate::access::Scope;
use crate::merkle::PublicKey;
use crate::name::{Rule, check};
use crate::{Error, Result};

/// The longest name of a key, in bytes.
const MAX_NAME: usize = 256;

/// Whose signatures count, and for how long: what whoever loads models brings along, from a
/// place that those who write to the registry can't reach.
///
/// A version is let through if as many of the keys as are [required](Self::requiring) have
/// signed it. A key counts from and until its times: the signature must have been recorded
/// within them, and they must not be over when it is looked at, unless the trust
/// [outlives](Self::outliving) its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Trust {
    keys: Vec<TrustedKey>,
    required: u32,
    outlives: bool,
}

/// A key whose signatures count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TrustedKey {
    /// What it is called where it is told of.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// The moment from which it counts; from the beginning, if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The moment from which it counts no more; never, if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// For which models it counts.
    #[serde(default)]
    pub models: Scope,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    keys: Vec<TrustedKey>,
    #[serde(default = "one")]
    required: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    outlives: bool,
}

const fn one() -> u32 {
    1
}

impl From<Trust> for Written {
    fn from(Trust { keys, required, outlives }: Trust) -> Self {
        Self { keys, required, outlives }
    }
}

impl TryFrom<Written> for Trust {
    type Error = Error;
    fn try_from(Written { keys, required, outlives }: Written) -> Result<Self> {
        Ok(Self { outlives, ..Self::new(keys)?.requiring(required)? })
    }
}

impl TrustedKey {
    /// A key that counts at all times and for all models.
    pub fn new(name: impl Into<String>, key: PublicKey) -> Self {
        Self { name: name.into(), key, from: None, until: None, models: Scope::All }
    }

    /// The moment from which it counts.
    #[must_use]
    pub const fn from(mut self, moment: Timestamp) -> Self {
        self.from = Some(moment);
        self
    }

    /// The moment from which it counts no more.
    #[must_use]
    pub const fn until(mut self, moment: Timestamp) -> Self {
        self.until = Some(moment);
        self
    }

    /// For which models it counts.
    #[must_use]
    pub fn for_models(mut self, models: Scope) -> Self {
        self.models = models;
        self
    }

    fn check(&self) -> Result<()> {
        check("name of a trusted key", &self.name, MAX_NAME, Rule::Title)?;
        match (self.from, self.until) {
            (Some(from), Some(until)) if from >= until => Err(Error::Invalid {
                field: "time of a trusted key",
                value: format!("{} from {from} until {until}", self.name),
                expected: "an end after the beginning".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Why it does not count at `moment`, if it does not.
    fn objection(&self, moment: Timestamp, what: &str) -> Option<String> {
        if let Some(from) = self.from.filter(|from| moment < *from) {
            return Some(format!("{what} {moment}, and the key counts from {from}"));
        }
        let until = self.until.filter(|until| *until <= moment)?;
        Some(format!("{what} {moment}, and the key has expired at {until}"))
    }
}

impl Trust {
    /// That one of these keys is needed.
    ///
    /// # Errors
    /// [`Error::Invalid`] without any key, for a key or a name that is there twice, for an
    /// empty name, or an end that is not after the beginning.
    pub fn new(keys: impl IntoIterator<Item = TrustedKey>) -> Result<Self> {
        let keys: Vec<_> = keys.into_iter().collect();
        let invalid = |value: String, expected: &str| Error::Invalid {
            field: "trusted keys",
            value,
            expected: expected.to_owned(),
        };
        if keys.is_empty() {
            return Err(invalid("none".to_owned(), "one key or more"));
        }
        for (place, key) in keys.iter().enumerate() {
            key.check()?;
            for other in &keys[..place] {
                if other.name == key.name || other.key == key.key {
                    let value = format!("{} and {}", other.name, key.name);
                    return Err(invalid(value, "each key once, and each name"));
                }
            }
        }
        Ok(Self { keys, required: 1, outlives: false })
    }

    /// How many of the keys are needed.
    ///
    /// # Errors
    /// [`Error::Invalid`] for none, or more than there are.
    pub fn requiring(self, count: u32) -> Result<Self> {
        if count == 0 || count as usize > self.keys.len() {
            return Err(Error::Invalid {
                field: "required signatures",
                value: count.to_string(),
                expected: format!("1 to {}: that many keys are trusted", self.keys.len()),
            });
        }
        Ok(Self { required: count, ..self })
    }

    /// That what a key has signed while it counted stays signed after its end. When that was,
    /// the registry says, and its audit log.
    #[must_use]
    pub const fn outliving(mut self) -> Self {
        self.outlives = true;
        self
    }

    /// The keys.
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// How many of them are needed.
    pub const fn required(&self) -> u32 {
        self.required
    }

    pub(super) fn key(&self, key: &PublicKey) -> Option<&TrustedKey> {
        self.keys.iter().find(|trusted| trusted.key == *key)
    }

    /// Why a signature by `key` that was recorded at one moment does not count at another.
    pub(super) fn objection(
        &self,
        key: &TrustedKey,
        model: &ModelName,
        recorded: Timestamp,
        now: Timestamp,
    ) -> Option<String> {
        if !key.models.covers(Some(model)) {
            return Some(format!("the key counts for {}", key.models));
        }
        let then = key.objection(recorded, "it was recorded at");
        then.or_else(|| if self.outlives { None } else { key.objection(now, "it is") })
    }
}
