//! Has the mean of a stream moved?

mod cusum;
mod moving_average;
mod page_hinkley;

pub use cusum::{Cusum, CusumSettings};
pub use moving_average::{GeometricMovingAverage, GeometricMovingAverageSettings};
pub use page_hinkley::{Baseline, PageHinkley, PageHinkleySettings, Side};
