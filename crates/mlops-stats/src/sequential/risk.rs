use serde::{Deserialize, Serialize};

use super::MeanSequence;
use crate::error::all_finite;
use crate::interval::proper_share;
use crate::{Error, Result};

/// Whether the risk has grown beyond what it was, and more: asked after each loss, with a chance
/// of a false alarm of at most α over the whole course.
///
/// The risk of the reference is at most Hoeffding's upper bound at α/2; the risk online at least
/// the largest lower bound so far of a [`MeanSequence`] at α/2. Where the second is above the
/// first and a tolerance, the risk has grown.
///
/// The losses of the reference are independent and alike; those online need not be, the alarm is
/// about the mean of the losses at some time so far. Labels are needed: without them the loss is
/// not known.
///
/// Cost: some microseconds a loss.
///
/// # Source
/// Podkopaev and Ramdas, *Tracking the risk of a deployed model and detecting harmful
/// distribution shifts*, ICLR 2022; equal to `RiskMonitoring` of MAPIE 1.6, whose bound of the
/// online risk halves its level once more.
///
/// ```
/// use mlops_stats::sequential::RiskMonitor;
/// let wrong_before: Vec<f64> = (0..500).map(|row| f64::from(u8::from(row % 10 == 0))).collect();
/// let mut risk = RiskMonitor::new(&wrong_before, 0.05, 0.05)?;
/// for row in 0..400 {
///     risk.observe(f64::from(u8::from(row % 2 == 0)))?;
/// }
/// assert!(risk.has_grown() && risk.first_detection().is_some_and(|row| row < 200));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RiskMonitor {
    reference_upper: f64,
    tolerance: f64,
    online: MeanSequence,
    lower: f64,
    first_detection: Option<u64>,
}

impl RiskMonitor {
    /// For losses within 0 to 1, a chance of a false alarm of at most `alpha`, and a growth of
    /// the risk by `tolerance` that is nobody's concern.
    ///
    /// # Errors
    /// [`Error::Shape`] without losses, [`Error::Value`] if one is NaN or outside 0 to 1,
    /// [`Error::Parameter`] if alpha is not within 0..1 or the tolerance is negative or not finite.
    pub fn new(reference_losses: &[f64], alpha: f64, tolerance: f64) -> Result<Self> {
        proper_share("alpha", alpha)?;
        if !(tolerance >= 0.0 && tolerance.is_finite()) {
            return Err(Error::Parameter { what: "tolerance", value: tolerance, expected: "at least 0" });
        }
        all_finite("reference losses", reference_losses)?;
        if let Some(index) = reference_losses.iter().position(|loss| !(0.0..=1.0).contains(loss)) {
            let value = reference_losses[index];
            return Err(Error::Value { what: "reference losses", index, value, expected: "between 0 and 1" });
        }
        let n = reference_losses.len() as f64;
        let mean = crate::sum::sum(reference_losses.iter().copied()) / n;
        let reference_upper = mean + ((2.0 / alpha).ln() / (2.0 * n)).sqrt();
        let online = MeanSequence::new(0.5 * alpha, (0.0, 1.0))?;
        Ok(Self { reference_upper, tolerance, online, lower: 0.0, first_detection: None })
    }

    /// Takes the next loss.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN or outside 0 to 1; nothing has changed then.
    pub fn observe(&mut self, loss: f64) -> Result<()> {
        self.online.observe(loss)?;
        self.lower = self.lower.max(self.online.interval().lower);
        if self.first_detection.is_none() && self.lower > self.threshold() {
            self.first_detection = Some(self.online.n() - 1);
        }
        Ok(())
    }

    /// What the risk of the reference is at most.
    pub const fn reference_upper_bound(&self) -> f64 {
        self.reference_upper
    }

    /// What the risk may be at most: the upper bound of the reference's, and the tolerance.
    pub fn threshold(&self) -> f64 {
        self.reference_upper + self.tolerance
    }

    /// What the mean loss was at least, at some time so far.
    pub const fn online_lower_bound(&self) -> f64 {
        self.lower
    }

    /// Whether the risk has been above the threshold at any time so far.
    pub const fn has_grown(&self) -> bool {
        self.first_detection.is_some()
    }

    /// The loss, counted from 0, with which that was first seen.
    pub const fn first_detection(&self) -> Option<u64> {
        self.first_detection
    }

    /// How many losses there have been online.
    pub const fn n(&self) -> u64 {
        self.online.n()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_is_checked() {
        assert!(matches!(RiskMonitor::new(&[], 0.05, 0.0), Err(Error::Shape { .. })));
        assert!(matches!(RiskMonitor::new(&[0.5, 1.5], 0.05, 0.0), Err(Error::Value { index: 1, .. })));
        assert!(RiskMonitor::new(&[0.5], 0.0, 0.0).is_err());
        assert!(RiskMonitor::new(&[0.5], 0.05, -0.1).is_err());
        let mut risk = RiskMonitor::new(&[0.5], 0.05, 0.0).unwrap();
        assert!(matches!(risk.observe(f64::NAN), Err(Error::Value { index: 0, .. })));
        assert_eq!((risk.n(), risk.has_grown(), risk.online_lower_bound()), (0, false, 0.0));
    }
}
