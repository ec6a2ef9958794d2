//! How far apart are two distributions? Sizes of an effect: unlike p-values they do not
//! grow with the number of rows.
//!
//! | what there is | start at |
//! | --- | --- |
//! | two samples of numbers | [`wasserstein`], [`wasserstein_normed`], [`energy`] |
//! | … and how sure the distance is | [`wasserstein_estimate`] |
//! | … with weights | [`WeightedSample`] |
//! | two samples of vectors, with a p-value | [`maximum_mean_discrepancy`], [`energy_test`] |
//! | counts or shares by bin or category | [`psi`], [`jensen_shannon_distance`], [`hellinger`], [`total_variation`], [`kullback_leibler`] |
//!
//! # Names that tools use differently
//! | name | variant |
//! | --- | --- |
//! | PSI | [`EmptyBins`] says what an empty bin counts as: [`psi`] puts a floor in its place; scorecards clip every share; Evidently's floor depends on the smallest share |
//! | Jensen–Shannon | the *distance* ([`jensen_shannon_distance`]) is the root of the *divergence*; SciPy and Evidently take it in nats, NannyML in bits |
//! | Kullback–Leibler | SciPy's has no smoothing and may be infinite ([`kullback_leibler`]); Evidently fills empty bins first ([`kullback_leibler_filled`]) |
//! | Hellinger | from 0 to 1 here and in Evidently and NannyML; without the factor 1/√2 it would end at √2 |

mod discrepancy;
mod empty_bins;
mod energy;
mod estimate;
mod information;
mod permutation;
mod pool;
mod psi;
mod shares;
mod wasserstein;
mod weighted;

pub use discrepancy::{
    PermutationSettings, PermutationTest, VectorSample, energy_test, maximum_mean_discrepancy,
};
pub use empty_bins::EmptyBins;
pub use energy::energy;
pub use estimate::{WassersteinEstimate, wasserstein_estimate};
pub use information::{
    entropy, jensen_shannon, jensen_shannon_distance, jensen_shannon_divergence, kullback_leibler,
    kullback_leibler_filled,
};
pub use psi::{psi, psi_filled};
pub use shares::{hellinger, total_variation};
pub use wasserstein::{wasserstein, wasserstein_normed};
pub use weighted::{WeightedSample, weighted_energy, weighted_wasserstein};
