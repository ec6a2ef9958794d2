use mlops_core::Interval;
use mlops_stats::bootstrap::{BlockBootstrap, Blocks};
use serde::{Deserialize, Serialize};

use super::rows::Sorted;
use super::{DecisionRows, Outcomes, Tally};
use crate::interval::as_core;
use crate::{Error, Result};

/// What a threshold has to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// Share of positives that are decided positive, at least; 0 to 1.
    Recall(f64),
    /// Share of rows decided positive that are, at least; 0 to 1. Where no row is decided
    /// positive it is not met.
    Precision(f64),
    /// Rows that may be decided positive, at most.
    Alerts(u64),
    /// Share of rows that may be decided positive, at most; 0 to 1.
    AlertShare(f64),
}

impl Limit {
    fn checked(self) -> Result<()> {
        let (name, share) = match self {
            Self::Recall(share) => ("recall", share),
            Self::Precision(share) => ("precision", share),
            Self::AlertShare(share) => ("alert_share", share),
            Self::Alerts(_) => return Ok(()),
        };
        if (0.0..=1.0).contains(&share) {
            Ok(())
        } else {
            Err(Error::invalid("limit", name, share, "a share, 0 to 1"))
        }
    }

    fn met(self, tally: &Tally) -> bool {
        match self {
            Self::Recall(least) => {
                tally.positives.rows > 0.0 && tally.hits.rows >= least * tally.positives.rows
            }
            Self::Precision(least) => tally.alerts() > 0.0 && tally.hits.rows >= least * tally.alerts(),
            Self::Alerts(most) => tally.alerts() <= most as f64,
            Self::AlertShare(most) => tally.alerts() <= most * tally.rows(),
        }
    }
}

/// The threshold that is worth most on the rows it was chosen on.
///
/// Its value there is optimistic, as it is the best of many: [`DecisionRows::cross_value`] says
/// what such a choice is worth on other rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThresholdChoice {
    /// A score of at least this is decided positive. Half-way between the lowest score decided
    /// positive and the next below; the lowest score of all if every row is, and just above
    /// the highest if none is.
    pub threshold: f64,
    /// What the rows are worth at it, in the unit of the outcomes.
    pub value: f64,
    /// The same of a row.
    pub value_per_row: f64,
    /// Rows decided positive.
    pub alerts: u64,
    /// Rows that it was chosen on, and that `value` is of.
    pub chosen_on: u64,
}

/// A chosen threshold, and between which values draws of blocks put it and its value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThresholdIntervals {
    /// Chosen on all rows.
    pub choice: ThresholdChoice,
    /// Of the threshold, as it would be chosen on each draw.
    pub threshold: Interval,
    /// Of the value per row of the threshold chosen on each draw, on that draw: as optimistic
    /// as the choice.
    pub value_per_row: Interval,
}

impl DecisionRows<'_> {
    /// The threshold at which the rows are worth most, among those that keep all limits. Of
    /// thresholds of equal value, the highest: fewest rows are decided positive.
    ///
    /// Exact: every distinct score is tried, equal scores are decided together. One sort,
    /// O(n log n).
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit out of range, [`Error::Input`] if amounts are needed and
    /// not there, [`Error::Evaluation`] if no threshold keeps the limits.
    ///
    /// ```
    /// use mlops_validate::decision::{DecisionRows, Outcomes};
    /// let rows = DecisionRows::new(&[true, false, true, false], &[0.9, 0.6, 0.5, 0.1])?;
    /// let chosen = rows.choose(&Outcomes::new("EUR", 10.0, -2.0, 0.0, 0.0)?, &[])?;
    /// assert_eq!((chosen.threshold, chosen.value, chosen.alerts), (0.3, 18.0, 3));
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    pub fn choose(&self, outcomes: &Outcomes, limits: &[Limit]) -> Result<ThresholdChoice> {
        self.choose_among(&self.sorted(), outcomes, limits)
    }

    /// The same of some of the rows, in the order of [`sorted`](Self::sorted).
    pub(super) fn choose_among(
        &self,
        sorted: &[Sorted],
        outcomes: &Outcomes,
        limits: &[Limit],
    ) -> Result<ThresholdChoice> {
        self.can_value(outcomes)?;
        limits.iter().try_for_each(|limit| limit.checked())?;
        let (best, rows) = self.best(sorted, outcomes, limits, |_| 1.0).ok_or_else(|| {
            let limits = serde_json::to_string(limits).unwrap_or_default();
            Error::Evaluation {
                rule: "threshold".to_owned(),
                reason: format!("none of the scores keeps the limits {limits}"),
            }
        })?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of rows")]
        Ok(ThresholdChoice {
            threshold: best.threshold(sorted),
            value: best.value,
            value_per_row: best.value / rows,
            alerts: best.alerts as u64,
            chosen_on: rows as u64,
        })
    }

    /// The choice, with intervals from draws of whole blocks: the threshold is chosen anew on
    /// each. O(n) a draw, after one sort.
    ///
    /// # Errors
    /// As [`choose`](Self::choose); [`Error::Input`] if the blocks are of other rows;
    /// [`Error::Evaluation`] if there are fewer than two blocks, or draws on which no threshold
    /// keeps the limits.
    pub fn choose_with_intervals(
        &self,
        outcomes: &Outcomes,
        limits: &[Limit],
        blocks: &Blocks,
        bootstrap: &BlockBootstrap,
    ) -> Result<ThresholdIntervals> {
        self.same_rows(blocks)?;
        let sorted = self.sorted();
        let choice = self.choose_among(&sorted, outcomes, limits)?;
        let drawn = |counts: &[u32]| {
            let times = |row: u32| f64::from(counts[blocks.of_rows()[row as usize] as usize]);
            self.best(&sorted, outcomes, limits, times)
        };
        let unsure = |error: mlops_stats::Error| Error::Evaluation {
            rule: "threshold".to_owned(),
            reason: error.to_string(),
        };
        let of_threshold = bootstrap
            .estimate("threshold", blocks.len(), |counts| Some(drawn(counts)?.0.threshold(&sorted)))
            .map_err(unsure)?;
        let of_value = bootstrap
            .estimate("value per row", blocks.len(), |counts| {
                drawn(counts).map(|(best, rows)| best.value / rows)
            })
            .map_err(unsure)?;
        Ok(ThresholdIntervals {
            choice,
            threshold: as_core(of_threshold.interval),
            value_per_row: as_core(of_value.interval),
        })
    }

    /// The best place to cut the sorted rows, and how many rows there are, if each counts so
    /// many times.
    fn best(
        &self,
        sorted: &[Sorted],
        outcomes: &Outcomes,
        limits: &[Limit],
        times: impl Fn(u32) -> f64,
    ) -> Option<(Cut, f64)> {
        let mut tally = Tally::default();
        for row in sorted {
            tally.count(row.label, false, self.amount(row.row as usize), times(row.row));
        }
        let mut best: Option<Cut> = None;
        let mut consider = |tally: &Tally, above: usize| {
            let value = tally.value(outcomes);
            if best.is_none_or(|best| value > best.value) && limits.iter().all(|limit| limit.met(tally)) {
                best = Some(Cut { above, value, alerts: tally.alerts() });
            }
        };
        consider(&tally, 0);
        for (place, row) in sorted.iter().enumerate() {
            let part = if row.label { &mut tally.hits } else { &mut tally.alarms };
            part.add(times(row.row), self.amount(row.row as usize));
            // Equal scores are decided together.
            if sorted.get(place + 1).is_none_or(|next| next.score < row.score) {
                consider(&tally, place + 1);
            }
        }
        (tally.rows() > 0.0).then_some(())?;
        best.map(|best| (best, tally.rows()))
    }
}

/// So many of the sorted rows are decided positive.
#[derive(Clone, Copy)]
struct Cut {
    above: usize,
    value: f64,
    alerts: f64,
}

impl Cut {
    fn threshold(&self, sorted: &[Sorted]) -> f64 {
        let Some(lowest) = self.above.checked_sub(1).map(|last| sorted[last].score) else {
            return sorted.first().map_or(f64::INFINITY, |highest| highest.score.next_up());
        };
        let Some(next) = sorted.get(self.above) else { return lowest };
        let half_way = 0.5 * lowest + 0.5 * next.score;
        // Of neighbouring numbers the half is one of them.
        if half_way > next.score && half_way <= lowest { half_way } else { lowest }
    }
}
