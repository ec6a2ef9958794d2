use super::buckets::Buckets;
use super::sums::Sums;

/// Buckets of this row and the older ones hardly ever change between two looks.
const OLD: usize = 5;

/// A look at the cuts of a window.
///
/// Nearly all cuts are far from the bound. So that they are sorted out first, with two lower
/// estimates of the bound: it is at least each of its terms, whose `parts` are at least
/// `width / (n0 · n1)`, or half of that if no length is asked for. With the sum `u0` of the
/// `n0` older values and the mean of all, the means differ by
/// `|u0 − mean · n0| · width / (n0 · n1)`.
pub(super) struct Look<'a> {
    sums: &'a Sums,
    buckets: &'a Buckets,
    least: f64,
    level: f64,
    mean: f64,
    /// A cut is far from the bound if the square of its `u0 − mean · n0` is at most this times
    /// `n0 · n1` …
    spread: f64,
    /// … and if it is, with what rounding does to it, at most this.
    steady: f64,
    /// The largest difference that rounding makes to `u0 − mean · n0`.
    slack: f64,
}

impl<'a> Look<'a> {
    pub(super) fn new(sums: &'a Sums, buckets: &'a Buckets, least: u64, delta: f64) -> Self {
        let Sums { width, total, variance } = *sums;
        let level = (2.0 * width.ln() / delta).ln();
        let parts = if least == 0 { 0.499 } else { 0.999 };
        let mean = total / width;
        // No part has a larger sum of sizes than the root of `width` times the sum of squares.
        // Each sum of a part is the total of its buckets, each of which was rounded at most
        // once a row, and was rounded once a cut itself.
        let size = (width * (variance.abs() + total * mean)).sqrt();
        let roundings = 80.0 + buckets.cuts() as f64;
        let slack = f64::EPSILON * roundings * size + buckets.error_of_sums();
        Self {
            sums,
            buckets,
            least: least as f64,
            level,
            mean,
            spread: parts * 2.0 * variance * level / (width * width),
            steady: parts * 2.0 / 3.0 * level,
            slack,
        }
    }

    /// Whether there is certainly no cut. Takes neither a division nor a root for most cuts,
    /// and no step waits for the one before. Where numbers are too large to tell it says no.
    pub(super) fn is_far_from_all(&self, old: &mut OldCuts) -> bool {
        let Sums { width, .. } = *self.sums;
        let from = if old.are_far(self) { OLD - 1 } else { usize::MAX };
        // The square of a sum is at most this much of the squares.
        let (of_value, of_slack) = (1.01, 101.0);
        let steady = (self.steady * self.steady - of_slack * self.slack * self.slack) / of_value;
        let spread = self.spread / of_value;
        let is_far = |older: f64, sum: f64| {
            let difference = sum - self.mean * older;
            difference * difference <= steady + spread * (older * (width - older))
        };
        let mut all = true;
        self.buckets.each_end(from, width, |older, sum| all &= is_far(older, sum));
        all
    }

    /// Whether there is a cut, with the digits of the reference.
    #[cold]
    pub(super) fn finds_cut(&self) -> bool {
        let mut cut =
            Cut { older: 0.0, newer: self.sums.width, sum_of_older: 0.0, sum_of_newer: self.sums.total };
        for (size, row) in self.buckets.rows() {
            for bucket in row {
                cut.shift(size, bucket.total);
                if self.exceeds(&cut) {
                    return true;
                }
            }
        }
        for value in self.buckets.fresh() {
            cut.shift(1.0, *value);
            if self.exceeds(&cut) {
                return true;
            }
        }
        false
    }

    fn exceeds(&self, cut: &Cut) -> bool {
        let Self { least, level, .. } = *self;
        let Sums { width, variance, .. } = *self.sums;
        let Cut { older, newer, sum_of_older, sum_of_newer } = *cut;
        let parts = 1.0 / (older - least + 1.0) + 1.0 / (newer - least + 1.0);
        let bound = (2.0 * parts * (variance / width) * level).sqrt() + 2.0 / 3.0 * level * parts;
        // The last one cuts nothing off.
        let is_cut = older >= least && newer >= least && newer > 0.0;
        is_cut && (sum_of_older / older - sum_of_newer / newer).abs() > bound
    }
}

/// How many values the older and the newer part of a window have, and their sums.
struct Cut {
    older: f64,
    newer: f64,
    sum_of_older: f64,
    sum_of_newer: f64,
}

impl Cut {
    /// Moves the oldest values of the newer part to the older.
    fn shift(&mut self, size: f64, total: f64) {
        self.older += size;
        self.newer -= size;
        self.sum_of_older += total;
        self.sum_of_newer -= total;
    }
}

/// What looks before have found of the cuts at the ends of old buckets, so that they need not
/// be looked at one by one each time: how far from a mean of then the farthest is.
///
/// A cut has the same older values as long as no bucket is dropped. If the mean of the window
/// has moved by `move` since, `|u0 − mean · n0|` has grown by no more than `move · n0`, and the
/// `n0 · n1` that it is held against has not become less.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OldCuts {
    mean: f64,
    /// The largest square of `u0 − mean · n0`, over `n0 · n1`.
    farthest: f64,
    /// Cuts with so many older values at most are counted in.
    up_to: f64,
}

impl OldCuts {
    /// Whether all are far from the bound, as far as can be told without a look at each.
    fn are_far(&mut self, look: &Look<'_>) -> bool {
        let width = look.sums.width;
        let last = width - look.buckets.newer_than(OLD) as f64;
        if last <= 0.0 {
            return true;
        }
        let size = (1_u64 << OLD) as f64;
        let mut older = last;
        for sum in look.buckets.ends(OLD) {
            if older <= self.up_to {
                break;
            }
            self.count_in(width, older, sum);
            older -= size;
        }
        let is_known = older <= self.up_to;
        self.up_to = last;
        if is_known && self.is_within(look) {
            return true;
        }
        *self = Self { mean: look.mean, farthest: 0.0, up_to: last };
        look.buckets.each_old_end(OLD, |older, sum| self.count_in(width, older, sum));
        self.is_within(look)
    }

    fn count_in(&mut self, width: f64, older: f64, sum: f64) {
        let difference = sum - self.mean * older;
        self.farthest = self.farthest.max(difference * difference / (older * (width - older)));
    }

    fn is_within(&self, look: &Look<'_>) -> bool {
        let width = look.sums.width;
        let moved = (look.mean - self.mean).abs() * (self.up_to / (width - self.up_to)).sqrt();
        // Of whole numbers that add up to the width, the product is at least `width − 1`.
        let slack = look.slack / (width - 1.0).sqrt();
        self.farthest.sqrt() + moved + slack <= look.spread.sqrt()
    }
}
