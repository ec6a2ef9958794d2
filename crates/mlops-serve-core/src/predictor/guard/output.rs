use serde::{Deserialize, Serialize};

use super::Range;
use crate::predictor::Failure;
use crate::{Error, Result};

/// What an answer must be. An answer that is not counts as a failure of its version, and the
/// next in the chain is asked.
///
/// ```
/// use mlops_serve_core::predictor::OutputGuard;
/// let guard = OutputGuard::probability().confidence_at_least(0.6)?;
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
#[must_use]
pub struct OutputGuard {
    #[serde(flatten)]
    range: Range,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence_floor: Option<f64>,
}

#[derive(Deserialize)]
struct Written {
    #[serde(flatten)]
    range: Range,
    #[serde(default)]
    confidence_floor: Option<f64>,
}

impl TryFrom<Written> for OutputGuard {
    type Error = Error;
    fn try_from(written: Written) -> Result<Self> {
        written.range.check()?;
        let guard = Self { range: written.range, confidence_floor: None };
        written.confidence_floor.map_or(Ok(guard), |floor| guard.confidence_at_least(floor))
    }
}

impl OutputGuard {
    /// The answer is a finite number.
    pub const fn finite() -> Self {
        Self { range: Range { min: None, max: None }, confidence_floor: None }
    }

    /// The answer is a probability, 0 to 1.
    pub const fn probability() -> Self {
        Self { range: Range::new(0.0, 1.0), confidence_floor: None }
    }

    /// The answer lies in `min..=max`.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] unless both are finite and in order.
    pub fn within(min: f64, max: f64) -> Result<Self> {
        let range = Range::new(min, max);
        range.check()?;
        Ok(Self { range, confidence_floor: None })
    }

    /// The answer `p`, a probability of one of two classes, is sure enough: the larger of
    /// `p` and `1 − p` reaches `floor`.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] unless it is a guard for probabilities and `floor` lies in
    /// 0.5 to 1.
    pub fn confidence_at_least(mut self, floor: f64) -> Result<Self> {
        if self.range != Range::new(0.0, 1.0) {
            return Err(Error::invalid_setting("confidence floor", floor, "a guard with the range 0 to 1"));
        }
        if !(0.5..=1.0).contains(&floor) {
            return Err(Error::invalid_setting("confidence floor", floor, "0.5 to 1"));
        }
        self.confidence_floor = Some(floor);
        Ok(self)
    }

    /// The score, if it may leave the house.
    pub(crate) fn check(&self, score: f64) -> Result<f64, Failure> {
        if !score.is_finite() {
            Err(Failure::NotFinite { score })
        } else if !self.range.contains(score) {
            Err(Failure::OutOfRange { score, expected: self.range.to_string() })
        } else if let Some(floor) = self.confidence_floor.filter(|floor| score.max(1.0 - score) < *floor) {
            Err(Failure::LowConfidence { score, floor })
        } else {
            Ok(score)
        }
    }
}
