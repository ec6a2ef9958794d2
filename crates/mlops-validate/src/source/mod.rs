//! Tables in files: Parquet, CSV, JSON lines. They may be larger than memory.
//!
//! A [`Validator`](crate::Validator) reads them itself: `suite.validator().parquet(path)`,
//! `.csv(path, …)`, `.json_lines(path, …)`. The types here are for those who want the table's
//! schema or its batches.

#[cfg(feature = "csv")]
mod csv;
#[cfg(feature = "json")]
mod json_lines;
#[cfg(any(feature = "csv", feature = "json", feature = "parquet"))]
mod open;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "csv")]
mod quotes;
#[cfg(feature = "parquet")]
mod watch;

#[cfg(feature = "csv")]
pub use self::csv::CsvFormat;
#[cfg(feature = "json")]
pub use self::json_lines::JsonLinesFormat;
#[cfg(feature = "parquet")]
pub use self::parquet::ParquetTable;
