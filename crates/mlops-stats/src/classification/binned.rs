use crate::{Error, Result};

use super::BinaryScores;

/// Probabilities counted in bins of equal width, by class: the area under the ROC curve of
/// rows that come in batches, or from several machines, in fixed memory, with the bound of
/// its error.
///
/// Only the order of rows within one bin is lost. With `b` bins it costs `16 b` bytes.
///
/// ```
/// use mlops_stats::classification::{BinaryScores, BinnedScores};
/// let (labels, scores) = ([false, true, false, true], [0.10, 0.35, 0.40, 0.80]);
/// let mut seen = BinnedScores::new(100)?;
/// seen.update(&BinaryScores::new(&labels[..2], &scores[..2])?)?;
/// seen.update(&BinaryScores::new(&labels[2..], &scores[2..])?)?;
/// let area = seen.roc_auc()?;
/// assert_eq!((area.lower, area.value, area.upper), (0.75, 0.75, 0.75));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BinnedScores {
    /// Weight of positives and of negatives.
    bins: Vec<(f64, f64)>,
}

/// An area under the ROC curve, and what it can be at least and at most.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct AreaBounds {
    /// What it would be if every two rows of one bin were tied; off by at most half of
    /// `upper − lower`.
    pub value: f64,
    /// No area of these rows is below.
    pub lower: f64,
    /// No area of these rows is above.
    pub upper: f64,
}

impl BinnedScores {
    /// Of no rows yet, with this many bins over 0..=1.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there are no bins, or above 2³².
    pub fn new(bins: usize) -> Result<Self> {
        if bins == 0 || u32::try_from(bins).is_err() {
            let expected = "1 to 2³² − 1";
            return Err(Error::Parameter { what: "bins", value: bins as f64, expected });
        }
        Ok(Self { bins: vec![(0.0, 0.0); bins] })
    }

    /// Counts more rows.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1; nothing is counted then.
    pub fn update(&mut self, rows: &BinaryScores<'_>) -> Result<()> {
        rows.probabilities()?;
        let (bins, last) = (self.bins.len() as f64, self.bins.len() - 1);
        for (row, (label, score)) in rows.labels().iter().zip(rows.scores()).enumerate() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position")]
            let (positives, negatives) = &mut self.bins[((score * bins) as usize).min(last)];
            *(if *label { positives } else { negatives }) += rows.weight(row);
        }
        Ok(())
    }

    /// Adds what another one counted.
    ///
    /// # Errors
    /// [`Error::Shape`] if it has another number of bins.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        crate::error::same_length("bins", other.bins.len(), "here", self.bins.len())?;
        for ((positives, negatives), other) in self.bins.iter_mut().zip(&other.bins) {
            *positives += other.0;
            *negatives += other.1;
        }
        Ok(())
    }

    /// The area so far, and its bounds: the share of pairs of a positive and a negative that
    /// fell into one bin is what is not known.
    ///
    /// # Errors
    /// [`Error::Undefined`] if only one class has weight.
    pub fn roc_auc(&self) -> Result<AreaBounds> {
        let (mut won, mut unknown, mut positives, mut negatives) = (0.0, 0.0, 0.0, 0.0);
        for (positive, negative) in &self.bins {
            won += positive * negatives;
            unknown += positive * negative;
            positives += positive;
            negatives += negative;
        }
        let pairs = positives * negatives;
        if pairs > 0.0 {
            let of_pairs = |weight: f64| weight / pairs;
            Ok(AreaBounds {
                value: of_pairs(won + 0.5 * unknown),
                lower: of_pairs(won),
                upper: of_pairs(won + unknown),
            })
        } else {
            Err(Error::undefined("roc_auc", "only one class has weight"))
        }
    }
}
