use std::collections::BTreeMap;
use std::fmt;

use super::{Secret, SecretSource, check_name, check_size, not_found};
use crate::Result;

/// Secrets in memory, for tests.
#[derive(Clone, Default)]
pub struct MemorySecrets(BTreeMap<String, Secret>);

impl MemorySecrets {
    /// With one more.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a name that is none and an empty secret.
    pub fn with(mut self, name: &str, value: impl Into<Vec<u8>>) -> Result<Self> {
        check_name(name)?;
        let secret = Secret::new(value);
        check_size(name, secret.expose().len() as u64)?;
        self.0.insert(name.to_owned(), secret);
        Ok(self)
    }
}

impl fmt::Debug for MemorySecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemorySecrets").field(&self.0.keys()).finish()
    }
}

impl SecretSource for MemorySecrets {
    fn secret(&self, name: &str) -> Result<Secret> {
        check_name(name)?;
        self.0.get(name).cloned().ok_or_else(|| not_found(name))
    }
}
