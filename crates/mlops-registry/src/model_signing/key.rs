use std::fmt;
use std::sync::Arc;

use mlops_core::Digest;
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::python;
use crate::merkle::base64;
use crate::secret::SecretSource;
use crate::{Error, Result};

/// The longest text of a key that is read, in bytes.
const MAX_PEM: usize = 64 << 10;

/// The curve of a key, and with it the hash that is signed: SHA-256, SHA-384 or SHA-512.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// NIST P-256, `secp256r1`.
    P256,
    /// NIST P-384, `secp384r1`.
    P384,
    /// NIST P-521, `secp521r1`.
    P521,
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        })
    }
}

/// The key that a bundle is checked with.
#[derive(Clone, PartialEq, Eq)]
pub struct EcPublicKey {
    key: Public,
    /// As the tool writes it, which is what a bundle refers to.
    pem: Arc<str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Public {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
}

/// The key that bundles are signed with. Wiped when it is dropped; never printed, never
/// written. Signatures are deterministic (RFC 6979).
#[derive(Clone)]
pub struct EcSigningKey(Secret);

#[derive(Clone)]
enum Secret {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

impl EcPublicKey {
    /// Reads the PEM of a `SubjectPublicKeyInfo`, labelled `PUBLIC KEY`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is none, or is of another type or curve, which it names.
    pub fn from_pem(text: &str) -> Result<Self> {
        let Some(der) = pem(text, "PUBLIC KEY") else {
            return Err(invalid("public key", labels(text), "a PEM labelled PUBLIC KEY"));
        };
        let key = match Curve::of(&der)? {
            Curve::P256 => p256::ecdsa::VerifyingKey::from_public_key_der(&der).map(Public::P256),
            Curve::P384 => p384::ecdsa::VerifyingKey::from_public_key_der(&der).map(Public::P384),
            Curve::P521 => p521::ecdsa::VerifyingKey::from_public_key_der(&der).map(Public::P521),
        };
        let key = key.map_err(|error| invalid("public key", error.to_string(), "a point of its curve"))?;
        Ok(Self::of(key))
    }

    fn of(key: Public) -> Self {
        // What stands before the uncompressed point: lengths, the algorithm and the curve.
        let (head, point): (&[u8], _) = match &key {
            Public::P256(key) => (
                b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\0",
                key.to_sec1_point(false).as_bytes().to_vec(),
            ),
            Public::P384(key) => (
                b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\0\x22\x03\x62\0",
                key.to_sec1_point(false).as_bytes().to_vec(),
            ),
            Public::P521(key) => (
                b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\0\x23\x03\x81\x86\0",
                key.to_sec1_point(false).as_bytes().to_vec(),
            ),
        };
        let digits = base64::encode(&[head, &point].concat());
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in digits.as_bytes().chunks(64) {
            pem.extend(line.iter().copied().map(char::from));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        Self { key, pem: pem.into() }
    }

    /// The key in PEM, in the one spelling that the tool gives it.
    pub fn to_pem(&self) -> &str {
        &self.pem
    }

    /// Its curve.
    pub const fn curve(&self) -> Curve {
        match self.key {
            Public::P256(_) => Curve::P256,
            Public::P384(_) => Curve::P384,
            Public::P521(_) => Curve::P521,
        }
    }

    /// What a bundle calls the key: the SHA-256 of its PEM.
    pub fn id(&self) -> Digest {
        Digest::of(self.pem.as_bytes())
    }

    /// Whether `signature`, in DER, is one of `message`. One with the other `s` is too, as the
    /// tool has it; other spellings of DER are not.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        macro_rules! holds {
            ($curve:ident, $key:ident) => {
                $curve::ecdsa::DerSignature::try_from(signature)
                    .is_ok_and(|signature| $key.verify(message, &signature).is_ok())
            };
        }
        match &self.key {
            Public::P256(key) => holds!(p256, key),
            Public::P384(key) => holds!(p384, key),
            Public::P521(key) => holds!(p521, key),
        }
    }
}

impl fmt::Debug for EcPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcPublicKey").field("curve", &self.curve()).field("id", &self.id()).finish()
    }
}

impl EcSigningKey {
    /// Reads the PEM of a private key: PKCS#8, labelled `PRIVATE KEY`, or SEC 1, labelled
    /// `EC PRIVATE KEY`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is none, is encrypted, or is of another type or curve; nothing
    /// of the key is in it.
    pub fn from_pem(text: &str) -> Result<Self> {
        let expected = "an EC key on P-256, P-384 or P-521, not encrypted, in PEM as PKCS#8 or SEC 1";
        macro_rules! read {
            ($curve:ident, $variant:ident, $from:ident, $der:ident) => {
                if let Ok(key) = $curve::SecretKey::$from(&$der) {
                    return Ok(Self(Secret::$variant(key.into())));
                }
            };
        }
        if let Some(der) = pem(text, "PRIVATE KEY").map(Zeroizing::new) {
            read!(p256, P256, from_pkcs8_der, der);
            read!(p384, P384, from_pkcs8_der, der);
            read!(p521, P521, from_pkcs8_der, der);
        } else if let Some(der) = pem(text, "EC PRIVATE KEY").map(Zeroizing::new) {
            read!(p256, P256, from_sec1_der, der);
            read!(p384, P384, from_sec1_der, der);
            read!(p521, P521, from_sec1_der, der);
        }
        Err(invalid("signing key", labels(text), expected))
    }

    /// The key whose PEM is the secret called `name`.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem); those of the source.
    pub fn from_secret(source: &dyn SecretSource, name: &str) -> Result<Self> {
        let secret = source.secret(name)?;
        let text = std::str::from_utf8(secret.expose())
            .map_err(|_| invalid("signing key", format!("{name}, which is no text"), "a key in PEM"))?;
        Self::from_pem(text)
    }

    /// The key that others verify with.
    pub fn public_key(&self) -> EcPublicKey {
        let key = match &self.0 {
            Secret::P256(key) => Public::P256(*key.verifying_key()),
            Secret::P384(key) => Public::P384(*key.verifying_key()),
            Secret::P521(key) => Public::P521(*key.verifying_key()),
        };
        EcPublicKey::of(key)
    }

    /// Signs `message`; the signature in DER.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it can't be done, which needs a hash that is no number of the
    /// curve: it does not happen.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        macro_rules! sign {
            ($curve:ident, $key:ident) => {{
                let signature: Result<$curve::ecdsa::DerSignature, _> = $key.try_sign(message);
                signature.map(|signature| signature.as_bytes().to_vec())
            }};
        }
        let signature = match &self.0 {
            Secret::P256(key) => sign!(p256, key),
            Secret::P384(key) => sign!(p384, key),
            Secret::P521(key) => sign!(p521, key),
        };
        signature.map_err(|error| Error::Unavailable {
            store: "the signing key".to_owned(),
            transient: false,
            source: error.to_string().into(),
        })
    }
}

impl fmt::Debug for EcSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EcSigningKey").field("public_key", &self.public_key()).finish_non_exhaustive()
    }
}

impl Curve {
    /// The curve of a key in DER.
    fn of(der: &[u8]) -> Result<Self> {
        let expected = "an EC key on P-256, P-384 or P-521";
        let read = SubjectPublicKeyInfoRef::try_from(der);
        let info =
            read.map_err(|error| invalid("public key", error.to_string(), "a SubjectPublicKeyInfo"))?;
        let algorithm = info.algorithm.oid.to_string();
        let curve = info.algorithm.parameters_oid().map(|oid| oid.to_string()).unwrap_or_default();
        match (algorithm.as_str(), curve.as_str()) {
            ("1.2.840.10045.2.1", "1.2.840.10045.3.1.7") => Ok(Self::P256),
            ("1.2.840.10045.2.1", "1.3.132.0.34") => Ok(Self::P384),
            ("1.2.840.10045.2.1", "1.3.132.0.35") => Ok(Self::P521),
            ("1.2.840.10045.2.1", "1.3.132.0.10") => Err(invalid("public key", "on secp256k1", expected)),
            ("1.2.840.10045.2.1", other) => Err(invalid("public key", format!("on curve {other}"), expected)),
            ("1.2.840.113549.1.1.1", _) => Err(invalid("public key", "of RSA", expected)),
            ("1.3.101.112", _) => Err(invalid("public key", "of Ed25519", expected)),
            (other, _) => Err(invalid("public key", format!("of algorithm {other}"), expected)),
        }
    }
}

fn invalid(field: &'static str, value: impl Into<String>, expected: &str) -> Error {
    Error::Invalid { field, value: value.into(), expected: expected.to_owned() }
}

/// The bytes of the first block with this label. Other blocks may stand around it, as
/// `EC PARAMETERS` does.
fn pem(text: &str, label: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_PEM {
        return None;
    }
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let (_, rest) = text.split_once(&begin)?;
    let (body, _) = rest.split_once(&end)?;
    let digit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let body = Zeroizing::new(body.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>());
    body.chars().all(digit).then(|| python::base64(&body)).flatten()
}

/// What the blocks of a PEM are labelled, and nothing else of it.
fn labels(text: &str) -> String {
    let lines = text.lines().take(1000);
    let labels = lines.filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"));
    let labels: Vec<String> = labels.take(5).map(|label| label.chars().take(40).collect()).collect();
    if labels.is_empty() { format!("{} bytes without a label", text.len()) } else { labels.join(", ") }
}
