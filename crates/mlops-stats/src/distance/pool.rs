//! Two samples of vectors as one matrix of pairs, mixed again and again.

use rayon::prelude::*;

use super::discrepancy::{PermutationSettings, PermutationTest, VectorSample};
use super::permutation;
use crate::{Error, Random, Result};

/// Means of a matrix of pairs over pairs of different rows.
pub(super) struct Means {
    pub(super) within_x: f64,
    pub(super) within_y: f64,
    pub(super) between: f64,
}

/// The rows of both samples, centred.
pub(super) struct Pool {
    values: Vec<f64>,
    dimensions: usize,
    n: usize,
    m: usize,
}

impl Pool {
    pub(super) fn new(
        x: VectorSample<'_>,
        y: VectorSample<'_>,
        settings: PermutationSettings,
    ) -> Result<Self> {
        if settings.permutations == 0 {
            return Err(Error::Parameter { what: "permutations", value: 0.0, expected: "at least 1" });
        }
        if settings.max_rows < 2 {
            let value = settings.max_rows as f64;
            return Err(Error::Parameter { what: "max_rows", value, expected: "at least 2" });
        }
        if x.dimensions() != y.dimensions() {
            let expected = format!("as many as the other sample ({})", x.dimensions());
            return Err(Error::Shape { what: "dimensions", found: y.dimensions(), expected });
        }
        for (what, sample) in [("first sample", x), ("second sample", y)] {
            if sample.len() < 2 {
                return Err(Error::Shape {
                    what,
                    found: sample.len(),
                    expected: "at least 2 rows".to_owned(),
                });
            }
        }
        let mut values = Vec::new();
        // Streams of their own, beside those of the permutations.
        let n = draw(x, settings, u64::MAX, &mut values);
        let m = draw(y, settings, u64::MAX - 1, &mut values);
        let (dimensions, rows) = (x.dimensions(), (n + m) as f64);
        for column in 0..dimensions {
            let of_column = || values.iter().skip(column).step_by(dimensions);
            let centre = of_column().map(|value| value / rows).sum::<f64>();
            for value in values.iter_mut().skip(column).step_by(dimensions) {
                *value -= centre;
            }
        }
        Ok(Self { values, dimensions, n, m })
    }

    /// Differences, not `x² − 2xy + y²`: that loses all digits where rows are close to each other.
    pub(super) fn squared_distances(&self) -> Vec<f64> {
        let rows: Vec<&[f64]> = self.values.chunks_exact(self.dimensions).collect();
        let mut matrix = vec![0.0; rows.len() * rows.len()];
        matrix.par_chunks_mut(rows.len()).zip(&rows).for_each(|(line, a)| {
            for (cell, b) in line.iter_mut().zip(&rows) {
                *cell = a.iter().zip(*b).map(|(a, b)| (a - b) * (a - b)).sum();
            }
        });
        matrix
    }

    pub(super) fn median_off_diagonal(&self, matrix: &[f64]) -> f64 {
        let rows = self.n + self.m;
        let mut pairs: Vec<f64> =
            (1..rows).flat_map(|row| matrix[row * rows..row * rows + row].iter().copied()).collect();
        let middle = pairs.len() / 2;
        *pairs.select_nth_unstable_by(middle, f64::total_cmp).1
    }

    pub(super) fn test(
        &self,
        matrix: &[f64],
        what: &'static str,
        settings: PermutationSettings,
        of: impl Fn(Means) -> f64 + Sync,
    ) -> Result<PermutationTest> {
        let rows = self.n + self.m;
        let total: f64 = matrix.iter().sum();
        let diagonal: f64 = matrix.iter().step_by(rows + 1).sum();
        if !total.is_finite() {
            return Err(Error::undefined(what, "rows are too far apart for a number"));
        }
        let line_sums: Vec<f64> = matrix.par_chunks(rows).map(|line| line.iter().sum()).collect();
        // The diagonal is the same for every row.
        let of_row = diagonal / rows as f64;
        let (n, m) = (self.n as f64, self.m as f64);
        let statistic = |sides: &[bool]| {
            let members: Vec<usize> = (0..rows).filter(|row| sides[*row]).collect();
            let (mut within, mut lines) = (0.0, 0.0);
            for row in &members {
                let line = &matrix[row * rows..(row + 1) * rows];
                within += members.iter().map(|other| line[*other]).sum::<f64>();
                lines += line_sums[*row];
            }
            let between = lines - within;
            let others = total - lines - between;
            of(Means {
                within_x: (within - n * of_row) / (n * (n - 1.0)),
                within_y: (others - m * of_row) / (m * (m - 1.0)),
                between: between / (n * m),
            })
        };
        let observed: Vec<bool> = (0..rows).map(|row| row < self.n).collect();
        let p_value = permutation::p_value(rows, self.n, settings.permutations, settings.seed, statistic);
        Ok(PermutationTest { statistic: statistic(&observed), p_value, rows: (self.n, self.m) })
    }
}

/// Appends the rows, or so many of them drawn without replacement; how many those are.
fn draw(sample: VectorSample<'_>, settings: PermutationSettings, stream: u64, into: &mut Vec<f64>) -> usize {
    if sample.len() <= settings.max_rows {
        into.extend_from_slice(sample.values);
        return sample.len();
    }
    let mut random = Random::replicate(settings.seed, stream);
    let mut left = settings.max_rows;
    let mut rows_left = sample.len();
    // Each row is taken with the chance that makes all sets of rows as likely.
    for row in sample.rows() {
        if random.index(rows_left) < left {
            into.extend_from_slice(row);
            left -= 1;
        }
        rows_left -= 1;
    }
    settings.max_rows
}
