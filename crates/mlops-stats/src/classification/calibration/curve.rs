use serde::{Deserialize, Serialize};

use crate::{Error, Result};

use super::super::{BinaryScores, by_score};

/// How probabilities are put into bins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "by value or by rank")]
pub enum Bins {
    /// Of equal width, from 0 to 1.
    #[default]
    Uniform,
    /// Of equally many rows, whatever they weigh; equal probabilities stay together.
    Quantile,
}

/// Said and seen frequencies, bin by bin. Bins without weight are left out.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalibrationCurve {
    /// Share of positives.
    pub observed: Vec<f64>,
    /// Mean probability.
    pub predicted: Vec<f64>,
    /// Rows, or their weight.
    pub weight: Vec<f64>,
}

impl CalibrationCurve {
    /// Mean distance of said and seen frequency, each bin counting its weight: the expected
    /// calibration error. It hangs on the bins, and is above 0 by chance alone.
    ///
    /// # Source
    /// Naeini et al., *AAAI* (2015).
    pub fn expected_error(&self) -> f64 {
        let gap = |bin: usize| (self.observed[bin] - self.predicted[bin]).abs();
        let total: f64 = self.weight.iter().sum();
        self.weight.iter().enumerate().map(|(bin, weight)| weight * gap(bin)).sum::<f64>() / total
    }
}

impl BinaryScores<'_> {
    /// How often rows are positive that were said to be so with about the same probability.
    /// A probability on an edge belongs to the lower bin.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there are no bins, [`Error::Value`] if a score is not within
    /// 0..=1, [`Error::Undefined`] if all weights are 0.
    ///
    /// # Source
    /// Equal to `calibration_curve` of scikit-learn 1.9, which has no weights.
    ///
    /// ```
    /// use mlops_stats::classification::{BinaryScores, Bins};
    /// let rows = BinaryScores::new(&[false, true, true], &[0.1, 0.3, 0.9])?;
    /// let curve = rows.calibration_curve(2, Bins::Uniform)?;
    /// assert_eq!(curve.observed, [0.5, 1.0]);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn calibration_curve(&self, bins: usize, by: Bins) -> Result<CalibrationCurve> {
        self.probabilities()?;
        let edges = self.inner_edges(bins, by)?;
        let mut sums = vec![(0.0, 0.0, 0.0); bins];
        for (row, (label, score)) in self.labels().iter().zip(self.scores()).enumerate() {
            let weight = self.weight(row);
            let (positives, scores, total) = &mut sums[edges.partition_point(|edge| edge < score)];
            *positives += weight * f64::from(u8::from(*label));
            *scores += weight * score;
            *total += weight;
        }
        sums.retain(|(_, _, total)| *total > 0.0);
        if sums.is_empty() {
            return Err(Error::undefined("calibration_curve", "all weights are 0"));
        }
        Ok(CalibrationCurve {
            observed: sums.iter().map(|(positives, _, total)| positives / total).collect(),
            predicted: sums.iter().map(|(_, scores, total)| scores / total).collect(),
            weight: sums.iter().map(|(_, _, total)| *total).collect(),
        })
    }

    /// The edges between bins.
    pub(super) fn inner_edges(&self, bins: usize, by: Bins) -> Result<Vec<f64>> {
        if bins == 0 {
            return Err(Error::Parameter { what: "bins", value: 0.0, expected: "at least 1" });
        }
        Ok(match by {
            Bins::Uniform => uniform_edges(bins),
            Bins::Quantile => self.quantiles(bins),
        })
    }

    /// Inner edges, by linear interpolation between the two ranks next to each.
    fn quantiles(&self, bins: usize) -> Vec<f64> {
        let order = by_score(self.scores());
        let score = |rank: usize| self.scores()[order[rank.min(order.len() - 1)].row()];
        (1..bins)
            .map(|edge| {
                // As `numpy.percentile` rounds it: a score may sit on its edge.
                let share = edge as f64 * (1.0 / bins as f64) * 100.0 / 100.0;
                let place = share * (order.len() - 1) as f64;
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
                let (rank, t) = (place.floor() as usize, place.fract());
                let (low, high) = (score(rank), score(rank + 1));
                if t < 0.5 { low + (high - low) * t } else { high - (high - low) * (1.0 - t) }
            })
            .collect()
    }
}

/// Inner edges of bins of equal width.
pub(super) fn uniform_edges(bins: usize) -> Vec<f64> {
    (1..bins).map(|edge| edge as f64 * (1.0 / bins as f64)).collect()
}
