//! Do two samples come from the same distribution? Rows are taken as independent; where
//! they come in clusters (days, customers), the p-values are too small.

mod alternative;
mod chi_square;
mod fisher;
mod kolmogorov_smirnov;
mod sample;
#[cfg(test)]
mod tests;

pub use alternative::Alternative;
pub use chi_square::ChiSquare;
pub use fisher::fisher_exact;
pub use kolmogorov_smirnov::{KolmogorovSmirnov, kolmogorov_sf};
pub use sample::Sample;
