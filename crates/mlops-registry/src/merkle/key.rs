use std::fmt;
use std::str::FromStr;

use ed25519_dalek::VerifyingKey;
use mlops_core::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// How keys and signatures are marked in text, so that another scheme can stand beside it.
const SCHEME: &str = "ed25519:";

/// The key that signatures are checked with, written `ed25519:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// A key from its 32 bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they are no point of the curve, or one for which anybody can forge.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self> {
        match VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(Error::Invalid {
                field: "public key",
                value: Digest::from_bytes(*bytes).to_hex(),
                expected: "an Ed25519 key of full order".to_owned(),
            }),
        }
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// What the key is called where it is only referred to: the digest of its bytes.
    pub fn id(&self) -> Digest {
        Digest::of(self.as_bytes())
    }

    /// Whether `signature` is one of `message` by the holder of the secret.
    ///
    /// Strict: a signature that has been reshaped without the secret does not hold.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &Signature) -> bool {
        self.0.verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0)).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, self.as_bytes())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, self.as_bytes())
    }
}

impl FromStr for PublicKey {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        Self::from_bytes(&read_hex("public key", value)?)
    }
}

/// 64 bytes that only the holder of a secret key can make, written `ed25519:` and 128
/// hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

impl Signature {
    /// A signature that was made elsewhere.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl FromStr for Signature {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        read_hex("signature", value).map(Self)
    }
}

macro_rules! serde_as_text {
    ($type:ident) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_as_text!(PublicKey);
serde_as_text!(Signature);

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    f.write_str(SCHEME)?;
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Reads what [`write_hex`] writes: lower case only, so that a value has one spelling.
fn read_hex<const N: usize>(field: &'static str, text: &str) -> Result<[u8; N]> {
    let nibble = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let read = || {
        let digits = text.strip_prefix(SCHEME)?.as_bytes();
        let mut bytes = [0; N];
        if digits.len() != 2 * N {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(bytes)
    };
    read().ok_or_else(|| Error::Invalid {
        field,
        value: text.chars().take(160).collect(),
        expected: format!("`{SCHEME}` and {} lower-case hexadecimal digits", 2 * N),
    })
}
