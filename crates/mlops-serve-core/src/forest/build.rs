use std::collections::HashMap;

use super::{Forest, Missing, Node, Real, Root, Slot};

/// A node of one tree as a reader hands it over; children are positions in the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Branch<T> {
    /// `x <= threshold` goes left.
    Split { feature: u32, threshold: T, missing: Missing, left: usize, right: usize },
    /// The walk ends.
    Leaf(T),
}

/// A child that has two parents, or a root that has one: not a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Revisited {
    pub(crate) parent: usize,
    pub(crate) child: usize,
}

/// Trees on their way into a [`Forest`].
#[derive(Debug)]
pub(crate) struct ForestBuilder<T> {
    forest: Forest<T>,
    slot_of: HashMap<Slot, u32>,
    /// The nodes of the tree at hand, breadth first, with their depths.
    queue: Vec<(usize, u32)>,
    seen: Vec<bool>,
}

impl<T: Real> ForestBuilder<T> {
    /// No trees yet. Values whose magnitude is at most `zero` count as zero; a negative
    /// `zero` leaves them as they are.
    pub(crate) fn new(zero: f64) -> Self {
        Self {
            forest: Forest { nodes: Vec::new(), roots: Vec::new(), slots: Vec::new(), zero },
            slot_of: HashMap::new(),
            queue: Vec::new(),
            seen: Vec::new(),
        }
    }

    /// Adds a tree, the root first, and returns how many of its nodes can be reached.
    /// Children must be positions in `tree`.
    ///
    /// Nodes are laid out breadth first, which puts siblings side by side.
    pub(crate) fn push_tree(&mut self, tree: &[Branch<T>]) -> Result<usize, Revisited> {
        let base = self.forest.nodes.len();
        self.queue.clear();
        self.queue.push((0, 0));
        self.seen.clear();
        self.seen.resize(tree.len(), false);
        self.seen[0] = true;
        let mut deepest = 0;
        let mut next = 0;
        while let Some(&(position, depth)) = self.queue.get(next) {
            deepest = deepest.max(depth);
            let node = match tree[position] {
                Branch::Leaf(value) => Node { threshold: value, slot: 0, left: index(base + next) },
                Branch::Split { feature, threshold, missing, left, right } => {
                    let children = index(base + self.queue.len());
                    for child in [left, right] {
                        if std::mem::replace(&mut self.seen[child], true) {
                            self.forest.nodes.truncate(base);
                            return Err(Revisited { parent: position, child });
                        }
                        self.queue.push((child, depth + 1));
                    }
                    Node { threshold, slot: self.slot(Slot { feature, missing }), left: children }
                }
            };
            self.forest.nodes.push(node);
            next += 1;
        }
        self.forest.roots.push(Root { node: index(base), depth: deepest });
        Ok(self.queue.len())
    }

    fn slot(&mut self, slot: Slot) -> u32 {
        let slots = &mut self.forest.slots;
        *self.slot_of.entry(slot).or_insert_with(|| {
            slots.push(slot);
            index(slots.len())
        })
    }

    /// The trees so far, in order.
    pub(crate) fn finish(mut self) -> Forest<T> {
        self.forest.nodes.shrink_to_fit();
        self.forest
    }
}

fn index(position: usize) -> u32 {
    u32::try_from(position).expect("a file of at most 1 GiB holds fewer than 2^32 nodes")
}
