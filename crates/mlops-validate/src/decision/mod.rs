//! From scores to decisions: what a model is worth, at which threshold, and beside what.
//!
//! ```
//! use mlops_stats::bootstrap::Blocks;
//! use mlops_validate::decision::{DecisionRows, Limit, Outcomes};
//! # let labels: Vec<bool> = (0..2_000).map(|row| row * 7 % 100 < row % 100 * 6 / 10).collect();
//! # let scores: Vec<f64> = (0..2_000).map(|row| f64::from(row % 100) / 100.0).collect();
//! # let days: Vec<i32> = (0..2_000).map(|row| row / 100).collect();
//! // A call costs 5, and saves 60 of a customer who would have left.
//! let outcomes = Outcomes::new("EUR", 55.0, -5.0, 0.0, 0.0)?;
//! assert_eq!(outcomes.threshold(), 5.0 / 60.0); // if scores are calibrated
//!
//! let rows = DecisionRows::new(&labels, &scores)?;
//! let chosen = rows.choose(&outcomes, &[Limit::AlertShare(0.2)])?;
//! let worth = rows.value(&outcomes, chosen.threshold)?;
//! assert_eq!(worth.total, chosen.value);
//! // The best of many looks better than it is: choose on some days, value on the others.
//! let fair = rows.cross_value(&outcomes, &[Limit::AlertShare(0.2)], &Blocks::by(&days)?, 5, 1)?;
//! assert!(fair.value_per_row <= chosen.value_per_row);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | say what each outcome is worth, also by the amount of a row | [`Outcomes`], [`Worth`] |
//! | find the threshold that is worth most, within limits | [`DecisionRows::choose`], [`Limit`] |
//! | know the threshold of calibrated scores | [`Outcomes::threshold`] |
//! | know how sure threshold and value are | [`DecisionRows::choose_with_intervals`] |
//! | know what it is worth on rows that had no part in the choice | [`DecisionRows::cross_value`] |
//! | compare with treating all, none, or the model in production | [`DecisionRows::value_against`], [`BusinessValue`] |
//! | draw value by threshold | [`DecisionRows::profit_curve`] |
//! | net benefit over threshold probabilities | [`DecisionRows::net_benefit`] |
//! | lift, cumulative gain, Gini, Kolmogorov–Smirnov | [`DecisionRows::gains`], [`GainTable`] |

mod choice;
mod cross_value;
mod gains;
mod net_benefit;
mod outcomes;
mod profit;
mod rows;
mod tally;
mod value;

pub use choice::{Limit, ThresholdChoice, ThresholdIntervals};
pub use cross_value::{CrossValue, Fold};
pub use gains::{GainBin, GainPoint, GainTable};
pub use net_benefit::NetBenefit;
pub use outcomes::{Outcomes, Worth};
pub use profit::{ProfitCurve, ProfitPoint};
pub use rows::DecisionRows;
pub(crate) use tally::Tally;
pub(crate) use value::value_difference;
pub use value::{Alternative, BusinessValue, Comparison, OutcomeValue};

#[cfg(test)]
mod tests;
