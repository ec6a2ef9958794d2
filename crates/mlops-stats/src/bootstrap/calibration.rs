use crate::Result;
use crate::classification::{BinaryScores, Bins, CalibrationBins, Newton};
use crate::error::same_length;

use super::Blocks;

/// How far probabilities are from what they say, as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CalibrationMetric {
    /// [`Reliability::expected_error`](crate::classification::Reliability::expected_error)
    ExpectedError,
    /// [`Reliability::maximum_error`](crate::classification::Reliability::maximum_error)
    MaximumError,
    /// Reliability of the [Brier score](crate::classification::BrierDecomposition::reliability)
    /// over the bins.
    BrierReliability,
    /// [`Reliability::debiased_squared_error`](crate::classification::Reliability::debiased_squared_error)
    DebiasedSquaredError,
    /// [`BinaryScores::observed_expected`], the ratio.
    ObservedExpected,
    /// [`BinaryScores::recalibration_in_the_large`], the intercept.
    Intercept,
    /// [`BinaryScores::recalibration`], the slope.
    Slope,
}

impl CalibrationMetric {
    /// The names that [`named`](Self::named) knows.
    pub const NAMES: [&str; 7] = [
        "expected_error",
        "maximum_error",
        "brier_reliability",
        "debiased_squared_error",
        "observed_expected",
        "intercept",
        "slope",
    ];

    /// The metric of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "expected_error" => Self::ExpectedError,
            "maximum_error" => Self::MaximumError,
            "brier_reliability" => Self::BrierReliability,
            "debiased_squared_error" => Self::DebiasedSquaredError,
            "observed_expected" => Self::ObservedExpected,
            "intercept" => Self::Intercept,
            "slope" => Self::Slope,
            _ => return None,
        })
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExpectedError => "expected_error",
            Self::MaximumError => "maximum_error",
            Self::BrierReliability => "brier_reliability",
            Self::DebiasedSquaredError => "debiased_squared_error",
            Self::ObservedExpected => "observed_expected",
            Self::Intercept => "intercept",
            Self::Slope => "slope",
        }
    }

    /// Whether its value hangs on bins.
    pub const fn takes_bins(self) -> bool {
        !matches!(self, Self::ObservedExpected | Self::Intercept | Self::Slope)
    }
}

/// A calibration metric that has digested its rows, to be asked again and again how it would
/// be if each block counted so and so often.
///
/// Bins keep the edges that the whole rows gave them. A line in log-odds takes one Newton step
/// from the line of the whole rows: the one-step bootstrap, which differs from the whole fit by
/// less than chance does, and costs O(b) instead of some passes over all rows.
///
/// What is 0 only for frequencies that agree exactly (all binned errors but the debiased one)
/// comes out larger on draws than on the rows: its interval errs upwards, on the safe side of
/// an upper limit.
///
/// ```
/// use mlops_stats::bootstrap::{BlockBootstrap, BlockCalibration, Blocks, CalibrationMetric};
/// use mlops_stats::classification::{BinaryScores, Bins};
/// # let days: Vec<u32> = (0..400).map(|row| row / 20).collect();
/// # let labels: Vec<bool> = (0..400).map(|row| row % 10 < row / 5 % 10).collect();
/// # let scores: Vec<f64> = (0..400).map(|row| f64::from(row / 5 % 10) / 10.0).collect();
/// let rows = BinaryScores::new(&labels, &scores)?;
/// let error = BlockCalibration::new(CalibrationMetric::ExpectedError, &rows, &Blocks::by(&days)?, 10, Bins::Uniform)?;
/// let sure = BlockBootstrap::new(2_000, 7, 0.95)?.calibration(&error)?;
/// let whole = rows.reliability(10, Bins::Uniform, 0.95)?.expected_error();
/// assert!((sure.value - whole).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// The one-step bootstrap: Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), and
/// Moulton and Zeger, *Computational Statistics & Data Analysis* 11 (1991).
#[derive(Clone, Debug)]
pub struct BlockCalibration {
    metric: CalibrationMetric,
    blocks: usize,
    parts: Parts,
}

#[derive(Clone, Debug)]
enum Parts {
    /// Cells of each block, one a bin that it has rows in, in the order of blocks, and where
    /// those of each block begin.
    Bins {
        cells: Vec<(u32, Cell)>,
        begins: Vec<usize>,
        bins: usize,
    },
    /// Weight of positives and of scores.
    Ratio(Vec<(f64, f64)>),
    Line {
        line: [f64; 2],
        with_slope: bool,
        blocks: Vec<Newton>,
    },
}

/// Rows of one block and bin.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    weight: f64,
    weight_squares: f64,
    /// Σ weight · (score − label).
    excess: f64,
    positives: f64,
}

impl BlockCalibration {
    /// Digests the rows. O(n log b), with equal mass O(n log n), for a line a fit.
    ///
    /// `bins` and `by` say how rows are binned, where the metric takes bins.
    ///
    /// # Errors
    /// [`Error::Shape`](crate::Error::Shape) if there is not one block id a row; those of the
    /// method that the metric names.
    pub fn new(
        metric: CalibrationMetric,
        rows: &BinaryScores<'_>,
        blocks: &Blocks,
        bins: usize,
        by: Bins,
    ) -> Result<Self> {
        same_length("block ids", blocks.rows(), "scores", rows.rows())?;
        let line = |line: [f64; 2], with_slope| -> Result<Parts> {
            let log_odds = rows.log_odds()?;
            let mut sums = vec![Newton::default(); blocks.len()];
            for (row, block) in blocks.of_rows().iter().enumerate() {
                if rows.weight(row) > 0.0 {
                    sums[*block as usize].count(rows.labels()[row], log_odds[row], rows.weight(row), line);
                }
            }
            Ok(Parts::Line { line, with_slope, blocks: sums })
        };
        let parts = match metric {
            CalibrationMetric::ExpectedError
            | CalibrationMetric::MaximumError
            | CalibrationMetric::BrierReliability
            | CalibrationMetric::DebiasedSquaredError => cells(rows, blocks, bins, by)?,
            CalibrationMetric::ObservedExpected => {
                rows.probabilities()?;
                let mut sums = vec![(0.0, 0.0); blocks.len()];
                for (row, block) in blocks.of_rows().iter().enumerate() {
                    let sum = &mut sums[*block as usize];
                    sum.0 += if rows.labels()[row] { rows.weight(row) } else { 0.0 };
                    sum.1 += rows.weight(row) * rows.scores()[row];
                }
                Parts::Ratio(sums)
            }
            CalibrationMetric::Intercept => line([rows.recalibration_in_the_large()?.intercept, 1.0], false)?,
            CalibrationMetric::Slope => {
                let fitted = rows.recalibration()?;
                line([fitted.intercept, fitted.slope], true)?
            }
        };
        Ok(Self { metric, blocks: blocks.len(), parts })
    }

    /// What it measures.
    pub const fn metric(&self) -> CalibrationMetric {
        self.metric
    }

    /// How many blocks there are.
    pub const fn blocks(&self) -> usize {
        self.blocks
    }

    /// The metric if block `i` counts `counts[i]` times; `None` if it has no value for that.
    /// A count that is missing is 0, one too many is not looked at.
    pub fn of(&self, counts: &[u32]) -> Option<f64> {
        let drawn = |count: &u32| *count > 0;
        match &self.parts {
            Parts::Bins { cells, begins, bins } => {
                let mut sums = vec![Cell::default(); *bins];
                for (block, count) in begins.windows(2).zip(counts).filter(|(_, count)| drawn(count)) {
                    for (bin, cell) in &cells[block[0]..block[1]] {
                        sums[*bin as usize].add(cell, f64::from(*count));
                    }
                }
                self.of_bins(&sums)
            }
            Parts::Ratio(blocks) => {
                let (mut positives, mut expected) = (0.0, 0.0);
                for ((block_positives, block_expected), count) in blocks.iter().zip(counts) {
                    positives += f64::from(*count) * block_positives;
                    expected += f64::from(*count) * block_expected;
                }
                (expected > 0.0).then(|| positives / expected)
            }
            Parts::Line { line, with_slope, blocks } => {
                let mut sums = Newton::default();
                for (block, count) in blocks.iter().zip(counts).filter(|(_, count)| drawn(count)) {
                    sums.add(block, f64::from(*count));
                }
                let step = sums.step(*with_slope)?;
                Some(if *with_slope { line[1] + step[1] } else { line[0] + step[0] })
            }
        }
    }

    fn of_bins(&self, bins: &[Cell]) -> Option<f64> {
        let total: f64 = bins.iter().map(|bin| bin.weight).sum();
        let with_rows = || bins.iter().filter(|bin| bin.weight > 0.0);
        let gap = |bin: &Cell| bin.excess / bin.weight;
        let mean =
            |of: &dyn Fn(&Cell) -> f64| with_rows().map(|bin| bin.weight * of(bin)).sum::<f64>() / total;
        (total > 0.0).then(|| match self.metric {
            CalibrationMetric::MaximumError => with_rows().map(|bin| gap(bin).abs()).fold(0.0, f64::max),
            CalibrationMetric::BrierReliability => mean(&|bin| gap(bin).powi(2)),
            CalibrationMetric::DebiasedSquaredError => mean(&|bin| {
                let effective_rows = bin.weight * bin.weight / bin.weight_squares;
                if effective_rows < 2.0 {
                    return 0.0;
                }
                let observed = (bin.positives / bin.weight).min(1.0);
                gap(bin).powi(2) - observed * (1.0 - observed) / (effective_rows - 1.0)
            }),
            _ => mean(&|bin| gap(bin).abs()),
        })
    }
}

impl Cell {
    fn add(&mut self, other: &Self, times: f64) {
        self.weight += times * other.weight;
        self.weight_squares += times * other.weight_squares;
        self.excess += times * other.excess;
        self.positives += times * other.positives;
    }
}

fn cells(rows: &BinaryScores<'_>, blocks: &Blocks, bins: usize, by: Bins) -> Result<Parts> {
    let binned = CalibrationBins::for_rows(rows, bins, by)?;
    let mut placed: Vec<(u64, u32)> = Vec::with_capacity(rows.rows());
    for (row, block) in blocks.of_rows().iter().enumerate() {
        let place = u64::from(*block) * bins as u64 + binned.bin_of(rows.scores()[row]) as u64;
        placed.push((place, u32::try_from(row).expect("rows are fewer than 2³², which is checked")));
    }
    placed.sort_unstable();
    let mut cells: Vec<(u32, Cell)> = Vec::new();
    let mut begins = vec![0; blocks.len() + 1];
    for of_cell in placed.chunk_by(|left, right| left.0 == right.0) {
        let (block, bin) = (of_cell[0].0 / bins as u64, of_cell[0].0 % bins as u64);
        let mut cell = Cell::default();
        for (_, row) in of_cell {
            let row = *row as usize;
            let (weight, label) = (rows.weight(row), f64::from(u8::from(rows.labels()[row])));
            cell.weight += weight;
            cell.weight_squares += weight * weight;
            cell.excess += weight * (rows.scores()[row] - label);
            cell.positives += weight * label;
        }
        cells.push((u32::try_from(bin).expect("bins are at most 2²⁰"), cell));
        begins[usize::try_from(block).expect("blocks are fewer than 2³²") + 1] = cells.len();
    }
    // Every block has a row, and so a cell: each end is set.
    Ok(Parts::Bins { cells, begins, bins })
}
