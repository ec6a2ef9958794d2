use rayon::prelude::*;

/// A row in the order of its score.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    key: u64,
    row: u32,
}

impl Ranked {
    pub(crate) const fn row(self) -> usize {
        self.row as usize
    }

    /// Whether both have the same score.
    pub(crate) const fn ties(self, other: Self) -> bool {
        self.key == other.key
    }
}

/// An integer that orders as the score, which is finite: comparing integers is half of the
/// cost of comparing floats. −0 and 0 are one score.
pub(super) fn sort_key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// Rows in ascending order of finite scores, equal ones in row order; sorted in parallel.
pub(crate) fn by_score(scores: &[f64]) -> Vec<Ranked> {
    let mut order: Vec<Ranked> = scores
        .iter()
        .enumerate()
        .map(|(row, score)| Ranked {
            key: sort_key(*score),
            row: u32::try_from(row).expect("rows are fewer than 2³², which is checked when they come in"),
        })
        .collect();
    order.par_sort_unstable();
    order
}
