use serde::{Deserialize, Serialize};

use super::super::BinaryScores;
use super::{Bins, BrierDecomposition, CalibrationBins};
use crate::distribution::chi_square_sf;
use crate::interval::{Interval, wilson_of_share};
use crate::{Error, Result};

/// Rows that were given about the same probability, and how often they were positive.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// Probabilities are above this; in the first bin, at least this.
    pub lower: f64,
    /// Probabilities are at most this.
    pub upper: f64,
    /// Rows that have weight.
    pub rows: u64,
    /// Their weight; without weights, their number.
    pub weight: f64,
    /// How many rows of equal weight would tell as much: `(Σ w)² / Σ w²`. Without weights,
    /// their number.
    pub effective_rows: f64,
    /// Mean probability.
    pub predicted: f64,
    /// Share of positives.
    pub observed: f64,
    /// Wilson score interval of the share of positives. Of weighted rows it takes the
    /// effective rows as the number of trials, which is an approximation.
    pub interval: Interval,
}

impl ReliabilityBin {
    /// Mean probability less share of positives; above 0, the model says too much.
    pub fn gap(&self) -> f64 {
        self.predicted - self.observed
    }
}

/// Said and seen frequencies, bin by bin: the reliability diagram and what is read off it.
///
/// All of it hangs on the bins: two binnings of the same rows are two answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reliability {
    /// In ascending order; bins without rows are left out, so that there is at least one.
    pub bins: Vec<ReliabilityBin>,
    /// All rows, or their weight.
    pub weight: f64,
    /// The Brier score and its parts over these bins.
    pub brier: BrierDecomposition,
}

/// A test that scores are calibrated, over the bins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HosmerLemeshow {
    /// Large, if frequencies are far from what was said.
    pub statistic: f64,
    /// Degrees of freedom of its distribution.
    pub degrees_of_freedom: u32,
    /// How likely a calibrated model shows so much.
    pub p_value: f64,
}

impl Reliability {
    pub(super) fn of(counted: &CalibrationBins, level: f64) -> Result<Self> {
        let mut bins = Vec::new();
        for (bin, sums) in counted.sums().iter().enumerate().filter(|(_, sums)| sums.weight > 0.0) {
            let (lower, upper) = counted.ends_of(bin);
            let observed = (sums.positives / sums.weight).min(1.0);
            let effective_rows = sums.weight * sums.weight / sums.weight_squares;
            bins.push(ReliabilityBin {
                lower,
                upper,
                rows: sums.rows,
                weight: sums.weight,
                effective_rows,
                predicted: (counted.middle(bin) + sums.scores / sums.weight).clamp(lower, upper),
                observed,
                interval: wilson_of_share(observed, effective_rows, level)?,
            });
        }
        if bins.is_empty() {
            return Err(Error::undefined("reliability", "no row has weight"));
        }
        let weight = bins.iter().map(|bin| bin.weight).sum();
        Ok(Self { bins, weight, brier: BrierDecomposition::of_bins(counted) })
    }

    fn mean(&self, of_bin: impl Fn(&ReliabilityBin) -> f64) -> f64 {
        self.bins.iter().map(|bin| bin.weight * of_bin(bin)).sum::<f64>() / self.weight
    }

    /// Mean distance of said and seen frequency, each bin counting its weight: the expected
    /// calibration error (ECE). Above 0 by chance alone, the more so the more bins there are.
    ///
    /// # Source
    /// Naeini et al., *AAAI* (2015).
    pub fn expected_error(&self) -> f64 {
        self.mean(|bin| bin.gap().abs())
    }

    /// Largest distance of said and seen frequency of any bin (MCE). A bin of few rows is
    /// often the one: its interval says how much that means.
    ///
    /// # Source
    /// Naeini et al., *AAAI* (2015).
    pub fn maximum_error(&self) -> f64 {
        self.bins.iter().map(|bin| bin.gap().abs()).fold(0.0, f64::max)
    }

    /// Root of the mean squared distance of said and seen frequency (RMSCE); the square is
    /// the reliability of the Brier score.
    pub fn root_mean_square_error(&self) -> f64 {
        self.mean(|bin| bin.gap().powi(2)).sqrt()
    }

    /// Mean squared distance of said and seen frequency, less what chance alone adds to it:
    /// without bias for the binned probabilities, so that it may come out below 0.
    ///
    /// `Σ shareᵦ · ((pᵦ − oᵦ)² − oᵦ (1 − oᵦ) / (nᵦ − 1))`, where `n` are effective rows; a bin
    /// of fewer than two says nothing and adds 0.
    ///
    /// # Source
    /// Kumar, Liang and Ma, *Verified Uncertainty Calibration*, `NeurIPS` (2019), section 5; equal
    /// to `unbiased_square_ce` of the authors' `uncertainty-calibration` 0.1.4.
    pub fn debiased_squared_error(&self) -> f64 {
        self.mean(|bin| {
            if bin.effective_rows < 2.0 {
                return 0.0;
            }
            bin.gap().powi(2) - bin.observed * (1.0 - bin.observed) / (bin.effective_rows - 1.0)
        })
    }

    /// Hosmer and Lemeshow's test over the bins, which are best of equal mass. With many rows
    /// every model fails it, with few hardly any: read it beside the diagram.
    ///
    /// `fitted` says that the scores come from a logistic regression on these very rows: the
    /// test then has two degrees of freedom less than there are bins; of other rows as many
    /// as there are bins.
    ///
    /// # Errors
    /// [`Error::Undefined`] for rows with weights, which have no such distribution, for fewer
    /// than three bins if `fitted`, or if all rows of a bin were given 0, or 1.
    ///
    /// # Source
    /// Hosmer and Lemeshow, *Communications in Statistics A* 9 (1980); of other rows: Hosmer,
    /// Lemeshow and Sturdivant, *Applied Logistic Regression*, 3rd edition (2013), 5.2.2.
    pub fn hosmer_lemeshow(&self, fitted: bool) -> Result<HosmerLemeshow> {
        const WHAT: &str = "hosmer_lemeshow";
        let mut statistic = 0.0;
        for bin in &self.bins {
            #[expect(clippy::float_cmp, reason = "rows of weight 1 add up exactly")]
            if bin.weight != bin.rows as f64 {
                return Err(Error::undefined(WHAT, "rows have weights"));
            }
            let variance = bin.predicted * (1.0 - bin.predicted);
            if variance <= 0.0 {
                let reason = format!("all rows of a bin were given {}", bin.predicted);
                return Err(Error::undefined(WHAT, reason));
            }
            statistic += bin.weight * bin.gap().powi(2) / variance;
        }
        let bins = u32::try_from(self.bins.len()).unwrap_or(u32::MAX);
        let degrees_of_freedom = if fitted { bins.saturating_sub(2) } else { bins };
        if degrees_of_freedom == 0 {
            return Err(Error::undefined(WHAT, format!("{bins} bins with rows, needed are 3")));
        }
        let p_value = chi_square_sf(f64::from(degrees_of_freedom), statistic);
        Ok(HosmerLemeshow { statistic, degrees_of_freedom, p_value })
    }
}

impl BinaryScores<'_> {
    /// Said and seen frequencies in so many bins, with intervals of this confidence.
    ///
    /// One pass of O(n log b), in parallel; bins of equal mass take a sort.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there are no bins, or above 2²⁰, or the level is not within
    /// 0..1; [`Error::Value`] if a score is not within 0..=1; [`Error::Undefined`] if all
    /// weights are 0.
    ///
    /// ```
    /// use mlops_stats::classification::{BinaryScores, Bins};
    /// let rows = BinaryScores::new(&[false, true, true, true], &[0.2, 0.3, 0.9, 0.8])?;
    /// let seen = rows.reliability(2, Bins::Uniform, 0.95)?;
    /// assert_eq!((seen.bins[0].predicted, seen.bins[0].observed), (0.25, 0.5));
    /// assert!((seen.expected_error() - 0.2).abs() < 1e-12);
    /// assert!((seen.maximum_error() - 0.25).abs() < 1e-12);
    /// assert!((seen.brier.recomposed() - rows.brier()?).abs() < 1e-12);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn reliability(&self, bins: usize, by: Bins, level: f64) -> Result<Reliability> {
        let mut counted = CalibrationBins::for_rows(self, bins, by)?;
        counted.update(self)?;
        counted.finish(level)
    }
}
