//! Metrics of ranked lists: search results, recommendations, labels of a row.
//!
//! Lists are checked once, as [`RankedLists`]; every metric is a method of it. Rows of
//! one list belong together: how sure a metric is, is a question of whole lists
//! ([`bootstrap`](crate::bootstrap) with a list as a block).

mod gain;
mod labels;
mod lists;
mod top;

pub use gain::Gain;
pub use lists::RankedLists;

#[cfg(test)]
mod tests;
