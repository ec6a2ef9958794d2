use mlops_core::Digest;
use serde::{Deserialize, Serialize};

use super::hash::fold;
use super::node::{peaks, read};
use super::{NodeId, NodeSource, node_hash};
use crate::Result;

/// The right edge of a tree: all that is needed to append to it and to know its root.
///
/// It holds the hashes of the complete subtrees that the leaves divide into, one for each
/// bit set in the size: at most 64. A store either keeps the frontier as it is (serde), or
/// keeps the nodes and [loads](Self::load) it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Frontier {
    size: u64,
    /// The largest first.
    peaks: Vec<Digest>,
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// The frontier of the first `size` leaves; one read of at most 64 hashes.
    ///
    /// # Errors
    /// Those of the source, as when it holds fewer than `size` leaves.
    pub fn load(source: &dyn NodeSource, size: u64) -> Result<Self> {
        read(source, &peaks(0, size)).map(|peaks| Self { size, peaks })
    }

    /// How many leaves the tree has; the index of the next one.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree; at most 63 hashes are computed.
    pub fn root(&self) -> Digest {
        fold(&self.peaks)
    }

    /// Appends a leaf by its [hash](super::leaf_hash), and returns its index.
    pub fn append(&mut self, leaf: Digest) -> u64 {
        self.append_with(leaf, |_, _| ())
    }

    /// Appends a leaf by its [hash](super::leaf_hash), and returns its index. `keep` gets
    /// every subtree that is now complete, beginning with the leaf itself: what a
    /// [`NodeSource`] must be able to give from now on.
    ///
    /// One call in two has one node, one in four two, and so on: two a leaf on average.
    ///
    /// # Panics
    /// At 2⁶⁴ − 1 leaves, which takes longer than the machine will last.
    pub fn append_with(&mut self, leaf: Digest, mut keep: impl FnMut(NodeId, Digest)) -> u64 {
        let index = self.size;
        keep(NodeId::leaf(index), leaf);
        self.append_subtree(0, leaf, keep);
        index
    }

    /// Appends 2^`level` leaves at once by the hash of their subtree; `keep` gets every
    /// larger one that is now complete. The size must be a multiple of so many leaves.
    ///
    /// # Panics
    /// At 2⁶⁴ − 1 leaves, which takes longer than the machine will last.
    pub(crate) fn append_subtree(&mut self, level: u8, hash: Digest, mut keep: impl FnMut(NodeId, Digest)) {
        let mut node = NodeId { level, index: self.size >> level };
        debug_assert_eq!(node.index << level, self.size, "it has a place in the tree");
        self.size = self.size.checked_add(1 << level).expect("no log gets 2^64 entries");
        let mut hash = hash;
        // As in binary addition: each bit set at the end of the old size carries.
        while node.index & 1 == 1 {
            let left = self.peaks.pop().expect("one peak for each bit set in the size");
            hash = node_hash(&left, &hash);
            node = NodeId { level: node.level + 1, index: node.index >> 1 };
            keep(node, hash);
        }
        self.peaks.push(hash);
    }
}

/// As it is written down; turned into a frontier only if it can be one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    size: u64,
    peaks: Vec<Digest>,
}

impl TryFrom<Written> for Frontier {
    type Error = String;
    fn try_from(Written { size, peaks }: Written) -> Result<Self, String> {
        if peaks.len() == size.count_ones() as usize {
            Ok(Self { size, peaks })
        } else {
            let expected = size.count_ones();
            Err(format!("a frontier of {size} leaves has {expected} peaks, not {}", peaks.len()))
        }
    }
}

impl From<Frontier> for Written {
    fn from(Frontier { size, peaks }: Frontier) -> Self {
        Self { size, peaks }
    }
}
