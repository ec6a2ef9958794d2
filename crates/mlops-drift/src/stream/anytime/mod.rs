//! Detectors whose alarms are false with a chance of at most α, over the whole course and however
//! long it is.
//!
//! | detector | takes | what it promises to hold until a change | α holds if |
//! | --- | --- | --- | --- |
//! | [`RiskEProcess`] | losses within 0 to 1 | the risk of all labels so far is within the promised level | nothing else: labels may depend on each other |
//! | [`MeanEProcess`] | values within a range | each mean, given what came before, is within the level | nothing else |
//! | [`ScoreMartingale`] | scores of any size | rows are exchangeable: independent and alike, for instance | the level need not be known |
//! | [`PValueMartingale`] | p-values | they are independent, and uniform or larger | the procedure behind them is right |
//!
//! All count what a bet against the promise has made of 1, its e-value, and alarm when it is
//! 1/α: [`reading`](super::StreamDetector::reading) gives the logarithms of both. A course begins
//! anew after an alarm, and each course has its own α.

mod levels;
mod mean_e_process;
mod p_values;
mod risk;
mod scores;

pub use mean_e_process::{MeanEProcess, MeanEProcessSettings};
pub use p_values::{PValueMartingale, PValueMartingaleSettings};
pub use risk::{RiskEProcess, RiskEProcessSettings};
pub use scores::{ScoreMartingale, ScoreMartingaleSettings};

#[cfg(test)]
mod tests;
