//! Tables, rows and files that are validated.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod agrees_with_a_plain_search;
mod broken_rows_are_refused;
mod edges_of_whole_columns;
mod outliers_duplicates_completeness;
mod parquet_files;
#[cfg(feature = "parquet")]
mod quarantine_loses_nothing;
#[cfg(feature = "report")]
mod result_page;
mod several_columns;
mod split_does_not_matter;
mod text_files;
mod text_that_fights_back;
mod your_own_expectation;
