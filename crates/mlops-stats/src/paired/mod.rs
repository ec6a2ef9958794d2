//! Two models on the same rows: is one better, and by how much?
//!
//! Every test here takes the rows as independent of each other. Rows of one day, one
//! customer, one machine are not, and the p-values are then too small: use whole blocks
//! ([`BlockBootstrap`](crate::bootstrap::BlockBootstrap)), or one mean per block as a row.
//!
//! ```
//! use mlops_stats::Alternative;
//! use mlops_stats::paired::{PairedPermutation, PairedT, Wilcoxon};
//! let candidate = [0.81, 0.77, 0.90, 0.68, 0.84, 0.79, 0.88, 0.73];
//! let baseline = [0.79, 0.78, 0.85, 0.64, 0.80, 0.78, 0.82, 0.70];
//! let t = PairedT::of(&candidate, &baseline)?;
//! println!("{:+.3}, 95 % {:?}", t.mean(), t.interval(0.95)?);
//! assert!(t.p_value(Alternative::Greater)? < 0.01);
//! assert!(Wilcoxon::of(&candidate, &baseline)?.p_value(Alternative::Greater)? < 0.02);
//! let flips = PairedPermutation::of(&candidate, &baseline)?;
//! assert!(flips.p_value(Alternative::Greater, 10_000, 7)? < 0.02);
//! # Ok::<(), mlops_stats::Error>(())
//! ```

mod delong;
mod hodges_lehmann;
mod mcnemar;
mod permutation;
mod shares;
mod signed_rank;
mod student;
mod typical;
mod walsh;

pub use delong::{AreaEstimate, DeLong};
pub use hodges_lehmann::{HodgesLehmann, ShiftMethod};
pub use mcnemar::McNemar;
pub use permutation::PairedPermutation;
pub use shares::PairedShares;
pub use signed_rank::{Wilcoxon, WilcoxonMethod, Zeros};
pub use student::PairedT;
pub use typical::TypicalValues;

#[cfg(test)]
mod tests;

use crate::error::{all_finite, same_length};
use crate::{Error, Result};

/// `a − b` row by row; refuses different lengths, no rows, and what is not finite.
fn differences(a: &[f64], b: &[f64]) -> Result<Vec<f64>> {
    same_length("b", b.len(), "a", a.len())?;
    all_finite("a", a)?;
    all_finite("b", b)?;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    match differences.iter().position(|difference| !difference.is_finite()) {
        None => Ok(differences),
        Some(index) => {
            Err(Error::Value { what: "a - b", index, value: differences[index], expected: "a finite number" })
        }
    }
}
