use super::{Secret, SecretSource, check_name, check_size, not_found};
use crate::Result;

/// Secrets in variables of the environment: with the prefix `MLOPS_`, that called `signing-key`
/// is in `MLOPS_SIGNING_KEY`.
///
/// The environment of a process is seen by whoever may look into it, and is handed on to its
/// children: [`FolderSecrets`](super::FolderSecrets) are better kept.
#[derive(Clone, Debug)]
pub struct EnvironmentSecrets {
    prefix: String,
}

impl EnvironmentSecrets {
    /// Those whose variables begin with `prefix`.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }

    fn variable(&self, name: &str) -> String {
        let letter = |letter: char| match letter {
            '-' | '.' => '_',
            letter => letter.to_ascii_uppercase(),
        };
        self.prefix.chars().chain(name.chars().map(letter)).collect()
    }
}

impl SecretSource for EnvironmentSecrets {
    fn secret(&self, name: &str) -> Result<Secret> {
        check_name(name)?;
        let variable = self.variable(name);
        // What can't be the name of a variable is not there: asking for it would panic.
        if variable.contains(['=', '\0']) {
            return Err(not_found(&variable));
        }
        let value = std::env::var_os(&variable).ok_or_else(|| not_found(&variable))?;
        let secret = Secret::new(value.into_encoded_bytes());
        check_size(&variable, secret.expose().len() as u64)?;
        Ok(secret)
    }
}
