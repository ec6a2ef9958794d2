//! Bytes that claim to be a filter.
#![no_main]

mod read_filter;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_filter::read_filter(bytes));
