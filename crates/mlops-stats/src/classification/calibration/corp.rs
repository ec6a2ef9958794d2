use serde::{Deserialize, Serialize};

use super::super::{BinaryScores, by_score};
use crate::{Error, Result};

/// A stretch of probabilities that were positive equally often.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorpStep {
    /// Lowest probability of it.
    pub lower: f64,
    /// Highest probability of it.
    pub upper: f64,
    /// Rows, or their weight.
    pub weight: f64,
    /// Share of positives: what the probabilities should have been.
    pub recalibrated: f64,
}

/// The reliability diagram without a choice of bins, and the Brier score by it: the share of
/// positives as a curve that never falls with the probability.
///
/// `brier = miscalibration − discrimination + uncertainty`. As the curve is fitted to the rows,
/// miscalibration is above 0 by chance alone.
///
/// # Source
/// Dimitriadis, Gneiting and Jordan, *PNAS* 118 (2021): consistent, optimally binned,
/// reproducible, by pooling adjacent violators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CorpReliability {
    /// The curve, in ascending order.
    pub steps: Vec<CorpStep>,
    /// The Brier score.
    pub brier: f64,
    /// Brier score less that of the recalibrated probabilities; at least 0, which is best.
    pub miscalibration: f64,
    /// Brier score of the constant positive rate less that of the recalibrated probabilities;
    /// at least 0, more is better.
    pub discrimination: f64,
    /// Brier score of the constant positive rate.
    pub uncertainty: f64,
}

impl BinaryScores<'_> {
    /// The share of positives as the curve of the probability that never falls and fits
    /// best, with the Brier score by it.
    ///
    /// One sort, O(n log n). Equal probabilities are one point. A row of weight 0 is not there.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1, [`Error::Undefined`] if all weights
    /// are 0.
    ///
    /// ```
    /// use mlops_stats::classification::BinaryScores;
    /// let rows = BinaryScores::new(&[false, true, false, true], &[0.1, 0.3, 0.6, 0.9])?;
    /// let corp = rows.corp()?;
    /// assert_eq!(corp.steps.iter().map(|step| step.recalibrated).collect::<Vec<_>>(), [0.0, 0.5, 1.0]);
    /// assert_eq!((corp.steps[1].lower, corp.steps[1].upper), (0.3, 0.6));
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn corp(&self) -> Result<CorpReliability> {
        self.probabilities()?;
        let mut pools: Vec<Pool> = Vec::new();
        for tie in by_score(self.scores()).chunk_by(|left, right| left.ties(*right)) {
            let score = self.scores()[tie[0].row()];
            let mut pool = Pool { lower: score, upper: score, weight: 0.0, positives: 0.0 };
            for ranked in tie {
                let weight = self.weight(ranked.row());
                pool.weight += weight;
                pool.positives += if self.labels()[ranked.row()] { weight } else { 0.0 };
            }
            if pool.weight > 0.0 {
                pool.onto(&mut pools);
            }
        }
        if pools.is_empty() {
            return Err(Error::undefined("corp", "all weights are 0"));
        }
        let (brier, rate, total) = (self.brier()?, self.positive_rate()?, self.total_weight());
        let (mut spread, mut left) = (0.0, 0.0);
        for pool in &pools {
            let share = pool.share();
            spread += pool.weight * (share - rate).powi(2);
            left += pool.weight * share * (1.0 - share);
        }
        let step = |pool: &Pool| CorpStep {
            lower: pool.lower,
            upper: pool.upper,
            weight: pool.weight,
            recalibrated: pool.share(),
        };
        Ok(CorpReliability {
            steps: pools.iter().map(step).collect(),
            brier,
            miscalibration: (brier - left / total).max(0.0),
            // The mean within pools is the share: the rest of the variance lies between them.
            discrimination: spread / total,
            uncertainty: rate * (1.0 - rate),
        })
    }
}

/// Neighbours of one share.
struct Pool {
    lower: f64,
    upper: f64,
    weight: f64,
    positives: f64,
}

impl Pool {
    fn share(&self) -> f64 {
        self.positives / self.weight
    }

    /// Puts it on top; those below it whose share is not lower become one with it.
    fn onto(mut self, pools: &mut Vec<Self>) {
        let violates = |pool: &Self, of: &Self| pool.positives * of.weight >= of.positives * pool.weight;
        while let Some(before) = pools.pop_if(|pool| violates(pool, &self)) {
            self.lower = before.lower;
            self.weight += before.weight;
            self.positives += before.positives;
        }
        pools.push(self);
    }
}
