//! Gradient-boosted trees over binned columns. One way of growing, two losses: which of two
//! sides a row is from ([`Logistic`]), and how large a number will be ([`Squared`]).
//!
//! Without a seed: the same rows give the same trees, whatever the number of threads.

mod binning;
mod boosting;
mod growing;
mod loss;

pub(crate) use binning::{BinnedColumn, Binning};
pub(crate) use boosting::Boosted;
pub(crate) use growing::{Gaps, Growth};
pub(crate) use loss::{Logistic, Squared};
