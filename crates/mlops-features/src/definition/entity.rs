use mlops_core::EntityName;
use serde::{Deserialize, Serialize};

use super::duplicate;
use crate::{Error, Result};

/// What features belong to, such as a carrier, and the columns that tell one from another.
///
/// ```
/// use mlops_features::Entity;
/// let route = Entity::new("route", ["origin", "dest"])?;
/// assert_eq!(route.join_keys(), ["origin", "dest"]);
/// # Ok::<(), mlops_features::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Entity {
    name: EntityName,
    join_keys: Vec<String>,
}

#[derive(Deserialize)]
struct Unchecked {
    name: String,
    join_keys: Vec<String>,
}

impl TryFrom<Unchecked> for Entity {
    type Error = Error;
    fn try_from(unchecked: Unchecked) -> Result<Self> {
        Self::new(&unchecked.name, unchecked.join_keys)
    }
}

impl Entity {
    /// An entity; `join_keys` are the columns of the entity rows that identify one.
    ///
    /// # Errors
    /// [`Error::Name`] for an impossible name, [`Error::Definition`] without a key,
    /// [`Error::Duplicate`] if a key stands twice.
    pub fn new<S: Into<String>>(name: &str, join_keys: impl IntoIterator<Item = S>) -> Result<Self> {
        let name = EntityName::new(name)?;
        let join_keys: Vec<String> = join_keys.into_iter().map(Into::into).collect();
        let within = || format!("entity {:?}", name.as_str());
        if join_keys.is_empty() {
            return Err(Error::Definition { of: within(), reason: "has no join key".to_owned() });
        }
        if let Some(key) = duplicate(join_keys.iter().map(String::as_str)) {
            return Err(Error::Duplicate { what: "join key", name: key.to_owned(), within: within() });
        }
        Ok(Self { name, join_keys })
    }

    /// Its name.
    pub fn name(&self) -> &EntityName {
        &self.name
    }

    /// The columns that identify one, in order. Never empty.
    pub fn join_keys(&self) -> &[String] {
        &self.join_keys
    }
}
