//! Tests on counts: do categories come as often in one sample as in another, or as often
//! as expected? Rows are taken as independent; where they come in clusters (days,
//! customers), the p-values are too small.

mod binomial;
mod contingency;
mod fisher;
mod goodness;
mod power_divergence;
#[cfg(test)]
mod tests;

pub use binomial::BinomialTest;
pub use contingency::{ContingencyTable, Correction, TableTest};
pub use fisher::FisherExact;
pub use goodness::GoodnessOfFit;
pub use power_divergence::PowerDivergence;
