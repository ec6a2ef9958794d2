//! Two sorted samples walked together: the ground of all tests of ranks.

/// Values that are equal, and where they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    /// How many values of each sample come before.
    pub(super) before: (usize, usize),
    /// How many values of each sample are here; at least one of the two is not 0.
    pub(super) here: (usize, usize),
}

impl Tie {
    /// How many values of both samples are here.
    pub(super) fn len(self) -> usize {
        self.here.0 + self.here.1
    }

    /// Twice the mean of the ranks, counted from 1, of the values here.
    pub(super) fn twice_midrank(self) -> u64 {
        (2 * (self.before.0 + self.before.1) + self.len() + 1) as u64
    }
}

/// The groups of equal values of two sorted samples in ascending order. `O(n + m)` in all.
pub(super) fn ties<'a>(x: &'a [f64], y: &'a [f64]) -> impl Iterator<Item = Tie> + 'a {
    let mut before = (0, 0);
    std::iter::from_fn(move || {
        let value = match (x.get(before.0), y.get(before.1)) {
            (Some(a), Some(b)) => a.min(*b),
            (Some(value), None) | (None, Some(value)) => *value,
            (None, None) => return None,
        };
        let equal = |values: &[f64]| values.iter().take_while(|other| **other <= value).count();
        let tie = Tie { before, here: (equal(&x[before.0..]), equal(&y[before.1..])) };
        before = (before.0 + tie.here.0, before.1 + tie.here.1);
        Some(tie)
    })
}
