//! What is known of a table's columns: one pass, bounded memory, parts that merge.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | profile a table, in parts | [`Profiler`], [`ProfileSettings`] |
//! | read what came out, keep it as JSON | [`Profile`], [`ColumnProfile`] |
//! | have a suite suggested | [`Profile::suggest`], [`Suggestion`] |
//! | compare a later table with it | [`ColumnDistribution`](crate::expectation::ColumnDistribution), [`Bins`] |

mod bins;
mod column;
mod correlation;
mod extent;
mod frequent;
mod model;
mod profiler;
mod suggest;
mod unique;

pub use bins::Bins;
pub(crate) use column::micros;
pub(crate) use extent::Extent;
pub use model::{ColumnProfile, Correlation, Histogram, NumberProfile, Profile, TextProfile, TopValue};
pub use profiler::{ProfileSettings, Profiler};
pub use suggest::Suggestion;
pub(crate) use unique::Unique;
