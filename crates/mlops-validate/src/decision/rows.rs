use mlops_stats::bootstrap::Blocks;
use mlops_stats::classification::BinaryScores;
use rayon::prelude::*;

use super::{Outcomes, Tally};
use crate::{Error, Result};

/// Labels and scores, and perhaps an amount a row, of a model that decides.
///
/// Scores are finite, and probabilities only where a method says so; a row is decided positive
/// if its score is at least the threshold.
#[derive(Clone, Copy, Debug)]
pub struct DecisionRows<'a> {
    labels: &'a [bool],
    scores: &'a [f64],
    amounts: Option<&'a [f64]>,
}

/// A row in the order of scores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sorted {
    pub(super) score: f64,
    pub(super) row: u32,
    pub(super) label: bool,
}

impl<'a> DecisionRows<'a> {
    /// Labels and scores, row by row.
    ///
    /// # Errors
    /// [`Error::Input`] if lengths differ, there are no rows, or a score is NaN or infinite.
    pub fn new(labels: &'a [bool], scores: &'a [f64]) -> Result<Self> {
        BinaryScores::new(labels, scores).map_err(|error| Error::input("decisions", error.to_string()))?;
        Ok(Self { labels, scores, amounts: None })
    }

    /// The same rows with an amount each, such as that of the loan.
    ///
    /// # Errors
    /// [`Error::Input`] if there is not one a row, or one is negative, NaN or infinite.
    pub fn with_amounts(self, amounts: &'a [f64]) -> Result<Self> {
        if amounts.len() != self.rows() {
            let reason = format!("{} values, expected one for each of {} rows", amounts.len(), self.rows());
            return Err(Error::input("amounts", reason));
        }
        let strange = |amount: &f64| !(0.0..f64::INFINITY).contains(amount);
        if let Some(row) = amounts.iter().position(strange) {
            let reason = format!("row {row} is {}, expected a finite number, at least 0", amounts[row]);
            return Err(Error::input("amounts", reason));
        }
        Ok(Self { amounts: Some(amounts), ..self })
    }

    /// How many rows there are; at least 1.
    pub const fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The labels.
    pub const fn labels(&self) -> &'a [bool] {
        self.labels
    }

    /// The scores.
    pub const fn scores(&self) -> &'a [f64] {
        self.scores
    }

    /// The amount of a row; 0 without amounts.
    pub(super) fn amount(&self, row: usize) -> f64 {
        self.amounts.map_or(0.0, |amounts| amounts[row])
    }

    /// The same rows with the scores of another model.
    pub(super) fn scored_by<'s>(&'s self, scores: &'s [f64]) -> Result<DecisionRows<'s>> {
        match DecisionRows::new(self.labels, scores) {
            Ok(rows) => Ok(DecisionRows { amounts: self.amounts, ..rows }),
            Err(error) => Err(Error::input("scores of production", error.to_string())),
        }
    }

    /// Refuses values by amount where there are none.
    pub(super) fn can_value(&self, outcomes: &Outcomes) -> Result<()> {
        if outcomes.takes_amounts() && self.amounts.is_none() {
            return Err(Error::input("amounts", "outcomes are worth so much per amount, and none are given"));
        }
        Ok(())
    }

    /// Refuses blocks of other rows.
    pub(super) fn same_rows(&self, blocks: &Blocks) -> Result<()> {
        if blocks.rows() != self.rows() {
            let reason = format!("of {} rows, expected one for each of {}", blocks.rows(), self.rows());
            return Err(Error::input("blocks", reason));
        }
        Ok(())
    }

    /// In descending order of scores, equal ones by row; -0 and 0 are one score.
    pub(super) fn sorted(&self) -> Vec<Sorted> {
        let mut sorted: Vec<Sorted> = (0_u32..)
            .zip(self.labels.iter().zip(self.scores))
            .map(|(row, (label, score))| Sorted { score: score + 0.0, row, label: *label })
            .collect();
        sorted.par_sort_unstable_by(|left, right| {
            right.score.total_cmp(&left.score).then(left.row.cmp(&right.row))
        });
        sorted
    }

    /// What is decided at a threshold.
    pub(super) fn tally(&self, threshold: f64) -> Tally {
        let mut tally = Tally::default();
        for row in 0..self.rows() {
            tally.count(self.labels[row], self.scores[row] >= threshold, self.amount(row), 1.0);
        }
        tally
    }

    /// The same by block.
    pub(crate) fn tallies(&self, threshold: f64, blocks: &Blocks) -> Vec<Tally> {
        let mut tallies = vec![Tally::default(); blocks.len()];
        for (row, block) in blocks.of_rows().iter().enumerate() {
            let decided = self.scores[row] >= threshold;
            tallies[*block as usize].count(self.labels[row], decided, self.amount(row), 1.0);
        }
        tallies
    }
}
