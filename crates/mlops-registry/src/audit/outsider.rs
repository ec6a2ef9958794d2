//! What an outsider needs: bytes and a public key in, an answer out.

use serde::Deserialize;

use super::{Entry, EntryProof, ExtensionProof};
use crate::Error;
use crate::merkle::{PublicKey, Rejection, TreeHead};

/// What a text has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shown {
    /// That an entry is in the log that this head is of.
    Entry {
        /// What happened.
        entry: Box<Entry>,
        /// The log, how long it was, and when that was signed. Look at its origin.
        head: TreeHead,
    },
    /// That the log of one head extends that of an older one.
    Extension {
        /// The log then.
        old: TreeHead,
        /// The log now.
        new: TreeHead,
    },
}

/// Why a text shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unproven {
    /// It is no proof in the one spelling that a proof has. Ask for another copy.
    #[error("the text is no proof: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
    /// It is a proof, and what it claims does not hold.
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

impl From<Error> for Unproven {
    fn from(error: Error) -> Self {
        let reason = match error {
            Error::Corrupt { reason, .. } => reason,
            other => other.to_string(),
        };
        Self::Unreadable { reason }
    }
}

/// Checks a proof that came as text: that of an [entry](EntryProof), or that a log has only
/// [grown](ExtensionProof). It needs no store, no registry and no network, only the
/// public key of who signs the heads of the log, known from elsewhere.
///
/// ```
/// # use std::sync::Arc;
/// # use mlops_registry::{Registry, artifact::MemoryArtifacts, merkle::{Ed25519Signer, Signer}, store::MemoryStore};
/// # let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
/// # let (store, artifacts) = (Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()));
/// # let public_key = signer.public_key();
/// # let registry = Registry::builder(store, artifacts, signer).create("registry.example".parse()?, &"root".parse()?)?;
/// use mlops_registry::audit::{Shown, verify_text};
/// let text = registry.prove(0)?.to_text()?;
/// match verify_text(text.as_bytes(), &public_key)? {
///     Shown::Entry { entry, head } => assert_eq!((entry.sequence, head.size()), (0, 1)),
///     other => panic!("{other:?}"),
/// }
/// assert!(verify_text(text.replace("root", "mary").as_bytes(), &public_key).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Unproven`] that says why it shows nothing.
pub fn verify_text(text: &[u8], key: &PublicKey) -> Result<Shown, Unproven> {
    /// As much as tells the kinds apart.
    #[derive(Deserialize)]
    struct Labelled {
        format: String,
    }
    let unreadable = |reason: String| Unproven::Unreadable { reason };
    let text = std::str::from_utf8(text).map_err(|error| unreadable(error.to_string()))?;
    let Labelled { format } = serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
    match format.as_str() {
        "mlops-entry-proof/1" => {
            let proof = EntryProof::from_text(text)?;
            let proven = proof.verify(key)?;
            Ok(Shown::Entry { entry: Box::new(proven.entry.clone()), head: proven.head.clone() })
        }
        "mlops-extension-proof/1" => {
            let proof = ExtensionProof::from_text(text)?;
            let (old, new) = proof.verify(key)?;
            Ok(Shown::Extension { old: old.clone(), new: new.clone() })
        }
        other => {
            let shown: String = other.chars().take(60).collect();
            Err(unreadable(format!("{shown:?} is no format of proofs")))
        }
    }
}
