use rayon::prelude::*;

use crate::interval::{Interval, proper_share};
use crate::{Error, Random, Result};

use super::interval::{IntervalKind, ends};
use super::{BlockCalibration, BlockMetric, Blocks};

/// Draws whole blocks with replacement: settings of a bootstrap.
///
/// Each replicate has its own random numbers, derived from the seed and its number:
/// results do not depend on the number of threads, and two statistics of the same seed,
/// over the same number of blocks, see the same draws.
///
/// # Source
/// Percentile interval of the cluster bootstrap: Efron and Tibshirani, *An Introduction
/// to the Bootstrap* (1993), chapter 13; Field and Welsh, *JRSS B* 69 (2007). Quantiles of
/// the replicates as `numpy.quantile` gives them (linear between order statistics). The
/// other intervals: [`IntervalKind`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockBootstrap {
    replicates: u32,
    seed: u64,
    level: f64,
    kind: IntervalKind,
}

/// A statistic of the rows given, and between which values the draws put it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The statistic of the rows given, each block once.
    pub value: f64,
    /// The interval, of the kind that was asked for.
    pub interval: Interval,
}

impl BlockBootstrap {
    /// `replicates` draws, the numbers of `seed`, and the confidence of the interval, such as 0.95.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the level is not within 0..1, or if there are so few
    /// replicates that none would lie outside the interval: 0.95 takes 40.
    pub fn new(replicates: u32, seed: u64, level: f64) -> Result<Self> {
        proper_share("level", level)?;
        // A hair of slack: 2 / (1 - 0.95) is 39.99… in floating point.
        if f64::from(replicates) * (1.0 - level) < 2.0 - 1e-9 {
            let value = f64::from(replicates);
            return Err(Error::Parameter { what: "replicates", value, expected: "at least 2 / (1 - level)" });
        }
        Ok(Self { replicates, seed, level, kind: IntervalKind::Percentile })
    }

    /// The same draws, with another kind of interval.
    #[must_use]
    pub const fn with_interval(self, kind: IntervalKind) -> Self {
        Self { kind, ..self }
    }

    /// How many draws.
    pub const fn replicates(&self) -> u32 {
        self.replicates
    }

    /// The confidence of the interval.
    pub const fn level(&self) -> f64 {
        self.level
    }

    /// Any statistic of how often each of the `blocks` counts. `statistic` gets one count a
    /// block; `None` means that it has no value for these.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are fewer than two blocks, if the statistic has no
    /// value or is NaN with each block once, or in any of the draws: an interval over the
    /// rest would be one of another, easier question. As [`IntervalKind`] says where its
    /// interval has no value.
    pub fn estimate<F>(&self, what: &'static str, blocks: usize, statistic: F) -> Result<Estimate>
    where
        F: Fn(&[u32]) -> Option<f64> + Sync,
    {
        if blocks < 2 {
            return Err(Error::undefined(what, format!("{blocks} block: there is nothing to draw from")));
        }
        let statistic = |counts: &[u32]| statistic(counts).filter(|value| !value.is_nan());
        let value = statistic(&vec![1; blocks])
            .ok_or_else(|| Error::undefined(what, "it has no value for the rows given"))?;
        let mut drawn: Vec<f64> = (0..self.replicates)
            .into_par_iter()
            .map_init(
                || vec![0_u32; blocks],
                |counts, replicate| {
                    counts.fill(0);
                    let mut random = Random::replicate(self.seed, u64::from(replicate));
                    for _ in 0..blocks {
                        counts[random.index(blocks)] += 1;
                    }
                    statistic(counts)
                },
            )
            .map(|value| value.unwrap_or(f64::NAN))
            .collect();
        let undefined = drawn.iter().filter(|value| value.is_nan()).count();
        if undefined > 0 {
            let reason = format!("it has no value in {undefined} of {} draws of blocks", self.replicates);
            return Err(Error::undefined(what, reason));
        }
        drawn.par_sort_unstable_by(f64::total_cmp);
        let (lower, upper) = ends(self.kind, what, value, &drawn, self.level, || {
            (0..blocks)
                .into_par_iter()
                .map_init(
                    || vec![1_u32; blocks],
                    |counts, left_out| {
                        counts[left_out] = 0;
                        let without = statistic(counts);
                        counts[left_out] = 1;
                        without
                    },
                )
                .collect()
        })?;
        let interval = Interval { level: self.level, lower, upper };
        Ok(Estimate { value, interval })
    }

    /// Any statistic of rows. `statistic` gets the numbers of the rows drawn, whole blocks of
    /// them, a row as often as its block was drawn; their order means nothing. `None` means
    /// that it has no value for these rows. O(n) for a draw, besides the statistic.
    ///
    /// ```
    /// use mlops_stats::bootstrap::{BlockBootstrap, Blocks, IntervalKind};
    /// let waits = [31.0, 12.0, 8.0, 77.0, 15.0, 22.0, 9.0, 40.0, 18.0, 27.0];
    /// let bootstrap = BlockBootstrap::new(2_000, 7, 0.95)?.with_interval(IntervalKind::BiasCorrectedAccelerated);
    /// let mean = bootstrap.rows("mean", &Blocks::each_row(waits.len())?, |rows| {
    ///     Some(rows.iter().map(|row| waits[*row]).sum::<f64>() / rows.len() as f64)
    /// })?;
    /// assert!(mean.interval.lower > 16.0 && mean.interval.upper < 45.0);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate).
    pub fn rows<F>(&self, what: &'static str, blocks: &Blocks, statistic: F) -> Result<Estimate>
    where
        F: Fn(&[usize]) -> Option<f64> + Sync,
    {
        let mut of_block: Vec<Vec<usize>> =
            blocks.sizes().iter().map(|size| Vec::with_capacity(*size)).collect();
        for (row, block) in blocks.of_rows().iter().enumerate() {
            of_block[*block as usize].push(row);
        }
        self.estimate(what, blocks.len(), |counts| {
            let mut rows = Vec::with_capacity(blocks.rows());
            for (members, count) in of_block.iter().zip(counts) {
                for _ in 0..*count {
                    rows.extend_from_slice(members);
                }
            }
            statistic(&rows)
        })
    }

    /// A metric of one model.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate).
    pub fn metric(&self, metric: &BlockMetric) -> Result<Estimate> {
        self.estimate(metric.name(), metric.blocks(), |counts| metric.of(counts))
    }

    /// How far the probabilities of one model are from what they say.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate).
    pub fn calibration(&self, calibration: &BlockCalibration) -> Result<Estimate> {
        self.estimate(calibration.metric().name(), calibration.blocks(), |counts| calibration.of(counts))
    }

    /// The metric of a candidate less that of a baseline, on the same draws. Both were made
    /// from the same blocks.
    ///
    /// # Errors
    /// As [`estimate`](Self::estimate); [`Error::Shape`] if the numbers of blocks differ.
    pub fn difference(&self, candidate: &BlockMetric, baseline: &BlockMetric) -> Result<Estimate> {
        if candidate.blocks() != baseline.blocks() {
            let expected = format!("as many as the candidate ({})", candidate.blocks());
            return Err(Error::Shape { what: "blocks of the baseline", found: baseline.blocks(), expected });
        }
        self.estimate(candidate.name(), candidate.blocks(), |counts| {
            Some(candidate.of(counts)? - baseline.of(counts)?)
        })
    }
}
