//! The Merkle tree beneath the audit log, as RFC 9162 hashes it: a few hundred bytes show
//! an outsider that an entry is in the log, and that the log of today extends the log of
//! yesterday without a changed byte.
//!
//! Everything here is a pure function of leaf hashes. What a store must keep are the
//! *complete* subtrees, which never change once they are there: [`Frontier::append_with`]
//! hands out each as it is completed (two a leaf on average), a [`NodeSource`] reads them
//! back, and with that any root or proof takes one read of `O(log n)` hashes.
//!
//! ```
//! use mlops_registry::merkle::{ConsistencyProof, InclusionProof, Tree, leaf_hash};
//!
//! let mut log = Tree::default();
//! for entry in ["grant ana admin", "register 1.0.0", "approve 1.0.0"] {
//!     log.append(leaf_hash(entry.as_bytes()));
//! }
//! let (yesterday, today) = (log.root_at(2)?, log.root());
//!
//! InclusionProof::of(&log, 1, 3)?.verify(&leaf_hash(b"register 1.0.0"), &today)?;
//! ConsistencyProof::of(&log, 2, 3)?.verify(&yesterday, &today)?;
//! assert!(InclusionProof::of(&log, 1, 3)?.verify(&leaf_hash(b"register 2.0.0"), &today).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`SignedTreeHead`] is the root of one moment, signed, in a line of text to be kept where
//! those who write to the store can't reach it. A [`SignedCheckpoint`] says the same in the
//! form that transparency logs, their monitors and their witnesses exchange.
//!
//! # Source
//! RFC 9162, *Certificate Transparency Version 2.0*, section 2.1.

pub(crate) mod base64;
mod checkpoint;
mod consistency;
mod frontier;
mod hash;
mod head;
mod inclusion;
mod key;
mod node;
mod note;
mod rejection;
mod signer;
mod tree;
mod verifier_key;

pub use checkpoint::{Checkpoint, SignedCheckpoint, VerifiedCheckpoint};
pub use consistency::{ConsistencyProof, verify_consistency};
pub use frontier::Frontier;
pub use hash::{empty_root, leaf_hash, node_hash};
pub use head::{Origin, SignedTreeHead, TreeHead};
pub use inclusion::{InclusionProof, verify_inclusion};
pub use key::{PublicKey, Signature};
pub use node::{NodeId, NodeSource, root_at};
pub use note::{SignedBy, SignedNote};
pub use rejection::Rejection;
pub use signer::{Ed25519Signer, Signer};
pub use tree::Tree;
pub use verifier_key::{NoteKind, VerifierKey};

#[cfg(test)]
mod tests;
