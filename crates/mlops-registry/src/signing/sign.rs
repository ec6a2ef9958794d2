use mlops_core::{ModelName, Version};

use super::envelope::IN_TOTO;
use super::{Envelope, VersionManifest, VersionSignature};
use crate::access::Action;
use crate::merkle::{PublicKey, Signer};
use crate::model::ModelVersion;
use crate::name::cut;
use crate::registry::{Registry, Session, Stored, StoredExt as _};
use crate::store::Commit;
use crate::{Error, Result};

/// The longest payload that is kept, in bytes.
const MAX_PAYLOAD: usize = 4 << 20;

impl Registry {
    /// What a signature of a version is made over, for a key that is kept elsewhere:
    /// [`Envelope::sign`] does it there, and [`Session::record_signature`] brings it back.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the version is not registered.
    pub fn version_manifest(&self, model: &ModelName, version: &Version) -> Result<VersionManifest> {
        VersionManifest::of(self, &self.version(model, version)?)
    }
}

impl Session {
    /// Signs a version with a key in hand, in place of the signature that this key has given
    /// it before. The same signature changes nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author of the model, [`Error::NotFound`] if
    /// the version is not registered; those of the signer.
    pub fn sign_version(
        &self,
        model: &ModelName,
        version: &Version,
        signer: &dyn Signer,
    ) -> Result<VersionSignature> {
        // Nothing is signed for those who may not.
        self.allowed_to(Action::SignVersion, Some(model), &format!("{model}/{version}"))?;
        let manifest = self.registry().version_manifest(model, version)?;
        let envelope = Envelope::sign(IN_TOTO, manifest.to_json()?, signer)?;
        self.keep(model, version, &signer.public_key(), &envelope)
    }

    /// Keeps a signature that was made elsewhere, by the holder of `key`. Whether it is
    /// trusted, whoever loads the version decides: this says only that it is a signature
    /// of this version.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the envelope is not signed with `key`, or is none of this version
    /// as it is registered; else as [`sign_version`](Self::sign_version).
    pub fn record_signature(
        &self,
        model: &ModelName,
        version: &Version,
        key: &PublicKey,
        envelope: &Envelope,
    ) -> Result<VersionSignature> {
        self.allowed_to(Action::SignVersion, Some(model), &format!("{model}/{version}"))?;
        if envelope.unverified().len() > MAX_PAYLOAD {
            return Err(Error::Invalid {
                field: "payload of the signature",
                value: format!("{} bytes", envelope.unverified().len()),
                expected: format!("at most {MAX_PAYLOAD} bytes"),
            });
        }
        self.keep(model, version, key, envelope)
    }

    fn keep(
        &self,
        model: &ModelName,
        version: &Version,
        key: &PublicKey,
        envelope: &Envelope,
    ) -> Result<VersionSignature> {
        let subject = format!("{model}/{version}");
        self.transact(|| {
            let own = self.allowed_to(Action::SignVersion, Some(model), &subject)?;
            let registry = self.registry();
            let stored: Stored<ModelVersion> =
                registry.get("version", ModelVersion::key_of(model, version))?;
            if let Some(reason) = fault(registry, &stored.value, key, envelope)? {
                return Err(Error::Invalid {
                    field: "signature",
                    value: format!("of {subject} with {key}"),
                    expected: format!("one of this version by this key: {reason}"),
                });
            }
            let before =
                registry.find::<VersionSignature>(VersionSignature::key_of(model, version, &key.id()))?;
            if let Some(before) = before.as_ref().filter(|before| before.value.envelope == *envelope) {
                return Ok((None, before.value.clone()));
            }
            let mut act = self.act(Action::SignVersion, &subject).artifacts([stored.value.artifact]);
            act.reason = Some(format!("with the key {key}"));
            let signature = VersionSignature {
                model: model.clone(),
                version: version.clone(),
                key: *key,
                envelope: envelope.clone(),
                recorded_by: self.principal().clone(),
                recorded_at: act.at,
            };
            let expected = vec![own, stored.expected()];
            Ok((Some(Commit::new(act, expected, vec![before.put(&signature)?])?), signature))
        })
    }
}

/// Why an envelope is no signature of a version by a key, if it is none. The payload is
/// looked into only once the signature holds.
pub(super) fn fault(
    registry: &Registry,
    version: &ModelVersion,
    key: &PublicKey,
    envelope: &Envelope,
) -> Result<Option<String>> {
    let Some(payload) = envelope.verify(key) else {
        let named =
            if envelope.names(&key.id()) { "it was changed, or is forged" } else { "it names others" };
        return Ok(Some(format!("its signature does not hold: {named}")));
    };
    if envelope.payload_type() != IN_TOTO {
        return Ok(Some(format!("its payload is {:?}, not {IN_TOTO:?}", cut(envelope.payload_type()))));
    }
    let manifest = match VersionManifest::from_json(payload) {
        Ok(manifest) => manifest,
        Err(Error::Corrupt { what, reason }) => {
            return Ok(Some(format!("its payload is no {what}: {reason}")));
        }
        Err(error) => return Err(error),
    };
    manifest.difference(registry.origin(), version)
}
