use mlops_core::Digest;

use super::hash::fold;
use crate::{Error, Result};

/// The place of a complete subtree: the one over the leaves
/// `index · 2^level .. (index + 1) · 2^level`.
///
/// Level 0 are the leaves. Its hash never changes once the tree has that many leaves,
/// so that it can be written once and cached for ever. Ordered by level, then index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// Height above the leaves, 0 to 63.
    pub level: u8,
    /// Position among the subtrees of that height, from the left.
    pub index: u64,
}

impl NodeId {
    /// The leaf at `index`.
    pub const fn leaf(index: u64) -> Self {
        Self { level: 0, index }
    }
}

/// Where the hashes of complete subtrees are read from: a table, a file, memory.
///
/// Not a port of its own but a view that a store lends, often for the time of one
/// transaction; hence neither `Send` nor `Sync` is asked for.
///
/// # Contract
/// [`nodes`](Self::nodes) gives the hash of each id, in the order asked for, for every
/// subtree that was complete when the source was lent.
pub trait NodeSource {
    /// The hashes of `ids`, at most 4096 of them, in their order. Neighbours on one level
    /// tend to stand side by side: who reads them in one go is faster by far.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if one that must be there is missing; whatever reading gives.
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>>;
}

/// The root of the first `size` leaves; one read of at most 64 hashes.
///
/// # Errors
/// Those of the source, as when it holds fewer than `size` leaves.
pub fn root_at(source: &dyn NodeSource, size: u64) -> Result<Digest> {
    read(source, &peaks(0, size)).map(|hashes| fold(&hashes))
}

/// Reads `ids`, and holds the source to its contract.
pub(super) fn read(source: &dyn NodeSource, ids: &[NodeId]) -> Result<Vec<Digest>> {
    let hashes = source.nodes(ids)?;
    if hashes.len() == ids.len() {
        Ok(hashes)
    } else {
        Err(Error::Corrupt {
            what: "the nodes of the audit tree".to_owned(),
            reason: format!("{} of {} nodes", hashes.len(), ids.len()),
        })
    }
}

/// The complete subtrees that cover the leaves `start..end`, the largest first.
///
/// `start` must be where a subtree that holds all of `start..end` begins, as 0 is.
pub(super) fn peaks(start: u64, end: u64) -> Vec<NodeId> {
    let width = end - start;
    (0..64)
        .rev()
        .filter(|level| width >> level & 1 == 1)
        .map(|level| {
            // All wider subtrees stand to the left of this one.
            let before = if level == 63 { 0 } else { width >> (level + 1) << (level + 1) };
            NodeId { level, index: (start + before) >> level }
        })
        .collect()
}

/// What stands beside the path from `node` up to the root of a tree of `size` leaves,
/// from the bottom: each sibling as the complete subtrees that it is folded from.
///
/// A sibling that the tree fills is one subtree; the one at the right border may be
/// several; where the tree has nothing on that side, the path has no step.
pub(super) fn siblings(node: NodeId, size: u64) -> Vec<Vec<NodeId>> {
    let mut path = Vec::new();
    let last = size - 1;
    for level in node.level..64 {
        let index = node.index >> (level - node.level);
        if index == 0 && last >> level == 0 {
            break;
        }
        let sibling = index ^ 1;
        // Compared as positions on this level: ends of subtrees may not fit in 64 bits.
        let complete = size >> level;
        if sibling < complete {
            path.push(vec![NodeId { level, index: sibling }]);
        } else if sibling == complete && sibling << level < size {
            path.push(peaks(sibling << level, size));
        }
    }
    path
}

/// Reads a path in one go, and folds each sibling.
pub(super) fn read_path(source: &dyn NodeSource, path: &[Vec<NodeId>]) -> Result<Vec<Digest>> {
    let hashes = read(source, &path.concat())?;
    let mut rest = hashes.as_slice();
    Ok(path
        .iter()
        .map(|parts| {
            let (sibling, after) = rest.split_at(parts.len());
            rest = after;
            fold(sibling)
        })
        .collect())
}
