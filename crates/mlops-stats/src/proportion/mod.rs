//! Two shares, such as the error rates of two models on different rows: do they differ, by
//! how much, is the one at most a margin worse?
//!
//! Rows are taken as independent, within a sample and between the two. Two models on the
//! same rows are a pair: [`McNemar`](crate::paired::McNemar). Where rows come in clusters,
//! such as days, all intervals here are too short:
//! [`BlockBootstrap`](crate::bootstrap::BlockBootstrap).
//!
//! ```
//! use mlops_stats::Alternative;
//! use mlops_stats::proportion::{DifferenceMethod, Share};
//! let candidate = Share::new(85, 100)?;
//! let baseline = Share::new(90, 100)?;
//! let between = candidate.difference_interval(&baseline, DifferenceMethod::Newcombe, 0.95)?;
//! assert!(between.lower < -0.14 && between.upper > 0.04);
//! // At most 15 points worse?
//! let test = candidate.test_difference(&baseline, -0.15, DifferenceMethod::AgrestiCaffo, Alternative::Greater)?;
//! assert!(test.p_value() < 0.05);
//! # Ok::<(), mlops_stats::Error>(())
//! ```

mod difference;
mod score;

pub use difference::{DifferenceMethod, ZTest};

use crate::{Error, Result};

/// How many of how many: a share with its sample size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Share {
    successes: u64,
    trials: u64,
}

impl Share {
    /// `successes` of `trials`.
    ///
    /// # Errors
    /// [`Error::Undefined`] without trials, [`Error::Parameter`] if successes exceed them.
    pub fn new(successes: u64, trials: u64) -> Result<Self> {
        if trials == 0 {
            return Err(Error::undefined("share", "there are no trials"));
        }
        if successes > trials {
            let value = successes as f64;
            return Err(Error::Parameter { what: "successes", value, expected: "at most the trials" });
        }
        Ok(Self { successes, trials })
    }

    /// How many.
    pub const fn successes(&self) -> u64 {
        self.successes
    }

    /// Of how many; at least 1.
    pub const fn trials(&self) -> u64 {
        self.trials
    }

    /// The share.
    pub fn value(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }
}

#[cfg(test)]
mod tests;
