use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Refusal, python};
use crate::Result;
use crate::merkle::base64;
use crate::name::cut;

/// What a bundle calls itself.
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The longest bundle that is read, in bytes: one of some hundred thousand files.
const MAX_BYTES: usize = 64 << 20;

/// A signature of a model and all that it takes to check it, but for the key: a Sigstore
/// bundle v0.3 with a DSSE envelope and a public key that others have.
///
/// Nothing in it counts before [`ModelFiles::verify`](super::ModelFiles::verify) has said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    hint: Option<String>,
    payload_type: String,
    payload: Vec<u8>,
    /// Only the first counts, as the tool has it; there is one.
    signature: Vec<u8>,
}

/// The bundle as it is written. What is optional for the tool is optional here, and what it
/// does not know is refused.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    #[serde(alias = "media_type")]
    media_type: String,
    #[serde(alias = "verification_material")]
    verification_material: Material,
    #[serde(default, alias = "message_signature", skip_serializing_if = "Option::is_none")]
    message_signature: Option<Value>,
    #[serde(default, alias = "dsse_envelope", skip_serializing_if = "Option::is_none")]
    dsse_envelope: Option<WrittenEnvelope>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Material {
    // Not `public_key`: the tool looks for this spelling first.
    #[serde(default, alias = "public_key", skip_serializing_if = "Option::is_none")]
    public_key: Option<WrittenKey>,
    #[serde(default, alias = "x509_certificate_chain", skip_serializing_if = "Option::is_none")]
    x509_certificate_chain: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate: Option<Value>,
    #[serde(default, alias = "tlog_entries")]
    tlog_entries: Vec<Value>,
    #[serde(default, alias = "timestamp_verification_data", skip_serializing_if = "Option::is_none")]
    timestamp_verification_data: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenKey {
    #[serde(default)]
    hint: Option<String>,
    // Of earlier releases of the tool, which pays them no heed any more.
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "it may be there")]
    raw_bytes: Option<Value>,
    #[serde(default, skip_serializing)]
    #[expect(dead_code, reason = "it may be there")]
    key_details: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenEnvelope {
    payload: String,
    #[serde(alias = "payload_type")]
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignature {
    sig: String,
    #[serde(default)]
    keyid: Option<String>,
}

impl Bundle {
    pub(super) const fn new(
        hint: String,
        payload_type: String,
        payload: Vec<u8>,
        signature: Vec<u8>,
    ) -> Self {
        Self { hint: Some(hint), payload_type, payload, signature }
    }

    /// Reads a bundle. No signature is looked at.
    ///
    /// As the tool reads it: base 64 may have other characters in between, which are passed
    /// over, and of several signatures the first counts.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] that says what is wrong, [`Refusal::MediaType`],
    /// [`Refusal::NoPublicKey`], [`Refusal::NoEnvelope`] or [`Refusal::NoSignature`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, Refusal> {
        let malformed = |reason: String| Refusal::Malformed { reason };
        if bytes.len() > MAX_BYTES {
            return Err(malformed(format!("{} bytes are more than {MAX_BYTES}", bytes.len())));
        }
        // As of a name that is there twice Python takes the last.
        let value: Value = serde_json::from_slice(bytes).map_err(|error| malformed(error.to_string()))?;
        let read: Written = serde_json::from_value(value).map_err(|error| malformed(error.to_string()))?;
        if read.media_type != MEDIA_TYPE {
            return Err(Refusal::MediaType { found: cut(&read.media_type) });
        }
        let material = read.verification_material;
        if !material.tlog_entries.is_empty() || material.timestamp_verification_data.is_some() {
            return Err(malformed(
                "it has entries of a transparency log or timestamps, which belong to certificates".to_owned(),
            ));
        }
        let (Some(key), None, None) =
            (material.public_key, material.x509_certificate_chain, material.certificate)
        else {
            return Err(Refusal::NoPublicKey);
        };
        let (Some(envelope), None) = (read.dsse_envelope, read.message_signature) else {
            return Err(Refusal::NoEnvelope);
        };
        let decode = |field: &str, text: &str| {
            python::base64(text)
                .ok_or_else(|| malformed(format!("its {field} is not base 64: {:?}", cut(text))))
        };
        let payload = decode("payload", &envelope.payload)?;
        let signatures = envelope.signatures.iter().map(|signature| decode("signature", &signature.sig));
        let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
        let signature = signatures.into_iter().next().ok_or(Refusal::NoSignature)?;
        let hint = key.hint.filter(|hint| !hint.is_empty());
        Ok(Self { hint, payload_type: envelope.payload_type, payload, signature })
    }

    /// The bundle as JSON, as the tool writes it.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_json(&self) -> Result<String> {
        let written = Written {
            media_type: MEDIA_TYPE.to_owned(),
            verification_material: Material {
                public_key: Some(WrittenKey { hint: self.hint.clone(), raw_bytes: None, key_details: None }),
                x509_certificate_chain: None,
                certificate: None,
                tlog_entries: Vec::new(),
                timestamp_verification_data: None,
            },
            message_signature: None,
            dsse_envelope: Some(WrittenEnvelope {
                payload: base64::encode(&self.payload),
                payload_type: self.payload_type.clone(),
                signatures: vec![WrittenSignature {
                    sig: base64::encode(&self.signature),
                    keyid: Some(String::new()),
                }],
            }),
        };
        serde_json::to_string(&written)
            .map_err(|error| crate::Error::Corrupt { what: "bundle".to_owned(), reason: error.to_string() })
    }

    /// What it calls the key: the SHA-256 of its PEM; older ones don't call it anything.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// What was signed, whoever has signed it: an in-toto statement in JSON.
    pub fn unverified(&self) -> &[u8] {
        &self.payload
    }

    pub(super) fn payload_type(&self) -> &str {
        &self.payload_type
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}
