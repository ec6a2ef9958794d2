//! How far apart are two distributions? Sizes of an effect: unlike p-values they do not
//! grow with the number of rows.

mod shares;
mod wasserstein;

pub use shares::{jensen_shannon, psi};
pub use wasserstein::{wasserstein, wasserstein_normed};
