//! Two tables compared, and what is told of it.
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod a_profile_stands_in_for_a_table;
#[cfg(feature = "terminal")]
mod a_terminal_shows_it;
mod a_test_of_your_own;
mod counts_of_any_size;
mod it_does_not_cry_wolf;
mod new_categories_are_named;
#[cfg(feature = "parquet")]
mod parquet_is_read_as_the_table_it_holds;
mod profile_bytes_from_anywhere;
#[path = "../../fuzz/read_profile.rs"]
mod read_profile;
#[cfg(feature = "parquet")]
mod real_tables;
mod slices_are_read_as_a_table;
#[path = "../table/mod.rs"]
mod table;
mod texts_and_vectors_that_moved;
#[cfg(feature = "report")]
mod the_page_shows_it;
mod what_cannot_be_compared_is_named;
mod what_no_column_shows;
