use ndarray::ArrayView2;
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::{Forest, Node, Real};

/// How many walks go in lockstep: enough to hide the latency of a step behind the others,
/// few enough for their positions to stay in registers.
const LANES: usize = 8;

/// Steps between two looks at whether all walks have arrived.
const STRIDE: u32 = 6;

/// Rows that pass a tree while it is in the first-level cache.
const BLOCK_ROWS: usize = 64;

/// Bytes of spread rows that a block may have, so that they stay in that cache too.
const BLOCK_BYTES: usize = 24 << 10;

/// Slots that a single row may fill on the stack; a wider forest looks its values up in the
/// row itself.
const STACK_SLOTS: usize = 128;

/// Steps of a batch below which a second thread costs more than it saves.
const PARALLEL_STEPS: usize = 1 << 18;

impl<T: Real> Forest<T> {
    /// `base` and the leaves that `row` ends in, added in the order of the trees.
    pub(crate) fn sum_row(&self, base: T, row: &[f64]) -> T {
        let fetch = |feature| row[feature];
        if self.slots.len() < STACK_SLOTS {
            let mut spread = [T::NEG_INFINITY; STACK_SLOTS];
            for (place, slot) in spread[1..].iter_mut().zip(&self.slots) {
                *place = slot.value(&fetch, self.zero);
            }
            self.sum_trees(base, |slot| spread[slot as usize % STACK_SLOTS])
        } else {
            self.sum_trees(base, |slot| match slot {
                0 => T::NEG_INFINITY,
                _ => self.slots[slot as usize - 1].value(&fetch, self.zero),
            })
        }
    }

    /// One row through several trees at a time.
    fn sum_trees(&self, base: T, value: impl Fn(u32) -> T) -> T {
        let mut sum = base;
        for group in self.roots.chunks(LANES) {
            let depth = group.iter().map(|root| root.depth).max().unwrap_or_default();
            // The last group may be short: its spare lanes walk the first tree for nothing.
            let roots = std::array::from_fn(|lane| group.get(lane).unwrap_or(&group[0]).node);
            let leaves = descend(&self.nodes, roots, depth, |_, slot| value(slot));
            for leaf in leaves.into_iter().take(group.len()) {
                sum += leaf;
            }
        }
        sum
    }

    /// The same for every row, each sum through `finish` into its place. Whether blocks run
    /// in parallel or not, a row's sum is computed in the same order.
    pub(crate) fn sum_rows(
        &self,
        base: T,
        rows: &ArrayView2<'_, f64>,
        out: &mut [f64],
        finish: impl Fn(T) -> f64 + Sync,
    ) {
        let width = self.slots.len() + 1;
        let block = (BLOCK_BYTES / (width * size_of::<T>())).clamp(LANES, BLOCK_ROWS) / LANES * LANES;
        let scratch = || (Vec::with_capacity(block * width), Vec::with_capacity(block));
        let score = |(spread, sums): &mut (Vec<T>, Vec<T>), (number, out): (usize, &mut [f64])| {
            self.sum_block(base, rows, number * block, out.len(), spread, sums);
            for (place, sum) in out.iter_mut().zip(sums) {
                *place = finish(*sum);
            }
        };
        let steps: usize = self.roots.iter().map(|root| root.depth as usize + 1).sum();
        if out.len() > block && out.len().saturating_mul(steps) >= PARALLEL_STEPS {
            out.par_chunks_mut(block).enumerate().for_each_init(scratch, score);
        } else {
            let mut scratch = scratch();
            out.chunks_mut(block).enumerate().for_each(|chunk| score(&mut scratch, chunk));
        }
    }

    /// `count` rows from `first` on: tree by tree while there are rows for every lane, the
    /// few that are left one by one.
    fn sum_block(
        &self,
        base: T,
        rows: &ArrayView2<'_, f64>,
        first: usize,
        count: usize,
        spread: &mut Vec<T>,
        sums: &mut Vec<T>,
    ) {
        let width = self.slots.len() + 1;
        spread.clear();
        for row in first..first + count {
            spread.push(T::NEG_INFINITY);
            let row = rows.row(row);
            let fetch = |feature| row[feature];
            spread.extend(self.slots.iter().map(|slot| slot.value::<T>(&fetch, self.zero)));
        }
        sums.clear();
        sums.resize(count, base);
        let (groups, rest) = sums.as_chunks_mut::<LANES>();
        let (spread_groups, spread_rest) = spread.split_at(groups.len() * LANES * width);
        for root in &self.roots {
            for (sums, spread) in groups.iter_mut().zip(spread_groups.chunks_exact(LANES * width)) {
                let leaves = descend(&self.nodes, [root.node; LANES], root.depth, |lane, slot| {
                    spread[lane * width + slot as usize]
                });
                for (sum, leaf) in sums.iter_mut().zip(leaves) {
                    *sum += leaf;
                }
            }
        }
        for (sum, spread) in rest.iter_mut().zip(spread_rest.chunks_exact(width)) {
            *sum = self.sum_trees(base, |slot| spread[slot as usize]);
        }
    }
}

/// Walks from `at` to the leaves, all walks in lockstep, and returns the leaves' values.
#[inline]
fn descend<T: Real>(
    nodes: &[Node<T>],
    mut at: [u32; LANES],
    depth: u32,
    value: impl Fn(usize, u32) -> T,
) -> [T; LANES] {
    let mut left = depth;
    while left > 0 {
        let steps = left.min(STRIDE);
        for _ in 0..steps {
            for (lane, at) in at.iter_mut().enumerate() {
                let node = nodes[*at as usize];
                let goes_left = value(lane, node.slot) <= node.threshold;
                *at = node.left + u32::from(!goes_left);
            }
        }
        left -= steps;
        if left > 0 && at.iter().all(|at| nodes[*at as usize].slot == 0) {
            break;
        }
    }
    at.map(|at| nodes[at as usize].threshold)
}
