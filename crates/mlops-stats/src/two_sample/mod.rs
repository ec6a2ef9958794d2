//! Do two samples come from the same distribution? Rows are taken as independent; where
//! they come in clusters (days, customers), the p-values are too small.

mod anderson_darling;
mod brunner_munzel;
mod counting;
mod cramer_von_mises;
mod cramer_von_mises_limit;
mod epps_singleton;
mod kolmogorov_smirnov;
mod levene;
mod mann_whitney;
mod moments;
mod ranks;
mod sample;
mod t_test;
#[cfg(test)]
mod tests;

pub use anderson_darling::{AndersonDarling, TieRule};
pub use brunner_munzel::BrunnerMunzel;
pub use cramer_von_mises::CramerVonMises;
pub use epps_singleton::EppsSingleton;
pub use kolmogorov_smirnov::{KolmogorovSmirnov, kolmogorov_sf, ks_2samp_sf, kstwo_sf, smirnov_sf};
pub use levene::{Center, Levene};
pub use mann_whitney::{Continuity, MannWhitney};
pub use sample::Sample;
pub use t_test::{Summary, TTest, Variances};
