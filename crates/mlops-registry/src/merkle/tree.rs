use mlops_core::Digest;

use super::node::root_at;
use super::{Frontier, NodeId, NodeSource};
use crate::{Error, Result};

/// A whole tree in memory: 64 bytes a leaf.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    frontier: Frontier,
    /// The complete subtrees of each level, from the leaves up.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of all leaves.
    pub fn root(&self) -> Digest {
        self.frontier.root()
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if there are fewer.
    pub fn root_at(&self, size: u64) -> Result<Digest> {
        root_at(self, size)
    }

    /// Appends a leaf by its [hash](super::leaf_hash), and returns its index.
    pub fn append(&mut self, leaf: Digest) -> u64 {
        let levels = &mut self.levels;
        self.frontier.append_with(leaf, |node, hash| {
            let level = usize::from(node.level);
            if level == levels.len() {
                levels.push(Vec::new());
            }
            levels[level].push(hash);
        })
    }
}

impl FromIterator<Digest> for Tree {
    /// The tree over these leaf hashes.
    fn from_iter<I: IntoIterator<Item = Digest>>(leaves: I) -> Self {
        let mut tree = Self::default();
        for leaf in leaves {
            tree.append(leaf);
        }
        tree
    }
}

impl NodeSource for Tree {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        let node = |id: &NodeId| {
            let level = self.levels.get(usize::from(id.level))?;
            level.get(usize::try_from(id.index).ok()?).copied()
        };
        ids.iter()
            .map(|id| {
                node(id).ok_or_else(|| Error::Corrupt {
                    what: "the nodes of the audit tree".to_owned(),
                    reason: format!("no node {} at level {}", id.index, id.level),
                })
            })
            .collect()
    }
}
