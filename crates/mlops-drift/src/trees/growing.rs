use rayon::prelude::*;

use super::binning::{BinnedColumn, MOST_BINS};

/// How trees are grown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Growth {
    pub(crate) trees: usize,
    /// So many splits follow each other at most.
    pub(crate) depth: usize,
    /// A tree has at most so many leaves; those that gain most are split first.
    pub(crate) leaves: usize,
    pub(crate) learning_rate: f64,
    /// A leaf has at least so many rows.
    pub(crate) leaf_rows: usize,
    /// Shrinks the weight of a leaf towards 0, as so much more curvature of indifference would.
    pub(crate) ridge: f64,
    pub(crate) gaps: Gaps,
}

/// Where a number goes whose bin held no row when a split was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gaps {
    /// Where the next smaller bin goes; the smallest go to the first child.
    InOrder,
    /// To the second child, as a name does. Rare with few bins and shallow trees.
    Second,
}

/// A gain that is rounding.
const NO_GAIN: f64 = 1e-9;
/// From so many values of a node on its columns are looked at in parallel.
const PARALLEL: usize = 1 << 16;

/// A set of bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BinSet([u64; MOST_BINS / 64]);

impl BinSet {
    fn insert(&mut self, bin: usize) {
        self.0[bin / 64] |= 1 << (bin % 64);
    }

    pub(super) fn contains(&self, bin: u8) -> bool {
        self.0[usize::from(bin / 64)] >> (bin % 64) & 1 == 1
    }
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    Leaf(f64),
    /// Bins of the column that are in the set go to the first child.
    Split {
        column: usize,
        first: BinSet,
        children: [usize; 2],
    },
}

/// The nodes of a tree, its root first.
pub(super) type Tree = Vec<Node>;

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    gradient: f64,
    curvature: f64,
    rows: usize,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.curvature += other.curvature;
        self.rows += other.rows;
    }

    fn without(self, other: Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            rows: self.rows - other.rows,
        }
    }

    fn score(self, ridge: f64) -> f64 {
        self.gradient * self.gradient / (self.curvature + ridge)
    }
}

/// A leaf that may still be split.
struct Open {
    node: usize,
    rows: Vec<usize>,
    sums: Sums,
    /// So many splits may follow.
    depth: usize,
    split: Option<Split>,
}

#[derive(Clone, Copy, Debug)]
struct Split {
    gain: f64,
    column: usize,
    first: BinSet,
}

/// Grows a tree of these rows and adds its weights to their scores.
pub(super) fn grow(
    columns: &[BinnedColumn],
    derivatives: &[(f64, f64)],
    rows: &[usize],
    growth: &Growth,
    scores: &mut [f64],
) -> Tree {
    let open = |node, rows: Vec<usize>, depth| {
        let mut sums = Sums::default();
        for row in &rows {
            let (gradient, curvature) = derivatives[*row];
            sums.add(Sums { gradient, curvature, rows: 1 });
        }
        let split = if depth == 0 { None } else { best_split(columns, derivatives, &rows, sums, growth) };
        Open { node, rows, sums, depth, split }
    };
    let mut tree = vec![Node::Leaf(0.0)];
    let mut leaves = vec![open(0, rows.to_vec(), growth.depth)];
    while leaves.len() < growth.leaves {
        let Some((place, split)) = most_gain(&leaves) else { break };
        let leaf = leaves.swap_remove(place);
        let children = [tree.len(), tree.len() + 1];
        tree[leaf.node] = Node::Split { column: split.column, first: split.first, children };
        tree.extend([Node::Leaf(0.0), Node::Leaf(0.0)]);
        // The order within each side does not matter but for rounding, and is always the same.
        let bins = &columns[split.column].bins;
        let (left, right) = leaf.rows.into_iter().partition(|row| split.first.contains(bins[*row]));
        // The last two leaves need no split.
        let depth = if leaves.len() + 2 < growth.leaves { leaf.depth - 1 } else { 0 };
        leaves.push(open(children[0], left, depth));
        leaves.push(open(children[1], right, depth));
    }
    for leaf in &leaves {
        let weight = -growth.learning_rate * leaf.sums.gradient / (leaf.sums.curvature + growth.ridge);
        for row in &leaf.rows {
            scores[*row] += weight;
        }
        tree[leaf.node] = Node::Leaf(weight);
    }
    tree
}

/// Which leaf gains most by its split; the first node of two that gain the same.
fn most_gain(leaves: &[Open]) -> Option<(usize, Split)> {
    let splits = leaves.iter().enumerate().filter_map(|(place, leaf)| Some((place, leaf.split?)));
    splits.max_by(|(a, x), (b, y)| x.gain.total_cmp(&y.gain).then(leaves[*b].node.cmp(&leaves[*a].node)))
}

/// The column and the bins of its first child that gain most; the first column if two do.
fn best_split(
    columns: &[BinnedColumn],
    derivatives: &[(f64, f64)],
    rows: &[usize],
    all: Sums,
    growth: &Growth,
) -> Option<Split> {
    let of_column = |(column, binned): (usize, &BinnedColumn)| {
        let (gain, first) = best_of_column(binned, derivatives, rows, all, growth)?;
        Some(Split { gain, column, first })
    };
    let found: Vec<Option<Split>> = if rows.len() * columns.len() >= PARALLEL {
        columns.par_iter().enumerate().map(of_column).collect()
    } else {
        columns.iter().enumerate().map(of_column).collect()
    };
    let better = |best: Split, other: Split| if other.gain > best.gain { other } else { best };
    found.into_iter().flatten().reduce(better)
}

fn best_of_column(
    column: &BinnedColumn,
    derivatives: &[(f64, f64)],
    rows: &[usize],
    all: Sums,
    growth: &Growth,
) -> Option<(f64, BinSet)> {
    let mut histogram = [Sums::default(); MOST_BINS];
    for row in rows {
        let (gradient, curvature) = derivatives[*row];
        histogram[usize::from(column.bins[*row])].add(Sums { gradient, curvature, rows: 1 });
    }
    let mut order: Vec<usize> = (0..MOST_BINS).filter(|bin| histogram[*bin].rows > 0).collect();
    if column.categories {
        let mean = |bin: &usize| histogram[*bin].gradient / (histogram[*bin].curvature + growth.ridge);
        order.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
    }
    let (mut left, mut best, mut most) = (Sums::default(), None, NO_GAIN);
    for (place, bin) in order.iter().enumerate() {
        left.add(histogram[*bin]);
        let right = all.without(left);
        if left.rows < growth.leaf_rows || right.rows < growth.leaf_rows {
            continue;
        }
        let gain = left.score(growth.ridge) + right.score(growth.ridge) - all.score(growth.ridge);
        if gain > most {
            (most, best) = (gain, Some(place));
        }
    }
    let mut first = BinSet::default();
    let place = best?;
    if column.categories || growth.gaps == Gaps::Second {
        order[..=place].iter().for_each(|bin| first.insert(*bin));
    } else {
        (0..=order[place]).for_each(|bin| first.insert(bin));
    }
    Some((most, first))
}
