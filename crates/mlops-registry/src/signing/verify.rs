use std::fmt;
use std::io::{self, Read};

use mlops_core::{Check, Digest, ModelName, Outcome, Severity, Verdict, Version};

use super::sign::fault;
use super::{Trust, VersionManifest, VersionSignature};
use crate::artifact::ArtifactStoreExt as _;
use crate::model::ModelVersion;
use crate::promotion::Decision;
use crate::registry::Registry;
use crate::tracking::FilePath;
use crate::{Error, Result};

/// What the verdict on the signatures of a version is called.
const GATE: &str = "signatures";

/// A model file whose version is signed by those who are trusted; checked against its digest
/// as it is read.
///
/// The check of the bytes comes at their end, as of every artifact: whoever parses while
/// reading reads what nobody has vouched for yet. [`read_all`](Self::read_all) gives checked ones.
pub struct VerifiedArtifact {
    version: ModelVersion,
    signers: Vec<String>,
    /// What each of them has signed.
    manifests: Vec<VersionManifest>,
    required: u32,
    registry: Registry,
    reader: Box<dyn Read + Send>,
}

impl VerifiedArtifact {
    /// The version.
    pub const fn version(&self) -> &ModelVersion {
        &self.version
    }

    /// The names of the trusted keys that have signed it.
    pub fn signers(&self) -> Vec<&str> {
        self.signers.iter().map(String::as_str).collect()
    }

    /// What each of them has signed, in the order of their names: the same, but for files that
    /// were added to the run in between.
    pub fn manifests(&self) -> &[VersionManifest] {
        &self.manifests
    }

    /// All bytes of the model file, checked, if they are at most `limit`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there are more, [`Error::Corrupt`] if they are others than those
    /// that were signed.
    pub fn read_all(&self, limit: u64) -> Result<Vec<u8>> {
        self.registry.artifacts().read(&self.version.artifact, limit)
    }

    /// All bytes of a file of the run, if as many have signed it as must have signed the
    /// version: for a model of several files.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it was not signed so; else as [`read_all`](Self::read_all).
    pub fn read_file(&self, path: &FilePath, limit: u64) -> Result<Vec<u8>> {
        let signed: Vec<_> = self.manifests.iter().filter_map(|manifest| manifest.file(path)).collect();
        let by_enough = |digest: &&Digest| {
            signed.iter().filter(|other| other == digest).count() >= self.required as usize
        };
        let digest = signed.iter().find(by_enough);
        let digest = digest.ok_or_else(|| Error::NotFound { what: "signed file", key: path.to_string() })?;
        self.registry.artifacts().read(digest, limit)
    }
}

impl Read for VerifiedArtifact {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.reader.read(into)
    }
}

impl fmt::Debug for VerifiedArtifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedArtifact")
            .field("version", &format_args!("{}/{}", self.version.model, self.version.version))
            .field("artifact", &self.version.artifact)
            .field("signers", &self.signers)
            .finish_non_exhaustive()
    }
}

impl Registry {
    /// What the signatures of a version are worth to whom `trust` is: one check for each, and
    /// one that blocks unless enough of them count.
    ///
    /// ```
    /// # use mlops_registry::{Registry, Result, signing::Trust};
    /// # fn a(registry: &Registry, trust: &Trust) -> Result<()> {
    /// let verdict = registry.check_signatures(&"flight-delay".parse()?, &"1.0.0".parse()?, trust)?;
    /// for check in verdict.blocking() {
    ///     // signatures: 0 of 1: unknown signer ed25519:…
    ///     eprintln!("{}: {}", check.name, check.reason);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::NotFound`] if the version is not registered; those of the store.
    pub fn check_signatures(&self, model: &ModelName, version: &Version, trust: &Trust) -> Result<Verdict> {
        Ok(self.judge_signatures(&self.version(model, version)?, trust)?.0)
    }

    /// The model file of a version, if those who are trusted have signed it; nothing of it is
    /// read before.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the version or its file; those of the stores. That it is
    /// not signed as it must be is [`Decision::Refused`], with the reasons.
    pub fn verified_artifact(
        &self,
        model: &ModelName,
        version: &Version,
        trust: &Trust,
    ) -> Result<Decision<VerifiedArtifact>> {
        let version = self.version(model, version)?;
        let (verdict, signers) = self.judge_signatures(&version, trust)?;
        if !verdict.passed() {
            return Ok(Decision::Refused(verdict));
        }
        let signed = signers.iter().map(|(_, signature)| signature.envelope.unverified());
        let manifests = signed.map(VersionManifest::from_json).collect::<Result<_>>()?;
        let reader = self.artifacts().open(&version.artifact)?;
        let signers = signers.into_iter().map(|(name, _)| name).collect();
        let registry = self.clone();
        Ok(Decision::Granted(VerifiedArtifact {
            version,
            signers,
            manifests,
            required: trust.required(),
            registry,
            reader,
        }))
    }

    /// The verdict, and the signatures that count, by the names of their keys.
    fn judge_signatures(
        &self,
        version: &ModelVersion,
        trust: &Trust,
    ) -> Result<(Verdict, Vec<(String, VersionSignature)>)> {
        let now = self.now();
        let (mut checks, mut signers, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
        for signature in self.signatures(&version.model, &version.version)? {
            let key = trust.key(&signature.key);
            let name = key.map_or_else(|| signature.key.to_string(), |key| key.name.clone());
            let reason = match key {
                None => Some(format!("unknown signer {}", signature.key)),
                Some(key) => {
                    let at = signature.recorded_at;
                    let fault = fault(self, version, &signature.key, &signature.envelope)?;
                    fault
                        .or_else(|| trust.objection(key, &version.model, at, now))
                        .map(|reason| format!("{name}: {reason}"))
                }
            };
            let outcome = if reason.is_some() { Outcome::Failed } else { Outcome::Passed };
            let check = Check::new(format!("signature by {name}"), Severity::Warning, outcome);
            checks.push(check.because(reason.clone().unwrap_or_default()));
            match reason {
                Some(reason) => reasons.push(reason),
                None => signers.push((name, signature)),
            }
        }
        let (found, required) = (signers.len(), trust.required());
        let enough = found >= required as usize;
        let outcome = if enough { Outcome::Passed } else { Outcome::Failed };
        if !enough && reasons.is_empty() && found == 0 {
            reasons.push("nobody has signed it".to_owned());
        }
        let told =
            if enough { String::new() } else { format!("{found} of {required}: {}", reasons.join("; ")) };
        let count = Check::new(GATE, Severity::Critical, outcome)
            .observed(found as f64)
            .expected(format!(">= {required} by trusted keys"))
            .because(told);
        checks.insert(0, count);
        Ok((Verdict::new(GATE, version.subject(), now, checks), signers))
    }
}
