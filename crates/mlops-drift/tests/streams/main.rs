//! Detectors and monitors on streams.
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod a_restart_changes_nothing;
mod a_stream_goes_on_where_it_stopped;
#[cfg(feature = "report")]
mod a_stream_is_drawn;
mod a_window_slides;
mod an_alarm_begins_and_ends;
mod detector_bytes_from_anywhere;
mod looking_often_does_not_cry_wolf;
mod monitor_bytes_from_anywhere;
#[path = "../monitors/mod.rs"]
mod monitors;
mod one_row_a_request;
mod rows_and_batches_come_in_any_order;
mod streams_are_seldom_wrong_ever;
#[path = "../table/mod.rs"]
mod table;
mod windows_close_in_their_order;
