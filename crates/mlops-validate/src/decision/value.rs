use mlops_core::Interval;
use mlops_stats::bootstrap::{BlockBootstrap, Blocks};
use serde::{Deserialize, Serialize};

use super::{DecisionRows, Outcomes, Tally};
use crate::interval::as_core;
use crate::{Error, Result};

/// What else could decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Alternative {
    /// Every row is decided positive.
    TreatAll,
    /// No row is decided positive.
    TreatNone,
    /// The model in production decides, at its threshold.
    Production,
}

/// The rows of one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutcomeValue {
    /// How many there are.
    pub rows: u64,
    /// What they are worth together.
    pub value: f64,
}

/// What a model is worth more than something else, on the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// What it is compared with.
    pub to: Alternative,
    /// What that is worth, all rows together.
    pub total: f64,
    /// The model's value less that, of a row.
    pub difference_per_row: f64,
    /// Of the difference, from draws of the same blocks for both.
    pub interval: Option<Interval>,
}

/// What a model's decisions are worth, outcome by outcome, and beside what else could decide.
///
/// The rows are given as they are: a threshold that was chosen on them makes their value
/// optimistic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BusinessValue {
    /// What values are counted in.
    pub unit: String,
    /// A score of at least this is decided positive.
    pub threshold: f64,
    /// All rows.
    pub rows: u64,
    /// Decided positive, and rightly.
    pub true_positives: OutcomeValue,
    /// Decided positive, and wrongly.
    pub false_positives: OutcomeValue,
    /// Decided negative, and rightly.
    pub true_negatives: OutcomeValue,
    /// Decided negative, and wrongly.
    pub false_negatives: OutcomeValue,
    /// What all rows are worth.
    pub total: f64,
    /// The same of a row.
    pub per_row: f64,
    /// The same of a thousand rows.
    pub per_thousand: f64,
    /// Of the value per row, from draws of blocks.
    pub interval: Option<Interval>,
    /// Beside treating all, none, and the model in production if there is one.
    pub against: Vec<Comparison>,
}

impl DecisionRows<'_> {
    /// What the decisions at a threshold are worth, beside treating all and none. O(n).
    ///
    /// # Errors
    /// [`Error::Input`] if the threshold is NaN, or amounts are needed and not there.
    pub fn value(&self, outcomes: &Outcomes, threshold: f64) -> Result<BusinessValue> {
        self.value_of(outcomes, threshold, None)
    }

    /// The same, beside the model in production too: its score of each row, and its threshold.
    ///
    /// # Errors
    /// As [`value`](Self::value), and if there is not one finite score a row.
    pub fn value_against(
        &self,
        outcomes: &Outcomes,
        threshold: f64,
        production: (&[f64], f64),
    ) -> Result<BusinessValue> {
        self.value_of(outcomes, threshold, Some(production))
    }

    /// The same, with intervals from draws of whole blocks; `production` may be missing.
    /// O(n), and O(b) a draw for b blocks.
    ///
    /// # Errors
    /// As [`value_against`](Self::value_against); [`Error::Input`] if the blocks are of other
    /// rows; [`Error::Evaluation`] if there are fewer than two.
    ///
    /// ```
    /// use mlops_stats::bootstrap::{BlockBootstrap, Blocks};
    /// use mlops_validate::decision::{Alternative, DecisionRows, Outcomes};
    /// # let labels: Vec<bool> = (0..1_000).map(|row| row * 7 % 100 < row % 100 * 6 / 10).collect();
    /// # let scores: Vec<f64> = (0..1_000).map(|row| f64::from(row % 100) / 100.0).collect();
    /// # let days: Vec<i32> = (0..1_000).map(|row| row / 50).collect();
    /// let rows = DecisionRows::new(&labels, &scores)?;
    /// let outcomes = Outcomes::new("EUR", 55.0, -5.0, 0.0, 0.0)?;
    /// let bootstrap = BlockBootstrap::new(2_000, 1, 0.95)?;
    /// let worth = rows.value_with_intervals(&outcomes, 0.5, None, &Blocks::by(&days)?, &bootstrap)?;
    /// println!("{} {} a thousand rows", worth.per_thousand, worth.unit);
    /// assert_eq!(worth.against[1].to, Alternative::TreatNone);
    /// assert!(worth.against[1].interval.is_some_and(|interval| interval.lower > 0.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn value_with_intervals(
        &self,
        outcomes: &Outcomes,
        threshold: f64,
        production: Option<(&[f64], f64)>,
        blocks: &Blocks,
        bootstrap: &BlockBootstrap,
    ) -> Result<BusinessValue> {
        self.same_rows(blocks)?;
        let mut worth = self.value_of(outcomes, threshold, production)?;
        let ours = self.tallies(threshold, blocks);
        let of = |tallies: &[Tally], to: Option<Alternative>| {
            value_difference(outcomes, &ours, tallies, to, bootstrap)
                .map_err(|error| Error::Evaluation { rule: "value".to_owned(), reason: error.to_string() })
        };
        worth.interval = Some(of(&ours, None)?.1);
        for comparison in &mut worth.against {
            comparison.interval = Some(match (comparison.to, production) {
                (Alternative::Production, Some((scores, threshold))) => {
                    let theirs = self.scored_by(scores)?.tallies(threshold, blocks);
                    of(&theirs, Some(Alternative::Production))?.1
                }
                (to, _) => of(&ours, Some(to))?.1,
            });
        }
        Ok(worth)
    }

    fn value_of(
        &self,
        outcomes: &Outcomes,
        threshold: f64,
        production: Option<(&[f64], f64)>,
    ) -> Result<BusinessValue> {
        self.can_value(outcomes)?;
        if threshold.is_nan() || production.is_some_and(|(_, threshold)| threshold.is_nan()) {
            return Err(Error::input("threshold", "it is NaN"));
        }
        let (tally, rows) = (self.tally(threshold), self.rows() as f64);
        let total = tally.value(outcomes);
        let comparison = |to, total_of: f64| Comparison {
            to,
            total: total_of,
            difference_per_row: (total - total_of) / rows,
            interval: None,
        };
        let mut against = vec![
            comparison(Alternative::TreatAll, tally.all().value(outcomes)),
            comparison(Alternative::TreatNone, tally.none().value(outcomes)),
        ];
        if let Some((scores, threshold)) = production {
            let theirs = self.scored_by(scores)?.tally(threshold);
            against.push(comparison(Alternative::Production, theirs.value(outcomes)));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of rows")]
        let [tp, fp, tn, missed] =
            tally.values(outcomes).map(|(rows, value)| OutcomeValue { rows: rows as u64, value });
        Ok(BusinessValue {
            unit: outcomes.unit().to_owned(),
            threshold,
            rows: self.rows() as u64,
            true_positives: tp,
            false_positives: fp,
            true_negatives: tn,
            false_negatives: missed,
            total,
            per_row: total / rows,
            per_thousand: 1_000.0 * total / rows,
            interval: None,
            against,
        })
    }
}

/// Value per row of `ours`, less that of an alternative if there is one: of the rows, and the
/// interval from draws of blocks.
pub(crate) fn value_difference(
    outcomes: &Outcomes,
    ours: &[Tally],
    production: &[Tally],
    to: Option<Alternative>,
    bootstrap: &BlockBootstrap,
) -> mlops_stats::Result<(f64, Interval)> {
    let estimate = bootstrap.estimate("value per row", ours.len(), |counts| {
        let (mut our, mut their) = (Tally::default(), Tally::default());
        for (block, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            our.add(&ours[block], f64::from(*count));
            if to == Some(Alternative::Production) {
                their.add(&production[block], f64::from(*count));
            }
        }
        let other = match to {
            None => 0.0,
            Some(Alternative::TreatAll) => our.all().value(outcomes),
            Some(Alternative::TreatNone) => our.none().value(outcomes),
            Some(Alternative::Production) => their.value(outcomes),
        };
        (our.rows() > 0.0).then(|| (our.value(outcomes) - other) / our.rows())
    })?;
    Ok((estimate.value, as_core(estimate.interval)))
}
