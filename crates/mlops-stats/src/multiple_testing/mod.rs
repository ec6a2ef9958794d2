//! Many tests at once: what is left to be surprised of.
//!
//! ```
//! use mlops_stats::multiple_testing::{Correction, adjust};
//! let p_values = [0.001, 0.008, 0.039, 0.041, 0.9];
//! let columns = adjust(&p_values, 0.05, Correction::BenjaminiHochberg)?;
//! assert_eq!(columns.rejected, [true, true, false, false, false]);
//! # Ok::<(), mlops_stats::Error>(())
//! ```
//!
//! | what is to stay below α | the tests | start at |
//! | --- | --- | --- |
//! | the chance of **one** false alarm | whatever they are | [`holm`] (never weaker than [`bonferroni`]) |
//! | … | independent | [`Correction::HolmSidak`], [`Correction::Hommel`] |
//! | the **share** of false alarms among the alarms | independent or positively dependent | [`benjamini_hochberg`] |
//! | … | whatever they are | [`benjamini_yekutieli`] |
//! | … | independent, and many are expected to alarm | [`Correction::TwoStageBenjaminiKriegerYekutieli`] |
//!
//! Where no test has anything to find, the share is the chance: Benjamini–Hochberg alarms at
//! all in at most α of the cases then.

mod adjust;
mod correction;
mod false_discovery;
mod family_wise;
mod local;

pub use adjust::{Adjusted, adjust, benjamini_hochberg, benjamini_yekutieli, bonferroni, holm};
pub use correction::Correction;

#[cfg(test)]
mod tests;
