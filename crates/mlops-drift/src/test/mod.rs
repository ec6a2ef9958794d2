//! How far apart are two columns?

mod measurement;
mod mix;
mod same_share;
mod shift;

use std::fmt::Debug;

use mlops_stats::two_sample::Sample;

pub use measurement::{Decision, Direction, Measurement};
pub use mix::MixTest;
pub(crate) use same_share::same_share;
pub use shift::ShiftTest;

use crate::Result;

/// The values of one column on both sides; neither is empty, nothing in them is missing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Pair<'a> {
    /// Numbers, sorted.
    Numbers {
        /// What was expected.
        reference: &'a Sample,
        /// What is seen now.
        current: &'a Sample,
    },
    /// Categories: the names that either side has, in order, and their counts on each side.
    Categories {
        /// The names.
        names: &'a [&'a str],
        /// How often each was there in the reference.
        reference: &'a [u64],
        /// How often each is there now.
        current: &'a [u64],
    },
}

/// A way to tell whether a column has drifted.
///
/// # Contract
/// - The same values give the same measurement, whatever the order of the rows was.
/// - It never panics, whatever the values.
///
/// ```
/// use mlops_drift::{DriftTest, Error, Measurement, Pair, Result};
///
/// #[derive(Debug)]
/// struct MedianMoved { by_at_most: f64 }
///
/// impl DriftTest for MedianMoved {
///     fn name(&self) -> &str {
///         "median_moved"
///     }
///
///     fn compare(&self, pair: &Pair<'_>) -> Result<Measurement> {
///         let Pair::Numbers { reference, current } = pair else {
///             return Err(Error::undefined(self.name(), "categories have no median"));
///         };
///         let median = |sample: &mlops_stats::two_sample::Sample| sample.quantile(0.5).unwrap_or(f64::NAN);
///         Ok(Measurement::new((median(current) - median(reference)).abs(), "units", self.by_at_most))
///     }
/// }
/// ```
pub trait DriftTest: Debug + Send + Sync {
    /// The name of the rule in findings and reports.
    fn name(&self) -> &str;

    /// Compares the two sides.
    ///
    /// # Errors
    /// [`Error::Undefined`](crate::Error::Undefined) if it has no answer for these values:
    /// the column is then inconclusive.
    fn compare(&self, pair: &Pair<'_>) -> Result<Measurement>;
}
