//! Looking after every observation, and still being right.
//!
//! A test that is looked at again and again rejects in the end, whatever is true. What is
//! here may be looked at as often as one likes, and stopped whenever one likes: its error
//! is at most α over the whole, endless course.
//!
//! ```
//! use mlops_stats::sequential::{BettingEProcess, MeanSequence};
//!
//! // Paired: did the canary fail where the champion did not? Tolerated: 0.5 %.
//! let mut failures = BettingEProcess::above(0.005, (-1.0, 1.0))?;
//! // How much worse is the canary's Brier score on the requests seen so far?
//! let mut harm = MeanSequence::new(0.05, (-1.0, 1.0))?;
//! for request in 0..90 {
//!     failures.observe(f64::from(u8::from(request % 13 == 0)))?;
//!     harm.observe(0.01)?;
//! }
//! assert!(failures.rejects(0.05), "7 failures of 90 are more than 0.5 %");
//! assert!(harm.interval().lower < 0.01 && harm.interval().upper > 0.01);
//! # Ok::<(), mlops_stats::Error>(())
//! ```
//!
//! | the question | start at | what it needs |
//! | --- | --- | --- |
//! | Is the mean above (below, other than) a limit? | [`BettingEProcess`] | bounded observations |
//! | Is it now, and what is it at least? | [`BettingLowerBound`] | bounded observations |
//! | Has it left what was promised, from some observation on? For streams: nanoseconds each | [`ChangeMartingale`] | bounded observations |
//! | Between what does the mean of what was seen lie? | [`MeanSequence`] | bounded observations |
//! | The same, narrower, from some hundreds of rows on | [`AsymptoticMeanSequence`] | independent rows |
//! | How large is a chance? | [`bernoulli_interval`] | independent trials |
//! | Between what does one fixed mean lie? | [`PredictableMixture`], [`BettingInterval`] | bounded observations of one mean |
//! | Has the risk grown beyond what it was, and more? | [`RiskMonitor`] | losses within 0 to 1 |
//! | Are rows still like those of before, by their p-values? | [`SimpleJumper`], [`ConformalMartingale`] | exchangeable rows |
//! | The same in bounded memory, for streams without end | [`UniformMartingale`] over [`ConformalRanks`] | exchangeable rows |
//! | Boundaries, for a sequence of your own | [`boundary`] | |
//!
//! None of the first four assumes that observations are alike or independent. What they
//! answer is *"what happened to the requests seen"*. Whether it will be so tomorrow, when
//! days differ, is another question, whose unit is the day:
//! [`BlockBootstrap`](crate::bootstrap::BlockBootstrap).
//!
//! # One mean, one limit: which of three
//! | | [`BettingEProcess`] | [`BettingLowerBound`] | [`ChangeMartingale`] |
//! | --- | --- | --- | --- |
//! | asks | was the mean seen so far ever beyond the limit? | is it now, and what is it at least? | did the mean leave it, perhaps long after the start? |
//! | once found | stays | may be taken back | stays |
//! | finds soonest | rare failures, and effects of any size | twice the tolerated rate; with [`Stakes::Rare`] rare failures | a rise of half to twice the tolerated rate |
//! | an observation costs | 20 logarithms | 10 logarithms | 20 multiplications |
//! | of a state from elsewhere | believes it | believes it | refuses what observations can't lead to |

mod asymptotic;
mod bernoulli;
mod betting;
mod betting_interval;
pub mod boundary;
mod change;
mod conformal;
mod lower_bound;
mod mean;
mod predictable;
mod purse;
mod ranks;
mod risk;
mod uniform;

pub use asymptotic::AsymptoticMeanSequence;
pub use bernoulli::{bernoulli_interval, bernoulli_interval_tuned};
pub use betting::{Alternative, BettingEProcess};
pub use betting_interval::BettingInterval;
pub use change::ChangeMartingale;
pub use conformal::{ConformalMartingale, SimpleJumper};
pub use lower_bound::{BettingLowerBound, Stakes};
pub use mean::MeanSequence;
pub use predictable::PredictableMixture;
pub use purse::Onset;
pub use ranks::ConformalRanks;
pub use risk::RiskMonitor;
pub use uniform::{PValues, UniformMartingale};

use crate::{Error, Result};

/// Where every observation lies: two finite numbers, the lower first.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Range {
    low: f64,
    high: f64,
}

impl Range {
    fn new((low, high): (f64, f64)) -> Result<Self> {
        let ends = [("low end of the range", low), ("high end of the range", high)];
        for (what, value) in ends {
            // Half of the largest number: the width has to be a number too.
            if value.is_nan() || value.abs() > f64::MAX / 2.0 {
                return Err(Error::Parameter { what, value, expected: "a finite number" });
            }
        }
        if low < high {
            Ok(Self { low, high })
        } else {
            let what = "high end of the range";
            Err(Error::Parameter { what, value: high, expected: "above the low end" })
        }
    }

    fn width(&self) -> f64 {
        self.high - self.low
    }

    /// Refuses an observation outside of it, which would void the guarantee.
    fn admits(&self, value: f64, index: u64) -> Result<()> {
        if (self.low..=self.high).contains(&value) {
            return Ok(());
        }
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        Err(Error::Value { what: "observations", index, value, expected: "within the range agreed on" })
    }
}

#[cfg(test)]
mod tests;
