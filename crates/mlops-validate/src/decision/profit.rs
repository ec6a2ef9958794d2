use serde::{Deserialize, Serialize};

use super::{DecisionRows, Outcomes, Tally, ThresholdChoice};
use crate::{Error, Result};

/// What the rows are worth if so many are decided positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProfitPoint {
    /// Lowest score that is decided positive; just above the highest if none is.
    pub threshold: f64,
    /// Share of rows decided positive.
    pub alert_share: f64,
    /// Value per row.
    pub value_per_row: f64,
}

/// Value by threshold, to be drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProfitCurve {
    /// What values are counted in.
    pub unit: String,
    /// From no row decided positive to all of them.
    pub points: Vec<ProfitPoint>,
    /// The highest point, with its threshold between two scores.
    pub best: ThresholdChoice,
}

impl DecisionRows<'_> {
    /// Value by threshold, at most about so many points, evenly spread over the rows; the ends
    /// and the best point are always among them. Equal scores are one point. One sort, O(n log n).
    ///
    /// # Errors
    /// [`Error::Input`] for fewer than two points, or if amounts are needed and not there.
    pub fn profit_curve(&self, outcomes: &Outcomes, points: usize) -> Result<ProfitCurve> {
        if points < 2 {
            return Err(Error::input("points", format!("{points}, expected at least 2")));
        }
        let sorted = self.sorted();
        let best = self.choose_among(&sorted, outcomes, &[])?;
        let rows = sorted.len();
        let mut tally = self.tally(f64::INFINITY);
        let point = |tally: &Tally, threshold: f64| ProfitPoint {
            threshold,
            alert_share: tally.alerts() / rows as f64,
            value_per_row: tally.value(outcomes) / rows as f64,
        };
        let mut curve = vec![point(&tally, sorted[0].score.next_up())];
        let mut wanted = 1;
        for (place, row) in sorted.iter().enumerate() {
            tally.decide(row.label, self.amount(row.row as usize));
            let ends = sorted.get(place + 1).is_none_or(|next| next.score < row.score);
            let alerts = place + 1;
            // Whole numbers: alerts / rows >= wanted / points.
            if ends && (alerts * points >= wanted * rows || alerts as u64 == best.alerts) {
                curve.push(point(&tally, row.score));
                wanted = alerts * points / rows + 1;
            }
        }
        Ok(ProfitCurve { unit: outcomes.unit().to_owned(), points: curve, best })
    }
}
