//! Do the columns together look as they did? A change of how they depend on each other shows
//! in no column alone.
//!
//! | | sees | answers with |
//! | --- | --- | --- |
//! | [`DomainClassifier`] | any difference that a few columns make together | an area under the curve with its interval, and which columns |
//! | [`ReconstructionChunks`] | a linear one, at right angles to the principal components | an error chunk by chunk, as `NannyML` |

mod domain_classifier;
mod eigen;
mod encode;
mod reconstruction;

pub use domain_classifier::{Contribution, DomainClassifier, DomainDrift};
pub use reconstruction::{Components, ReconstructionChunk, ReconstructionChunks, ReconstructionSettings};
