#[cfg(test)]
mod tests;
mod written;

use serde::{Deserialize, Serialize};
use written::Written;

use crate::two_sample::Sample;
use crate::{Error, Result};

/// Deeper than any number of values that a `u64` can count.
const MAX_LEVELS: usize = 56;

/// Ranks and quantiles of any number of numbers, with a bound on the error that is
/// certain and counted as it arises.
///
/// Up to `k` values are kept as they are: ranks are exact. Then, whenever more than `k`
/// values of one weight have come together, they are sorted and every other one is kept
/// with twice the weight. That moves the rank of no number by more than their weight, in
/// a direction that is known; the sketch takes the two directions in turn and adds up what each
/// may have moved: [`rank_error`](Self::rank_error) is true for every number, every order
/// and every tree of merges, not only likely. Of `n` values it is about
/// `(1 + log₂(n / k)) / 3k`, and never above `(1 + log₂(n / k)) / (k − 1)` unless
/// [`shrink`](Self::shrink) was asked for: 0.2 % at a million values and the default
/// `k` of 2048.
///
/// The state depends on the order of the values and on the merges once it is not exact
/// any more; the bound holds for all of them. At most `k (2 + log₂(n / k))` values are kept,
/// of 8 bytes each. A value costs its share of a sort of `k` and of a merge a level, half as
/// often each time: `O(log k)`.
///
/// ```
/// use mlops_stats::sketch::QuantileSketch;
/// let mut sketch = QuantileSketch::new(256)?;
/// sketch.update(&(0..100_000).map(|i| f64::from(i * 7919 % 100_000)).collect::<Vec<f64>>())?;
/// let error = sketch.rank_error();
/// assert!(error < 0.02);
/// assert!((sketch.rank(25_000.0)? - 0.25).abs() <= error + 1e-5);
/// assert_eq!((sketch.min(), sketch.max()), (Some(0.0), Some(99_999.0)));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Levels of doubling weights: Munro and Paterson, *Selection and sorting with limited
/// storage* (1980); Manku, Rajagopalan and Lindsay, *Approximate medians and other
/// quantiles in one pass* (1998). That they merge in any tree: Agarwal et al., *Mergeable
/// summaries* (2012), §3. Compared with KLL (Karnin, Lang and Liberty, 2016) it keeps more
/// for the same error; its bound is certain and needs no coin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct QuantileSketch {
    k: usize,
    count: u64,
    /// Infinite and in the wrong order while there is nothing.
    min: f64,
    max: f64,
    /// Those of level `h` stand for 2ʰ values each. Sorted, except the first. None of them
    /// holds more than `k` between two calls.
    levels: Vec<Vec<f64>>,
    /// By how much the rank of a number may be too high.
    over: u64,
    /// By how much it may be too low.
    under: u64,
}

impl Default for QuantileSketch {
    /// A sketch with `k` of [`DEFAULT_K`](Self::DEFAULT_K).
    fn default() -> Self {
        Self::with(Self::DEFAULT_K)
    }
}

impl QuantileSketch {
    /// How many values of a weight a sketch keeps if nobody says otherwise.
    pub const DEFAULT_K: usize = 2048;

    /// A sketch that keeps up to `k` values of each weight.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `k` is even and from 8 to 2²⁰.
    pub fn new(k: usize) -> Result<Self> {
        if (8..=1 << 20).contains(&k) && k.is_multiple_of(2) {
            Ok(Self::with(k))
        } else {
            Err(Error::Parameter { what: "k", value: k as f64, expected: "even and from 8 to 1048576" })
        }
    }

    const fn with(k: usize) -> Self {
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { k, count: 0, min, max, levels: Vec::new(), over: 0, under: 0 }
    }

    /// Adds values.
    ///
    /// # Errors
    /// [`Error::Value`] with the first that is not finite; nothing is added then.
    pub fn update(&mut self, values: &[f64]) -> Result<()> {
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            let expected = "a finite number";
            return Err(Error::Value { what: "values", index, value: values[index], expected });
        }
        let mut left = values;
        while !left.is_empty() {
            if self.levels.is_empty() {
                self.levels.push(Vec::new());
            }
            if self.levels[0].len() >= self.k {
                self.compact_from(0);
            }
            let room = self.k - self.levels[0].len();
            let (now, later) = left.split_at(room.min(left.len()));
            self.levels[0].extend_from_slice(now);
            left = later;
        }
        self.count += values.len() as u64;
        self.min = values.iter().copied().fold(self.min, f64::min);
        self.max = values.iter().copied().fold(self.max, f64::max);
        Ok(())
    }

    /// Adds all that another sketch has seen.
    ///
    /// # Errors
    /// [`Error::Parameter`] if it has another `k`, or more values than can be counted
    /// together; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.k != other.k {
            let expected = "the k of the sketch it is merged into";
            return Err(Error::Parameter { what: "k", value: other.k as f64, expected });
        }
        let Some(count) = self.count.checked_add(other.count) else {
            let expected = "no more than 2⁶⁴ together";
            return Err(Error::Parameter { what: "count", value: other.count as f64, expected });
        };
        if self.levels.len() < other.levels.len() {
            self.levels.resize(other.levels.len(), Vec::new());
        }
        for (level, theirs) in other.levels.iter().enumerate() {
            if level == 0 {
                self.levels[0].extend_from_slice(theirs);
            } else {
                self.levels[level] = merged(&self.levels[level], theirs.iter().copied());
            }
        }
        self.count = count;
        self.over = self.over.saturating_add(other.over);
        self.under = self.under.saturating_add(other.under);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        let mut level = 0;
        while level < self.levels.len() {
            if self.levels[level].len() > self.k {
                self.compact(level);
            }
            level += 1;
        }
        Ok(())
    }

    /// Keeps no more than about `values` values, for storing: what weighs least is
    /// halved first, so that the error grows by little. Ranks that are exact stay so if
    /// there are no more than `values`.
    ///
    /// At `values = k` the error grows by `2/k` at most.
    pub fn shrink(&mut self, values: usize) {
        let mut level = 0;
        // One value a level may be left behind.
        while level < self.levels.len() && self.kept() > values.max(MAX_LEVELS) {
            self.compact(level);
            level += 1;
        }
    }

    /// How many values were seen.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How many values of one weight are kept.
    pub const fn k(&self) -> usize {
        self.k
    }

    /// The smallest value; exact.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value; exact.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// How many values are kept.
    pub fn kept(&self) -> usize {
        self.levels.iter().map(Vec::len).sum()
    }

    /// By how much a rank may be off, as a share of the values: the true one lies within
    /// this distance, whatever number is asked for. 0 while ranks are exact.
    pub fn rank_error(&self) -> f64 {
        self.over.max(self.under) as f64 / self.count.max(1) as f64
    }

    /// Whether every value is still there.
    pub const fn is_exact(&self) -> bool {
        self.over == 0 && self.under == 0
    }

    /// The share of the values at or below `value`, within [`rank_error`](Self::rank_error).
    ///
    /// # Errors
    /// [`Error::Undefined`] without values, [`Error::Parameter`] if `value` is NaN.
    pub fn rank(&self, value: f64) -> Result<f64> {
        self.some("rank")?;
        if value.is_nan() {
            return Err(Error::Parameter { what: "value", value, expected: "a number" });
        }
        if value < self.min {
            return Ok(0.0);
        }
        if value >= self.max {
            return Ok(1.0);
        }
        let mut weight = 0;
        for (level, values) in self.levels.iter().enumerate() {
            let below = match level {
                0 => values.iter().filter(|kept| **kept <= value).count(),
                _ => values.partition_point(|kept| *kept <= value),
            };
            weight += (below as u64) << level;
        }
        Ok(weight as f64 / self.count as f64)
    }

    /// The smallest value kept with at least the share `q` of the values at or below it:
    /// its rank is `q` within [`rank_error`](Self::rank_error). The extremes, at 0 and 1, are exact.
    ///
    /// # Errors
    /// [`Error::Undefined`] without values, [`Error::Parameter`] unless `q` lies between 0 and 1.
    pub fn quantile(&self, q: f64) -> Result<f64> {
        self.some("quantile")?;
        if !(0.0..=1.0).contains(&q) {
            return Err(Error::Parameter { what: "q", value: q, expected: "between 0 and 1" });
        }
        if q <= 0.0 {
            return Ok(self.min);
        }
        if q >= 1.0 {
            return Ok(self.max);
        }
        Ok(at_ranks(&self.weighted(), [q * self.count as f64]).first().copied().unwrap_or(self.max))
    }

    /// What is kept, in ascending order, each with how many values it stands for.
    pub fn weighted(&self) -> Vec<(f64, u64)> {
        let weigh = |(level, values): (usize, &Vec<f64>)| {
            values.iter().map(|value| (*value, 1 << level)).collect::<Vec<(f64, u64)>>()
        };
        let mut all: Vec<(f64, u64)> = self.levels.iter().enumerate().flat_map(weigh).collect();
        all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all
    }

    /// A sample that stands for all values: these themselves while they are exact and no
    /// more than `size`, else `size` of them at equal distances of rank. Its distribution
    /// function is nowhere further than [`sample_error`](Self::sample_error) from that of the values.
    ///
    /// # Errors
    /// [`Error::Undefined`] without values, [`Error::Parameter`] if `size` is 0.
    pub fn sample(&self, size: usize) -> Result<Sample> {
        self.some("sample")?;
        if size == 0 {
            return Err(Error::Parameter { what: "size", value: 0.0, expected: "at least 1" });
        }
        let weighted = self.weighted();
        if self.fits(size) {
            return Sample::new(weighted.into_iter().map(|(value, _)| value).collect());
        }
        let step = self.count as f64 / size as f64;
        Sample::new(at_ranks(&weighted, (0..size).map(|i| (i as f64 + 0.5) * step)))
    }

    /// How far the distribution function of [`sample`](Self::sample) may be from that of the values.
    pub fn sample_error(&self, size: usize) -> f64 {
        if self.fits(size) { 0.0 } else { self.rank_error() + 0.5 / size.max(1) as f64 }
    }

    fn fits(&self, size: usize) -> bool {
        self.is_exact() && self.count <= size as u64
    }

    fn some(&self, what: &'static str) -> Result<()> {
        if self.count > 0 { Ok(()) } else { Err(Error::undefined(what, "there are no values")) }
    }

    /// Halves a level, and those above it that become too full.
    fn compact_from(&mut self, mut level: usize) {
        self.compact(level);
        level += 1;
        while level < self.levels.len() && self.levels[level].len() > self.k {
            self.compact(level);
            level += 1;
        }
    }

    /// Hands every other value of a level on to the next; one stays if their number is odd.
    fn compact(&mut self, level: usize) {
        if self.levels[level].len() < 2 {
            return;
        }
        if level + 1 == self.levels.len() {
            self.levels.push(Vec::new());
        }
        let mut values = std::mem::take(&mut self.levels[level]);
        if level == 0 {
            values.sort_unstable_by(f64::total_cmp);
        }
        let stays = if values.len() % 2 == 1 { values.pop() } else { None };
        // The first of each pair: as many or one too many lie at or below any number. The
        // second: as many or one too few.
        let first = self.over <= self.under;
        let weight = 1 << level;
        if first {
            self.over += weight;
        } else {
            self.under += weight;
        }
        let (pairs, _) = values.as_chunks::<2>();
        let kept = pairs.iter().map(|pair| if first { pair[0] } else { pair[1] });
        self.levels[level + 1] = merged(&self.levels[level + 1], kept);
        // The memory of the first level is used again and again.
        values.clear();
        values.extend(stays);
        if level > 0 {
            values.shrink_to_fit();
        }
        self.levels[level] = values;
    }
}

/// Two ascending rows as one.
fn merged(a: &[f64], b: impl ExactSizeIterator<Item = f64>) -> Vec<f64> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let mut from_a = 0;
    for value in b {
        while from_a < a.len() && a[from_a] <= value {
            all.push(a[from_a]);
            from_a += 1;
        }
        all.push(value);
    }
    all.extend_from_slice(&a[from_a..]);
    all
}

/// The values at ascending ranks, counted in values.
fn at_ranks(weighted: &[(f64, u64)], ranks: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let (mut place, mut below) = (0, 0_u64);
    let mut find = |rank: f64| {
        while place + 1 < weighted.len() && ((below + weighted[place].1) as f64) < rank {
            below += weighted[place].1;
            place += 1;
        }
        weighted[place].0
    };
    ranks.into_iter().map(&mut find).collect()
}
