use mlops_stats::Random;
use mlops_stats::bootstrap::Blocks;
use serde::{Deserialize, Serialize};

use super::{DecisionRows, Limit, Outcomes, Tally};
use crate::{Error, Result};

/// What a threshold is worth that was chosen on the other rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fold {
    /// The threshold.
    pub threshold: f64,
    /// Rows that it was chosen on.
    pub chosen_on: u64,
    /// Other rows, that it is valued on.
    pub valued_on: u64,
    /// What those are worth at it.
    pub value: f64,
}

/// What choosing a threshold is worth on rows that had no part in the choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CrossValue {
    /// One a part of the rows.
    pub folds: Vec<Fold>,
    /// Of a row, each valued once.
    pub value_per_row: f64,
    /// The same at the threshold chosen on all rows, less this: by how much that one's value
    /// is too good.
    pub optimism_per_row: f64,
}

impl DecisionRows<'_> {
    /// Chooses the threshold on all parts of the rows but one, and values it on that one; whole
    /// blocks are dealt to the parts, by the numbers of `seed`. Two parts are two halves.
    ///
    /// One sort, then O(n) a part.
    ///
    /// # Errors
    /// As [`choose`](Self::choose); [`Error::Input`] if the blocks are of other rows, or if there
    /// are fewer than two parts or fewer blocks than parts.
    pub fn cross_value(
        &self,
        outcomes: &Outcomes,
        limits: &[Limit],
        blocks: &Blocks,
        parts: usize,
        seed: u64,
    ) -> Result<CrossValue> {
        self.same_rows(blocks)?;
        if parts < 2 || parts > blocks.len() {
            let reason = format!("{parts}, expected 2 to {}, as many as there are blocks", blocks.len());
            return Err(Error::input("parts", reason));
        }
        let mut random = Random::replicate(seed, 0);
        let mut part_of: Vec<usize> = (0..blocks.len()).map(|block| block % parts).collect();
        for last in (1..part_of.len()).rev() {
            part_of.swap(last, random.index(last + 1));
        }
        let part = |row: u32| part_of[blocks.of_rows()[row as usize] as usize];
        let sorted = self.sorted();
        let on_all = self.choose_among(&sorted, outcomes, limits)?;
        let mut folds = Vec::with_capacity(parts);
        for fold in 0..parts {
            let others: Vec<_> = sorted.iter().copied().filter(|row| part(row.row) != fold).collect();
            let chosen = self.choose_among(&others, outcomes, limits)?;
            let mut tally = Tally::default();
            for row in sorted.iter().filter(|row| part(row.row) == fold) {
                tally.count(row.label, row.score >= chosen.threshold, self.amount(row.row as usize), 1.0);
            }
            folds.push(Fold {
                threshold: chosen.threshold,
                chosen_on: chosen.chosen_on,
                valued_on: self.rows() as u64 - chosen.chosen_on,
                value: tally.value(outcomes),
            });
        }
        let value_per_row = folds.iter().map(|fold| fold.value).sum::<f64>() / self.rows() as f64;
        Ok(CrossValue { folds, value_per_row, optimism_per_row: on_all.value_per_row - value_per_row })
    }
}
