use mlops_core::Digest;
use serde::{Deserialize, Serialize};

use super::node::{read_path, siblings};
use super::{NodeId, NodeSource, Rejection, node_hash};
use crate::{Error, Result};

/// Shows that a leaf is in a tree: the hashes beside the path from the leaf to the root.
///
/// In JSON the hashes are digests; one that is not 32 bytes is refused when it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// The leaf, from 0.
    pub index: u64,
    /// Leaves in the tree.
    pub size: u64,
    /// The hashes from the leaf upwards, in the order of RFC 9162.
    pub hashes: Vec<Digest>,
}

impl InclusionProof {
    /// The proof that leaf `index` is in the tree of the first `size` leaves.
    ///
    /// `O(log size)` hashes in one read.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there is no such leaf; those of the source.
    pub fn of(source: &dyn NodeSource, index: u64, size: u64) -> Result<Self> {
        if index >= size {
            return Err(Error::Invalid {
                field: "leaf index",
                value: index.to_string(),
                expected: format!("less than {size}, the size of the tree"),
            });
        }
        let hashes = read_path(source, &siblings(NodeId::leaf(index), size))?;
        Ok(Self { index, size, hashes })
    }

    /// Checks that the tree with this `root` holds a leaf of this hash at this place.
    ///
    /// # Errors
    /// The [`Rejection`] that says why it does not show that.
    pub fn verify(&self, leaf: &Digest, root: &Digest) -> Result<(), Rejection> {
        verify_inclusion(leaf, self.index, self.size, root, &self.hashes)
    }
}

/// Checks that the tree of `size` leaves with this `root` has a leaf of hash `leaf` at `index`.
///
/// # Errors
/// The [`Rejection`] that says why `proof` does not show that. Nothing is in the empty tree.
///
/// # Source
/// RFC 9162, section 2.1.3.2.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    root: &Digest,
    proof: &[Digest],
) -> Result<(), Rejection> {
    if index >= size {
        return Err(Rejection::NoSuchLeaf { index, size });
    }
    let expected = siblings(NodeId::leaf(index), size).len();
    if proof.len() != expected {
        return Err(Rejection::Length { expected, found: proof.len() });
    }
    let (mut position, mut last) = (index, size - 1);
    let mut computed = *leaf;
    for sibling in proof {
        if position & 1 == 1 || position == last {
            computed = node_hash(sibling, &computed);
            // A right border without siblings is carried up until it is a right child.
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            computed = node_hash(&computed, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    if computed == *root { Ok(()) } else { Err(Rejection::Root { computed, root: *root }) }
}
