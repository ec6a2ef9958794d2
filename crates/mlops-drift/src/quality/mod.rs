//! What a table looks like by itself: missing, infinite and constant values, duplicates, and
//! each column in a few numbers. Nothing is compared with a limit here, and nothing rounded.
//!
//! ```
//! use mlops_drift::Rows;
//! use mlops_drift::quality::DatasetQuality;
//!
//! let rows = Rows::default()
//!     .numbers("temp", vec![39.9, f64::NAN, 41.2, 39.9])?
//!     .categories("sky", [Some("clear"), Some("rain"), None, Some("clear")])?;
//! let quality = DatasetQuality::of(&rows);
//! assert_eq!((quality.missing(), quality.rows_with_missing, quality.duplicate_rows), (2, 2, 1));
//! let temp = quality.column("temp").and_then(|column| column.numbers()).ok_or("no such numbers")?;
//! assert_eq!((temp.minimum, temp.median), (Some(39.9), Some(39.9)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | know the table as a whole | [`DatasetQuality`] |
//! | know one column | [`ColumnQuality`], [`NumberQuality`] |
//! | know which categories are new or gone | [`ColumnQuality::new_categories`] |
//! | know what stands for a missing value | [`MissingValues`] |
//!
//! # Source
//! The numbers of Evidently's `DataQualityPreset` (0.7.23), which rounds them to 2 decimals:
//! `DatasetSummaryMetric`, `ColumnSummaryMetric` and `DatasetMissingValuesMetric`.

mod column;
mod dataset;
mod missing;
mod pairs;
mod rows;
#[cfg(test)]
mod tests;

pub use column::{ColumnQuality, ColumnSummary, MostCommon, NumberQuality, Value};
pub use dataset::DatasetQuality;
pub use missing::MissingValues;
pub use pairs::AlikeColumns;
