//! Secrets: where they come from, and a type that does not show them.
//!
//! A [`SecretSource`] is asked for a secret by its name: the environment, a folder of files,
//! or a vault of one's own behind the same port. What it gives is a [`Secret`], which prints
//! as `***` wherever it is printed and is wiped when it is dropped; errors name the secret and
//! never hold it.
//!
//! ```
//! use mlops_registry::merkle::{Ed25519Signer, Signer as _};
//! use mlops_registry::secret::{MemorySecrets, SecretSource as _};
//!
//! let secrets = MemorySecrets::default().with("signing-key", "07".repeat(32))?;
//! assert_eq!(format!("{:?}", secrets.secret("signing-key")?), "***");
//! let signer = Ed25519Signer::from_secret(&secrets, "signing-key")?;
//! assert_eq!(signer.public_key(), Ed25519Signer::from_seed(&[7; 32]).public_key());
//! # Ok::<(), mlops_registry::Error>(())
//! ```

mod environment;
mod folder;
mod memory;
mod value;

use std::fmt::Debug;

pub use environment::EnvironmentSecrets;
pub use folder::FolderSecrets;
pub use memory::MemorySecrets;
pub use value::Secret;

use crate::{Error, Result};

/// A place that keeps secrets by name.
///
/// # Contract
/// - The same name gives what is there at that moment: a secret that was changed is seen.
/// - Neither `Debug` nor an error holds a secret, nor a part of it.
pub trait SecretSource: Debug + Send + Sync {
    /// The secret called `name`: 1 to 128 letters of ASCII, digits, `-`, `_` and `.`, which does
    /// not come first.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none, [`Error::Invalid`] for a name that is none and for a
    /// secret that is empty, too large or open to others, [`Error::Unavailable`] if it can't be read.
    fn secret(&self, name: &str) -> Result<Secret>;
}

/// The longest secret, in bytes: a certificate with its chain.
const MAX_SECRET: u64 = 64 * 1024;

/// That `name` can be a part of the name of a variable, and the name of a file in a folder.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=128).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(letter) {
        return Ok(());
    }
    Err(Error::Invalid {
        field: "name of a secret",
        value: name.chars().take(128).collect(),
        expected: "1 to 128 letters of ASCII, digits, `-`, `_` and `.`, which does not come first".to_owned(),
    })
}

/// That there is something, and not too much.
fn check_size(name: &str, size: u64) -> Result<()> {
    if (1..=MAX_SECRET).contains(&size) {
        return Ok(());
    }
    Err(Error::Invalid {
        field: "size of a secret",
        value: format!("{size} bytes in {name}"),
        expected: format!("1 to {MAX_SECRET} bytes"),
    })
}

fn not_found(name: &str) -> Error {
    Error::NotFound { what: "secret", key: name.to_owned() }
}
