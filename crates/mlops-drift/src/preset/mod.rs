//! Detectors that others know: what a tool or a trade does by default, under its name.
//!
//! | preset | what decides |
//! | --- | --- |
//! | [`Detector::default`](crate::Detector) | effect and chance together, over all columns |
//! | [`Detector::psi_classic`](crate::Detector::psi_classic) | the population stability index, 0.1 and 0.25, or by the size of the windows |
//! | [`Detector::evidently`](crate::Detector::evidently) | Evidently's choice of a test and its thresholds, column by column |

pub mod evidently;
mod psi_classic;

pub use psi_classic::{PsiLimit, PsiTest};
