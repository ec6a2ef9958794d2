use std::fmt;

use mlops_core::canonical;
use serde::{Deserialize, Serialize};

use super::Entry;
use crate::merkle::{InclusionProof, PublicKey, Rejection, SignedTreeHead, TreeHead, leaf_hash};
use crate::registry::Registry;
use crate::{Error, Result};

/// Shows an outsider that an entry is in an audit log, with nothing but the public key of
/// who signs its tree heads: the entry, the path from it to the root, and that root signed.
///
/// ```
/// # use std::sync::Arc;
/// # use mlops_registry::{Registry, artifact::MemoryArtifacts, merkle::{Ed25519Signer, Signer}, store::MemoryStore};
/// # let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
/// # let (store, artifacts) = (Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()));
/// # let public_key = signer.public_key();
/// # let registry = Registry::builder(store, artifacts, signer).create("registry.example".parse()?, &"root".parse()?)?;
/// use mlops_registry::audit::EntryProof;
/// let text = registry.prove(0)?.to_text()?;
/// // … sent to an outsider, who knows `public_key` from elsewhere …
/// let proof = EntryProof::from_text(&text)?;
/// let proven = proof.verify(&public_key)?;
/// assert_eq!(proven.entry.act.action, "registry.create");
/// assert_eq!(proven.head.origin().as_str(), "registry.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryProof {
    entry: Entry,
    inclusion: InclusionProof,
    head: SignedTreeHead,
}

/// What an [`EntryProof`] has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proven<'a> {
    /// What happened.
    pub entry: &'a Entry,
    /// The log that it is in, how long it was, and when that was signed. Look at its origin:
    /// who signs the heads of several logs can prove what is in any of them.
    pub head: &'a TreeHead,
}

impl EntryProof {
    pub(super) fn new(entry: Entry, inclusion: InclusionProof, head: SignedTreeHead) -> Result<Self> {
        let corrupt = |reason: String| Error::Corrupt { what: "proof of an audit entry".to_owned(), reason };
        if inclusion.index != entry.sequence {
            return Err(corrupt(format!(
                "its path begins at leaf {}, and its entry is number {}",
                inclusion.index, entry.sequence
            )));
        }
        let signed = head.unverified().size();
        if inclusion.size != signed {
            let reason =
                format!("its path is through a tree of {} leaves, and {signed} are signed", inclusion.size);
            return Err(corrupt(reason));
        }
        Ok(Self { entry, inclusion, head })
    }

    /// The entry and the log that it is in, if the holder of `key` has signed that it is.
    ///
    /// # Errors
    /// The [`Rejection`] that says why it does not show that: another key, a forged head, or
    /// an entry that is not in the log that was signed.
    pub fn verify(&self, key: &PublicKey) -> Result<Proven<'_>, Rejection> {
        let head = self.head.verify(key)?;
        // What can't be written as JSON has never been a leaf.
        let leaf = canonical::to_string(&self.entry).unwrap_or_default();
        self.inclusion.verify(&leaf_hash(leaf.as_bytes()), head.root())?;
        Ok(Proven { entry: &self.entry, head })
    }

    /// What it claims, whoever made it. Trust what [`verify`](Self::verify) gives.
    pub const fn unverified(&self) -> &Entry {
        &self.entry
    }

    /// The path from the entry to the root.
    pub const fn inclusion(&self) -> &InclusionProof {
        &self.inclusion
    }

    /// The signed root.
    pub const fn head(&self) -> &SignedTreeHead {
        &self.head
    }

    /// One line of canonical JSON with its line feed, `O(log n)` for a log of `n` entries.
    ///
    /// # Errors
    /// None in practice; it passes on what writing JSON may give.
    pub fn to_text(&self) -> Result<String> {
        let Self { entry, inclusion, head } = self.clone();
        Ok(canonical::to_string(&Written { format: Format::One, entry, inclusion, head })? + "\n")
    }

    /// Reads what [`to_text`](Self::to_text) wrote, and nothing else: no other spelling, no
    /// other member, nothing before or after.
    ///
    /// # Errors
    /// [`Error::Corrupt`] that says what is wrong. Neither path nor signature is looked at.
    pub fn from_text(text: &str) -> Result<Self> {
        let corrupt = |reason| Error::Corrupt { what: "proof of an audit entry".to_owned(), reason };
        let line = text.strip_suffix('\n').ok_or_else(|| corrupt("no line feed at the end".to_owned()))?;
        let written: Written = canonical::from_str(line).map_err(|error| corrupt(error.to_string()))?;
        Self::new(written.entry, written.inclusion, written.head)
    }
}

/// What a proof calls itself; the number goes up when its meaning changes.
#[derive(Serialize, Deserialize)]
enum Format {
    #[serde(rename = "mlops-entry-proof/1")]
    One,
}

/// The entry stands in it as JSON: canonical, so that its bytes are those of the leaf.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: Format,
    entry: Entry,
    inclusion: InclusionProof,
    head: SignedTreeHead,
}

impl fmt::Display for Proven<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (entry, head) = (self.entry, self.head);
        write!(
            f,
            "entry {} of {}, signed over {} entries at {}: {}",
            entry.sequence,
            head.origin(),
            head.size(),
            head.at(),
            entry.act
        )
    }
}

impl Registry {
    /// The proof that entry `sequence` is in the audit log of this moment: one signature, and
    /// two reads of `O(log n)` hashes.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the log is not that long, or the entry was pruned;
    /// [`Error::Corrupt`] if the entry is gone or is none; those of the store and of the signer.
    pub fn prove(&self, sequence: u64) -> Result<EntryProof> {
        let head = self.tree_head()?;
        let size = head.unverified().size();
        if sequence >= size {
            return Err(Error::NotFound { what: "audit entry", key: sequence.to_string() });
        }
        let Some(entry) = self.entries(sequence..sequence + 1)?.pop() else {
            if let Some(by) = self.pruned_by(sequence)? {
                let key = format!("{sequence}, which entry {by} has pruned: its exported line can be proven");
                return Err(Error::NotFound { what: "audit entry", key });
            }
            let what = format!("entry {sequence} of the audit log");
            return Err(Error::Corrupt { what, reason: "it is missing".to_owned() });
        };
        EntryProof::new(entry, InclusionProof::of(self.store(), sequence, size)?, head)
    }
}
