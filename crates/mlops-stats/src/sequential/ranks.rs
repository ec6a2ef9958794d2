use serde::{Deserialize, Serialize};

use crate::{Error, Random, Result};

/// Ranks of scores among all that came before, as p-values, in memory for a grid: what a
/// conformal test martingale bets on, for streams without end.
///
/// A score is known by the cell of a fixed grid that it falls into. Its p-value is the share of
/// the scores so far, itself among them, whose cell is higher, and a random part of those in
/// its own. As long as the scores are exchangeable, so are their cells, and the p-values are
/// uniform and independent **exactly, for ever**, whatever the grid: a coarse one only sees
/// less. The grid must not be laid from scores that are ranked: what it was laid from is not
/// observed here.
///
/// Not so for ranks among a fixed reference: those p-values share it, and are not independent.
/// Nor for a window that slides.
///
/// [`ConformalMartingale`](super::ConformalMartingale) keeps every score instead, and no grid has
/// to be laid.
///
/// Cost: a search in the grid and a sum over its counts, some tens of nanoseconds for 32 cells.
///
/// # Source
/// Vovk, Gammerman and Shafer, *Algorithmic Learning in a Random World* (2005), section 2.3 on
/// smoothed p-values and Theorem 8.1, applied to cells.
///
/// ```
/// use mlops_stats::sequential::ConformalRanks;
/// let mut ranks = ConformalRanks::new(vec![0.0, 1.0, 2.0], 7)?;
/// for row in 0..1_000 {
///     ranks.observe(f64::from(row % 4) - 0.5)?;
/// }
/// // In the highest of four cells are a quarter of all.
/// assert!(ranks.observe(5.0)? < 0.26);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct ConformalRanks {
    edges: Vec<f64>,
    counts: Vec<u64>,
    n: u64,
    seed: u64,
}

/// More cells than this see no more.
const MOST_EDGES: usize = 4_096;
/// Counts are added up as numbers.
const MOST: u64 = 1 << 52;

impl ConformalRanks {
    /// On the grid with these edges, rising, at least one and at most 4,096; a score at an edge
    /// lies in the cell below it. The seed is that of the ties, which are broken at random.
    ///
    /// # Errors
    /// [`Error::Shape`] without edges or with too many, [`Error::Value`] if they are not finite
    /// or do not rise.
    pub fn new(edges: Vec<f64>, seed: u64) -> Result<Self> {
        if edges.is_empty() || edges.len() > MOST_EDGES {
            let expected = format!("1 to {MOST_EDGES}");
            return Err(Error::Shape { what: "edges", found: edges.len(), expected });
        }
        let bad = (0..edges.len())
            .find(|&place| !edges[place].is_finite() || (place > 0 && edges[place - 1] >= edges[place]));
        if let Some(index) = bad {
            let (what, value) = ("edges", edges[index]);
            return Err(Error::Value { what, index, value, expected: "finite and above the one before" });
        }
        Ok(Self { counts: vec![0; edges.len() + 1], edges, n: 0, seed })
    }

    /// On a grid of about `cells` cells with equal shares of these values, which must not be
    /// observed later. A value of which there are many gets a cell of its own, so that there may
    /// be fewer cells, or up to twice as many. If all values are the same, the grid is that value,
    /// what is below and what is above.
    ///
    /// # Errors
    /// [`Error::Shape`] without values, [`Error::Value`] if one is not finite,
    /// [`Error::Parameter`] if `cells` is not within 2 to 2,048.
    pub fn laid_from(values: &[f64], cells: usize, seed: u64) -> Result<Self> {
        crate::error::all_finite("values", values)?;
        if !(2..=MOST_EDGES / 2).contains(&cells) {
            let value = cells as f64;
            return Err(Error::Parameter { what: "cells", value, expected: "within 2 to 2,048" });
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut edges: Vec<f64> = Vec::new();
        for cell in 1..cells {
            let value = sorted[cell * sorted.len() / cells];
            let (first, last) = (
                sorted.partition_point(|other| *other < value),
                sorted.partition_point(|other| *other <= value),
            );
            // What is repeated stands alone, between the next lower value and itself.
            let below = (last - first > 1 && first > 0).then(|| sorted[first - 1]);
            // Above the largest nothing was seen that an edge could separate.
            let edges_here = below.into_iter().chain((last < sorted.len()).then_some(value));
            for edge in edges_here {
                if edges.last().is_none_or(|before| *before < edge) {
                    edges.push(edge);
                }
            }
        }
        if edges.is_empty() {
            let only = sorted[0];
            edges.extend([only.next_down(), only].into_iter().filter(|edge| edge.is_finite()));
        }
        Self::new(edges, seed)
    }

    /// Takes the next score and returns its p-value: small if it is one of the largest so far.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN, and after 2⁵² scores; nothing has changed then.
    pub fn observe(&mut self, score: f64) -> Result<f64> {
        if score.is_nan() || self.n >= MOST {
            let index = usize::try_from(self.n).unwrap_or(usize::MAX);
            return Err(Error::Value { what: "scores", index, value: score, expected: "a number" });
        }
        let cell = self.edges.partition_point(|edge| *edge < score);
        self.counts[cell] += 1;
        self.n += 1;
        let above: u64 = self.counts[cell + 1..].iter().sum();
        // Each tie has a stream of random numbers of its own: nothing but their number is kept.
        let part = Random::replicate(self.seed, self.n).unit();
        Ok((above as f64 + part * self.counts[cell] as f64) / self.n as f64)
    }

    /// Forgets all scores, but not the grid; ties are broken by this seed from now on. Ranks that
    /// begin anew because of what they have shown take another one.
    pub fn restart(&mut self, seed: u64) {
        self.counts.fill(0);
        (self.n, self.seed) = (0, seed);
    }

    /// The seed of the ties.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The edges of the grid.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// How many scores there have been.
    pub const fn n(&self) -> u64 {
        self.n
    }
}

/// Ranks as they are kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    edges: Vec<f64>,
    counts: Vec<u64>,
    seed: u64,
}

impl From<ConformalRanks> for Stored {
    fn from(ranks: ConformalRanks) -> Self {
        Self { edges: ranks.edges, counts: ranks.counts, seed: ranks.seed }
    }
}

impl TryFrom<Stored> for ConformalRanks {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let made = Self::new(stored.edges, stored.seed)?;
        let n = stored.counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        match n {
            Some(n) if stored.counts.len() == made.counts.len() && n <= MOST => {
                Ok(Self { counts: stored.counts, n, ..made })
            }
            _ => {
                let expected = format!("{}, one a cell, with a sum of at most 2⁵²", made.counts.len());
                Err(Error::Shape { what: "counts", found: stored.counts.len(), expected })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn grids_and_scores_are_checked() {
        for edges in [
            vec![],
            vec![0.0, 0.0],
            vec![1.0, 0.0],
            vec![f64::NAN],
            vec![0.0, f64::INFINITY],
            vec![0.0; 5_000],
        ] {
            assert!(ConformalRanks::new(edges, 1).is_err());
        }
        assert!(matches!(ConformalRanks::laid_from(&[], 8, 1), Err(Error::Shape { .. })));
        assert!(matches!(
            ConformalRanks::laid_from(&[1.0, f64::NAN], 8, 1),
            Err(Error::Value { index: 1, .. })
        ));
        for cells in [0, 1, 2_049] {
            assert!(matches!(ConformalRanks::laid_from(&[1.0], cells, 1), Err(Error::Parameter { .. })));
        }
        let mut ranks = ConformalRanks::new(vec![0.0], 1).unwrap();
        ranks.observe(f64::INFINITY).unwrap();
        let before = ranks.clone();
        assert!(matches!(ranks.observe(f64::NAN), Err(Error::Value { index: 1, .. })));
        assert_eq!(ranks, before);
    }

    #[test]
    fn what_is_repeated_stands_alone() {
        let edges =
            |values: &[f64], cells| ConformalRanks::laid_from(values, cells, 1).unwrap().edges().to_vec();
        assert_eq!(edges(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 32), [0.0]);
        assert_eq!(edges(&[7.0; 9], 32), [7.0_f64.next_down(), 7.0]);
        assert_eq!(edges(&[f64::MAX; 9], 4), [f64::MAX.next_down(), f64::MAX]);
        assert_eq!(edges(&[-f64::MAX], 4), [-f64::MAX]);
        assert_eq!(edges(&[1.0, 2.0, 3.0, 4.0], 2), [3.0]);
        assert_eq!(edges(&[1.0, 2.0, 3.0, 3.0, 3.0, 4.0, 5.0], 2), [2.0, 3.0]);
    }

    #[test]
    fn counts_that_do_not_fit_are_refused() {
        let mut ranks = ConformalRanks::new(vec![0.0, 1.0], 1).unwrap();
        ranks.observe(0.5).unwrap();
        let kept = serde_json::to_value(&ranks).unwrap();
        let read = |counts: Vec<u64>| {
            let mut changed = kept.clone();
            changed["counts"] = counts.into();
            serde_json::from_value::<ConformalRanks>(changed)
        };
        assert_eq!(read(vec![0, 1, 0]).unwrap(), ranks);
        assert!(read(vec![0, 1]).is_err() && read(vec![0, 1 << 60, 0]).is_err());
        assert!(read(vec![u64::MAX, 1, 0]).is_err());
    }

    proptest! {
        /// Ranks by comparing with every score.
        #[test]
        fn it_counts_cells_as_one_would(scores in prop::collection::vec(-3.0..3.0_f64, 1..80), seed: u64) {
            let mut ranks = ConformalRanks::new(vec![-1.0, 0.0, 0.5], seed).unwrap();
            let cell = |score: f64| u32::from(score > -1.0) + u32::from(score > 0.0) + u32::from(score > 0.5);
            for seen in 1..=scores.len() {
                let p = ranks.observe(scores[seen - 1]).unwrap();
                let (of, among) = (cell(scores[seen - 1]), scores[..seen].iter().map(|score| cell(*score)));
                let above = among.clone().filter(|other| *other > of).count() as f64;
                let tied = among.filter(|other| *other == of).count() as f64;
                let part = p * seen as f64 - above;
                prop_assert!((-1e-9..tied + 1e-9).contains(&part), "{} of {}", part, tied);
            }
        }
    }

    /// Uniform, and not told by the one before: the eight-by-eight table of successive p-values.
    #[test]
    fn p_values_are_uniform_and_independent() {
        for cells in [2, 5, 40] {
            let mut random = Random::replicate(9, cells);
            let edges = (1..cells).map(|cell| (cell as f64 / cells as f64).powi(2)).collect();
            let mut ranks = ConformalRanks::new(edges, 5).unwrap();
            let mut table = [[0_u32; 8]; 8];
            let mut before = 0;
            let pairs = 64_000;
            for _ in 0..=pairs {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0 to 8")]
                let now = (ranks.observe(random.unit()).unwrap() * 8.0) as usize;
                table[before][now] += 1;
                before = now;
            }
            let statistic: f64 = table
                .as_flattened()
                .iter()
                .map(|count| (f64::from(*count) - 1_000.0).powi(2) / 1_000.0)
                .sum();
            // 63 expected; above 140 with a chance of 1e-7.
            assert!(statistic < 140.0, "{cells} cells: {statistic}");
        }
    }
}
