//! Has the mean of a stream moved?

mod page_hinkley;

pub use page_hinkley::{PageHinkley, PageHinkleySettings, Side};
