//! Models signed as OpenSSF does it: what the genuine tool says, we say.
#![cfg(feature = "model-signing")]
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod a_folder_is_as_it_was_signed;
mod bundles_of_any_bytes;
mod keys_are_read;
mod recorded;
mod the_tool_agrees;
