//! Bytes that claim to be a signature of a model.
#![no_main]

mod read_bundle;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_bundle::read_bundle(bytes));
