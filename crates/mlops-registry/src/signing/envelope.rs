use mlops_core::Digest;
use serde::{Deserialize, Serialize};

use crate::merkle::{PublicKey, Signature, Signer, base64};
use crate::name::cut;
use crate::{Error, Result};

/// What the payload is: an in-toto statement in JSON.
pub(crate) const IN_TOTO: &str = "application/vnd.in-toto+json";

/// The type of an in-toto statement.
pub(crate) const STATEMENT: &str = "https://in-toto.io/Statement/v1";

/// The longest envelope that is read, in bytes.
const MAX_BYTES: usize = 16 << 20;

/// The most signatures that are read.
const MAX_SIGNATURES: usize = 100;

/// The bytes that a signature of an envelope is made over: type and payload, each with its
/// length, so that neither can be taken for a part of the other.
///
/// # Source
/// DSSE, *Dead Simple Signing Envelope* v1.0.2, protocol: `PAE`.
/// ```
/// let message = mlops_registry::signing::pae("http://example.com/HelloWorld", b"hello world");
/// assert_eq!(message, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
/// ```
pub fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut message = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    message.extend_from_slice(payload);
    message
}

/// Bytes, what they are, and who has signed both: a DSSE envelope.
///
/// What is in it counts only once [`verify`](Self::verify) has said who signed it.
///
/// # Source
/// DSSE, *Dead Simple Signing Envelope* v1.0.2, envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    signatures: Vec<EnvelopeSignature>,
}

/// One signature of an envelope, and the key that it says it was made with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnvelopeSignature {
    /// What the key is called; of ours the [id](PublicKey::id). It is not signed.
    pub key_id: String,
    /// The signature.
    pub bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

impl From<Envelope> for Written {
    fn from(Envelope { payload_type, payload, signatures }: Envelope) -> Self {
        let signatures = signatures.into_iter().map(|signature| WrittenSignature {
            keyid: signature.key_id,
            sig: base64::encode(&signature.bytes),
        });
        Self { payload: base64::encode(&payload), payload_type, signatures: signatures.collect() }
    }
}

impl TryFrom<Written> for Envelope {
    type Error = Error;
    fn try_from(Written { payload, payload_type, signatures }: Written) -> Result<Self> {
        if signatures.len() > MAX_SIGNATURES {
            return Err(corrupt(format!("{} signatures are more than {MAX_SIGNATURES}", signatures.len())));
        }
        let bytes = |field: &str, text: &str| {
            base64::decode(text)
                .ok_or_else(|| corrupt(format!("its {field} is not base 64 with padding: {:?}", cut(text))))
        };
        let signatures = signatures.iter().map(|signature| {
            Ok(EnvelopeSignature {
                key_id: signature.keyid.clone(),
                bytes: bytes("signature", &signature.sig)?,
            })
        });
        Ok(Self {
            payload: bytes("payload", &payload)?,
            payload_type,
            signatures: signatures.collect::<Result<_>>()?,
        })
    }
}

fn corrupt(reason: String) -> Error {
    Error::Corrupt { what: "DSSE envelope".to_owned(), reason }
}

impl Envelope {
    /// Signs `payload`, which is of the type `payload_type`.
    ///
    /// # Errors
    /// Those of the signer.
    pub fn sign(
        payload_type: impl Into<String>,
        payload: impl Into<Vec<u8>>,
        signer: &dyn Signer,
    ) -> Result<Self> {
        let unsigned =
            Self { payload_type: payload_type.into(), payload: payload.into(), signatures: vec![] };
        unsigned.and_sign(signer)
    }

    /// Adds a signature over the same payload.
    ///
    /// # Errors
    /// Those of the signer.
    pub fn and_sign(mut self, signer: &dyn Signer) -> Result<Self> {
        let bytes = signer.sign(&pae(&self.payload_type, &self.payload))?.as_bytes().to_vec();
        self.signatures.push(EnvelopeSignature { key_id: signer.public_key().id().to_hex(), bytes });
        Ok(self)
    }

    /// Reads the JSON of an envelope. No signature is looked at.
    ///
    /// # Errors
    /// [`Error::Corrupt`] that says what is wrong: more than 16 MiB or 100 signatures, a
    /// member that is missing or unknown, base 64 that is none.
    pub fn from_json(text: &str) -> Result<Self> {
        if text.len() > MAX_BYTES {
            return Err(corrupt(format!("{} bytes are more than {MAX_BYTES}", text.len())));
        }
        serde_json::from_str(text).map_err(|error| corrupt(error.to_string()))
    }

    /// The envelope as canonical JSON, which [`from_json`](Self::from_json) reads back.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_json(&self) -> Result<String> {
        Ok(mlops_core::canonical::to_string(self)?)
    }

    /// The payload, if the holder of `key` has signed it as what it says it is; `None` if not.
    /// A signature counts whatever its key is called.
    pub fn verify(&self, key: &PublicKey) -> Option<&[u8]> {
        let message = pae(&self.payload_type, &self.payload);
        let holds = |signature: &EnvelopeSignature| {
            let bytes: Option<[u8; 64]> = signature.bytes.as_slice().try_into().ok();
            bytes.is_some_and(|bytes| key.verifies(&message, &Signature::from_bytes(bytes)))
        };
        self.signatures.iter().any(holds).then_some(self.payload.as_slice())
    }

    /// What the payload is said to be.
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The payload, whoever has signed it.
    pub fn unverified(&self) -> &[u8] {
        &self.payload
    }

    /// The signatures, of whomever.
    pub fn signatures(&self) -> &[EnvelopeSignature] {
        &self.signatures
    }

    /// Whether it has a signature that says it is by the key with this id.
    pub(super) fn names(&self, id: &Digest) -> bool {
        let id = id.to_hex();
        self.signatures.iter().any(|signature| signature.key_id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merkle::Ed25519Signer;

    fn signer(seed: u8) -> Ed25519Signer {
        Ed25519Signer::from_seed(&[seed; 32])
    }

    #[test]
    fn what_was_signed_is_given_to_who_has_the_key() {
        let signed = Envelope::sign(IN_TOTO, b"{}", &signer(7)).unwrap().and_sign(&signer(8)).unwrap();
        let read = Envelope::from_json(&signed.to_json().unwrap()).unwrap();
        assert_eq!(read, signed);
        for seed in [7, 8] {
            assert_eq!(read.verify(&signer(seed).public_key()), Some(b"{}".as_slice()));
            assert!(read.names(&signer(seed).public_key().id()));
        }
        assert_eq!(read.verify(&signer(9).public_key()), None);
    }

    #[test]
    fn neither_payload_nor_type_can_be_another() {
        let signed = Envelope::sign("a", b"b c", &signer(7)).unwrap();
        let key = signer(7).public_key();
        for (payload_type, payload) in [("a", b"b d".as_slice()), ("b", b"b c"), ("a b", b"c"), ("", b"")] {
            let changed = Envelope {
                payload_type: payload_type.to_owned(),
                payload: payload.to_vec(),
                ..signed.clone()
            };
            assert_eq!(changed.verify(&key), None, "{changed:?}");
        }
        let short = EnvelopeSignature { key_id: String::new(), bytes: vec![0; 63] };
        assert_eq!(Envelope { signatures: vec![short], ..signed }.verify(&key), None);
    }

    #[test]
    fn what_is_no_envelope_says_so() {
        let good = Envelope::sign(IN_TOTO, b"{}", &signer(7)).unwrap().to_json().unwrap();
        for (from, to) in [
            ("\"payload\"", "\"pay\""),
            ("payloadType", "payload_type"),
            ("\"sig\"", "\"more\":1,\"sig\""),
            ("\"e30=\"", "\"e30\""),
            ("\"e30=\"", "7"),
            ("{\"payload\"", "[{\"payload\""),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good);
            assert!(matches!(Envelope::from_json(&bad), Err(Error::Corrupt { .. })), "{bad}");
        }
    }
}
