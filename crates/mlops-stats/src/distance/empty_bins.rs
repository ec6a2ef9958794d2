use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What an empty bin counts as where the logarithm of its share would be infinite.
///
/// Tools differ here, and with them the numbers they call PSI or KL.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum EmptyBins {
    /// A share of exactly 0 counts as this one. The shares then sum to a little more than 1.
    Replace(f64),
    /// Every share below this one counts as this one: the classic rule of scorecards.
    Clip(f64),
    /// A share of exactly 0 counts as 0.0001, or, if the side's smallest other share is no
    /// larger than that, as a millionth of it: the rule of Evidently 0.4 to 0.7.
    Evidently,
}

impl EmptyBins {
    /// Refuses a floor outside (0, 1).
    pub(super) fn checked(self) -> Result<Self> {
        match self {
            Self::Replace(floor) | Self::Clip(floor) if !(floor > 0.0 && floor < 1.0) => {
                Err(Error::Parameter { what: "floor", value: floor, expected: "between 0 and 1" })
            }
            _ => Ok(self),
        }
    }

    /// The shares of one side with their empty bins filled.
    pub(super) fn fill(self, mut shares: Vec<f64>) -> Vec<f64> {
        let floor = match self {
            Self::Replace(floor) | Self::Clip(floor) => floor,
            Self::Evidently => {
                let smallest = shares.iter().copied().filter(|share| *share > 0.0).fold(1.0, f64::min);
                if smallest <= 1e-4 { smallest / 1e6 } else { 1e-4 }
            }
        };
        let below = if matches!(self, Self::Clip(_)) { floor } else { f64::MIN_POSITIVE };
        shares.iter_mut().filter(|share| **share < below).for_each(|share| *share = floor);
        shares
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_differ_where_shares_are_small() {
        let shares = || vec![0.0, 0.00005, 0.99995];
        assert_eq!(EmptyBins::Replace(1e-4).fill(shares()), [1e-4, 0.00005, 0.99995]);
        assert_eq!(EmptyBins::Clip(1e-4).fill(shares()), [1e-4, 1e-4, 0.99995]);
        assert_eq!(EmptyBins::Evidently.fill(shares()), [0.00005 / 1e6, 0.00005, 0.99995]);
        assert_eq!(EmptyBins::Evidently.fill(vec![0.0, 1.0]), [1e-4, 1.0]);
        for floor in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(
                EmptyBins::Replace(floor).checked().is_err() && EmptyBins::Clip(floor).checked().is_err()
            );
        }
    }
}
