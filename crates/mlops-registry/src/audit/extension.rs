use std::fmt;

use mlops_core::canonical;
use serde::{Deserialize, Serialize};

use crate::merkle::{ConsistencyProof, PublicKey, Rejection, SignedTreeHead, TreeHead, root_at};
use crate::registry::Registry;
use crate::{Error, Result};

/// Shows an outsider that a log has only grown between two tree heads: the older one, the
/// newer one, and the path from one to the other. Nothing that was signed then is changed,
/// gone or in another place now.
///
/// ```
/// # use std::sync::Arc;
/// # use mlops_registry::{Registry, artifact::MemoryArtifacts, merkle::{Ed25519Signer, Signer}, store::MemoryStore};
/// # let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
/// # let (store, artifacts) = (Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()));
/// # let public_key = signer.public_key();
/// # let registry = Registry::builder(store, artifacts, signer).create("registry.example".parse()?, &"root".parse()?)?;
/// use mlops_registry::audit::ExtensionProof;
/// let last_year = registry.tree_head()?;
/// registry.session(&"root".parse()?).create_experiment(&"delays".parse()?).unwrap_err();
/// let text = registry.prove_extension(&last_year)?.to_text()?;
/// // … sent to an outsider, who knows `public_key` from elsewhere …
/// let proof = ExtensionProof::from_text(&text)?;
/// let (then, now) = proof.verify(&public_key)?;
/// assert!(then.size() <= now.size());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtensionProof {
    old: SignedTreeHead,
    new: SignedTreeHead,
    consistency: ConsistencyProof,
}

impl ExtensionProof {
    fn new(old: SignedTreeHead, new: SignedTreeHead, consistency: ConsistencyProof) -> Result<Self> {
        let (then, now) = (old.unverified(), new.unverified());
        let reason = if then.origin() != now.origin() {
            format!("its heads are of two logs, {} and {}", then.origin(), now.origin())
        } else if (consistency.old_size, consistency.new_size) != (then.size(), now.size()) {
            format!(
                "its path is from {} to {} leaves, and {} and {} are signed",
                consistency.old_size,
                consistency.new_size,
                then.size(),
                now.size()
            )
        } else {
            return Ok(Self { old, new, consistency });
        };
        Err(corrupt(reason))
    }

    /// The log then and now, if the holder of `key` has signed both, and one extends the other.
    ///
    /// # Errors
    /// The [`Rejection`] that says why it does not show that.
    pub fn verify(&self, key: &PublicKey) -> Result<(&TreeHead, &TreeHead), Rejection> {
        let (old, new) = (self.old.verify(key)?, self.new.verify(key)?);
        self.consistency.verify(old.root(), new.root())?;
        Ok((old, new))
    }

    /// The older head.
    pub const fn old(&self) -> &SignedTreeHead {
        &self.old
    }

    /// The newer head.
    pub const fn latest(&self) -> &SignedTreeHead {
        &self.new
    }

    /// The path from one to the other.
    pub const fn consistency(&self) -> &ConsistencyProof {
        &self.consistency
    }

    /// One line of canonical JSON with its line feed, `O(log n)` for a log of `n` entries.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_text(&self) -> Result<String> {
        let Self { old, new, consistency } = self.clone();
        Ok(canonical::to_string(&Written { format: Format::One, old, new, consistency })? + "\n")
    }

    /// Reads what [`to_text`](Self::to_text) wrote, and nothing else: no other spelling, no
    /// other member, nothing before or after.
    ///
    /// # Errors
    /// [`Error::Corrupt`] that says what is wrong. Neither path nor signatures are looked at.
    pub fn from_text(text: &str) -> Result<Self> {
        let line = text.strip_suffix('\n').ok_or_else(|| corrupt("no line feed at the end".to_owned()))?;
        let written: Written = canonical::from_str(line).map_err(|error| corrupt(error.to_string()))?;
        Self::new(written.old, written.new, written.consistency)
    }
}

fn corrupt(reason: String) -> Error {
    Error::Corrupt { what: "proof that an audit log was extended".to_owned(), reason }
}

/// What a proof calls itself; the number goes up when its meaning changes.
#[derive(Serialize, Deserialize)]
enum Format {
    #[serde(rename = "mlops-extension-proof/1")]
    One,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: Format,
    old: SignedTreeHead,
    new: SignedTreeHead,
    consistency: ConsistencyProof,
}

impl fmt::Display for ExtensionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (then, now) = (self.old.unverified(), self.new.unverified());
        write!(
            f,
            "{} grew from {} entries at {} to {} at {}",
            now.origin(),
            then.size(),
            then.at(),
            now.size(),
            now.at()
        )
    }
}

impl Registry {
    /// The proof that the audit log of this moment extends that of `old`: one signature, and
    /// three reads of `O(log n)` hashes. The signature of `old` is not looked at.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `old` is of another log; [`Error::Corrupt`] if the log does not
    /// extend it: it was cut or rewritten since, and an [audit](Self::audit) against this head
    /// says more; those of the store and of the signer.
    pub fn prove_extension(&self, old: &SignedTreeHead) -> Result<ExtensionProof> {
        let then = old.unverified();
        if then.origin() != self.origin() {
            return Err(Error::Invalid {
                field: "tree head",
                value: then.origin().to_string(),
                expected: format!("one of the log {}", self.origin()),
            });
        }
        let new = self.tree_head()?;
        let now = new.unverified();
        let damaged = |reason| Error::Corrupt { what: format!("audit log {}", self.origin()), reason };
        if then.size() > now.size() {
            let reason =
                format!("it has {} entries, and had {} when the head was signed", now.size(), then.size());
            return Err(damaged(reason));
        }
        let root = root_at(self.store(), then.size())?;
        if root != *then.root() {
            let reason =
                format!("its first {} entries have root {root}, and {} was signed", then.size(), then.root());
            return Err(damaged(reason));
        }
        let consistency = ConsistencyProof::of(self.store(), then.size(), now.size())?;
        ExtensionProof::new(old.clone(), new, consistency)
    }
}
