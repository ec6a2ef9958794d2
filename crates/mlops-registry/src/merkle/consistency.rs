use mlops_core::Digest;
use serde::{Deserialize, Serialize};

use super::node::{read_path, siblings};
use super::{NodeId, NodeSource, Rejection, empty_root, node_hash};
use crate::{Error, Result};

/// Shows that a tree extends an older one: the older leaves are its first, unchanged.
///
/// In JSON the hashes are digests; one that is not 32 bytes is refused when it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// Leaves in the older tree.
    pub old_size: u64,
    /// Leaves in the newer tree.
    pub new_size: u64,
    /// The hashes in the order of RFC 9162; none if the sizes are equal.
    pub hashes: Vec<Digest>,
}

impl ConsistencyProof {
    /// The proof that the tree of the first `new_size` leaves extends that of the first `old_size`.
    ///
    /// `O(log new_size)` hashes in one read.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `old_size` is larger, or 0 while `new_size` is not; those of the source.
    pub fn of(source: &dyn NodeSource, old_size: u64, new_size: u64) -> Result<Self> {
        if old_size > new_size || (old_size == 0 && new_size > 0) {
            return Err(Error::Invalid {
                field: "old size",
                value: old_size.to_string(),
                expected: format!("1 to {new_size}, the new size"),
            });
        }
        let hashes = read_path(source, &path(old_size, new_size))?;
        Ok(Self { old_size, new_size, hashes })
    }

    /// Checks that the tree with `new_root` extends the tree with `old_root`.
    ///
    /// # Errors
    /// The [`Rejection`] that says why it does not show that.
    pub fn verify(&self, old_root: &Digest, new_root: &Digest) -> Result<(), Rejection> {
        verify_consistency(self.old_size, old_root, self.new_size, new_root, &self.hashes)
    }
}

/// The older tree's last complete subtree, where both trees are climbed from.
const fn last_peak(old_size: u64) -> NodeId {
    let level = old_size.trailing_zeros();
    #[expect(clippy::cast_possible_truncation, reason = "a u64 has at most 64 trailing zeros")]
    NodeId { level: level as u8, index: (old_size >> level) - 1 }
}

/// What a proof holds: the last peak of the older tree, unless that is the whole older
/// tree and so known to the verifier, then what stands beside its path in the newer one.
fn path(old_size: u64, new_size: u64) -> Vec<Vec<NodeId>> {
    if old_size == new_size {
        return Vec::new();
    }
    let start = last_peak(old_size);
    let mut path = siblings(start, new_size);
    if start.index > 0 {
        path.insert(0, vec![start]);
    }
    path
}

/// Checks that the tree of `new_size` leaves with `new_root` extends that of `old_size` with `old_root`.
///
/// Trees of the same size are consistent if their roots are equal and the proof is empty;
/// two empty trees must have the root that the empty tree has.
///
/// # Errors
/// The [`Rejection`] that says why `proof` does not show that.
///
/// # Source
/// RFC 9162, section 2.1.4.2.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Digest,
    new_size: u64,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), Rejection> {
    if old_size > new_size {
        return Err(Rejection::Shrunk { old_size, new_size });
    }
    if old_size == 0 && new_size > 0 {
        return Err(Rejection::FromNothing { new_size });
    }
    let expected = path(old_size, new_size).len();
    if proof.len() != expected {
        return Err(Rejection::Length { expected, found: proof.len() });
    }
    let (computed_old, computed_new) =
        if new_size == 0 { (empty_root(), empty_root()) } else { climb(old_size, old_root, new_size, proof) };
    if computed_old != *old_root {
        return Err(Rejection::OldRoot { computed: computed_old, root: *old_root });
    }
    if computed_new != *new_root {
        return Err(Rejection::Root { computed: computed_new, root: *new_root });
    }
    Ok(())
}

/// The roots of the older and the newer tree that a proof of the right length leads to.
fn climb(old_size: u64, old_root: &Digest, new_size: u64, proof: &[Digest]) -> (Digest, Digest) {
    let start = last_peak(old_size);
    let (first, proof) = match proof.split_first() {
        Some((first, rest)) if start.index > 0 => (first, rest),
        _ => (old_root, proof),
    };
    let (mut old, mut new) = (*first, *first);
    let (mut position, mut last) = (start.index, (new_size - 1) >> start.level);
    for sibling in proof {
        if position & 1 == 1 || position == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            // To the right of the older tree: only the newer one has it.
            new = node_hash(&new, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    (old, new)
}
