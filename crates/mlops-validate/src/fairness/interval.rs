use mlops_stats::bootstrap::{BlockBootstrap, Blocks};
use mlops_stats::interval::Interval;
use serde::Serialize;

use super::counts::{Cells, cell_codes};
use super::{Convention, Disparity, GroupCounts, GroupKey, GroupRows, MetricFrame};
use crate::{Error, Result};

/// How sure a disparity of a control level is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DisparityInterval {
    /// A key of each control feature.
    pub control: Vec<GroupKey>,
    /// The interval of the bootstrap.
    pub interval: Option<Interval>,
    /// Why there is none.
    pub reason: Option<String>,
}

/// What is left of the rows: how often each block has each cell.
struct BlockCells {
    /// By block, then by cell: the cell, rows, and the sum of their weights.
    cells: Vec<(u32, f64, f64)>,
    /// Where each block starts, and the number of cells at the end.
    starts: Vec<usize>,
}

/// The groups of a level that the rows given can judge.
struct Judged {
    groups: std::ops::Range<usize>,
    kept: Vec<usize>,
}

impl Disparity {
    /// Between which values the disparity of each control level lies, by drawing whole
    /// blocks of rows: the rows of a day or a customer, or each row by itself
    /// ([`Blocks::each_row`]). The groups that are compared are those that the rows given
    /// can judge; a draw in which one of them has no value leaves no interval.
    ///
    /// O(cells of the blocks) a draw: for blocks of many rows, their number does not matter.
    ///
    /// # Errors
    /// [`Error::Input`] if there is not one block a row, or the metric is one of scores or
    /// numbers; as [`MetricFrame::of`].
    ///
    /// # Source
    /// As [`BlockBootstrap`].
    pub fn intervals(
        &self,
        rows: &GroupRows<'_>,
        blocks: &Blocks,
        bootstrap: &BlockBootstrap,
    ) -> Result<Vec<DisparityInterval>> {
        if blocks.rows() != rows.rows() {
            let reason =
                format!("{} block ids, expected one for each of {} rows", blocks.rows(), rows.rows());
            return Err(Error::input("blocks", reason));
        }
        let counts = GroupCounts::of(rows)?;
        let frame = MetricFrame::of_counts(&counts, &self.measures(), self.options())?;
        let drawn = BlockCells::new(rows, blocks, self.weights())?;
        let of_level = counts.groups() / counts.levels().max(1);
        let levels = frame.overall.iter().enumerate().map(|(index, level)| {
            let groups = index * of_level..(index + 1) * of_level;
            let kept = groups.clone().filter(|group| {
                let group = &frame.groups[*group];
                group.rows > 0 && !group.too_few && group.values.iter().all(|value| value.value.is_some())
            });
            let judged = Judged { kept: kept.collect(), groups };
            let (interval, reason) = if judged.kept.len() < 2 {
                (None, Some("fewer than two groups can be compared".to_owned()))
            } else {
                let statistic = |draw: &[u32]| self.of_draw(&counts, &drawn, &judged, draw);
                match bootstrap.estimate("the disparity", blocks.len(), statistic) {
                    Ok(estimate) => (Some(estimate.interval), None),
                    Err(error) => (None, Some(error.to_string())),
                }
            };
            DisparityInterval { control: level.control.clone(), interval, reason }
        });
        Ok(levels.collect())
    }

    /// Its value if each block counts so often.
    fn of_draw(
        &self,
        counts: &GroupCounts,
        blocks: &BlockCells,
        judged: &Judged,
        draw: &[u32],
    ) -> Option<f64> {
        let k2 = counts.classes().len() * counts.classes().len();
        let (from, size) = (judged.groups.start * k2, judged.groups.len() * k2);
        let (mut rows, mut sums) = (vec![0.0; size], vec![0.0; size]);
        for (block, times) in draw.iter().enumerate().filter(|(_, times)| **times > 0) {
            for (cell, count, weight) in &blocks.cells[blocks.starts[block]..blocks.starts[block + 1]] {
                let Some(cell) = (*cell as usize).checked_sub(from).filter(|cell| *cell < size) else {
                    continue;
                };
                rows[cell] += f64::from(*times) * count;
                sums[cell] += f64::from(*times) * weight;
            }
        }
        let is_weighted = self.weights().is_some();
        let answer = |metric: super::GroupMetric, rows: &[f64], sums: &[f64]| -> Option<f64> {
            let weights = is_weighted.then_some(sums);
            let cells = Cells { classes: counts.classes(), rows, weights };
            let answer = metric.of_cells(cells, self.positive_label(), self.options().convention).ok()?;
            let is_defined = self.options().convention == Convention::Fairlearn || answer.undefined.is_none();
            is_defined.then_some(answer.value)
        };
        let whole = |of: &[f64]| -> Vec<f64> {
            let mut total = vec![0.0; k2];
            for group in of.chunks(k2.max(1)) {
                for (total, cell) in total.iter_mut().zip(group) {
                    *total += cell;
                }
            }
            total
        };
        let mut values = Vec::with_capacity(judged.kept.len());
        let mut parts = [f64::NAN; 2];
        for (part, metric) in parts.iter_mut().zip(self.metrics()) {
            values.clear();
            for group in &judged.kept {
                let cells = (group - judged.groups.start) * k2..(group - judged.groups.start + 1) * k2;
                values.push(answer(*metric, &rows[cells.clone()], &sums[cells])?);
            }
            let overall = if self.comparison().with_overall() {
                answer(*metric, &whole(&rows), &whole(&sums))?
            } else {
                f64::NAN
            };
            *part = self.comparison().of(&values.iter().copied(), overall);
            if part.is_nan() {
                return None;
            }
        }
        Some(self.of_values(parts.into_iter().take(self.metrics().len())))
    }
}

impl BlockCells {
    fn new(rows: &GroupRows<'_>, blocks: &Blocks, weights: Option<&str>) -> Result<Self> {
        let classes = rows.classes().ok_or_else(|| Error::input("rows", "they have no predicted labels"))?;
        let weights = rows.weight_columns().iter().find(|(name, _)| Some(name.as_str()) == weights);
        let mut codes = Vec::with_capacity(rows.rows());
        cell_codes(rows, classes, 0, rows.rows(), &mut codes);
        let mut by_block: Vec<(u32, u32, u32)> = Vec::with_capacity(rows.rows());
        for (row, (block, cell)) in blocks.of_rows().iter().zip(&codes).enumerate() {
            let row = u32::try_from(row)
                .map_err(|_| Error::input("rows", format!("{} of them, expected below 2³²", rows.rows())))?;
            by_block.push((*block, *cell, row));
        }
        by_block.sort_unstable();
        let mut cells = Vec::new();
        let mut starts = vec![0; blocks.len() + 1];
        for run in by_block.chunk_by(|left, right| (left.0, left.1) == (right.0, right.1)) {
            let weight = match weights {
                None => run.len() as f64,
                Some((_, weights)) => run.iter().map(|(_, _, row)| weights[*row as usize]).sum(),
            };
            cells.push((run[0].1, run.len() as f64, weight));
            starts[run[0].0 as usize + 1] = cells.len();
        }
        for block in 1..starts.len() {
            starts[block] = starts[block].max(starts[block - 1]);
        }
        Ok(Self { cells, starts })
    }
}
