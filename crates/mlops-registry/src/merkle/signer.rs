use std::fmt::{self, Debug};

use ed25519_dalek::SigningKey;
use ed25519_dalek::ed25519::signature::Signer as _;

use super::{PublicKey, Signature};
use crate::Result;
use crate::secret::SecretSource;

/// Who signs: a key in memory, in a file, in a hardware module or at a cloud's service.
///
/// # Contract
/// - What [`sign`](Self::sign) gives is verified by [`public_key`](Self::public_key).
/// - The secret is never shown, least of all by `Debug`.
pub trait Signer: Debug + Send + Sync {
    /// The key that others verify with.
    fn public_key(&self) -> PublicKey;

    /// Signs `message` as it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the key can't be reached.
    fn sign(&self, message: &[u8]) -> Result<Signature>;
}

/// An Ed25519 key in memory. Wiped when it is dropped; never printed, never written.
///
/// Signatures are deterministic: the same message gives the same 64 bytes.
///
/// ```
/// use mlops_registry::merkle::{Ed25519Signer, Signer};
/// // 32 random bytes from the place where the secret is kept.
/// let signer = Ed25519Signer::from_seed(&[7; 32]);
/// let signature = signer.sign(b"message")?;
/// assert!(signer.public_key().verifies(b"message", &signature));
/// assert!(!signer.public_key().verifies(b"massage", &signature));
/// # Ok::<(), mlops_registry::Error>(())
/// ```
///
/// # Source
/// RFC 8032, *Edwards-Curve Digital Signature Algorithm*.
pub struct Ed25519Signer(SigningKey);

impl Ed25519Signer {
    /// The key that follows from a secret seed. By reference, so that no copy is left
    /// behind here; the caller's is the caller's to wipe.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key whose seed is the secret called `name`: its 32 bytes, or 64 hexadecimal digits.
    /// In a file the digits are the better choice: the last of 32 bytes may look like the end
    /// of a line, which does not count there.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if it is neither, which names the secret and its
    /// length and nothing else of it; those of the source.
    pub fn from_secret(source: &dyn SecretSource, name: &str) -> Result<Self> {
        let secret = source.secret(name)?;
        if let Some(seed) = secret.key() {
            return Ok(Self::from_seed(&seed));
        }
        Err(crate::Error::Invalid {
            field: "signing key",
            value: format!("{} bytes in {name}", secret.expose().len()),
            expected: "a seed of 32 bytes, or 64 hexadecimal digits".to_owned(),
        })
    }
}

impl Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Signer").field("public_key", &self.public_key()).finish_non_exhaustive()
    }
}

impl Signer for Ed25519Signer {
    fn public_key(&self) -> PublicKey {
        PublicKey::from_bytes(self.0.verifying_key().as_bytes())
            .expect("a key made from a seed is a point of full order")
    }

    fn sign(&self, message: &[u8]) -> Result<Signature> {
        Ok(Signature::from_bytes(self.0.sign(message).to_bytes()))
    }
}
