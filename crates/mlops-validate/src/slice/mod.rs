//! Where is the model worst? Slices of the evaluated rows (a carrier, a range of distances,
//! both at once) whose loss is higher than that of all other rows, by more than chance.
//!
//! ```
//! use mlops_validate::slice::{Losses, SliceColumn, SliceSearch};
//! # let carriers: Vec<Option<&str>> = (0..4000).map(|row| Some(["AA", "UA", "US"][row % 3])).collect();
//! # let miles: Vec<f64> = (0..4000).map(|row| (row * 7 % 1000) as f64).collect();
//! # let labels: Vec<bool> = (0..4000).map(|row| row % 4 == 0).collect();
//! # let scores: Vec<f64> = (0..4000)
//! #     .map(|row| if row % 3 == 1 && row % 5 != 0 { 0.9 } else if row % 4 == 0 { 0.8 } else { 0.1 })
//! #     .collect();
//! let losses = Losses::errors(&labels, &scores, 0.5)?;
//! let columns = [SliceColumn::categories("carrier", carriers), SliceColumn::numbers("miles", &miles)];
//! let report = SliceSearch::default().find(&columns, &losses)?;
//! let worst = &report.slices[0];
//! assert_eq!(worst.description, "carrier = UA");
//! println!("{} rows: {} instead of {}", worst.rows, worst.mean, worst.rest_mean);
//! # Ok::<(), mlops_validate::Error>(())
//! ```
//!
//! # What is promised
//! - **Every** conjunction of up to [`depth`](SliceSearch::depth) conditions with at least
//!   [`min_rows`](SliceSearch::min_rows) rows is tested, one-sided, against all rows outside of
//!   it, and the p-values are corrected for all of them together. A search that had to stop says
//!   so ([`SliceReport::cut_short`]).
//! - Errors (0 or 1) are tested by Fisher's exact test, other losses by Welch's t-test.
//! - Rows count as independent unless [`SliceSearch::clusters`] says which belong together;
//!   then the means of clusters are tested. With rows of the same day or customer and without
//!   that, p-values are too small: a bad day looks like a bad slice.
//! - The search looks at the same rows as the test. That the p-value is corrected makes the
//!   *existence* of a bad slice believable; its measured loss is still the worst of many, and
//!   comes out lower on new rows.

mod code;
mod column;
mod count;
mod describe;
mod losses;
mod report;
mod search;
mod sets;
mod test;
#[cfg(test)]
mod tests;

pub use column::SliceColumn;
pub use losses::{LossKind, Losses};
pub use report::{Condition, Slice, SliceReport};
pub use search::{SliceSearch, WorseThan};
