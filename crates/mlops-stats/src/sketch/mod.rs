//! What is to be known of values that are too many to keep: summaries of a fixed size
//! that are filled in one pass, put together in any tree, and written down with serde.
//!
//! | of | kept | error |
//! | --- | --- | --- |
//! | [`QuantileSketch`] | ranks and quantiles of numbers | certain bound, counted as it arises: [`QuantileSketch::rank_error`] |
//! | [`FrequentItems`] | the most frequent names | certain bound, counted as it arises: [`FrequentItems::error`] |
//! | [`DistinctSketch`] | how many different values there are | one standard deviation: [`DistinctSketch::relative_error`] |
//! | [`Moments`] | number, mean, spread, skewness, kurtosis, extremes | rounding only |
//!
//! Nothing in them is drawn at random: the same values in the same order and the same
//! merges give the same bits. Which of them do not depend on order and split at all stands
//! with each.
//!
//! ```
//! use mlops_stats::sketch::QuantileSketch;
//!
//! let days: Vec<Vec<f64>> = (0..30).map(|day| (0..1_000).map(|i| f64::from(i * 37 % 1_000 + day)).collect()).collect();
//! let mut month = QuantileSketch::default();
//! for day in &days {
//!     let mut sketch = QuantileSketch::default();
//!     sketch.update(day)?;
//!     month.merge(&sketch)?;
//! }
//! assert_eq!(month.count(), 30_000);
//! assert!(month.rank_error() < 0.002);
//! let median = month.quantile(0.5)?;
//! assert!((median - 514.0).abs() < 5.0);
//! # Ok::<(), mlops_stats::Error>(())
//! ```

mod distinct;
mod frequent;
mod hash;
mod moments;
mod quantile;

pub use distinct::DistinctSketch;
pub use frequent::{FrequentItem, FrequentItems};
pub use moments::Moments;
pub use quantile::QuantileSketch;
