use crate::regression::{RegressionMetric, RegressionRows};
use crate::sum::sum;
use crate::{Error, Result};

use super::Blocks;

/// What is kept of each block of predictions of numbers.
#[derive(Clone, Debug)]
pub(super) enum Digest {
    /// Sum of something over the rows of a block and their weight; and whether its mean's
    /// root is asked for.
    Mean(Vec<(f64, f64)>, bool),
    /// Largest error of a block.
    Largest(Vec<f64>),
    /// Error, block and weight of each row, ascending by error.
    Median(Vec<(f64, u32, f64)>),
    Explained(Vec<Moments>, Forgives),
}

/// What an explained share takes no offence at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forgives {
    Nothing,
    /// An error that is the same for all rows.
    Bias,
}

/// Sums over a block. True values are taken from their mean over all rows, so that large
/// values with a small spread keep their digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    weight: f64,
    truth: f64,
    truth_squared: f64,
    error: f64,
    error_squared: f64,
    /// Smallest and largest true value: whether all are the same is asked exactly.
    extremes: Option<(f64, f64)>,
}

impl Digest {
    pub(super) fn new(metric: RegressionMetric, rows: &RegressionRows<'_>, blocks: &Blocks) -> Result<Self> {
        let mean = |of_row: fn(f64, f64) -> f64, root| Self::Mean(sums(rows, blocks, of_row), root);
        let squared = |truth: f64, predicted: f64| (truth - predicted).powi(2);
        let log = |truth: f64, predicted: f64| (truth.ln_1p() - predicted.ln_1p()).powi(2);
        Ok(match metric {
            RegressionMetric::MeanAbsoluteError => mean(|truth, predicted| (predicted - truth).abs(), false),
            RegressionMetric::MeanSquaredError => mean(squared, false),
            RegressionMetric::RootMeanSquaredError => mean(squared, true),
            RegressionMetric::MeanSquaredLogError | RegressionMetric::RootMeanSquaredLogError => {
                // Refuses what has no logarithm.
                let _whole = rows.mean_squared_log_error()?;
                mean(log, metric == RegressionMetric::RootMeanSquaredLogError)
            }
            RegressionMetric::MeanAbsolutePercentageError => {
                mean(|truth, predicted| (predicted - truth).abs() / truth.abs().max(f64::EPSILON), false)
            }
            RegressionMetric::MedianAbsoluteError => {
                let of_row = |(row, block): (usize, &u32)| (error(rows, row), *block, weight(rows, row));
                let mut errors: Vec<_> = blocks.of_rows().iter().enumerate().map(of_row).collect();
                errors.sort_unstable_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
                Self::Median(errors)
            }
            RegressionMetric::MaxError => {
                let mut largest = vec![0.0_f64; blocks.len()];
                for (row, block) in blocks.of_rows().iter().enumerate() {
                    let seen = &mut largest[*block as usize];
                    *seen = seen.max(error(rows, row));
                }
                Self::Largest(largest)
            }
            RegressionMetric::R2 { .. } => Self::Explained(moments(rows, blocks), Forgives::Nothing),
            RegressionMetric::ExplainedVariance { .. } => {
                Self::Explained(moments(rows, blocks), Forgives::Bias)
            }
            RegressionMetric::MeanPinballLoss { .. }
            | RegressionMetric::MeanTweedieDeviance { .. }
            | RegressionMetric::D2Pinball { .. }
            | RegressionMetric::D2Tweedie { .. } => {
                return Err(Error::undefined(metric.name(), "it is not computed by blocks"));
            }
        })
    }

    pub(super) fn of(&self, counts: &[u32]) -> Option<f64> {
        match self {
            Self::Mean(blocks, root) => {
                let (mut total, mut weight) = (0.0, 0.0);
                for ((of_block, block_weight), count) in blocks.iter().zip(counts) {
                    total += f64::from(*count) * of_block;
                    weight += f64::from(*count) * block_weight;
                }
                let mean = total / weight;
                (weight > 0.0).then(|| if *root { mean.sqrt() } else { mean })
            }
            Self::Largest(blocks) => {
                let drawn = blocks.iter().zip(counts).filter(|(_, count)| **count > 0);
                drawn.map(|(largest, _)| *largest).reduce(f64::max)
            }
            Self::Median(errors) => median(errors, counts),
            Self::Explained(blocks, forgives) => explained(blocks, counts, *forgives),
        }
    }
}

fn error(rows: &RegressionRows<'_>, row: usize) -> f64 {
    (rows.predicted()[row] - rows.truth()[row]).abs()
}

fn weight(rows: &RegressionRows<'_>, row: usize) -> f64 {
    rows.weights().map_or(1.0, |weights| weights[row])
}

fn sums(rows: &RegressionRows<'_>, blocks: &Blocks, of_row: fn(f64, f64) -> f64) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); blocks.len()];
    for (row, block) in blocks.of_rows().iter().enumerate() {
        let weight = weight(rows, row);
        if weight > 0.0 {
            let sum = &mut sums[*block as usize];
            sum.0 += weight * of_row(rows.truth()[row], rows.predicted()[row]);
            sum.1 += weight;
        }
    }
    sums
}

fn moments(rows: &RegressionRows<'_>, blocks: &Blocks) -> Vec<Moments> {
    let center = sum(rows.truth().iter().map(|truth| truth / rows.rows() as f64));
    let mut moments = vec![Moments::default(); blocks.len()];
    for (row, block) in blocks.of_rows().iter().enumerate() {
        let (value, weight) = (rows.truth()[row], weight(rows, row));
        if weight > 0.0 {
            let of_block = &mut moments[*block as usize];
            let (truth, error) = (value - center, value - rows.predicted()[row]);
            of_block.weight += weight;
            of_block.truth += weight * truth;
            of_block.truth_squared += weight * truth * truth;
            of_block.error += weight * error;
            of_block.error_squared += weight * error * error;
            let (least, most) = of_block.extremes.unwrap_or((value, value));
            of_block.extremes = Some((least.min(value), most.max(value)));
        }
    }
    moments
}

fn median(errors: &[(f64, u32, f64)], counts: &[u32]) -> Option<f64> {
    let weighed = || {
        errors.iter().filter_map(|(error, block, weight)| {
            let count = counts.get(*block as usize).copied().unwrap_or(0);
            let weight = weight * f64::from(count);
            (weight > 0.0).then_some((*error, weight))
        })
    };
    let half = 0.5 * weighed().map(|(_, weight)| weight).sum::<f64>();
    let mut below = 0.0;
    let mut at_half = None;
    for (error, weight) in weighed() {
        if let Some(lower) = at_half {
            return Some(f64::midpoint(lower, error));
        }
        below += weight;
        if below > half {
            return Some(error);
        }
        at_half = (below >= half).then_some(error);
    }
    at_half
}

fn explained(blocks: &[Moments], counts: &[u32], forgives: Forgives) -> Option<f64> {
    let mut drawn = Moments::default();
    for (block, count) in blocks.iter().zip(counts).filter(|(_, count)| **count > 0) {
        let count = f64::from(*count);
        drawn.weight += count * block.weight;
        drawn.truth += count * block.truth;
        drawn.truth_squared += count * block.truth_squared;
        drawn.error += count * block.error;
        drawn.error_squared += count * block.error_squared;
        drawn.extremes = match (drawn.extremes, block.extremes) {
            (Some((least, most)), Some((low, high))) => Some((least.min(low), most.max(high))),
            (one, other) => one.or(other),
        };
    }
    let (least, most) = drawn.extremes?;
    if least >= most {
        return None;
    }
    let whole = drawn.truth_squared - drawn.truth * drawn.truth / drawn.weight;
    let left = match forgives {
        Forgives::Nothing => drawn.error_squared,
        Forgives::Bias => drawn.error_squared - drawn.error * drawn.error / drawn.weight,
    };
    Some(1.0 - left / whole)
}
