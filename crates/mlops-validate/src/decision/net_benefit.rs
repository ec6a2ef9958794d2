use serde::{Deserialize, Serialize};

use super::DecisionRows;
use crate::{Error, Result};

/// A point of the decision curve: what a model does at a threshold probability, in true
/// positives a row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NetBenefit {
    /// The probability at which someone is undecided: `odds = t / (1 − t)` is what a false
    /// positive costs in true positives.
    pub threshold: f64,
    /// `(true positives − odds · false positives) / rows` of the model.
    pub model: f64,
    /// The same if every row is treated; treating none has 0.
    pub treat_all: f64,
    /// False positives that the model avoids for 100 rows, at no loss of true positives, beside
    /// treating all: `100 · (model − treat_all) / odds`.
    pub avoided_per_hundred: f64,
}

impl DecisionRows<'_> {
    /// The decision curve: net benefit at each of these threshold probabilities, which are above
    /// 0 and below 1. One sort for all, O(n log n + k log n).
    ///
    /// # Errors
    /// [`Error::Input`] for a threshold out of range, or a score that is no probability.
    ///
    /// # Source
    /// Vickers and Elkin, *Medical Decision Making* 26 (2006).
    ///
    /// ```
    /// use mlops_validate::decision::DecisionRows;
    /// let rows = DecisionRows::new(&[true, false, true, false], &[0.9, 0.6, 0.5, 0.1])?;
    /// let curve = rows.net_benefit(&[0.2, 0.5])?;
    /// assert_eq!(curve[1].model, (2.0 - 1.0) / 4.0);
    /// assert_eq!(curve[1].treat_all, 0.0);
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    pub fn net_benefit(&self, thresholds: &[f64]) -> Result<Vec<NetBenefit>> {
        let proper = |share: f64| share > 0.0 && share < 1.0;
        if let Some(threshold) = thresholds.iter().find(|threshold| !proper(**threshold)) {
            return Err(Error::input("threshold", format!("{threshold}, expected above 0 and below 1")));
        }
        if let Some(row) = self.scores().iter().position(|score| !(0.0..=1.0).contains(score)) {
            let reason = format!("row {row} is {}, expected a probability, 0 to 1", self.scores()[row]);
            return Err(Error::input("scores", reason));
        }
        let sorted = self.sorted();
        let mut hits = Vec::with_capacity(sorted.len() + 1);
        hits.push(0_u32);
        let mut seen = 0;
        for row in &sorted {
            seen += u32::from(row.label);
            hits.push(seen);
        }
        let rows = sorted.len() as f64;
        let whole = self.tally(f64::NEG_INFINITY);
        Ok(thresholds
            .iter()
            .map(|threshold| {
                let alerts = sorted.partition_point(|row| row.score >= *threshold);
                let odds = threshold / (1.0 - threshold);
                let tp = f64::from(hits[alerts]);
                let model = (tp - odds * (alerts as f64 - tp)) / rows;
                let treat_all = (whole.positives.rows - odds * whole.negatives.rows) / rows;
                let avoided_per_hundred = 100.0 * (model - treat_all) / odds;
                NetBenefit { threshold: *threshold, model, treat_all, avoided_per_hundred }
            })
            .collect())
    }
}
