//! The card of a version: what it is for, what it is not, and how that is known.
//!
//! The headings are those of Mitchell et al., *Model Cards for Model Reporting* (2019).

mod filled;
mod markdown;
#[cfg(feature = "report")]
mod page;
mod written;

pub use filled::FilledCard;
pub use written::{ModelCard, RecordedCard};
