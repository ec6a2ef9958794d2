use rayon::prelude::*;

use super::super::BinaryScores;
use super::super::parallel::ROWS;
use super::curve::uniform_edges;
use super::{Bins, Reliability};
use crate::error::same_length;
use crate::{Error, Result};

/// Probabilities counted in bins, with what was true of them: calibration of rows that come
/// in batches, or from several machines, in fixed memory.
///
/// A probability on an edge belongs to the lower bin. Sums of merged parts are those of all
/// rows together, up to rounding. A row costs the search of its bin, O(log b); rows are
/// counted in parallel, with the same sums whatever the number of threads.
///
/// ```
/// use mlops_stats::classification::{BinaryScores, CalibrationBins};
/// let mut monday = CalibrationBins::uniform(10)?;
/// monday.update(&BinaryScores::new(&[true, false], &[0.93, 0.12])?)?;
/// let mut tuesday = CalibrationBins::uniform(10)?;
/// tuesday.update(&BinaryScores::new(&[true, false], &[0.97, 0.18])?)?;
/// monday.merge(&tuesday)?;
/// let seen = monday.finish(0.95)?;
/// assert_eq!(seen.bins.len(), 2); // those without rows are left out
/// assert!((seen.expected_error() - 0.1).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CalibrationBins {
    /// The edges between bins, ascending.
    edges: Vec<f64>,
    bins: Vec<Sums>,
}

/// Sums over the rows of a bin. Scores count from the middle of the bin, so that their
/// squares keep their digits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sums {
    pub(super) rows: u64,
    pub(super) weight: f64,
    pub(super) weight_squares: f64,
    pub(super) positives: f64,
    pub(super) scores: f64,
    pub(super) score_squares: f64,
    pub(super) positive_scores: f64,
}

impl Sums {
    fn count(&mut self, label: bool, score: f64, weight: f64) {
        self.rows += 1;
        self.weight += weight;
        self.weight_squares += weight * weight;
        self.scores += weight * score;
        self.score_squares += weight * score * score;
        if label {
            self.positives += weight;
            self.positive_scores += weight * score;
        }
    }

    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.weight += other.weight;
        self.weight_squares += other.weight_squares;
        self.positives += other.positives;
        self.scores += other.scores;
        self.score_squares += other.score_squares;
        self.positive_scores += other.positive_scores;
    }
}

impl CalibrationBins {
    /// Of no rows yet, with this many bins of equal width over 0..=1.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there are no bins, or above 2²⁰.
    pub fn uniform(bins: usize) -> Result<Self> {
        if bins == 0 || bins > 1 << 20 {
            return Err(Error::Parameter { what: "bins", value: bins as f64, expected: "1 to 2²⁰" });
        }
        Ok(Self::between(uniform_edges(bins)))
    }

    /// Of no rows yet, with these edges between bins; the first bin begins at 0, the last
    /// ends at 1. Edges may repeat: a bin between them stays empty.
    ///
    /// # Errors
    /// [`Error::Value`] for the first edge that is not within 0..=1, or below the one before.
    pub fn with_edges(edges: Vec<f64>) -> Result<Self> {
        let mut before = 0.0;
        for (index, edge) in edges.iter().enumerate() {
            if !(before..=1.0).contains(edge) {
                let expected = "at least the edge before, and at most 1";
                return Err(Error::Value { what: "edges", index, value: *edge, expected });
            }
            before = *edge;
        }
        Ok(Self::between(edges))
    }

    /// Of no rows yet, with bins that each get equally many of these rows; equal
    /// probabilities stay together. One sort, O(n log n). Parts that are to be merged need
    /// the same [`edges`](Self::edges).
    ///
    /// # Errors
    /// As [`BinaryScores::reliability`].
    pub fn of_equal_mass(rows: &BinaryScores<'_>, bins: usize) -> Result<Self> {
        Self::for_rows(rows, bins, Bins::Quantile)
    }

    /// Of no rows yet, for these.
    pub(crate) fn for_rows(rows: &BinaryScores<'_>, bins: usize, by: Bins) -> Result<Self> {
        if bins > 1 << 20 {
            return Err(Error::Parameter { what: "bins", value: bins as f64, expected: "1 to 2²⁰" });
        }
        rows.probabilities()?;
        Ok(Self::between(rows.inner_edges(bins, by)?))
    }

    fn between(edges: Vec<f64>) -> Self {
        let bins = vec![Sums::default(); edges.len() + 1];
        Self { edges, bins }
    }

    /// The edges between bins, ascending: one less than bins.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The bin of a probability, counted from 0.
    pub(crate) fn bin_of(&self, score: f64) -> usize {
        self.edges.partition_point(|edge| *edge < score)
    }

    /// Where a bin begins and ends.
    pub(super) fn ends_of(&self, bin: usize) -> (f64, f64) {
        let lower = bin.checked_sub(1).map_or(0.0, |edge| self.edges[edge]);
        (lower, self.edges.get(bin).copied().unwrap_or(1.0))
    }

    pub(super) fn middle(&self, bin: usize) -> f64 {
        let (lower, upper) = self.ends_of(bin);
        0.5 * (lower + upper)
    }

    /// The sums of each bin.
    pub(super) fn sums(&self) -> &[Sums] {
        &self.bins
    }

    /// Counts more rows. A row of weight 0 is not there.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1; nothing is counted then.
    pub fn update(&mut self, rows: &BinaryScores<'_>) -> Result<()> {
        rows.probabilities()?;
        let middles: Vec<f64> = (0..self.bins.len()).map(|bin| self.middle(bin)).collect();
        let of_chunk = |start: usize| {
            let mut bins = vec![Sums::default(); self.bins.len()];
            for row in start..rows.rows().min(start + ROWS) {
                let (score, weight) = (rows.scores()[row], rows.weight(row));
                if weight > 0.0 {
                    let bin = self.bin_of(score);
                    bins[bin].count(rows.labels()[row], score - middles[bin], weight);
                }
            }
            bins
        };
        let parts: Vec<Vec<Sums>> = (0..rows.rows()).into_par_iter().step_by(ROWS).map(of_chunk).collect();
        for part in &parts {
            self.bins.iter_mut().zip(part).for_each(|(bin, part)| bin.add(part));
        }
        Ok(())
    }

    /// Adds what another one counted.
    ///
    /// # Errors
    /// [`Error::Shape`] if it has another number of bins, [`Error::Value`] for the first edge
    /// that is another one; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        same_length("bins", other.bins.len(), "here", self.bins.len())?;
        let differs =
            self.edges.iter().zip(&other.edges).position(|(here, there)| here.total_cmp(there).is_ne());
        if let Some(index) = differs {
            let (value, expected) = (other.edges[index], "the edge that stands here");
            return Err(Error::Value { what: "edges", index, value, expected });
        }
        self.bins.iter_mut().zip(&other.bins).for_each(|(bin, other)| bin.add(other));
        Ok(())
    }

    /// What the bins say so far, each with an interval of this confidence, such as 0.95.
    ///
    /// # Errors
    /// [`Error::Undefined`] if nothing was counted yet, [`Error::Parameter`] if the level is
    /// not within 0..1.
    pub fn finish(&self, level: f64) -> Result<Reliability> {
        Reliability::of(self, level)
    }
}
