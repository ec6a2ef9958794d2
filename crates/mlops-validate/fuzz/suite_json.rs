//! Bytes that claim to be an expectation suite.
#![no_main]

mod read_suite;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| read_suite::read_suite(bytes));
