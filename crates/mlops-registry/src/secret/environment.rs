use super::{Secret, SecretSource, check_name, check_size, not_found};
use crate::Result;

/// Secrets in variables of the environment: with the prefix `MLOPS_`, that called `signing-key`
/// is in `MLOPS_SIGNING_KEY`.
///
/// No two names share a variable, be its case of no matter as on Windows. Small letters become
/// capitals, digits stay, and `-` becomes `_`. What else a name may have, and a `-` that comes
/// behind another, is `__` and two hexadecimal digits: `signing_key` is in
/// `MLOPS_SIGNING__5FKEY`, `tls.key` in `MLOPS_TLS__2EKEY`, `Key` in `MLOPS___4BEY`.
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
        let mut variable = self.prefix.clone();
        let mut before = None;
        for byte in name.bytes() {
            match byte {
                b'a'..=b'z' => variable.push(char::from(byte.to_ascii_uppercase())),
                b'0'..=b'9' => variable.push(char::from(byte)),
                b'-' if before != Some(b'-') => variable.push('_'),
                _ => {
                    variable.push_str("__");
                    let halves = [byte >> 4, byte & 15].map(usize::from);
                    variable.extend(halves.map(|half| char::from(b"0123456789ABCDEF"[half])));
                }
            }
            before = Some(byte);
        }
        variable
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_two_names_share_a_variable() {
        let secrets = EnvironmentSecrets::new("MLOPS_");
        for (name, variable) in [
            ("signing-key", "MLOPS_SIGNING_KEY"),
            ("signing_key", "MLOPS_SIGNING__5FKEY"),
            ("tls.key", "MLOPS_TLS__2EKEY"),
            ("Key", "MLOPS___4BEY"),
            ("a--b", "MLOPS_A___2DB"),
        ] {
            assert_eq!(secrets.variable(name), variable);
        }
        // Every name of up to five of these: what escapes are made of, and what is escaped.
        let letters = ["-", "_", ".", "a", "A", "2", "5", "f", "d"];
        let mut names = vec![String::new()];
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for _ in 0..5 {
            names = names.iter().flat_map(|name| letters.map(|letter| format!("{name}{letter}"))).collect();
            for name in &names {
                let variable = secrets.variable(name).to_ascii_lowercase();
                if let Some(other) = seen.insert(variable.clone(), name.clone()) {
                    panic!("{other} and {name} are both in {variable}");
                }
            }
        }
    }
}
