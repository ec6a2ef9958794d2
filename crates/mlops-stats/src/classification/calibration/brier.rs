use serde::{Deserialize, Serialize};

use super::super::{BinaryScores, by_score};
use super::CalibrationBins;
use crate::{Error, Result};

/// The Brier score and what it is made of:
/// `brier = reliability − resolution + uncertainty + within-bin variance − within-bin covariance`.
///
/// Over distinct scores both within-bin parts are 0, and it is Murphy's decomposition; over
/// bins Murphy's three parts alone don't add up.
///
/// # Source
/// Murphy, *Journal of Applied Meteorology* 12 (1973); Stephenson, Coelho and Jolliffe,
/// *Weather and Forecasting* 23 (2008).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BrierDecomposition {
    /// The Brier score.
    pub brier: f64,
    /// Mean squared distance of said and seen frequency; 0 is best.
    pub reliability: f64,
    /// Mean squared distance of the groups' frequencies to the overall one; more is better.
    pub resolution: f64,
    /// `rate · (1 − rate)` of the positive rate: how hard the rows are, not the model's doing.
    pub uncertainty: f64,
    /// Mean squared distance of probabilities to the mean of their bin.
    pub within_bin_variance: f64,
    /// Twice the mean product of that distance with the label's: what scores tell within a bin.
    pub within_bin_covariance: f64,
}

impl BrierDecomposition {
    /// The parts put together: equal to [`brier`](Self::brier) up to rounding.
    pub fn recomposed(&self) -> f64 {
        self.reliability - self.resolution + self.uncertainty + self.within_bin_variance
            - self.within_bin_covariance
    }

    /// Resolution with what scores tell within bins: `resolution − within-bin variance +
    /// within-bin covariance`, so that `brier = reliability − this + uncertainty`.
    pub fn generalised_resolution(&self) -> f64 {
        self.resolution - self.within_bin_variance + self.within_bin_covariance
    }

    /// Of bins of which at least one has weight.
    pub(super) fn of_bins(counted: &CalibrationBins) -> Self {
        let mut groups = Groups::default();
        for sums in counted.sums() {
            groups.weight += sums.weight;
            groups.positives += sums.positives;
        }
        for (bin, sums) in counted.sums().iter().enumerate().filter(|(_, sums)| sums.weight > 0.0) {
            let (mean, observed) = (sums.scores / sums.weight, sums.positives / sums.weight);
            groups.add(sums.weight, counted.middle(bin) + mean, observed);
            let variance = (sums.score_squares - sums.weight * mean * mean).max(0.0);
            groups.variance += variance;
            groups.covariance += 2.0 * (sums.positive_scores - sums.positives * mean);
            // Rows of the bin: their scores about its middle, their labels about the same.
            let middle = counted.middle(bin);
            groups.squares += sums.score_squares
                + 2.0 * middle * sums.scores
                + sums.weight * middle * middle
                + sums.positives * (1.0 - 2.0 * middle)
                - 2.0 * sums.positive_scores;
        }
        groups.finish()
    }
}

/// Sums over groups of rows.
#[derive(Default)]
struct Groups {
    weight: f64,
    positives: f64,
    reliability: f64,
    resolution: f64,
    variance: f64,
    covariance: f64,
    squares: f64,
}

impl Groups {
    fn add(&mut self, weight: f64, predicted: f64, observed: f64) {
        let rate = self.positives / self.weight;
        self.reliability += weight * (predicted - observed).powi(2);
        self.resolution += weight * (observed - rate).powi(2);
    }

    fn finish(self) -> BrierDecomposition {
        let rate = self.positives / self.weight;
        BrierDecomposition {
            brier: (self.squares / self.weight).max(0.0),
            reliability: self.reliability / self.weight,
            resolution: self.resolution / self.weight,
            uncertainty: rate * (1.0 - rate),
            within_bin_variance: self.variance / self.weight,
            within_bin_covariance: self.covariance / self.weight,
        }
    }
}

impl BinaryScores<'_> {
    /// The Brier score and its parts over distinct probabilities: Murphy's decomposition,
    /// which adds up exactly. Where most rows have a probability of their own it says little:
    /// each is then a bin of one row; take [`reliability`](Self::reliability) or
    /// [`corp`](Self::corp).
    ///
    /// One sort, O(n log n).
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1, [`Error::Undefined`] if all weights
    /// are 0.
    ///
    /// ```
    /// use mlops_stats::classification::BinaryScores;
    /// let rows = BinaryScores::new(&[false, true, true, true], &[0.3, 0.3, 0.9, 0.9])?;
    /// let parts = rows.brier_decomposition()?;
    /// assert!((parts.reliability - parts.resolution + parts.uncertainty - rows.brier()?).abs() < 1e-12);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn brier_decomposition(&self) -> Result<BrierDecomposition> {
        self.probabilities()?;
        let brier = self.brier()?;
        let mut groups = Groups { weight: self.total_weight(), ..Groups::default() };
        groups.positives = self.positive_rate()? * groups.weight;
        let order = by_score(self.scores());
        for tie in order.chunk_by(|left, right| left.ties(*right)) {
            let (mut weight, mut positives) = (0.0, 0.0);
            for ranked in tie {
                weight += self.weight(ranked.row());
                positives += self.weight(ranked.row()) * f64::from(u8::from(self.labels()[ranked.row()]));
            }
            if weight > 0.0 {
                groups.add(weight, self.scores()[tie[0].row()], positives / weight);
            }
        }
        groups.squares = brier * groups.weight;
        if groups.weight > 0.0 {
            Ok(groups.finish())
        } else {
            Err(Error::undefined("brier_decomposition", "all weights are 0"))
        }
    }
}
