//! Bytes that claim to be a checkpoint.
#![no_main]

mod read_checkpoint;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_checkpoint::read_checkpoint(bytes));
