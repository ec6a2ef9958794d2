//! Flat trees: what every reader of trees fills and every tree model asks.
//!
//! A split compares one number: `x <= threshold` goes left. Everything else that a format
//! does with a value before it compares (missing to the left, NaN as zero …) depends on
//! the feature and on a handful of node flags only, so it is done once a row and not once
//! a node: each pair of feature and [`Missing`] rule that occurs in the forest has a *slot*,
//! a row is first spread over the slots, and the nodes look into slots. A value that must
//! go left whatever the threshold becomes −∞ there, one that must go right becomes NaN.
//!
//! Slot 0 always holds −∞. A leaf is a split on slot 0 that is its own left child, so that
//! a walk may take more steps than a path has; with that, several walks go in lockstep
//! without a branch that depends on data, and the processor overlaps their cache misses.

mod build;
mod predict;
mod slots;

pub(crate) use build::{Branch, ForestBuilder, Revisited};
pub(crate) use slots::Missing;

use slots::Slot;

/// The arithmetic of a library: LightGBM computes in `f64`, XGBoost in `f32`.
pub(crate) trait Real:
    Copy + PartialOrd + std::fmt::Debug + std::ops::AddAssign + Send + Sync + 'static
{
    const NEG_INFINITY: Self;
    fn from_f64(value: f64) -> Self;
}

impl Real for f64 {
    const NEG_INFINITY: Self = f64::NEG_INFINITY;
    fn from_f64(value: f64) -> Self {
        value
    }
}

impl Real for f32 {
    const NEG_INFINITY: Self = f32::NEG_INFINITY;
    #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is what the library does")]
    fn from_f64(value: f64) -> Self {
        value as f32
    }
}

/// A split, or a leaf: then `slot` is 0, `left` the node itself and `threshold` its value.
/// The right child stands behind the left one.
#[derive(Clone, Copy, Debug)]
struct Node<T> {
    threshold: T,
    slot: u32,
    left: u32,
}

/// Where a tree begins, and how many steps its longest path has.
#[derive(Clone, Copy, Debug)]
struct Root {
    node: u32,
    depth: u32,
}

/// Trees whose leaves are added up in order.
#[derive(Clone, Debug)]
pub(crate) struct Forest<T> {
    nodes: Vec<Node<T>>,
    roots: Vec<Root>,
    /// What fills the slots from 1 on.
    slots: Vec<Slot>,
    /// The largest magnitude that counts as zero; negative if only zero does.
    zero: f64,
}

impl<T> Forest<T> {
    pub(crate) fn n_trees(&self) -> usize {
        self.roots.len()
    }
}
